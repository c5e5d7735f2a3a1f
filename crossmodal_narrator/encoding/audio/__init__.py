"""The sound encoder: sirens and horns in a stream of sound, a frame each 100 ms."""

from crossmodal_narrator.encoding.audio.alarm import CueAlarms
from crossmodal_narrator.encoding.audio.config import SoundEncoderConfig
from crossmodal_narrator.encoding.audio.encoder import Deaf, SoundEncoder, SoundModelSpec
from crossmodal_narrator.encoding.audio.health import MicrophoneHealth
from crossmodal_narrator.encoding.audio.tones import SOUND_MPS

__all__ = [
    "SOUND_MPS",
    "CueAlarms",
    "Deaf",
    "MicrophoneHealth",
    "SoundEncoder",
    "SoundEncoderConfig",
    "SoundModelSpec",
]
