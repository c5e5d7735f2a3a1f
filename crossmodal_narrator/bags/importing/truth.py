"""Labels → entries of truth.json, in base_link at each sweep's stamp, as the simulator writes them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.importing.drive import Label, LabelledSweep
from crossmodal_narrator.core.geometry import Intrinsics, OrientedBox, Pose, Vec3

# Labels further apart tell no velocity; the same bound as nuScenes' own box_velocity.
_FURTHEST_S = 1.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """Where the front camera looks."""

    intrinsics: Intrinsics
    base_from_camera: Pose

    def sees(self, point: Vec3) -> bool:
        _, seen = self.intrinsics.project(self.base_from_camera.inverse().transform(np.array([point])))
        return bool(seen[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenSweep:
    """A labelled sweep with what its sensors say of the labels: points inside of each box, and the camera's view."""

    sweep: LabelledSweep
    points: tuple[int, ...]
    view: View | None


def count_points(sweep: LabelledSweep, xyz: NDArray[np.floating]) -> tuple[int, ...]:
    """How many of (points, 3) in base_link lie in each box; what the dataset counted itself counts more."""
    base_from_odom = sweep.odom_from_base.inverse()
    return tuple(
        points_inside(label.box.moved(base_from_odom), xyz) if label.lidar_points is None else label.lidar_points
        for label in sweep.labels
    )


def points_inside(box: OrientedBox, xyz: NDArray[np.floating]) -> int:
    """How many of (points, 3) lie in the box."""
    dx, dy, dz = (xyz[:, k] - box.centre_m[k] for k in range(3))
    c, s = math.cos(box.yaw_rad), math.sin(box.yaw_rad)
    half = [size / 2.0 for size in box.size_lwh_m]
    inside = (np.abs(c * dx + s * dy) <= half[0]) & (np.abs(c * dy - s * dx) <= half[1]) & (np.abs(dz) <= half[2])
    return int(np.count_nonzero(inside))


def truth_entries(seen: Sequence[SeenSweep]) -> list[dict[str, Any]]:
    """One entry each sweep; velocities are central differences of the labels in odom."""
    paths: dict[str, list[tuple[int, Vec3]]] = defaultdict(list)
    for each in seen:
        for label in each.sweep.labels:
            paths[label.object_id].append((each.sweep.stamp_ns, label.box.centre_m))
    last_view = next((each.view for each in reversed(seen) if each.view is not None), None)
    entries = []
    for each in seen:
        sweep, view = each.sweep, each.view or last_view
        objects = [
            _entry(label, points, sweep, velocity_at(paths[label.object_id], sweep.stamp_ns), view)
            for label, points in zip(sweep.labels, each.points, strict=True)
        ]
        speed = round(sweep.ego_speed_mps, 3)
        entries.append({"stamp_ns": sweep.stamp_ns, "ego_speed_mps": speed, "objects": objects})
    return entries


def velocity_at(path: Sequence[tuple[int, Vec3]], stamp_ns: int) -> NDArray[np.float64] | None:
    """Velocity in odom, m/s; None where there is no label near enough in time."""
    near = [(at, point) for at, point in path if abs(at - stamp_ns) <= _FURTHEST_S * 1e9]
    before = max((item for item in near if item[0] < stamp_ns), default=None)
    after = min((item for item in near if item[0] > stamp_ns), default=None)
    here = next((item for item in near if item[0] == stamp_ns), None)
    first, last = before or here, after or here
    if first is None or last is None or last[0] <= first[0]:
        return None
    step: NDArray[np.float64] = np.subtract(last[1], first[1]) / ((last[0] - first[0]) / 1e9)
    return step


def _entry(
    label: Label, points: int, sweep: LabelledSweep, velocity: NDArray[np.float64] | None, view: View | None
) -> dict[str, Any]:
    base_from_odom = sweep.odom_from_base.inverse()
    box = label.box.moved(base_from_odom)
    in_base = None if velocity is None else base_from_odom.rotation @ velocity
    return {
        "id": label.object_id,
        "label": label.label.value,
        "dataset_label": label.dataset_label,
        "position_m": _rounded(box.centre_m),
        "size_lwh_m": _rounded(box.size_lwh_m),
        "yaw_rad": round(box.yaw_rad, 4),
        "velocity_mps": None if in_base is None else _rounded(in_base),
        "speed_mps": None if in_base is None else round(float(np.hypot(in_base[0], in_base[1])), 3),
        "motion": label.motion,
        "visibility": label.visibility,
        "lidar_points": points,
        "centre_in_front_image": view is not None and view.sees(box.centre_m),
    }


def _rounded(values: Iterable[float]) -> list[float]:
    """To millimetres, without a zero that is negative."""
    return [round(float(value), 3) + 0.0 for value in values]
