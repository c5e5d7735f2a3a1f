"""Models: manifests, the store that checks weights, and the engines that run them."""

from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.detector import detector_spec
from crossmodal_narrator.runtime.engines import Refusal, open_engine
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.store import ModelState, ModelStore

__all__ = ["EngineConfig", "Manifest", "ModelState", "ModelStore", "Refusal", "detector_spec", "open_engine"]
