"""The senses brought together: association, tracking and relations make a scene of what each encoder found."""

from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.fusion import SceneFusion
from crossmodal_narrator.fusion.sounds import SoundTracker

__all__ = ["FusionConfig", "SceneFusion", "SoundTracker"]
