"""Scenes as the page reads them: short lists of numbers instead of records, since a drive has thousands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.truth import TrueScene


class Words:
    """A list of words that are named by their place in it."""

    def __init__(self) -> None:
        self.listed: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, word: object) -> int:
        text = str(word)
        if text not in self._places:
            self._places[text] = len(self.listed)
            self.listed.append(text)
        return self._places[text]


def scene_entry(
    scene: Record, truth: TrueScene | None, words: Words, *, start_ns: int, seen_m: float
) -> dict[str, Any]:
    """Keys: t; ego [speed, yaw rate]; o, objects with a place; b, those with a bearing alone; s sounds; g signals;
    r, what really stood there. Metres, radians, seconds, in base_link.
    """
    ego = scene.get("ego")
    placed = [o for o in scene["objects"] if o.get("position_m") is not None]
    near = [o for o in placed if math.hypot(*o["position_m"][:2]) <= seen_m]
    entry: dict[str, Any] = {
        "t": round((int(scene["stamp_ns"]) - start_ns) / 1e9, 3),
        "ego": None if ego is None else [round(ego["speed_mps"], 2), round(ego["yaw_rate_rps"], 3)],
        "o": [_object(thing, words) for thing in near],
    }
    bearings = [
        [o["track_id"], words.place(o["label"]), _turn(o.get("azimuth_rad"))]
        for o in scene["objects"]
        if o.get("position_m") is None
    ]
    sounds = [
        [words.place(s["kind"]), _turn(s.get("azimuth_rad")), _metres(s.get("range_m")), s.get("track_id")]
        for s in scene.get("sounds", ())
    ]
    signals = [
        [s["signal_id"], words.place(s["state"]), _turn(s.get("azimuth_rad")), _metres(s.get("range_m"))]
        for s in scene.get("signals", ())
    ]
    real = [] if truth is None else _real(truth, words, seen_m)
    lists = {"b": bearings, "s": sounds, "g": signals, "r": real}
    return entry | {key: listed for key, listed in lists.items() if listed}


def boxes_of(scene: Record) -> dict[int, OrientedBox]:
    """The boxes of a scene's tracks, those without a size left out."""
    found = {}
    for thing in scene["objects"]:
        position, size, yaw = (thing.get(key) for key in ("position_m", "size_lwh_m", "yaw_rad"))
        if position is not None and size is not None and yaw is not None:
            found[int(thing["track_id"])] = OrientedBox(
                centre_m=(position[0], position[1], position[2]), size_lwh_m=(size[0], size[1], size[2]), yaw_rad=yaw
            )
    return found


def _object(thing: Mapping[str, Any], words: Words) -> list[Any]:
    """track, label, motion, x, y, length, width, yaw, vx, vy, confidence, in path, distance."""
    length, width = (thing.get("size_lwh_m") or (0.0, 0.0))[:2]
    vx, vy = (thing.get("velocity_mps") or (None, None))[:2]
    relation = thing.get("relation") or {}
    x, y = thing["position_m"][:2]
    return [
        thing["track_id"],
        words.place(thing["label"]),
        words.place(thing.get("motion", "unknown")),
        round(x, 2),
        round(y, 2),
        round(length, 1),
        round(width, 1),
        _turn(thing.get("yaw_rad")),
        _metres(vx),
        _metres(vy),
        round(thing.get("confidence", 0.0), 2),
        int(bool(relation.get("in_path"))),
        _metres(relation.get("distance_m")),
    ]


def _real(truth: TrueScene, words: Words, seen_m: float) -> list[list[Any]]:
    """What no LiDAR beam met is hidden, and left out."""
    return [
        [
            words.place(thing.label.lower()),
            *(round(v, 2) for v in thing.position_m[:2]),
            *(round(v, 1) for v in thing.size_lwh_m[:2]),
            _turn(thing.yaw_rad),
        ]
        for thing in truth.objects
        if thing.lidar_points > 0 and thing.range_m <= seen_m
    ]


def _turn(angle_rad: float | None) -> float | None:
    return None if angle_rad is None else round(angle_rad, 3)


def _metres(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
