"""The cross-modal encoder: what all senses show at one stamp, and sentences in two languages, in one space."""

from crossmodal_narrator.encoding.crossmodal.config import CrossmodalConfig
from crossmodal_narrator.encoding.crossmodal.encoder import SceneEncoder, TextEncoder
from crossmodal_narrator.encoding.crossmodal.painting import Sensed
from crossmodal_narrator.encoding.crossmodal.surroundings import NoSurroundings, SurroundingsEncoder, WordedAttributes

__all__ = [
    "CrossmodalConfig",
    "NoSurroundings",
    "SceneEncoder",
    "Sensed",
    "SurroundingsEncoder",
    "TextEncoder",
    "WordedAttributes",
]
