"""Whether one spoken claim holds, as far as the truth can tell.

Right; contradicted: the thing is there, and is otherwise; unsupported: nothing of that kind is there; or not judged,
because nobody wrote down what would tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import wrap_angle
from crossmodal_narrator.evaluation.detection import Record, plan_distance
from crossmodal_narrator.evaluation.truth import Kind, TrueObject, TrueScene, kind_of

DISTANCE_TOLERANCE = 0.10
SPEED_TOLERANCE, LEAST_SPEED_TOLERANCE_MPS = 0.10, 0.5
STANDS_MPS = 0.3
KEEPS_ITS_RANGE_MPS = 1.0  # slower, nobody would say that it comes or goes
ASSOCIATION_M = 2.5  # a track's centre may stand so far from the labelled one and still be about it
OUTSIDE_M = 1.0  # or so far from the thing itself: of a bus only the rear may be seen
# Half the width of a sector, with room for a thing that reaches into the next one: a side is wrong beyond it.
SIDE_TOLERANCE_RAD = math.radians(45)
SIDE_AZIMUTH_RAD = {
    "ahead": 0.0,
    "ahead_left": math.pi / 4,
    "left": math.pi / 2,
    "behind_left": 3 * math.pi / 4,
    "behind": math.pi,
    "behind_right": -3 * math.pi / 4,
    "right": -math.pi / 2,
    "ahead_right": -math.pi / 4,
}
# What a movement says of a thing that certainly stands, or moves. What comes nearer may do either.
STANDS, MOVES = (
    {"parked", "stopped"},
    {"moving", "oncoming", "crossing", "cutting_in", "overtaking", "stepping_out"},
)


class Verdict(str, Enum):
    RIGHT = "right"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"
    NOT_JUDGED = "not_judged"


def judge(claim: Record, scene: Record, real: TrueScene) -> Verdict:
    """Of a claim that was spoken at `scene`, the line of scenes.jsonl."""
    subjects = str(claim["subject"]).split(",")
    if all(subject.startswith("track:") for subject in subjects):
        return _of_tracks(claim, subjects, scene, real)
    judges: Mapping[str, Callable[[Record, TrueScene], Verdict]] = {
        "ego": _of_ego,
        "sound": _of_sound,
        "signal": _of_signal,
    }
    judged_by = judges.get(subjects[0].split(":")[0])
    return Verdict.NOT_JUDGED if judged_by is None else judged_by(claim, real)


def _of_tracks(claim: Record, subjects: Sequence[str], scene: Record, real: TrueScene) -> Verdict:
    holds = _HOLDS.get(claim["predicate"])
    tracks = {f"track:{o['track_id']}": o for o in scene["objects"]}
    about = [tracks[subject] for subject in subjects if subject in tracks]
    if holds is None or not about or any(track["position_m"] is None for track in about):
        return Verdict.NOT_JUDGED
    things = [nearest_thing(track, real) for track in about]
    if all(thing is None for thing in things) and all(_is_nameless(track) for track in about):
        return Verdict.NOT_JUDGED  # road users are labelled, and not each thing that stands there
    if any(thing is None for thing in things):
        return Verdict.UNSUPPORTED
    verdicts = [holds(thing, claim["value"]) for thing in things if thing is not None]
    if None in verdicts:
        return Verdict.NOT_JUDGED
    return Verdict.RIGHT if all(verdicts) else Verdict.CONTRADICTED


def _is_nameless(track: Record) -> bool:
    return str(track["label"]) == ObjectClass.OBSTACLE.value


def nearest_thing(track: Mapping[str, Any], real: TrueScene) -> TrueObject | None:
    """The labelled thing that the track is about."""
    kind = kind_of(track["label"])
    reach = [(*_apart_m(track, thing), k) for k, thing in enumerate(real.objects)]
    near = [(outside, apart, k) for outside, apart, k in reach if apart <= ASSOCIATION_M or outside <= OUTSIDE_M]
    alike = [entry for entry in near if kind is Kind.OTHER or real.objects[entry[-1]].kind is kind]
    return real.objects[min(alike or near)[-1]] if near else None


def _apart_m(track: Mapping[str, Any], thing: TrueObject) -> tuple[float, float]:
    """How far the track's centre is outside of the thing's box, and from its centre."""
    x, y, _ = track["position_m"]
    return thing.box.nearest_in_plan_m((x, y)), plan_distance((x, y), thing.position_m)


def _exists(thing: TrueObject, value: Any) -> bool:
    kind = kind_of(str(value))
    return kind is Kind.OTHER or kind is thing.kind or (kind is Kind.CYCLIST and thing.label.lower() == "motorcycle")


def _side(thing: TrueObject, value: Any) -> bool:
    azimuth = math.atan2(thing.position_m[1], thing.position_m[0])
    corners = [math.atan2(y, x) for x, y in thing.box.footprint()]
    return any(_is_beside(a, str(value)) for a in (azimuth, *corners))


def _is_beside(azimuth_rad: float, side: str) -> bool:
    return abs(wrap_angle(azimuth_rad - SIDE_AZIMUTH_RAD[side])) <= SIDE_TOLERANCE_RAD


def _distance(thing: TrueObject, value: Any) -> bool:
    real_m = thing.box.nearest_in_plan_m()
    return abs(float(value) - real_m) <= DISTANCE_TOLERANCE * max(real_m, 1.0)


def _motion(thing: TrueObject, value: Any) -> bool | None:
    """Whether it stands or moves; more the labels do not say."""
    if thing.motion is None or str(value) not in STANDS | MOVES:
        return None
    return (thing.motion.lower() == "moving") is (str(value) in MOVES)


_HOLDS: Mapping[str, Callable[[TrueObject, Any], bool | None]] = {
    "exists": _exists,
    "side": _side,
    "distance": _distance,
    "motion": _motion,
}


def _of_ego(claim: Record, real: TrueScene) -> Verdict:
    speed_mps, value = abs(real.ego_speed_mps), claim["value"]
    if claim["predicate"] == "speed":
        tolerance = max(LEAST_SPEED_TOLERANCE_MPS, SPEED_TOLERANCE * speed_mps)
        return _right_or_contradicted(abs(float(value) - speed_mps) <= tolerance)
    if claim["predicate"] == "ego_motion" and value in ("standing", "stopped", "moving"):
        return _right_or_contradicted((speed_mps < STANDS_MPS) is (value != "moving"))
    return Verdict.NOT_JUDGED


def _of_sound(claim: Record, real: TrueScene) -> Verdict:
    """Subjects are sound:siren, sound:horn."""
    kind = str(claim["subject"]).removeprefix("sound:")
    if real.sounds is None or claim["predicate"] not in ("heard", "side", "sound_trend") or kind == "any":
        return Verdict.NOT_JUDGED
    near = [sound for sound in real.sounds if sound.kind == kind]
    if not near:
        return Verdict.UNSUPPORTED
    if claim["predicate"] == "heard":
        return _right_or_contradicted(claim["value"] == kind)
    if claim["predicate"] == "sound_trend":
        rates_mps = [s.range_rate_mps for s in near if s.range_rate_mps is not None]
        moving_mps = [rate for rate in rates_mps if abs(rate) >= KEEPS_ITS_RANGE_MPS]
        if not moving_mps:
            return Verdict.NOT_JUDGED
        return _right_or_contradicted(any((rate < 0.0) is (claim["value"] == "approaching") for rate in moving_mps))
    return _right_or_contradicted(any(_is_beside(s.azimuth_rad, str(claim["value"])) for s in near))


def _of_signal(claim: Record, real: TrueScene) -> Verdict:
    """By the light before our lane; of another one nobody knows which was meant."""
    if real.signals is None or claim["predicate"] != "signal_state":
        return Verdict.NOT_JUDGED
    if not real.signals:
        return Verdict.UNSUPPORTED
    ours = [signal.state for signal in real.signals if signal.is_for_ego]
    return _right_or_contradicted(claim["value"] in ours) if ours else Verdict.NOT_JUDGED


def _right_or_contradicted(holds: bool) -> Verdict:
    return Verdict.RIGHT if holds else Verdict.CONTRADICTED
