"""What /diagnostics says of a microphone that is ill."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crossmodal_narrator.encoding.audio import MicrophoneHealth

diagnostics = pytest.importorskip("crossmodal_narrator.nodes.diagnostics", reason="rclpy is not installed")

WELL = MicrophoneHealth(lost_s=0.0, lost=0.0, restarts=0, clipped=0.0, dead=(), drift_ppm=None)


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (replace(WELL, clipped=0.2), "20 % of its samples are at full scale"),
        (replace(WELL, dead=(1, 3)), "nothing comes from channel 1, 3"),
        (replace(WELL, lost=0.75, lost_s=9.0), "75 % of its time has no sound"),
        (replace(WELL, drift_ppm=-625.0), "drifts by -625 ppm"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(health: MicrophoneHealth, words: str) -> None:
    (told,) = diagnostics.microphones({"outside": health})
    assert told.level == diagnostics.WARN
    assert words in told.message
    assert "check" in told.message or "lower" in told.message


@pytest.mark.parametrize("health", [WELL, replace(WELL, drift_ppm=40.0, lost_s=0.3, lost=0.01)])
def test_one_that_is_well_hears(health: MicrophoneHealth) -> None:
    (told,) = diagnostics.microphones({"outside": health})
    assert (told.level, told.message) == (diagnostics.OK, "it hears")
