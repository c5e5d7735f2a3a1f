"""What one turn of a LiDAR delivers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.frames import LidarSweep
from crossmodal_narrator.simulation.shapes.meshes import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """A sweep as its driver gives it: in the order of firing, each point in the sensor's frame at its own time."""

    xyz: Floats  # (points, 3)
    intensity: Floats  # (points,) whole numbers from 0 to 255: per cent of a white surface, more for retroreflectors
    ring: NDArray[np.uint16]  # (points,) the channel, 0 is the uppermost
    offset_s: Floats  # (points,) from the end of the turn, negative
    actor: NDArray[np.int32]  # (points,) whom it met, by place in `actor_ids`; -1 is nobody
    actor_ids: tuple[str, ...]  # of all who could be met

    @property
    def returns(self) -> dict[str, int]:
        """How many points met each actor that was met."""
        counts = np.bincount(self.actor + 1, minlength=len(self.actor_ids) + 1)[1:]
        return {name: int(count) for name, count in zip(self.actor_ids, counts, strict=True) if count}

    def sweep(self, stamp_ns: int, frame_id: str) -> LidarSweep:
        """As it is recorded; `stamp_ns` is the end of the turn."""
        return LidarSweep(
            stamp_ns=stamp_ns,
            frame_id=frame_id,
            xyz=self.xyz,
            intensity=self.intensity,
            point_offset_s=self.offset_s,
            ring=self.ring,
        )
