"""What an evaluation needs of a bag, where its camera's place is told late, again and again, or never."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from crossmodal_narrator.bags import Bag
from crossmodal_narrator.cli import survey
from crossmodal_narrator.core.frames import CameraFrame, FrameTransform, SensorFrame
from crossmodal_narrator.core.geometry import Intrinsics, Pose
from crossmodal_narrator.wire import Intake, TopicMap

START_NS, STEP_NS = 1_700_000_000_000_000_000, 100_000_000
LOOKS_AHEAD = Pose(
    rotation=np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]), translation_m=np.array([1.0, 0.0, 1.6])
)
LENS = Intrinsics(width=64, height=48, fx=50.0, fy=50.0, cx=32.0, cy=24.0)
PICTURE = np.zeros((48, 64, 3), np.uint8)


def driven(seconds: float, told_from_s: float) -> list[SensorFrame]:
    """One calibrated image, and the camera's mount on /tf, ten times a second from then on."""
    first = CameraFrame(stamp_ns=START_NS, frame_id="lens", camera="front", rgb=PICTURE, intrinsics=LENS)
    mounts = [
        FrameTransform(stamp_ns=START_NS + k * STEP_NS, parent="base_link", child="lens", parent_from_child=LOOKS_AHEAD)
        for k in range(round(told_from_s * 10), round(seconds * 10))
    ]
    return [first, *mounts]


def surveyed(monkeypatch: pytest.MonkeyPatch, frames: list[SensorFrame]) -> survey.Survey:
    monkeypatch.setattr(survey, "_frames", lambda bag, intake: iter(frames))
    return survey.survey_bag(cast("Bag", None), (), Intake(TopicMap()))


def test_a_mount_that_is_forgotten_after_a_while_was_asked_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    found = surveyed(monkeypatch, driven(60.0, 0.0))
    assert found.has_camera
    assert found.in_view((20.0, 0.0, 1.6))
    assert not found.in_view((-20.0, 0.0, 1.6))


def test_a_camera_that_stands_nowhere_sees_nothing_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = surveyed(monkeypatch, driven(1.0, 1.0))
    assert found.has_camera
    assert not found.in_view((20.0, 0.0, 1.6))
