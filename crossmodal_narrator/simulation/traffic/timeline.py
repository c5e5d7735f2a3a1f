"""Where something is, second by second: sampled once, asked for at any time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.arrays import frozen_array
from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import Pose


class Lamps(IntFlag):
    """What of a vehicle shines."""

    NONE = 0
    HEAD = 1  # headlamps and tail lamps
    BRAKE = 2
    LEFT = 4  # indicator
    RIGHT = 8
    BLUE = 16  # of an emergency vehicle


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """Samples of a motion in the world's frame (x east, y north, z up, metres), linear between them.

    The place is that of the middle of the thing on the ground; of the ego that of base_link. Before its first and after
    its last sample a thing is not there.
    """

    time_s: NDArray[np.float64]  # (samples,) rising, from the beginning of the drive
    xyz_m: NDArray[np.float64]  # (samples, 3)
    yaw_rad: NDArray[np.float64]  # (samples,) unwrapped: neighbours differ by less than π
    speed_mps: NDArray[np.float64]  # (samples,) along the yaw
    lamps: NDArray[np.uint8]  # (samples,) Lamps

    def __post_init__(self) -> None:
        count = len(self.time_s)
        shapes: dict[str, tuple[int | None, ...]] = {"time_s": (count,), "xyz_m": (count, 3), "yaw_rad": (count,)}
        for name, shape in {**shapes, "speed_mps": (count,)}.items():
            value: Any = getattr(self, name)
            checked = frozen_array(value, name=f"Timeline.{name}", shape=shape, dtype=np.float64, finite=True)
            object.__setattr__(self, name, checked)
        lamps = frozen_array(self.lamps, name="Timeline.lamps", shape=(count,), dtype=np.uint8)
        object.__setattr__(self, "lamps", lamps)
        if count == 0 or (np.diff(self.time_s) <= 0).any():
            raise ScenarioError("a Timeline needs samples whose times rise", remedy="sample the motion in order")

    @staticmethod
    def standing(x_m: float, y_m: float, yaw_rad: float, z_m: float = 0.0) -> Timeline:
        """For ever in one place, without light."""
        return Timeline(
            time_s=np.array([-math.inf, math.inf]).clip(-1e9, 1e9),
            xyz_m=np.array([[x_m, y_m, z_m]] * 2, dtype=np.float64),
            yaw_rad=np.full(2, yaw_rad, dtype=np.float64),
            speed_mps=np.zeros(2),
            lamps=np.zeros(2, np.uint8),
        )

    def is_present(self, time_s: float) -> bool:
        return bool(self.time_s[0] <= time_s <= self.time_s[-1])

    def at(self, times_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(times,) → (times, 3) places and (times,) yaws."""
        xyz = np.stack([np.interp(times_s, self.time_s, self.xyz_m[:, k]) for k in range(3)], axis=-1)
        return xyz, np.interp(times_s, self.time_s, self.yaw_rad)

    def pose(self, time_s: float) -> Pose:
        """`world_from_body`."""
        xyz, yaw = self.at(np.array([time_s]))
        return Pose.from_xy_yaw(float(xyz[0, 0]), float(xyz[0, 1]), float(yaw[0]), float(xyz[0, 2]))

    def speed(self, time_s: float) -> float:
        """Metres a second along the yaw; negative backwards."""
        return float(np.interp(time_s, self.time_s, self.speed_mps))

    def yaw_rate_rps(self, time_s: float) -> float:
        half = 0.05
        before, after = np.interp([time_s - half, time_s + half], self.time_s, self.yaw_rad)
        return float(after - before) / (2.0 * half)

    def lamps_at(self, time_s: float) -> Lamps:
        """Those of the last sample that is not later."""
        k = int(np.searchsorted(self.time_s, time_s, side="right")) - 1
        return Lamps(int(self.lamps[max(k, 0)]))

    @property
    def is_moving_ever(self) -> bool:
        return bool(np.ptp(self.xyz_m, axis=0).max() > 1e-3 or np.ptp(self.yaw_rad) > 1e-4)

    def distance_m(self, time_s: float) -> float:
        """Way covered since the first sample: what turns the wheels and moves the legs."""
        steps = np.linalg.norm(np.diff(self.xyz_m, axis=0), axis=1)
        return float(np.interp(time_s, self.time_s, np.concatenate([[0.0], np.cumsum(steps)])))
