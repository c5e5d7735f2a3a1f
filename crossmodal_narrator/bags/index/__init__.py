"""An embedded store of replayed drives: moments with their vectors, events, sentences and thumbnails, for search."""

from crossmodal_narrator.bags.index.asked import Asked, Filters
from crossmodal_narrator.bags.index.hits import Hit, search, thumbnail
from crossmodal_narrator.bags.index.run import Run, digest_of, read_run
from crossmodal_narrator.bags.index.store import DriveStore, Outcome
from crossmodal_narrator.bags.index.view import View, view_of

__all__ = [
    "Asked",
    "DriveStore",
    "Filters",
    "Hit",
    "Outcome",
    "Run",
    "View",
    "digest_of",
    "read_run",
    "search",
    "thumbnail",
    "view_of",
]
