"""A line of scenes.jsonl → SceneState: what `wire.records` wrote but for the evidence, which no search asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from crossmodal_narrator.core.detections import Attribute, ObjectClass, SignalState
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose, Vec3
from crossmodal_narrator.core.scene import (
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

Record = Mapping[str, Any]


def scene_from(record: Record) -> SceneState:
    """The scene of a line.

    Raises:
        KeyError, ValueError, TypeError: the line is not as `scene_record` writes it.
    """
    stamp_ns = int(record["stamp_ns"])
    return SceneState(
        stamp_ns=stamp_ns,
        ego=None if record["ego"] is None else _ego(record["ego"], stamp_ns),
        objects=tuple(_object(thing) for thing in record["objects"]),
        sounds=tuple(_sound(sound) for sound in record["sounds"]),
        signals=tuple(_signal(signal) for signal in record["signals"]),
        degraded=(),
        surroundings=None if record.get("surroundings") is None else _surroundings(record["surroundings"]),
    )


def _ego(record: Record, stamp_ns: int) -> EgoMotion:
    """The pose is not in the file; a search takes it from the bag."""
    return EgoMotion(
        stamp_ns=stamp_ns,
        odom_from_base=Pose.identity(),
        velocity_mps=(float(record["speed_mps"]), 0.0, 0.0),
        yaw_rate_rps=float(record["yaw_rate_rps"]),
    )


def _object(record: Record) -> SceneObject:
    relation = record["relation"]
    return SceneObject(
        track_id=int(record["track_id"]),
        label=ObjectClass(record["label"]),
        attributes=tuple(_attribute(attribute) for attribute in record["attributes"]),
        azimuth_rad=float(record["azimuth_rad"]),
        position_m=_vector(record["position_m"]),
        size_lwh_m=_vector(record["size_lwh_m"]),
        yaw_rad=_maybe(record["yaw_rad"]),
        velocity_mps=_vector(record["velocity_mps"]),
        motion=Motion(record["motion"]),
        relation=Relation(
            side=Side(relation["side"]),
            in_path=bool(relation["in_path"]),
            distance_m=_maybe(relation["distance_m"]),
        ),
        confidence=float(record["confidence"]),
        age_s=float(record["age_s"]),
        evidence=(),
    )


def _sound(record: Record) -> SoundEvent:
    return SoundEvent(
        kind=str(record["kind"]),
        azimuth_rad=_maybe(record["azimuth_rad"]),
        range_m=_maybe(record["range_m"]),
        trend=SoundTrend(record["trend"]),
        level_db=float(record["level_db"]),
        track_id=None if record["track_id"] is None else int(record["track_id"]),
        confidence=float(record["confidence"]),
        evidence=(),
    )


def _signal(record: Record) -> TrafficSignal:
    return TrafficSignal(
        signal_id=int(record["signal_id"]),
        state=SignalState(record["state"]),
        azimuth_rad=float(record["azimuth_rad"]),
        range_m=_maybe(record["range_m"]),
        confidence=float(record["confidence"]),
        evidence=(),
    )


def _surroundings(record: Record) -> Surroundings:
    vector = record["vector"]
    return Surroundings(
        vector=None if vector is None else np.asarray(vector, np.float32),
        novelty=float(record["novelty"]),
        attributes=tuple(_attribute(attribute) for attribute in record["attributes"]),
        senses=(),
    )


def _attribute(record: Record) -> Attribute:
    return Attribute(name=str(record["name"]), value=str(record["value"]), confidence=float(record["confidence"]))


def _vector(values: Any) -> Vec3 | None:
    if values is None:
        return None
    x, y, z = (float(value) for value in values)
    return x, y, z


def _maybe(value: Any) -> float | None:
    return None if value is None else float(value)
