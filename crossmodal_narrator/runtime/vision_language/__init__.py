"""A user's own large model, image and prompt to text, in a process of its own: docs/large_model.md."""

from crossmodal_narrator.runtime.vision_language.checkpoint import check_checkpoint
from crossmodal_narrator.runtime.vision_language.config import VisionLanguageConfig
from crossmodal_narrator.runtime.vision_language.model import VisionLanguageModel, open_vision_language

__all__ = ["VisionLanguageConfig", "VisionLanguageModel", "check_checkpoint", "open_vision_language"]
