"""Lines of scenes.jsonl and transcript.jsonl → scenes and narrations, as exact as records hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from crossmodal_narrator.core.detections import Attribute, ObjectClass, SignalState
from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.core.scene import (
    Evidence,
    Motion,
    Relation,
    SceneObject,
    SceneState,
    Side,
    SoundEvent,
    SoundTrend,
    Surroundings,
    TrafficSignal,
)
from crossmodal_narrator.core.snapshot import Degradation, Sense, Trouble
from crossmodal_narrator.core.speech import Claim, Narration, Urgency

Record = Mapping[str, Any]
_REMEDY = "replay the bag again with this version"


def scene_from_record(record: Record) -> SceneState:
    """A line of scenes.jsonl. `ego` is None: a record holds its speed, and not the pose that an EgoMotion has.

    Raises:
        FrameError: it is no record of a scene of this version.
    """
    try:
        return SceneState(
            stamp_ns=record["stamp_ns"],
            ego=None,
            objects=tuple(_object(thing) for thing in record["objects"]),
            sounds=tuple(_sound(sound) for sound in record["sounds"]),
            signals=tuple(_signal(signal) for signal in record["signals"]),
            degraded=tuple(_degradation(degradation) for degradation in record["degraded"]),
            senses=tuple(Sense(sense) for sense in record["senses"]),
            surroundings=None if record["surroundings"] is None else _surroundings(record["surroundings"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise FrameError(f"a scene's record lacks or holds what it must not: {error!r}", remedy=_REMEDY) from error


def narration_from_record(record: Record) -> Narration:
    """A line of transcript.jsonl.

    Raises:
        FrameError: it is no record of a narration of this version.
    """
    try:
        return Narration(
            stamp_ns=record["stamp_ns"],
            language=record["language"],
            text=record["text"],
            claims=tuple(
                Claim(
                    predicate=claim["predicate"],
                    subject=claim["subject"],
                    value=claim["value"],
                    confidence=claim["confidence"],
                    evidence=_evidence(claim["evidence"]),
                )
                for claim in record["claims"]
            ),
            urgency=Urgency(record["urgency"]),
            trigger=record["trigger"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise FrameError(f"a narration's record lacks or holds what it must not: {error!r}", remedy=_REMEDY) from error


def _object(record: Record) -> SceneObject:
    relation = record["relation"]
    return SceneObject(
        track_id=record["track_id"],
        label=ObjectClass(record["label"]),
        attributes=_attributes(record["attributes"]),
        azimuth_rad=record["azimuth_rad"],
        position_m=_vec3(record["position_m"]),
        size_lwh_m=_vec3(record["size_lwh_m"]),
        yaw_rad=record["yaw_rad"],
        velocity_mps=_vec3(record["velocity_mps"]),
        relation=Relation(side=Side(relation["side"]), in_path=relation["in_path"], distance_m=relation["distance_m"]),
        motion=Motion(record["motion"]),
        confidence=record["confidence"],
        age_s=record["age_s"],
        evidence=_evidence(record["evidence"]),
    )


def _sound(record: Record) -> SoundEvent:
    return SoundEvent(
        kind=record["kind"],
        azimuth_rad=record["azimuth_rad"],
        range_m=record["range_m"],
        trend=SoundTrend(record["trend"]),
        level_db=record["level_db"],
        track_id=record["track_id"],
        confidence=record["confidence"],
        evidence=_evidence(record["evidence"]),
    )


def _signal(record: Record) -> TrafficSignal:
    return TrafficSignal(
        signal_id=record["signal_id"],
        state=SignalState(record["state"]),
        azimuth_rad=record["azimuth_rad"],
        range_m=record["range_m"],
        confidence=record["confidence"],
        evidence=_evidence(record["evidence"]),
    )


def _degradation(record: Record) -> Degradation:
    return Degradation(
        sense=Sense(record["sense"]),
        trouble=Trouble(record["trouble"]),
        source=record["source"],
        since_ns=record["since_ns"],
        remedy=record["remedy"],
    )


def _surroundings(record: Record) -> Surroundings:
    vector = record["vector"]
    return Surroundings(
        vector=None if vector is None else np.array(vector, np.float32),
        novelty=record["novelty"],
        attributes=_attributes(record["attributes"]),
        senses=tuple(Sense(sense) for sense in record["senses"]),
    )


def _attributes(records: Iterable[Record]) -> tuple[Attribute, ...]:
    return tuple(Attribute(name=r["name"], value=r["value"], confidence=r["confidence"]) for r in records)


def _evidence(records: Iterable[Record]) -> tuple[Evidence, ...]:
    return tuple(Evidence(modality=Sense(r["modality"]), stamp_ns=r["stamp_ns"], detail=r["detail"]) for r in records)


def _vec3(values: list[float] | None) -> Vec3 | None:
    if values is None:
        return None
    x, y, z = values
    return x, y, z
