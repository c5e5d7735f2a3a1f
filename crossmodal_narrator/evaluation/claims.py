"""Spoken claims against truth: does the thing exist, on that side, at that distance, as that kind?

Only claims about tracks can be checked against labelled boxes; colours, causes and signals have no truth here and are
counted apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import wrap_angle
from crossmodal_narrator.evaluation.detection import Record, plan_distance
from crossmodal_narrator.evaluation.truth import Kind, TrueObject, TrueScene, kind_of

DISTANCE_TOLERANCE = 0.10
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


@dataclass(slots=True)
class ClaimScore:
    """Counts by predicate; `wrong` tells each claim that does not hold, for a person to look at."""

    right: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    unchecked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, float | int | None]:
        right, false = sum(self.right.values()), sum(self.false.values())
        shares: dict[str, float | int | None] = {
            "claims_checked": right + false,
            "claims_right": right / (right + false) if right + false else None,
            "claims_without_truth": sum(self.unchecked.values()),
        }
        for predicate in sorted({*self.right, *self.false}):
            checked = self.right[predicate] + self.false[predicate]
            shares[f"claims_right_{predicate}"] = self.right[predicate] / checked
        return shares


def score_claims(
    narrations: Sequence[Record], records: Sequence[Record], truth: Sequence[TrueScene], language: str = ""
) -> ClaimScore:
    """Check each claim of a transcript. `language`: only sentences in it (all of them make the same claims)."""
    scenes = {record["stamp_ns"]: record for record in records}
    labelled = {scene.stamp_ns: scene for scene in truth}
    wanted = language or (narrations[0]["language"] if narrations else "")
    score = ClaimScore()
    for narration in narrations:
        if narration["language"] != wanted:
            continue
        scene, real = scenes.get(narration["stamp_ns"]), labelled.get(narration["stamp_ns"])
        for claim in narration["claims"]:
            verdict = None if scene is None or real is None else _check(claim, scene, real)
            _count(score, narration, claim, verdict)
    return score


def _count(score: ClaimScore, narration: Record, claim: Record, verdict: bool | None) -> None:
    predicate = claim["predicate"]
    if verdict is None:
        score.unchecked[predicate] += 1
    elif verdict:
        score.right[predicate] += 1
    else:
        score.false[predicate] += 1
        score.wrong.append(f"{narration['text']}: {predicate}({claim['subject']}) = {claim['value']}")


def _check(claim: Record, scene: Record, real: TrueScene) -> bool | None:
    """Whether the claim holds, or None where the labels cannot tell."""
    subjects = claim["subject"].split(",")
    if not all(subject.startswith("track:") for subject in subjects):
        return None
    checker = {"exists": _exists, "side": _side, "distance": _distance}.get(claim["predicate"])
    if checker is None:
        return None
    tracks = {f"track:{o['track_id']}": o for o in scene["objects"]}
    pairs = [(tracks.get(subject), claim["value"], real) for subject in subjects]
    placed = [(track, value, real) for track, value, real in pairs if track is not None]
    if any(track["position_m"] is None for track, _, _ in placed) or not placed:
        return None
    about = [(nearest_thing(track, real), value) for track, value, real in placed]
    if all(thing is None for thing, _ in about) and all(_is_nameless(track) for track, _, _ in placed):
        return None  # road users are labelled, and not each thing that stands there
    return all(checker(thing, value) for thing, value in about)


def _is_nameless(track: Mapping[str, Any]) -> bool:
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


def _exists(thing: TrueObject | None, value: Any) -> bool:
    if thing is None:
        return False
    kind = kind_of(str(value))
    return kind is Kind.OTHER or kind is thing.kind or (kind is Kind.CYCLIST and thing.label == "Motorcycle")


def _side(thing: TrueObject | None, value: Any) -> bool:
    if thing is None:
        return False
    azimuth = math.atan2(thing.position_m[1], thing.position_m[0])
    off = abs(wrap_angle(azimuth - SIDE_AZIMUTH_RAD[str(value)]))
    corners = thing.box.footprint()
    spread = [abs(wrap_angle(math.atan2(y, x) - SIDE_AZIMUTH_RAD[str(value)])) for x, y in corners]
    return min(off, *spread) <= SIDE_TOLERANCE_RAD


def _distance(thing: TrueObject | None, value: Any) -> bool:
    if thing is None:
        return False
    real_m = thing.box.nearest_in_plan_m()
    return abs(float(value) - real_m) <= DISTANCE_TOLERANCE * max(real_m, 1.0)
