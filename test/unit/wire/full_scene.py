"""One scene and one narration with every field set, and some left open."""

from __future__ import annotations

from crossmodal_narrator.core.detections import Attribute, ObjectClass, SignalState
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose
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

STAMP_NS = 1_700_000_000_123_456_789

SEEN = Evidence(modality=Sense.CAMERA, stamp_ns=STAMP_NS - 50_000_000, detail="car 0.91 in front")
TOUCHED = Evidence(modality=Sense.LIDAR, stamp_ns=STAMP_NS, detail="214 points")

EGO = EgoMotion(
    stamp_ns=STAMP_NS,
    odom_from_base=Pose.from_xy_yaw(12.5, -3.25, 0.5),
    velocity_mps=(4.25, 0.0, 0.0),
    yaw_rate_rps=0.125,
)
PLACED = SceneObject(
    track_id=12,
    label=ObjectClass.CAR,
    attributes=(Attribute(name="colour", value="white", confidence=0.75),),
    azimuth_rad=0.0625,
    position_m=(12.5, 0.75, 0.5),
    size_lwh_m=(4.5, 1.75, 1.5),
    yaw_rad=-0.0,
    velocity_mps=(3.5, 0.25, 0.0),
    relation=Relation(side=Side.AHEAD, in_path=True, distance_m=10.25),
    motion=Motion.MOVING,
    confidence=0.875,
    age_s=1.5,
    evidence=(SEEN, TOUCHED),
)
UNPLACED = SceneObject(
    track_id=13,
    label=ObjectClass.PEDESTRIAN,
    attributes=(),
    azimuth_rad=-0.5,
    position_m=None,
    size_lwh_m=None,
    yaw_rad=None,
    velocity_mps=None,
    relation=Relation(side=Side.AHEAD_RIGHT, in_path=False, distance_m=None),
    motion=Motion.UNKNOWN,
    confidence=0.5,
    age_s=0.0,
    evidence=(SEEN,),
)
SIREN = SoundEvent(
    kind="siren",
    azimuth_rad=2.5,
    range_m=None,
    trend=SoundTrend.RECEDING,
    level_db=-22.5,
    track_id=None,
    confidence=0.625,
    evidence=(),
)
HORN = SoundEvent(
    kind="horn",
    azimuth_rad=None,
    range_m=30.5,
    trend=SoundTrend.UNKNOWN,
    level_db=-12.5,
    track_id=12,
    confidence=0.5,
    evidence=(TOUCHED,),
)
LIGHTS = (
    TrafficSignal(
        signal_id=3, state=SignalState.RED, azimuth_rad=0.25, range_m=40.5, confidence=0.75, evidence=(SEEN,)
    ),
    TrafficSignal(
        signal_id=4, state=SignalState.UNKNOWN, azimuth_rad=-0.25, range_m=None, confidence=0.25, evidence=()
    ),
)
DEGRADED = Degradation(
    sense=Sense.CAMERA, trouble=Trouble.STALE, source="rear", since_ns=STAMP_NS - 10**9, remedy="check the cable"
)
SCENE = SceneState(
    stamp_ns=STAMP_NS,
    ego=EGO,
    objects=(PLACED, UNPLACED),
    sounds=(SIREN, HORN),
    signals=LIGHTS,
    degraded=(DEGRADED,),
    surroundings=Surroundings(
        vector=None,
        novelty=0.125,
        attributes=(Attribute(name="weather", value="rain", confidence=0.75),),
        senses=(Sense.CAMERA, Sense.LIDAR),
    ),
)
EMPTY = SceneState(stamp_ns=STAMP_NS, ego=None, objects=(), sounds=(), signals=(), degraded=())

NARRATION = Narration(
    stamp_ns=STAMP_NS,
    language="zh",
    text="前方十二米有一辆白色轿车。",
    claims=(
        Claim(predicate="exists", subject="track:12", value="car", confidence=0.875, evidence=(SEEN, TOUCHED)),
        Claim(predicate="distance", subject="track:12", value=10.25, confidence=0.875, evidence=(TOUCHED,)),
        Claim(predicate="count", subject="track:12,track:13", value=2, confidence=0.5, evidence=()),
        Claim(predicate="in_path", subject="track:12", value=True, confidence=0.875, evidence=()),
        Claim(predicate="in_path", subject="track:13", value=False, confidence=0.5, evidence=()),
        Claim(predicate="speed", subject="ego", value=-0.5, confidence=1.0, evidence=()),
    ),
    urgency=Urgency.NOTABLE,
    trigger="new_object",
)
