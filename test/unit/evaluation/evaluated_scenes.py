"""Small scenes made by hand, whose right figures are known by reasoning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crossmodal_narrator.bags.records import Record
from crossmodal_narrator.evaluation.evaluation import Evaluation
from crossmodal_narrator.evaluation.moments import Scorer, moments
from crossmodal_narrator.evaluation.truth import TrueObject, TrueScene, TrueSound

START = 1_000_000_000
SWEEP_NS = 100_000_000


def stamp(k: int) -> int:
    return START + k * SWEEP_NS


def thing(label: str, x: float, y: float = 0.0, *, name: str = "a", **changed: Any) -> TrueObject:
    fields: dict[str, Any] = {"yaw_rad": 0.0, "motion": "Parked", "lidar_points": 100, "in_front_image": x > 0}
    fields |= {"size_lwh_m": (4.5, 1.8, 1.5)} | changed
    return TrueObject(object_id=name, label=label, position_m=(x, y, 0.5), **fields)


def scene(k: int, *things: TrueObject, sounds: tuple[TrueSound, ...] | None = None) -> TrueScene:
    return TrueScene(stamp_ns=stamp(k), ego_speed_mps=0.0, objects=things, sounds=sounds)


def answer(label: str, x: float, y: float = 0.0, *, track_id: int = 1, **changed: Any) -> dict[str, Any]:
    fields = {"yaw_rad": 0.0, "velocity_mps": [0.0, 0.0, 0.0], "age_s": 2.0, "confidence": 0.9}
    return {"track_id": track_id, "label": label, "position_m": [x, y, 0.5], **fields, **changed}


def record(k: int, *answers: dict[str, Any], **changed: Any) -> dict[str, Any]:
    fields = {"ego": {"speed_mps": 0.0, "yaw_rate_rps": 0.0}, "sounds": [], "senses": ["camera", "lidar"]}
    return {"stamp_ns": stamp(k), "objects": list(answers), **fields, **changed}


def line(k: int, text: str, *claims: tuple[str, str, Any], language: str = "en", **changed: Any) -> dict[str, Any]:
    made = [{"predicate": p, "subject": s, "value": v} for p, s, v in claims]
    fields = {"kind": "narration", "urgency": "calm", "trigger": "change"}
    return {"stamp_ns": stamp(k), "language": language, "text": text, "claims": made, **fields, **changed}


def push_all(scorer: Scorer, records: Iterable[Record], truth: Iterable[TrueScene] = ()) -> Evaluation:
    """What one scorer finds in a drive."""
    for record, real in moments(records, truth):
        scorer.push(record, real)
    return scorer.evaluation()
