"""Scenes and narrations as lines of JSON: the same values give the same bytes, and no number is NaN or infinite."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from crossmodal_narrator.core.detections import Attribute
from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.core.scene import Evidence, SceneObject, SceneState, SoundEvent, Surroundings, TrafficSignal
from crossmodal_narrator.core.snapshot import Degradation
from crossmodal_narrator.core.speech import Claim, Narration, Refusal, Reply

Record = dict[str, Any]

# Finer than any sensor here resolves, and coarse enough that files stay small: 1 mm, 0.1 mrad, 0.1 %.
_DIGITS = 3
_ANGLE_DIGITS = 4
_VECTOR_DIGITS = 4  # similarities are then right to a thousandth


def to_json_line(record: Record) -> str:
    """One line with its end. Keys keep the order in which they were written."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"


def scene_record(scene: SceneState) -> Record:
    """A line of scenes.jsonl. Places and velocities are in base_link at the scene's stamp.

    Raises:
        FrameError: a number that is not finite.
    """
    return {
        "stamp_ns": int(scene.stamp_ns),
        "ego": None if scene.ego is None else _ego(scene.ego),
        "objects": [_object(thing) for thing in scene.objects],
        "sounds": [_sound(sound) for sound in scene.sounds],
        "signals": [_signal(signal) for signal in scene.signals],
        "degraded": [_degradation(degradation) for degradation in scene.degraded],
        "senses": [sense.value for sense in scene.senses],
        "surroundings": None if scene.surroundings is None else _surroundings(scene.surroundings),
    }


def narration_record(narration: Narration) -> Record:
    """A line of transcript.jsonl.

    Raises:
        FrameError: a number that is not finite.
    """
    return {
        "stamp_ns": int(narration.stamp_ns),
        "kind": "narration",
        "language": narration.language,
        "text": narration.text,
        "urgency": narration.urgency.value,
        "trigger": narration.trigger,
        "claims": [_claim(claim) for claim in narration.claims],
    }


def refusal_record(refusal: Refusal) -> Record:
    """A line of refusals.jsonl. Claims have no evidence here: what it is tells the scene of that stamp.

    Raises:
        FrameError: a number that is not finite.
    """
    spoken = {"language": refusal.language, "text": refusal.text} if refusal.text else {}
    return {
        "stamp_ns": int(refusal.stamp_ns),
        "fate": refusal.fate.value,
        "reason": refusal.reason.value,
        "detail": refusal.detail,
        "trigger": refusal.trigger,
        "topic": refusal.topic,
        "claims": [{k: v for k, v in _claim(claim).items() if k != "evidence"} for claim in refusal.claims],
        **spoken,
    }


def _ego(ego: EgoMotion) -> Record:
    return {"speed_mps": _number(ego.speed_mps), "yaw_rate_rps": _number(ego.yaw_rate_rps, _ANGLE_DIGITS)}


def _object(thing: SceneObject) -> Record:
    relation = thing.relation
    return {
        "track_id": int(thing.track_id),
        "label": thing.label.value,
        "attributes": [_attribute(attribute) for attribute in thing.attributes],
        "azimuth_rad": _number(thing.azimuth_rad, _ANGLE_DIGITS),
        "position_m": _vector(thing.position_m),
        "size_lwh_m": _vector(thing.size_lwh_m),
        "yaw_rad": _maybe(thing.yaw_rad, _ANGLE_DIGITS),
        "velocity_mps": _vector(thing.velocity_mps),
        "motion": thing.motion.value,
        "relation": {
            "side": relation.side.value,
            "in_path": bool(relation.in_path),
            "distance_m": _maybe(relation.distance_m),
        },
        "confidence": _number(thing.confidence),
        "age_s": _number(thing.age_s),
        "modalities": sorted({evidence.modality.value for evidence in thing.evidence}),
        "evidence": _evidence(thing.evidence),
    }


def _sound(sound: SoundEvent) -> Record:
    return {
        "kind": sound.kind,
        "azimuth_rad": _maybe(sound.azimuth_rad, _ANGLE_DIGITS),
        "range_m": _maybe(sound.range_m),
        "trend": sound.trend.value,
        "level_db": _number(sound.level_db),
        "track_id": None if sound.track_id is None else int(sound.track_id),
        "confidence": _number(sound.confidence),
        "evidence": _evidence(sound.evidence),
    }


def _signal(signal: TrafficSignal) -> Record:
    return {
        "signal_id": int(signal.signal_id),
        "state": signal.state.value,
        "azimuth_rad": _number(signal.azimuth_rad, _ANGLE_DIGITS),
        "range_m": _maybe(signal.range_m),
        "confidence": _number(signal.confidence),
        "evidence": _evidence(signal.evidence),
    }


def _degradation(degradation: Degradation) -> Record:
    return {
        "sense": degradation.sense.value,
        "trouble": degradation.trouble.value,
        "source": degradation.source,
        "since_ns": int(degradation.since_ns),
        "remedy": degradation.remedy,
    }


def reply_record(reply: Reply) -> Record:
    """One line of a transcript, of what somebody was told."""
    return {
        "stamp_ns": reply.stamp_ns,
        "kind": "reply",
        "language": reply.language,
        "text": reply.text,
        "in_reply_to": reply.in_reply_to.text,
        "query": reply.query,
        "declined": reply.declined,
        "claims": [_claim(claim) for claim in reply.claims],
    }


def _surroundings(surroundings: Surroundings) -> Record:
    vector = surroundings.vector
    return {
        "novelty": _number(surroundings.novelty),
        "attributes": [_attribute(attribute) for attribute in surroundings.attributes],
        "senses": [sense.value for sense in surroundings.senses],
        "vector": None if vector is None else [_number(value, _VECTOR_DIGITS) for value in vector],
    }


def _claim(claim: Claim) -> Record:
    value = claim.value
    is_real = isinstance(value, float) or not isinstance(value, (bool, int, str))  # a numpy number counts as one
    return {
        "predicate": claim.predicate,
        "subject": claim.subject,
        "value": _number(value) if is_real else value,
        "confidence": _number(claim.confidence),
        "evidence": _evidence(claim.evidence),
    }


def _attribute(attribute: Attribute) -> Record:
    return {"name": attribute.name, "value": attribute.value, "confidence": _number(attribute.confidence)}


def _evidence(evidence: Iterable[Evidence]) -> list[Record]:
    return [{"modality": e.modality.value, "stamp_ns": int(e.stamp_ns), "detail": e.detail} for e in evidence]


def _vector(vector: Vec3 | None) -> list[float] | None:
    return None if vector is None else [_number(value) for value in vector]


def _maybe(value: float | None, digits: int = _DIGITS) -> float | None:
    return None if value is None else _number(value, digits)


def _number(value: Any, digits: int = _DIGITS) -> float:
    real = float(value)
    if not math.isfinite(real):
        raise FrameError(f"a record would hold {real}", remedy="report this scene: each of its numbers must be finite")
    return round(real, digits) + 0.0  # the sum turns -0.0 into 0.0
