"""A drive's narration as one sound, as the speaker would have spoken it: without a clock, the same bytes each time."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.voice.config import SpeakingConfig
from crossmodal_narrator.voice.engines import Floats, Sound, Synthesiser
from crossmodal_narrator.voice.queue import Sentence
from crossmodal_narrator.voice.schedule import Schedule
from crossmodal_narrator.voice.speaker import clauses
from crossmodal_narrator.voice.spelling import spelled

TAIL_S = 0.5  # of silence, after the last word


def aloud(
    narrations: Sequence[Narration], voice: Synthesiser, config: SpeakingConfig, *, start_ns: int, end_ns: int
) -> Sound:
    """From `start_ns` to `end_ns`, or to the last word; what others than `voice`'s language say is left out."""
    sounds: list[Sound] = []

    def length_ns(sentence: Sentence) -> int:
        sounds.append(_said(sentence, voice))
        return _length_ns(sounds[-1])

    schedule = Schedule(config, length_ns)
    heard = sorted((n for n in narrations if n.language == voice.language), key=lambda narration: narration.stamp_ns)
    over = [spoken for n in heard for spoken in schedule.add(_sentence(n, start_ns))] + schedule.finish()
    parts = [
        (spoken.from_ns, _cut(sound, spoken.to_ns - spoken.from_ns)) for spoken, sound in zip(over, sounds, strict=True)
    ]
    return _placed(parts, start_ns, end_ns)


def write_wav(sound: Sound, path: Path) -> None:
    """16 bits, one channel."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate_hz)
        file.writeframes(np.clip(np.rint(sound.samples * 32_767.0), -32_768, 32_767).astype("<i2").tobytes())


def _sentence(narration: Narration, start_ns: int) -> Sentence:
    return Sentence(
        text=narration.text,
        language=narration.language,
        urgency=narration.urgency,
        is_reply=False,
        at_ns=max(narration.stamp_ns, start_ns),
    )


def _said(sentence: Sentence, voice: Synthesiser) -> Sound:
    parts = [voice.speak(clause, sentence.pace) for clause in clauses(spelled(sentence.text, sentence.language))]
    samples: Floats = np.concatenate([part.samples for part in parts]) if parts else np.zeros(0, np.float32)
    return Sound(samples=samples, rate_hz=parts[0].rate_hz if parts else 1)


def _cut(sound: Sound, after_ns: int) -> Sound:
    return Sound(samples=sound.samples[: max(0, round(after_ns * sound.rate_hz / 1e9))], rate_hz=sound.rate_hz)


def _length_ns(sound: Sound) -> int:
    return round(len(sound.samples) * 1e9 / sound.rate_hz)


def _placed(spoken: Sequence[tuple[int, Sound]], start_ns: int, end_ns: int) -> Sound:
    rate_hz = next((sound.rate_hz for _, sound in spoken if len(sound.samples)), 16_000)
    last_ns = max([end_ns, *(at_ns + _length_ns(sound) + round(TAIL_S * 1e9) for at_ns, sound in spoken)])
    whole = np.zeros(round((last_ns - start_ns) * rate_hz / 1e9), np.float32)
    for at_ns, sound in spoken:
        first = round((at_ns - start_ns) * rate_hz / 1e9)
        whole[first : first + len(sound.samples)] = sound.samples[: len(whole) - first]
    return Sound(samples=whole, rate_hz=rate_hz)
