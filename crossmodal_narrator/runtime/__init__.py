"""Models: manifests, the store that checks weights, and the engines that run them."""

from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.crossmodal import check_scene_encoder, check_text_encoder
from crossmodal_narrator.runtime.detector import detector_spec
from crossmodal_narrator.runtime.engines import Opened, Refusal, open_engine
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.sound import sound_spec
from crossmodal_narrator.runtime.store import ModelState, ModelStore

__all__ = [
    "EngineConfig",
    "Manifest",
    "ModelState",
    "ModelStore",
    "Opened",
    "Refusal",
    "check_scene_encoder",
    "check_text_encoder",
    "detector_spec",
    "open_engine",
    "sound_spec",
]
