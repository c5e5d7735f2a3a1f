"""A traffic light is believed by several looks, and only for as long as it is looked at."""

from __future__ import annotations

import numpy as np
from drawn_street import CAMERA, CAMERA_FROM_BASE, INTRINSICS

from crossmodal_narrator.core.detections import CameraFeatures, SignalDetection, SignalState
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.scene import TrafficSignal
from crossmodal_narrator.fusion.projection import CameraView
from crossmodal_narrator.fusion.signals import SignalTracker

NOTHING = CameraView(
    intrinsics=INTRINSICS[CAMERA],
    camera_from_base=CAMERA_FROM_BASE,
    index=np.empty(0, np.int64),
    pixels=np.empty((0, 2), np.float32),
    depth_m=np.empty(0, np.float32),
)


def look(
    tracker: SignalTracker, stamp_ns: int, state: SignalState, confidence: float = 0.9
) -> tuple[TrafficSignal, ...]:
    box = PixelBox(x0=1000, y0=200, x1=1020, y1=250)
    seen = SignalDetection(state=state, confidence=confidence, box=box, camera=CAMERA, stamp_ns=stamp_ns)
    features = CameraFeatures(camera=CAMERA, stamp_ns=stamp_ns, detections=(), signals=(seen,))
    return tracker.update(stamp_ns, {CAMERA: (features, NOTHING)})


def test_a_light_is_told_after_some_looks_that_agree() -> None:
    tracker = SignalTracker()
    told = [look(tracker, k * 100_000_000, SignalState.RED) for k in range(1, 6)]
    assert told[0] == ()
    assert told[-1][0].state is SignalState.RED
    assert told[-1][0].azimuth_rad < 0  # right of the middle


def test_a_light_that_changes_is_told_anew() -> None:
    tracker = SignalTracker()
    for k in range(1, 8):
        look(tracker, k * 100_000_000, SignalState.RED)
    for k in range(8, 16):
        (light,) = look(tracker, k * 100_000_000, SignalState.GREEN)
    assert light.state is SignalState.GREEN


def test_nothing_is_believed_over_a_jump_of_the_clock() -> None:
    tracker = SignalTracker()
    for k in range(1, 8):
        look(tracker, 10**13 + k * 100_000_000, SignalState.RED)
    assert look(tracker, 10**12, SignalState.UNKNOWN, confidence=0.0) == ()
