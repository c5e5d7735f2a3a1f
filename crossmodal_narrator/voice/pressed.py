"""What somebody said while a button was held: one turn, without the silence around it."""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.core.speech import Utterance
from crossmodal_narrator.voice.config import ListeningConfig
from crossmodal_narrator.voice.ear import Ear, Turn
from crossmodal_narrator.voice.engines import RATE_HZ, Floats, VoiceActivity
from crossmodal_narrator.voice.interpreter import Interpreter

_LISTENING = ListeningConfig()


class Pressed:
    """Understands what was said from pressing a button to letting it go; a pause does not end it. Not thread-safe."""

    def __init__(self, activity: VoiceActivity, interpreter: Interpreter) -> None:
        self._activity, self._interpreter = activity, interpreter
        self.languages = tuple(dict.fromkeys(name for r in interpreter.recognisers for name in r.languages))

    def turn(self, samples: Floats, stamp_ns: int) -> Turn | None:
        """(samples,) at RATE_HZ, from `stamp_ns` on; None where nobody speaks in them."""
        after = np.zeros(round((_LISTENING.ends_after_s + 0.1) * RATE_HZ), np.float32)
        heard = np.concatenate([samples, after])[:, None]
        chunk = AudioChunk(stamp_ns=stamp_ns, frame_id="page", microphone="page", samples=heard, sample_rate_hz=RATE_HZ)
        turns = [event for event in Ear(_LISTENING, self._activity).push(chunk) if isinstance(event, Turn)]
        if not turns:
            return None
        said = np.concatenate([turn.samples for turn in turns])
        return Turn(stamp_ns=turns[0].stamp_ns, end_ns=turns[-1].end_ns, samples=said)

    def understood(self, turn: Turn) -> Utterance | None:
        """None where nobody understood it well enough."""
        return self._interpreter.interpret(turn)
