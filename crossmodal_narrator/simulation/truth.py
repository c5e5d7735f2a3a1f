"""What the scenario knows and the sensors must find: entries of truth.json, as for labelled real drives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from crossmodal_narrator.core.geometry import Intrinsics, Pose
from crossmodal_narrator.simulation.street import Scenario

_MAX_RANGE_M = 100.0


def true_scene(
    scenario: Scenario,
    time_s: float,
    stamp_ns: int,
    returns: Mapping[str, int],
    intrinsics: Intrinsics,
    base_from_camera: Pose,
) -> dict[str, Any]:
    """All actors within 100 m, in base_link at `time_s`; `returns` counts the points of the sweep that met each."""
    base_from_street = scenario.ego_pose(time_s).inverse()
    camera_from_base = base_from_camera.inverse()
    objects = []
    for actor in scenario.actors:
        box = actor.box(time_s).moved(base_from_street)
        if box.nearest_in_plan_m() > _MAX_RANGE_M:
            continue
        _, seen = intrinsics.project(camera_from_base.transform(np.array([box.centre_m])))
        objects.append(
            {
                "id": actor.actor_id,
                "label": actor.label.value,
                "position_m": [round(v, 3) for v in box.centre_m],
                "size_lwh_m": [round(v, 3) for v in box.size_lwh_m],
                "yaw_rad": round(box.yaw_rad, 4),
                "motion": actor.motion(time_s),
                "lidar_points": returns.get(actor.actor_id, 0),
                "centre_in_front_image": bool(seen[0]),
            }
        )
    return {"stamp_ns": stamp_ns, "ego_speed_mps": round(scenario.ego_speed.speed_mps(time_s), 3), "objects": objects}
