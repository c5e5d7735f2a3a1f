"""What a simulated snapshot is, in no language: the facts that somebody who looks and listens could tell.

Only what the senses can know is a fact here: a thing that the laser met often enough, a colour that there is light for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crossmodal_narrator.core.scene import Side, side_of

_POINTS, _REACH_M = 10, 40.0  # a thing that is known is met so often, and stands so near
_COLOUR_M, _LOOK_M = 25.0, 30.0
_LANE_M = 1.6
_NEAR_SIGNAL_M = (3.0, 45.0)
_CRAWLS_MPS, _FAST_MPS, _STANDS_MPS, _TURNS_RPS = 3.0, 11.0, 0.2, 0.08
_RAINS_MMPH, _FOGGY_M = 1.0, 1_000.0
_HEARD_DB = -3.0  # above the noise
_THINGS = 3
_SPECIAL = {"ambulance": "ambulance", "fire_engine": "fire_engine", "police_car": "police_car"}
COLOURS: Mapping[str, tuple[int, int, int]] = {
    "white": (240, 240, 242),
    "black": (24, 25, 28),
    "grey": (112, 116, 120),
    "silver": (196, 199, 203),
    "blue": (28, 66, 148),
    "red": (176, 22, 26),
    "brown": (128, 108, 84),
    "green": (44, 100, 64),
    "orange": (220, 118, 27),
    "yellow": (228, 190, 45),
}

MIRRORED = {
    Side.LEFT: Side.RIGHT,
    Side.AHEAD_LEFT: Side.AHEAD_RIGHT,
    Side.BEHIND_LEFT: Side.BEHIND_RIGHT,
    Side.RIGHT: Side.LEFT,
    Side.AHEAD_RIGHT: Side.AHEAD_LEFT,
    Side.BEHIND_RIGHT: Side.BEHIND_LEFT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Somebody in the scene. `colour` is empty where it cannot be known."""

    kind: str  # a label of the truth, or ambulance, fire_engine, police_car
    side: Side
    distance_m: int  # to five metres
    colour: str = ""
    is_parked: bool = False

    @property
    def mirrored(self) -> Thing:
        return replace(self, side=MIRRORED.get(self.side, self.side))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Of one snapshot. What is empty, or none, is not so, or cannot be known."""

    place: str  # the kind of network
    light: str  # day, dusk, night
    weather: str  # clear, rain, fog
    ego: str  # standing, crawling, driving, fast, turning_left, turning_right
    signal: str = ""  # red, amber, green: the one that counts for us
    sounds: tuple[str, ...] = ()  # wail, yelp, hi_lo, horn
    things: tuple[Thing, ...] = ()  # those that matter most, first
    people: int = 0  # on foot, of those who are known
    parked: tuple[Side, ...] = ()  # LEFT, RIGHT: rows of parked cars

    @property
    def mirrored(self) -> Facts:
        """Of the same snapshot, seen in a mirror."""
        turned = {"turning_left": "turning_right", "turning_right": "turning_left"}
        return replace(
            self,
            ego=turned.get(self.ego, self.ego),
            things=tuple(thing.mirrored for thing in self.things),
            parked=tuple(sorted(MIRRORED[side] for side in self.parked)),
        )


def facts_of(truth: Mapping[str, Any]) -> Facts:
    """Of an entry as `snapshots` writes it: one of truth.json, with the drive's light, weather and network."""
    known = [entry for entry in truth["objects"] if _is_known(entry)]
    parked = [entry for entry in known if entry["motion"] == "Parked"]
    return Facts(
        place=str(truth["network"]),
        light=str(truth["daylight"]),
        weather=_weather(truth),
        ego=_ego(truth),
        signal=_signal(truth["signals"]),
        sounds=tuple(sorted({str(s["pattern"]) for s in truth["sounds"] if _is_heard(s)})),
        things=tuple(_things(truth, known)),
        people=sum(entry["label"] == "pedestrian" for entry in known),
        parked=tuple(sorted(side for side in (Side.LEFT, Side.RIGHT) if sum(map(_beside(side), parked)) >= 2)),
    )


def _is_known(entry: Mapping[str, Any]) -> bool:
    return int(entry["lidar_points"]) >= _POINTS and _distance(entry) <= _REACH_M


def _distance(entry: Mapping[str, Any]) -> float:
    x, y, _ = entry["position_m"]
    return math.hypot(x, y)


def _beside(side: Side) -> Any:
    sign = 1.0 if side is Side.LEFT else -1.0
    return lambda entry: sign * entry["position_m"][1] > 1.5 and abs(entry["position_m"][0]) < 25.0


def _weather(truth: Mapping[str, Any]) -> str:
    if truth["rain_mmph"] >= _RAINS_MMPH:
        return "rain"
    return "fog" if truth["visibility_m"] < _FOGGY_M else "clear"


def _ego(truth: Mapping[str, Any]) -> str:
    speed, turn = float(truth["ego_speed_mps"]), float(truth["ego_yaw_rate_rps"])
    if speed < _STANDS_MPS:
        return "standing"
    if abs(turn) > _TURNS_RPS:
        return "turning_left" if turn > 0 else "turning_right"
    return "crawling" if speed < _CRAWLS_MPS else "fast" if speed > _FAST_MPS else "driving"


def _signal(signals: Sequence[Mapping[str, Any]]) -> str:
    low, high = _NEAR_SIGNAL_M
    ours = [s for s in signals if s["is_for_ego"] and low < s["stop_line_m"][0] < high]
    ours.sort(key=lambda s: float(s["stop_line_m"][0]))
    state = str(ours[0]["state"]) if ours else ""
    return state if state in ("red", "amber", "green") else ""


def _is_heard(sound: Mapping[str, Any]) -> bool:
    return sound["kind"] in ("siren", "horn") and sound["level_db"] - sound["noise_db"] > _HEARD_DB


def _things(truth: Mapping[str, Any], known: Sequence[Mapping[str, Any]]) -> Iterator[Thing]:
    for entry in _chosen(sorted(known, key=_rank)):
        x, y, _ = entry["position_m"]
        far = _distance(entry)
        sees = entry["centre_in_front_image"] and not truth["is_blind"]
        special = _SPECIAL.get(str(entry["look"])) if sees and far < _LOOK_M else None
        yield Thing(
            kind=special or str(entry["label"]),
            side=side_of(math.atan2(y, x)),
            distance_m=max(5, 5 * round(far / 5.0)),
            colour="" if special else colour_of(entry, truth),
            is_parked=entry["motion"] == "Parked",
        )


def _chosen(ranked: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The first of them. Of people on foot the first one ahead: how many there are is a fact of its own."""
    chosen: list[Mapping[str, Any]] = []
    for entry in ranked:
        on_foot = entry["label"] == "pedestrian"
        if on_foot and (entry["position_m"][0] < 0 or any(one["label"] == "pedestrian" for one in chosen)):
            continue
        chosen.append(entry)
    return chosen[:_THINGS]


def _rank(entry: Mapping[str, Any]) -> tuple[int, float]:
    """What a passenger is told of first: who has a siren, who is before us, who could be hurt; then the nearest."""
    x, y, _ = entry["position_m"]
    if entry["look"] in _SPECIAL:
        return 0, _distance(entry)
    if x > 0 and abs(y) < _LANE_M:
        return 1, _distance(entry)
    parked, on_foot = entry["motion"] == "Parked", entry["label"] in ("pedestrian", "cyclist", "motorcycle")
    ahead_m = _distance(entry) + (10.0 if x < 0 else 0.0)
    return (4 if parked else 2), ahead_m - (5.0 if on_foot else 0.0)


def colour_of(entry: Mapping[str, Any], truth: Mapping[str, Any]) -> str:
    """The colour of an object's body in a word; empty where no camera could tell it."""
    rgb = truth["paints"].get(entry["id"])
    sees = entry["centre_in_front_image"] and not truth["is_blind"] and truth["daylight"] != "night"
    if rgb is None or not sees or _distance(entry) >= _COLOUR_M:
        return ""
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(COLOURS[name], rgb, strict=True)))
