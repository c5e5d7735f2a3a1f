"""SceneState ↔ crossmodal_narrator_msgs/Scene. The message classes are handed in, so that no ROS is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, TypeVar

from crossmodal_narrator.core.detections import Attribute, ObjectClass, SignalState
from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose, Vec3
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
from crossmodal_narrator.sync import SyncConfig
from crossmodal_narrator.wire.headers import NS, stamp_ns
from crossmodal_narrator.wire.odometry import decode_pose

E = TypeVar("E", bound=Enum)

# What the namespace `types` must hold: the name → the full type of the class.
SCENE_TYPES: Mapping[str, str] = {
    **{
        name: f"crossmodal_narrator_msgs/msg/{name}"
        for name in (
            "Attribute",
            "Degradation",
            "EgoMotion",
            "Evidence",
            "Relation",
            "Scene",
            "SceneObject",
            "SoundEvent",
            "Surroundings",
            "TrafficSignal",
        )
    },
    **{name: f"geometry_msgs/msg/{name}" for name in ("Point", "Pose", "Quaternion", "Vector3")},
    "Header": "std_msgs/msg/Header",
    "Time": "builtin_interfaces/msg/Time",
}


def scene_to_message(scene: SceneState, types: Any, *, frames: SyncConfig | None = None) -> Any:
    """SceneState → Scene. `types` holds the classes of SCENE_TYPES; `frames` names base_link and odom."""
    named = frames or SyncConfig()
    return types.Scene(
        header=types.Header(stamp=time_to_message(scene.stamp_ns, types), frame_id=named.base_frame),
        has_ego=scene.ego is not None,
        ego=_ego_to_message(scene.ego, types, named),
        objects=[_object_to_message(thing, types) for thing in scene.objects],
        sounds=[_sound_to_message(sound, types) for sound in scene.sounds],
        signals=[_signal_to_message(signal, types) for signal in scene.signals],
        degraded=[
            types.Degradation(
                sense=degradation.sense.value,
                trouble=degradation.trouble.value,
                source=degradation.source,
                since=time_to_message(degradation.since_ns, types),
                remedy=degradation.remedy,
            )
            for degradation in scene.degraded
        ],
        senses=[sense.value for sense in scene.senses],
        has_surroundings=scene.surroundings is not None,
        surroundings=_surroundings_to_message(scene.surroundings, types),
    )


def scene_from_message(message: Any) -> SceneState:
    """Scene → SceneState.

    Raises:
        FrameError: a word that this version does not know, or a motion that cannot be true.
    """
    return SceneState(
        stamp_ns=stamp_ns(message.header.stamp),
        ego=_ego_from_message(message.ego) if message.has_ego else None,
        objects=tuple(_object_from_message(thing) for thing in message.objects),
        sounds=tuple(_sound_from_message(sound) for sound in message.sounds),
        signals=tuple(_signal_from_message(signal) for signal in message.signals),
        degraded=tuple(
            Degradation(
                sense=word(Sense, degradation.sense),
                trouble=word(Trouble, degradation.trouble),
                source=str(degradation.source),
                since_ns=stamp_ns(degradation.since),
                remedy=str(degradation.remedy),
            )
            for degradation in message.degraded
        ),
        senses=tuple(word(Sense, sense) for sense in message.senses),
        surroundings=_surroundings_from_message(message.surroundings) if message.has_surroundings else None,
    )


def time_to_message(stamp: int, types: Any) -> Any:
    """Nanoseconds → builtin_interfaces/Time."""
    return types.Time(sec=int(stamp) // NS, nanosec=int(stamp) % NS)


def evidence_to_message(evidence: Iterable[Evidence], types: Any) -> list[Any]:
    return [
        types.Evidence(modality=e.modality.value, stamp=time_to_message(e.stamp_ns, types), detail=e.detail)
        for e in evidence
    ]


def evidence_from_message(messages: Iterable[Any]) -> tuple[Evidence, ...]:
    """Evidence[] → evidence.

    Raises:
        FrameError: a modality that this version does not know.
    """
    return tuple(
        Evidence(modality=word(Sense, m.modality), stamp_ns=stamp_ns(m.stamp), detail=str(m.detail)) for m in messages
    )


def word(kind: type[E], text: str) -> E:
    """The member of `kind` that a message names.

    Raises:
        FrameError: there is none.
    """
    try:
        return kind(text)
    except ValueError as error:
        raise FrameError(
            f"{text!r} is not a {kind.__name__}", remedy="run both ends with one version of crossmodal_narrator"
        ) from error


def _ego_to_message(ego: EgoMotion | None, types: Any, named: SyncConfig) -> Any:
    pose = Pose.identity() if ego is None else ego.odom_from_base
    x, y, z, w = pose.quaternion()
    return types.EgoMotion(
        header=types.Header(stamp=time_to_message(ego.stamp_ns if ego else 0, types), frame_id=named.odom_frame),
        child_frame_id=named.base_frame,
        pose=types.Pose(
            position=_xyz(types.Point, pose.translation_m), orientation=types.Quaternion(x=x, y=y, z=z, w=w)
        ),
        velocity_mps=_xyz(types.Vector3, ego.velocity_mps if ego else None),
        yaw_rate_rps=_real(ego.yaw_rate_rps if ego else None),
    )


def _ego_from_message(message: Any) -> EgoMotion:
    return EgoMotion(
        stamp_ns=stamp_ns(message.header.stamp),
        odom_from_base=decode_pose(message.pose),
        velocity_mps=_vec3(message.velocity_mps),
        yaw_rate_rps=float(message.yaw_rate_rps),
    )


def _object_to_message(thing: SceneObject, types: Any) -> Any:
    relation = thing.relation
    return types.SceneObject(
        track_id=int(thing.track_id),
        label=thing.label.value,
        attributes=_attributes_to_messages(thing.attributes, types),
        azimuth_rad=float(thing.azimuth_rad),
        has_position=thing.position_m is not None,
        position_m=_xyz(types.Point, thing.position_m),
        has_size=thing.size_lwh_m is not None,
        size_lwh_m=_xyz(types.Vector3, thing.size_lwh_m),
        has_yaw=thing.yaw_rad is not None,
        yaw_rad=_real(thing.yaw_rad),
        has_velocity=thing.velocity_mps is not None,
        velocity_mps=_xyz(types.Vector3, thing.velocity_mps),
        relation=types.Relation(
            side=relation.side.value,
            in_path=bool(relation.in_path),
            has_distance=relation.distance_m is not None,
            distance_m=_real(relation.distance_m),
        ),
        motion=thing.motion.value,
        confidence=float(thing.confidence),
        age_s=float(thing.age_s),
        evidence=evidence_to_message(thing.evidence, types),
    )


def _object_from_message(message: Any) -> SceneObject:
    relation = message.relation
    return SceneObject(
        track_id=int(message.track_id),
        label=word(ObjectClass, message.label),
        attributes=_attributes_from_messages(message.attributes),
        azimuth_rad=float(message.azimuth_rad),
        position_m=_vec3(message.position_m) if message.has_position else None,
        size_lwh_m=_vec3(message.size_lwh_m) if message.has_size else None,
        yaw_rad=float(message.yaw_rad) if message.has_yaw else None,
        velocity_mps=_vec3(message.velocity_mps) if message.has_velocity else None,
        relation=Relation(
            side=word(Side, relation.side),
            in_path=bool(relation.in_path),
            distance_m=float(relation.distance_m) if relation.has_distance else None,
        ),
        motion=word(Motion, message.motion),
        confidence=float(message.confidence),
        age_s=float(message.age_s),
        evidence=evidence_from_message(message.evidence),
    )


def _attributes_to_messages(attributes: Iterable[Attribute], types: Any) -> list[Any]:
    return [types.Attribute(name=a.name, value=a.value, confidence=float(a.confidence)) for a in attributes]


def _attributes_from_messages(messages: Iterable[Any]) -> tuple[Attribute, ...]:
    return tuple(Attribute(name=str(a.name), value=str(a.value), confidence=float(a.confidence)) for a in messages)


def _surroundings_to_message(surroundings: Surroundings | None, types: Any) -> Any:
    """The vector stays with the perception: it serves search, and nobody who listens needs it."""
    if surroundings is None:
        return types.Surroundings(novelty=0.0, attributes=[], senses=[])
    return types.Surroundings(
        novelty=float(surroundings.novelty),
        attributes=_attributes_to_messages(surroundings.attributes, types),
        senses=[sense.value for sense in surroundings.senses],
    )


def _surroundings_from_message(message: Any) -> Surroundings:
    return Surroundings(
        vector=None,
        novelty=float(message.novelty),
        attributes=_attributes_from_messages(message.attributes),
        senses=tuple(word(Sense, sense) for sense in message.senses),
    )


def _sound_to_message(sound: SoundEvent, types: Any) -> Any:
    return types.SoundEvent(
        kind=sound.kind,
        has_azimuth=sound.azimuth_rad is not None,
        azimuth_rad=_real(sound.azimuth_rad),
        has_range=sound.range_m is not None,
        range_m=_real(sound.range_m),
        trend=sound.trend.value,
        level_db=float(sound.level_db),
        has_track=sound.track_id is not None,
        track_id=int(sound.track_id or 0),
        confidence=float(sound.confidence),
        evidence=evidence_to_message(sound.evidence, types),
    )


def _sound_from_message(message: Any) -> SoundEvent:
    return SoundEvent(
        kind=str(message.kind),
        azimuth_rad=float(message.azimuth_rad) if message.has_azimuth else None,
        range_m=float(message.range_m) if message.has_range else None,
        trend=word(SoundTrend, message.trend),
        level_db=float(message.level_db),
        track_id=int(message.track_id) if message.has_track else None,
        confidence=float(message.confidence),
        evidence=evidence_from_message(message.evidence),
    )


def _signal_to_message(signal: TrafficSignal, types: Any) -> Any:
    return types.TrafficSignal(
        signal_id=int(signal.signal_id),
        state=signal.state.value,
        azimuth_rad=float(signal.azimuth_rad),
        has_range=signal.range_m is not None,
        range_m=_real(signal.range_m),
        confidence=float(signal.confidence),
        evidence=evidence_to_message(signal.evidence, types),
    )


def _signal_from_message(message: Any) -> TrafficSignal:
    return TrafficSignal(
        signal_id=int(message.signal_id),
        state=word(SignalState, message.state),
        azimuth_rad=float(message.azimuth_rad),
        range_m=float(message.range_m) if message.has_range else None,
        confidence=float(message.confidence),
        evidence=evidence_from_message(message.evidence),
    )


def _xyz(kind: Any, vector: Any) -> Any:
    """A Point or Vector3; zero where there is nothing, as its flag says."""
    x, y, z = (0.0, 0.0, 0.0) if vector is None else vector
    return kind(x=float(x), y=float(y), z=float(z))


def _real(value: float | None) -> float:
    return 0.0 if value is None else float(value)


def _vec3(message: Any) -> Vec3:
    return float(message.x), float(message.y), float(message.z)
