"""A drive's narration as one sound."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.voice import Sound, SpeakingConfig, aloud, write_wav
from crossmodal_narrator.voice.engines import Floats

RATE_HZ, START_NS = 1_000, 5_000_000_000


class Beeper:
    """Says each letter for 100 ms, the louder the nearer it is to z; a seam that the protocol ships."""

    name, language = "beeper", "en"

    def speak(self, text: str, pace: float = 1.0) -> Sound:
        levels = [(ord(letter) - 96) / 26 for letter in text]
        return Sound(samples=np.repeat(np.array(levels, np.float32), RATE_HZ // 10), rate_hz=RATE_HZ)


def said(at_s: float, text: str, urgency: Urgency = Urgency.CALM, language: str = "en") -> Narration:
    stamp_ns = START_NS + round(at_s * 1e9)
    return Narration(stamp_ns=stamp_ns, language=language, text=text, claims=(), urgency=urgency, trigger="drawn")


def sound(*narrations: Narration, seconds: float = 10.0) -> Floats:
    end_ns = START_NS + round(seconds * 1e9)
    return aloud(narrations, Beeper(), SpeakingConfig(), start_ns=START_NS, end_ns=end_ns).samples


def letters(samples: Floats) -> str:
    """What is heard in each tenth of a second; a dot is silence."""
    return "".join("." if v < 0.02 else chr(96 + round(float(v) * 26)) for v in samples[50 :: RATE_HZ // 10])


def test_each_sentence_stands_where_it_was_said() -> None:
    assert letters(sound(said(0.5, "abc"), said(1.5, "de"), seconds=2.5)) == ".....abc.......de........"


def test_the_next_waits_for_the_last_and_what_is_too_old_is_not_said() -> None:
    heard = letters(sound(said(0.0, "a" * 20), said(0.5, "bb"), said(1.0, "cc"), seconds=3.0))
    assert heard == "a" * 20 + "cc" + "." * 8
    assert "b" not in letters(sound(said(0.0, "a" * 60), said(0.5, "bb"), seconds=8.0))


def test_what_is_urgent_cuts_in() -> None:
    heard = letters(sound(said(0.0, "a" * 20), said(0.5, "zz", Urgency.URGENT), seconds=3.0))
    assert heard == "aaaaazz" + "." * 23


def test_what_was_notable_is_said_again_after_it() -> None:
    heard = letters(sound(said(0.0, "nnnn", Urgency.NOTABLE), said(0.2, "zz", Urgency.URGENT), seconds=2.0))
    assert heard == "nnzznnnn" + "." * 12


def test_the_last_word_is_not_cut_off_and_another_language_is_left_out() -> None:
    heard = letters(sound(said(0.8, "abcdef"), said(0.0, "zzz", language="zh"), seconds=1.0))
    assert heard == "........abcdef....."


def test_nothing_said_is_silence(tmp_path: Path) -> None:
    silence = aloud([], Beeper(), SpeakingConfig(), start_ns=START_NS, end_ns=START_NS + 1_000_000_000)
    assert not silence.samples.any()
    write_wav(silence, tmp_path / "silence.wav")
    with wave.open(str(tmp_path / "silence.wav")) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(1.0)
