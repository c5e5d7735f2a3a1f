"""Per-point times of LiDAR drivers → seconds relative to the sweep's stamp.

Drivers agree neither on the name, nor on the type, nor on the unit, nor on the origin:

| driver | field | type | meaning | source |
|---|---|---|---|---|
| ouster_ros | t | uint32 | ns after the stamp | ouster-ros, os_point.h |
| livox_ros_driver | offset_time | uint32 | ns after the stamp | CustomPoint.msg |
| livox_ros_driver2 | timestamp | float64 | ns since the epoch | PointXYZRTLT in lddc.cpp |
| velodyne_pointcloud | time | float32 | s, zero or negative (before the stamp) | datacontainerbase.h |
| HesaiLidar_ROS_2.0, rslidar_sdk | timestamp | float64 | s since the epoch | their README |
| Autoware | time_stamp | uint32 | ns after the stamp | autoware_point_types |

So the numbers themselves decide. A sweep lasts between 3 ms and 3 s: that fixes the unit, as each unit is a thousand
times the next one. And times that are then within a second of zero are offsets; else they must be near the stamp.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import FrameError

TIME_FIELDS = ("t", "time", "timestamp", "offset_time", "time_stamp")
_LONGEST_SWEEP_S = 3.2
_FURTHEST_OFFSET_S = 1.0
_UNITS_S = (1.0, 1e-3, 1e-6, 1e-9)


def point_offsets(times: NDArray[Any], stamp_ns: int) -> NDArray[np.float32]:
    """(points,) in the driver's unit → (points,) seconds relative to `stamp_ns`, negative before it.

    Raises:
        FrameError: the times are not finite, or belong to another clock than the stamp.
    """
    if not len(times):
        return np.empty(0, dtype=np.float32)
    first, last = float(times.min()), float(times.max())
    if not np.isfinite([first, last]).all():
        raise FrameError("per-point times are not finite", remedy="check the LiDAR driver's per-point time")
    unit_s = _unit_s(first, last, times.dtype, stamp_ns)
    if max(abs(first), abs(last)) * unit_s <= _FURTHEST_OFFSET_S:
        return np.asarray(times * np.float64(unit_s), dtype=np.float32)
    # The difference is taken in the driver's own unit: seconds since the epoch leave float64 only 0.2 µs.
    origin = stamp_ns * (1e-9 / unit_s)
    offsets = (times - np.float64(origin)) * unit_s
    furthest_s = max(abs(float(offsets.min())), abs(float(offsets.max())))
    if furthest_s > _FURTHEST_OFFSET_S:
        raise FrameError(
            f"per-point times are up to {furthest_s:.3f} s from the sweep's stamp",
            remedy="let the LiDAR's clock and the stamp of its messages come from one source (PTP, UTC not TAI)",
        )
    return np.asarray(offsets, dtype=np.float32)


def _unit_s(first: float, last: float, dtype: np.dtype[Any], stamp_ns: int) -> float:
    """The unit in seconds, from the length of the sweep. Without one (a flash LiDAR), from the size of the numbers."""
    units_s = _UNITS_S if dtype.kind == "f" else _UNITS_S[2:]  # whole seconds or milliseconds resolve no sweep
    if first == last:
        near = (unit_s for unit_s in units_s if abs(last * unit_s - stamp_ns * 1e-9) <= _FURTHEST_OFFSET_S)
        if (unit_s := next(near, None)) is not None:
            return unit_s
    length = last - first or abs(last)
    return next((unit_s for unit_s in units_s if length * unit_s <= _LONGEST_SWEEP_S), units_s[-1])
