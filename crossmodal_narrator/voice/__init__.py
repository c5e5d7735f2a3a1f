"""The voice: what passengers say becomes text, and what the narrator says becomes sound. Engines are plugged in."""

from crossmodal_narrator.voice.aloud import aloud, write_wav
from crossmodal_narrator.voice.config import ListeningConfig, SpeakingConfig
from crossmodal_narrator.voice.ear import Ear, Pause, SpeechBegan, Turn
from crossmodal_narrator.voice.echo import OwnVoice
from crossmodal_narrator.voice.engines import Recogniser, Sound, Synthesiser, Transcript, VoiceActivity
from crossmodal_narrator.voice.interpreter import Interpreter
from crossmodal_narrator.voice.pressed import Pressed
from crossmodal_narrator.voice.queue import Sentence, SpeechQueue
from crossmodal_narrator.voice.schedule import Schedule, Spoken
from crossmodal_narrator.voice.speaker import Speaker
from crossmodal_narrator.voice.spelling import spelled

__all__ = [
    "Ear",
    "Interpreter",
    "ListeningConfig",
    "OwnVoice",
    "Pause",
    "Pressed",
    "Recogniser",
    "Schedule",
    "Sentence",
    "Sound",
    "Speaker",
    "SpeakingConfig",
    "SpeechBegan",
    "SpeechQueue",
    "Spoken",
    "Synthesiser",
    "Transcript",
    "Turn",
    "VoiceActivity",
    "aloud",
    "spelled",
    "write_wav",
]
