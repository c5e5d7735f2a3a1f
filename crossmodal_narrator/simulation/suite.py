"""The vehicle's sensors in a world: what they give in each tenth of a second.

Each tick is made from the rollout, the rig and its own number alone, so that any number of processes gives the same
bytes. The LiDAR turns once a tick; images are taken in the middle of the turn, when it looks ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crossmodal_narrator.core.frames import AudioChunk, CameraFrame, LidarSweep, SensorFrame
from crossmodal_narrator.simulation.ground_truth import GroundTruth
from crossmodal_narrator.simulation.rollout import Rollout, stamp_at
from crossmodal_narrator.simulation.scenario import FaultKind, SensorFault
from crossmodal_narrator.simulation.sensors.camera import Camera
from crossmodal_narrator.simulation.sensors.rig import CameraMount, Rig
from crossmodal_narrator.simulation.sensors.spinning_lidar import SpinningLidar
from crossmodal_narrator.simulation.sound.soundscape import Soundscape
from crossmodal_narrator.simulation.stage import Stage

TICK_S = 0.1
_LIDAR, _CAMERA = 1, 2  # whose noise it is
_COVERED_LEVELS = 6  # of 255: what a lens shows that is covered


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tick:
    """What was sensed in one tenth of a second, and an entry of truth.json at its end."""

    frames: Sequence[SensorFrame]
    truth: dict[str, Any]


class SensorSuite:
    """A rig in the world of a rollout. Building it takes seconds, a tick a fraction of one."""

    def __init__(self, rollout: Rollout, rig: Rig, faults: Sequence[SensorFault] = ()) -> None:
        self._rollout, self._rig, self._faults = rollout, rig, faults
        self._stage = Stage(rollout)
        self._cameras = [Camera(mount) for mount in rig.cameras]
        self._lidar = SpinningLidar(rig.lidar) if rig.lidar is not None else None
        self._soundscape = Soundscape(rollout, self._stage.scenery, rig)
        self._truth = GroundTruth(rollout, rig)

    def tick(self, number: int) -> Tick:
        """From number / 10 s to (number + 1) / 10 s of the drive."""
        end_s = tick_end_s(number)
        frames: list[SensorFrame] = []
        for which, mount in enumerate(self._rig.cameras):
            if not self._has(f"camera/{mount.name}", FaultKind.SILENT, end_s):
                frames.append(self._image(number, which, mount))
        sweep, returns = self._swept(number, end_s)
        frames += [*sweep, *self._heard(number, end_s)]
        sounds = self._soundscape.true_sounds(end_s)
        since_ns = stamp_at(tick_end_s(number - 1)) if number > 0 else 0  # what is so from the beginning counts, too
        return Tick(frames=frames, truth=self._truth.entry(end_s, since_ns, returns, sounds))

    def _image(self, number: int, which: int, mount: CameraMount) -> CameraFrame:
        time_s = (number + 0.5) * TICK_S
        rng = np.random.default_rng((self._rollout.seed, number, _CAMERA, which))
        if self._has(f"camera/{mount.name}", FaultKind.BLIND, tick_end_s(number)):
            shape = (mount.intrinsics.height, mount.intrinsics.width, 3)
            rgb = rng.integers(0, _COVERED_LEVELS, shape, dtype=np.uint8)
        else:
            rgb = self._cameras[which].render(self._stage.moment(time_s), self._rollout.ego.pose(time_s), rng)
        return CameraFrame(
            stamp_ns=stamp_at(time_s), frame_id=mount.frame_id, camera=mount.name, rgb=rgb, intrinsics=mount.intrinsics
        )

    def _swept(self, number: int, end_s: float) -> tuple[list[LidarSweep], dict[str, int]]:
        if self._lidar is None or self._rig.lidar is None or self._has("lidar", FaultKind.SILENT, end_s):
            return [], {}
        frame_id = self._rig.lidar.frame_id
        if self._has("lidar", FaultKind.BLIND, end_s):
            nothing = np.zeros((0, 3), np.float32)
            return [LidarSweep(stamp_ns=stamp_at(end_s), frame_id=frame_id, xyz=nothing)], {}
        rng = np.random.default_rng((self._rollout.seed, number, _LIDAR))
        points = self._lidar.sweep(self._stage.moment(end_s), rng)
        return [points.sweep(stamp_at(end_s), frame_id)], points.returns

    def _heard(self, number: int, end_s: float) -> list[AudioChunk]:
        chunks = []
        if self._rig.microphones is not None and not self._has("microphones", FaultKind.SILENT, end_s):
            chunk = self._soundscape.outside(number)
            deaf = self._has("microphones", FaultKind.BLIND, end_s)
            chunks.append(replace(chunk, samples=np.zeros_like(chunk.samples)) if deaf else chunk)
        if self._rig.has_cabin_microphone:
            chunks.append(self._soundscape.cabin(number))
        return chunks

    def _has(self, sensor: str, kind: FaultKind, time_s: float) -> bool:
        """Whether a fault of that kind is upon the sensor."""
        stamp_ns = stamp_at(time_s)
        return any(fault.sensor == sensor and fault.kind is kind and is_upon(fault, stamp_ns) for fault in self._faults)


def tick_end_s(number: int) -> float:
    return (number + 1) / 10.0


def is_upon(fault: SensorFault, stamp_ns: int) -> bool:
    """Whether what is stamped so falls into the fault. By stamps, which are whole: sums of tenths are not."""
    return stamp_at(fault.from_s) < stamp_ns <= stamp_at(fault.to_s)
