"""From a stream to turns of speech, by a voice activity that is told what to hear."""

from __future__ import annotations

import numpy as np
import pytest

from crossmodal_narrator.core.errors import ConfigError, FrameError
from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.voice import Ear, ListeningConfig, OwnVoice, Pause, Sound, SpeechBegan, Turn
from crossmodal_narrator.voice.engines import Floats

RATE_HZ, BEGIN_NS = 16_000, 5_000_000_000
FRAME_S = 0.032


class Loudness:
    """Calls whatever is loud speech; a seam that the protocol ships."""

    def reset(self) -> None:
        pass

    def probability(self, samples: Floats) -> float:
        return float(np.abs(samples).max() > 0.01)


def sound(*parts: tuple[float, float], rate_hz: int = RATE_HZ) -> Floats:
    """Of (seconds, amplitude) one after the other."""
    return np.concatenate([np.full(round(s * rate_hz), a, np.float32) for s, a in parts])


def heard(
    samples: Floats,
    *,
    rate_hz: int = RATE_HZ,
    channels: int = 1,
    config: ListeningConfig | None = None,
    size_s: float = 0.1,
) -> list[SpeechBegan | Turn]:
    ear = Ear(config or ListeningConfig(), Loudness())
    size = round(size_s * rate_hz)
    return [
        event
        for first in range(0, len(samples), size)
        for event in ear.push(chunk(samples[first : first + size], first / rate_hz, rate_hz, channels))
    ]


def chunk(samples: Floats, at_s: float, rate_hz: int = RATE_HZ, channels: int = 1) -> AudioChunk:
    return AudioChunk(
        stamp_ns=BEGIN_NS + round(at_s * 1e9),
        frame_id="cabin",
        samples=np.repeat(samples[:, None], channels, axis=1),
        sample_rate_hz=rate_hz,
        microphone="cabin",
    )


@pytest.mark.parametrize(("rate_hz", "channels", "size_s"), [(16_000, 1, 0.1), (48_000, 2, 0.02), (8_000, 1, 0.7)])
def test_a_turn_is_what_was_said_with_a_little_before_and_after(rate_hz: int, channels: int, size_s: float) -> None:
    spoken = sound((1.0, 0.0), (1.5, 0.2), (1.5, 0.0), rate_hz=rate_hz)
    began, pause, turn = heard(spoken, rate_hz=rate_hz, channels=channels, size_s=size_s)
    assert isinstance(began, SpeechBegan)
    assert isinstance(pause, Pause)
    assert isinstance(turn, Turn)
    assert (began.stamp_ns - BEGIN_NS) / 1e9 == pytest.approx(1.0, abs=0.07)
    assert (turn.stamp_ns - BEGIN_NS) / 1e9 == pytest.approx(0.7, abs=0.07)
    assert (turn.end_ns - BEGIN_NS) / 1e9 == pytest.approx(2.5, abs=0.07)
    assert len(turn.samples) / RATE_HZ == pytest.approx(1.5 + 0.3 + 0.2, abs=0.1)
    assert np.median(np.abs(turn.samples)) == pytest.approx(0.2, abs=0.01)


def test_a_pause_for_breath_ends_no_turn() -> None:
    events = heard(sound((0.5, 0.0), (0.8, 0.2), (0.4, 0.0), (0.8, 0.2), (1.0, 0.0)))
    assert [type(e) for e in events] == [SpeechBegan, Pause, Pause, Turn]


def test_a_pause_brings_what_the_turn_will_be_if_nothing_follows_and_in_time_to_be_understood() -> None:
    first, last, turn = [
        e.turn if isinstance(e, Pause) else e
        for e in heard(sound((0.5, 0.0), (0.8, 0.2), (0.4, 0.0), (0.8, 0.2), (1.0, 0.0)), size_s=0.032)
        if not isinstance(e, SpeechBegan)
    ]
    assert len(first.samples) < len(turn.samples)
    assert (last.stamp_ns, last.end_ns) == (turn.stamp_ns, turn.end_ns)
    assert np.array_equal(last.samples, turn.samples)


def test_a_pause_is_told_long_before_the_end_of_the_turn() -> None:
    ear = Ear(ListeningConfig(), Loudness())
    came_s: dict[type, float] = {}
    spoken = sound((0.5, 0.0), (0.8, 0.2), (1.0, 0.0))
    for first in range(0, len(spoken), 512):
        for event in ear.push(chunk(spoken[first : first + 512], first / RATE_HZ)):
            came_s[type(event)] = (first + 512) / RATE_HZ
    assert 0.19 < came_s[Pause] - 1.3 < 0.31  # 0.2 s of silence, and the rest of a block of 100 ms
    assert came_s[Turn] - came_s[Pause] > 0.29


def test_a_click_is_nothing_and_a_cough_is_no_turn() -> None:
    assert heard(sound((0.5, 0.0), (0.06, 0.5), (1.0, 0.0))) == []
    assert [type(e) for e in heard(sound((0.5, 0.0), (0.2, 0.5), (1.0, 0.0)))] == [SpeechBegan]


def test_who_does_not_stop_is_cut() -> None:
    turns = [e for e in heard(sound((9.0, 0.2)), config=ListeningConfig(most_s=3.0)) if isinstance(e, Turn)]
    assert [round(len(turn.samples) / RATE_HZ) for turn in turns] == [3, 3]


def test_a_turn_ends_with_its_stream() -> None:
    ear = Ear(ListeningConfig(), Loudness())
    spoken = sound((1.0, 0.2))
    events = [*ear.push(chunk(spoken, 0.0)), *ear.push(chunk(spoken, 60.0))]
    assert [type(e) for e in events] == [SpeechBegan, Turn, SpeechBegan]
    assert isinstance(events[1], Turn)
    assert (events[1].end_ns - BEGIN_NS) / 1e9 == pytest.approx(1.0, abs=0.05)
    assert ear.is_hearing


def test_what_is_forgotten_is_no_turn() -> None:
    ear = Ear(ListeningConfig(), Loudness())
    list(ear.push(chunk(sound((1.0, 0.2)), 0.0)))
    ear.forget()
    assert not ear.is_hearing
    assert list(ear.push(chunk(sound((1.0, 0.0)), 60.0))) == []


def test_the_first_word_is_whole_however_late_it_is_taken_for_speech() -> None:
    config = ListeningConfig(kept_before_s=0.0, begins_after_s=0.4)
    _, _, turn = heard(sound((1.0, 0.0), (1.5, 0.2), (1.0, 0.0)), config=config)
    assert isinstance(turn, Turn)
    assert (turn.stamp_ns - BEGIN_NS) / 1e9 == pytest.approx(1.0, abs=0.07)


def test_a_first_word_that_was_taken_for_the_narrators_own_is_not_lost() -> None:
    """For a second all is taken for it; in a microphone that does not hear it, what followed silence was not."""
    own = OwnVoice()
    said = np.random.default_rng(1).normal(0.0, 0.1, 4 * RATE_HZ).astype(np.float32)
    own.play(BEGIN_NS + 1_000_000_000, Sound(samples=said, rate_hz=RATE_HZ))
    ear = Ear(ListeningConfig(), Loudness(), own)
    events = list(ear.push(chunk(sound((1.3, 0.0), (1.5, 0.2), (1.0, 0.0)), 0.0)))
    began, _, turn = events
    assert isinstance(began, SpeechBegan)
    assert isinstance(turn, Turn)
    assert (began.stamp_ns - BEGIN_NS) / 1e9 == pytest.approx(1.3, abs=0.07)
    assert (turn.stamp_ns - BEGIN_NS) / 1e9 == pytest.approx(1.0, abs=0.07)


def test_with_push_to_talk_only_what_is_said_while_the_button_is_pressed_is_heard() -> None:
    """From the moment it is pressed, until it is let go: a turn needs no silence at its end."""
    ear = Ear(ListeningConfig(mode="push_to_talk"), Loudness())
    assert list(ear.push(chunk(sound((1.0, 0.2)), 0.0))) == []
    ear.press(True)
    assert [type(e) for e in ear.push(chunk(sound((1.0, 0.2)), 1.0))] == [SpeechBegan]
    ear.press(False)
    (turn,) = ear.push(chunk(sound((1.0, 0.2)), 2.0))
    assert isinstance(turn, Turn)
    assert len(turn.samples) / RATE_HZ == pytest.approx(1.0, abs=0.05)
    assert (turn.stamp_ns - BEGIN_NS) / 1e9 == pytest.approx(1.0, abs=0.05)
    assert not ear.is_hearing


def test_what_is_no_sound_is_refused_and_the_turn_goes_on() -> None:
    ear = Ear(ListeningConfig(), Loudness())
    assert len(list(ear.push(chunk(sound((0.5, 0.2)), 0.0)))) == 1
    broken = sound((0.1, 0.2))
    broken[3] = np.inf
    with pytest.raises(FrameError):
        list(ear.push(chunk(broken, 0.5)))
    _, turn = ear.push(chunk(sound((0.3, 0.2), (1.0, 0.0)), 0.6))
    assert isinstance(turn, Turn)
    assert len(turn.samples) / RATE_HZ == pytest.approx(0.9 + 0.2, abs=0.1)


@pytest.mark.parametrize(
    ("values", "words"),
    [({"ends_below": 0.8, "begins_at": 0.5}, "ends_below"), ({"mode": "wake_word", "wake_words": ("",)}, "wake_words")],
)
def test_parameters_that_contradict_each_other_are_refused(values: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        ListeningConfig(**values)  # type: ignore[arg-type]
