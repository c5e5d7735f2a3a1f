"""Moments of a drive that is known to the centimetre: a camera that looks ahead, things where the test puts them."""

from __future__ import annotations

import math

import numpy as np

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion
from crossmodal_narrator.core.geometry import Intrinsics, Pose, Vec3
from crossmodal_narrator.core.scene import (
    Evidence,
    Motion,
    Relation,
    SceneObject,
    SceneState,
    SoundEvent,
    SoundTrend,
    side_of,
)
from crossmodal_narrator.core.snapshot import PlacedCamera, PlacedSweep, Sense, Snapshot
from crossmodal_narrator.core.speech import Claim, Narration, Urgency
from crossmodal_narrator.views import Line, Moment

START_NS = 1_700_000_000_000_000_000
AHEAD = Pose(  # camera_from_base: 1.5 m up, optical axis ahead
    rotation=np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]]), translation_m=np.array([0.0, 1.5, 0.0])
)
LENS = Intrinsics(width=640, height=360, fx=400.0, fy=400.0, cx=320.0, cy=180.0)
BEHIND = Pose(  # the same camera, looking back
    rotation=np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]]), translation_m=np.array([0.0, 1.5, 0.0])
)
GREY, BRIGHTER = 60, 130  # of the images ahead, and of those behind


def thing(track_id: int, label: ObjectClass, at: Vec3, size: Vec3 = (4.0, 2.0, 1.5)) -> SceneObject:
    azimuth_rad = math.atan2(at[1], at[0])
    return SceneObject(
        track_id=track_id,
        label=label,
        attributes=(),
        azimuth_rad=azimuth_rad,
        position_m=at,
        size_lwh_m=size,
        yaw_rad=0.0,
        velocity_mps=None,
        relation=Relation(side=side_of(azimuth_rad), in_path=False, distance_m=math.hypot(*at[:2])),
        motion=Motion.UNKNOWN,
        confidence=0.9,
        age_s=1.0,
        evidence=(),
    )


def siren(azimuth_rad: float | None) -> SoundEvent:
    return SoundEvent(
        kind="siren",
        azimuth_rad=azimuth_rad,
        range_m=None,
        trend=SoundTrend.APPROACHING,
        level_db=-30.0,
        track_id=None,
        confidence=0.9,
        evidence=(),
    )


def scene(at_s: float, *things: SceneObject, sounds: tuple[SoundEvent, ...] = ()) -> SceneState:
    stamp_ns = START_NS + round(at_s * 1e9)
    ego = EgoMotion(stamp_ns=stamp_ns, odom_from_base=Pose.identity(), velocity_mps=(10.0, 0.0, 0.0), yaw_rate_rps=0.0)
    return SceneState(stamp_ns=stamp_ns, ego=ego, objects=things, sounds=sounds, signals=(), degraded=())


def snapshot(at_s: float, *cameras: str) -> Snapshot:
    stamp_ns = START_NS + round(at_s * 1e9)
    placed = tuple(
        PlacedCamera(
            frame=CameraFrame(
                stamp_ns=stamp_ns,
                frame_id=f"{camera}_optical",
                camera=camera,
                rgb=np.full((LENS.height, LENS.width, 3), BRIGHTER if camera == "rear" else GREY, np.uint8),
                intrinsics=LENS,
            ),
            camera_from_base=BEHIND if camera == "rear" else AHEAD,
        )
        for camera in cameras
    )
    sweep = PlacedSweep(
        stamp_ns=stamp_ns, xyz=np.array([[0.0, 12.0, 1.0]], np.float32), intensity=None, origin_m=(0.0, 0.0, 1.8)
    )
    return Snapshot(stamp_ns=stamp_ns, cameras=placed, lidar=sweep, audio=(), ego=None, missing=(), skew_ns=0)


def said(
    text: str, at_s: float = 0.0, urgency: Urgency = Urgency.CALM, language: str = "en", track: int = 1
) -> Narration:
    stamp_ns = START_NS + round(at_s * 1e9)
    seen = Evidence(modality=Sense.LIDAR, stamp_ns=stamp_ns, detail="214 points")
    claim = Claim(predicate="exists", subject=f"track:{track}", value="car", confidence=0.9, evidence=(seen,))
    return Narration(stamp_ns=stamp_ns, language=language, text=text, claims=(claim,), urgency=urgency, trigger="drawn")


def moment(seen: SceneState, *narrations: Narration, cameras: tuple[str, ...] = ("front",)) -> Moment:
    at_ns = seen.stamp_ns - START_NS
    return Moment(
        at_ns=at_ns,
        scene=seen,
        snapshot=snapshot(at_ns / 1e9, *cameras),
        begun=narrations,
        lines=tuple(Line(narration=n, from_ns=at_ns, to_ns=at_ns + 2_000_000_000) for n in narrations),
        over=(),
    )
