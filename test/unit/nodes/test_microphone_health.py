"""What /diagnostics says of a microphone that is ill."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.encoding.audio import MicrophoneHealth
from crossmodal_narrator.wire import MessageKind
from crossmodal_narrator.wire.topics import Source

diagnostics = pytest.importorskip("crossmodal_narrator.nodes.diagnostics", reason="rclpy is not installed")
from crossmodal_narrator.nodes.subscriptions import Watched  # noqa: E402 - needs rclpy

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


def test_what_says_what_the_sound_is_comes_now_and_then() -> None:
    """audio_capture publishes it every five seconds."""
    infos = Watched(topic="/mic/audio_info", kind=MessageKind.SOUND_INFO, source=Source(Sense.AUDIO, "mic"))
    infos.rate.count(0)
    subscriptions = SimpleNamespace(
        unavailable={}, watched={infos.topic: infos}, since_ns=0, dropped={}, publishers=lambda topic: 1
    )
    (told,) = diagnostics.inputs(subscriptions, 4_000_000_000)
    assert told.level == diagnostics.OK


@pytest.mark.parametrize("health", [WELL, replace(WELL, drift_ppm=40.0, lost_s=0.3, lost=0.01)])
def test_one_that_is_well_hears(health: MicrophoneHealth) -> None:
    (told,) = diagnostics.microphones({"outside": health})
    assert (told.level, told.message) == (diagnostics.OK, "it hears")
