"""The San Francisco drive as its labels tell it: what a perfect perception would hand to the narrator."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripted_scenes import SECTORS, ego_motion, evidence

from crossmodal_narrator.core.detections import Attribute, ObjectClass
from crossmodal_narrator.core.scene import Motion, Relation, SceneObject, SceneState
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.evaluation.truth import Kind, TrueObject, TrueScene, read_truth

RANGE_M = 60.0
IN_PATH_M = 1.2
MOTIONS = {"Parked": Motion.PARKED, "Stopped": Motion.STOPPED, "Moving": Motion.MOVING}
CLASSES = {Kind.PERSON: ObjectClass.PEDESTRIAN, Kind.CYCLIST: ObjectClass.CYCLIST, Kind.OTHER: ObjectClass.OBSTACLE}


def labelled_scenes(truth: Path) -> Iterator[SceneState]:
    scenes = read_truth(truth)
    numbers = {name: k for k, name in enumerate(sorted({o.object_id for s in scenes for o in s.objects}))}
    for k, scene in enumerate(scenes):
        objects = [
            o for o in scene.objects if o.range_m < RANGE_M and o.lidar_points >= 20 and o.kind is not Kind.OTHER
        ]
        yield SceneState(
            stamp_ns=scene.stamp_ns,
            ego=ego_motion(scene.stamp_ns, scene.ego_speed_mps),
            objects=tuple(_seen(o, numbers[o.object_id], scenes, k) for o in objects),
            sounds=(),
            signals=(),
            degraded=(),
        )


def _seen(thing: TrueObject, number: int, scenes: Sequence[TrueScene], k: int) -> SceneObject:
    x, y, _ = thing.position_m
    azimuth = math.atan2(y, x)
    velocity = _velocity(thing, scenes, k)
    in_path = x > 0 and abs(y) - 0.5 * thing.size_lwh_m[1] < IN_PATH_M
    senses = (Sense.CAMERA, Sense.LIDAR) if thing.in_front_image else (Sense.LIDAR,)
    white = (Attribute(name="colour", value="white", confidence=0.8),) if in_path and thing.in_front_image else ()
    return SceneObject(
        track_id=number,
        label=CLASSES.get(thing.kind, ObjectClass.CAR),
        attributes=white,
        azimuth_rad=azimuth,
        position_m=thing.position_m,
        size_lwh_m=thing.size_lwh_m,
        yaw_rad=thing.yaw_rad,
        velocity_mps=(*velocity, 0.0),
        relation=Relation(
            side=SECTORS[round(azimuth / (math.pi / 4)) % 8],
            in_path=in_path,
            distance_m=thing.box.nearest_in_plan_m(),
        ),
        motion=_motion(thing, velocity),
        confidence=0.9,
        age_s=0.1 * k,
        evidence=evidence(scenes[k].stamp_ns, *senses),
    )


def _velocity(thing: TrueObject, scenes: Sequence[TrueScene], k: int) -> tuple[float, float]:
    """From the last half second, as a track would have it; the drive is straight."""
    j = max(k - 5, 0)
    before = next((o for o in scenes[j].objects if o.object_id == thing.object_id), None)
    if before is None or j == k:
        return (0.0, 0.0)
    seconds = (scenes[k].stamp_ns - scenes[j].stamp_ns) / 1e9
    dx, dy = (a - b for a, b in zip(thing.position_m[:2], before.position_m[:2], strict=True))
    ego = sum(s.ego_speed_mps for s in scenes[j:k]) / (k - j)
    return (dx / seconds + ego, dy / seconds)


def _motion(thing: TrueObject, velocity: tuple[float, float]) -> Motion:
    along, across = velocity
    if thing.motion == "Parked":
        return Motion.PARKED
    if math.hypot(along, across) < 0.4:
        return Motion.STOPPED
    if along < -1.0:
        return Motion.ONCOMING
    return Motion.CROSSING if abs(across) > abs(along) + 0.3 else Motion.MOVING
