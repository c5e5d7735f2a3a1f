"""The rule that turns probabilities into an alarm."""

from __future__ import annotations

import pytest

from crossmodal_narrator.core.config import build
from crossmodal_narrator.core.detections import SoundFrame
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.encoding.audio import CueAlarms, SoundEncoderConfig


def frame(siren: float = 0.0, horn: float = 0.0, siren_before: float = 0.0) -> SoundFrame:
    return SoundFrame(
        stamp_ns=1,
        microphone="outside",
        siren_before=siren_before,
        siren=siren,
        horn=horn,
        other=0.0,
        pattern=None,
        level_dbfs=-30.0,
    )


def test_an_alarm_needs_enough_of_the_last_frames_and_ends_when_they_are_over() -> None:
    alarms = CueAlarms(SoundEncoderConfig(horn_threshold=0.8, horn_frames=4, horn_hits=3))
    heard = [alarms.push(frame(horn=p))[1] for p in (0.9, 0.9, 0.1, 0.8, 0.2, 0.2, 0.9)]
    assert heard == [False, False, False, True, False, False, False]


def test_a_siren_is_looked_for_twice_in_a_frame() -> None:
    """Two of the last three looks; what was raised in the midst of a frame and is over at its end was raised."""
    config = SoundEncoderConfig(siren_threshold=0.8, siren_frames=3, siren_hits=2)
    assert CueAlarms(config).push(frame(siren_before=0.9, siren=0.9))[0]
    alarms = CueAlarms(config)
    looks = [(0.1, 0.9), (0.1, 0.9), (0.9, 0.1), (0.1, 0.1)]
    assert [alarms.push(frame(siren_before=a, siren=b))[0] for a, b in looks] == [False, True, True, False]


def test_siren_and_horn_are_told_apart() -> None:
    alarms = CueAlarms(SoundEncoderConfig(horn_threshold=0.5, horn_frames=1, horn_hits=1))
    assert alarms.push(frame(0.1, horn=0.6)) == (False, True)


def test_more_hits_than_frames_is_refused_with_the_remedy() -> None:
    with pytest.raises(ConfigError, match="horn_hits = 5 of horn_frames = 4 — set horn_hits to 4"):
        build(SoundEncoderConfig, {"horn_hits": 5})
