"""An entry of truth as snapshots carry it: a standing car at dusk, in the rain, with somebody of everything."""

from __future__ import annotations

from typing import Any


def thing(name: str, label: str, place: tuple[float, float], **values: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "look": label,
        "lidar_points": 50,
        "motion": "Moving",
        "speed_mps": 3.0,
        "size_lwh_m": [4.5, 1.9, 1.5],
        "centre_in_front_image": place[0] > 0,
    }
    return {"id": name, "label": label, "position_m": [*place, 0.8], **usual, **values}


TRUTH: dict[str, Any] = {
    "network": "grid",
    "daylight": "dusk",
    "rain_mmph": 4.0,
    "visibility_m": 10_000.0,
    "is_blind": False,
    "ego_speed_mps": 0.0,
    "ego_yaw_rate_rps": 0.0,
    "objects": [
        thing("far", "car", (60.0, 0.0)),
        thing("hidden", "truck", (15.0, 3.0), lidar_points=4),
        thing("lead", "car", (12.0, 0.5), look="sedan"),
        thing("walker", "pedestrian", (10.0, -4.0)),
        thing("another", "pedestrian", (14.0, -4.5)),
        thing("help", "van", (-20.0, -0.5), look="ambulance"),
    ],
    "paints": {"lead": [240, 240, 242], "help": [244, 244, 246]},
    "signals": [{"state": "red", "is_for_ego": True, "stop_line_m": [18.0, 0.0]}],
    "sounds": [
        {"kind": "siren", "pattern": "yelp", "level_db": 60.0, "noise_db": 50.0},
        {"kind": "horn", "pattern": "horn", "level_db": 40.0, "noise_db": 50.0},
        {"kind": "vehicle", "pattern": "diesel", "level_db": 70.0, "noise_db": 50.0},
    ],
}
