"""Frames of all senses, aligned by stamp and placed in one frame of reference."""

from crossmodal_narrator.sync.config import SyncConfig
from crossmodal_narrator.sync.source import Source
from crossmodal_narrator.sync.synchroniser import Synchroniser
from crossmodal_narrator.sync.transforms import TransformBuffer

__all__ = ["Source", "SyncConfig", "Synchroniser", "TransformBuffer"]
