"""Speech engines: voice activity, recognition and synthesis, each behind a protocol of `voice.engines`."""

from crossmodal_narrator.runtime.speech.config import RecogniserConfig, SpeechEngineConfig
from crossmodal_narrator.runtime.speech.opening import open_activity, open_recognisers, open_synthesiser, opened

__all__ = [
    "RecogniserConfig",
    "SpeechEngineConfig",
    "open_activity",
    "open_recognisers",
    "open_synthesiser",
    "opened",
]
