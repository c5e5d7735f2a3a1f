"""A replay for eyes: a film, subtitles, a recording for Rerun. Each is drawn scene by scene, and nothing is kept."""

from crossmodal_narrator.views.moment import Line, Moment, View
from crossmodal_narrator.views.watching import Watching

__all__ = ["Line", "Moment", "View", "Watching"]
