"""A ride that is written down: what is around, what is said of it, and who asks."""

from __future__ import annotations

import math

import numpy as np

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.pictured import pictured
from crossmodal_narrator.core.scene import (
    Evidence,
    Motion,
    Relation,
    SceneObject,
    SceneState,
    SoundEvent,
    SoundTrend,
    TrafficSignal,
    side_of,
)
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, ClaimValue, Narration, Reply, Urgency, Utterance

START_NS, TENTH_NS = 1_700_000_000_000_000_000, 100_000_000
HOSTILE = '</script><img src=x onerror="document.title=1"> behind us'


def evidence(stamp_ns: int, sense: Sense = Sense.LIDAR, detail: str = "nearest of 42 points") -> tuple[Evidence, ...]:
    return (Evidence(modality=sense, stamp_ns=stamp_ns - TENTH_NS, detail=detail),)


def claim(predicate: str, subject: str, value: ClaimValue, stamp_ns: int = START_NS, detail: str = "seen") -> Claim:
    return Claim(
        predicate=predicate,
        subject=subject,
        value=value,
        confidence=0.93,
        evidence=evidence(stamp_ns, detail=detail),
    )


def said(
    text: str,
    *claims: Claim,
    language: str = "en",
    urgency: Urgency = Urgency.NOTABLE,
    stamp_ns: int = START_NS,
) -> Narration:
    return Narration(stamp_ns=stamp_ns, language=language, text=text, claims=claims, urgency=urgency, trigger="test")


def replied(text: str, question: str, *claims: Claim, seat: str = "", language: str = "en", query: str = "") -> Reply:
    asked = Utterance(stamp_ns=START_NS, text=question, language=language, confidence=1.0, seat=seat)
    return Reply(
        stamp_ns=START_NS,
        language=language,
        text=text,
        claims=claims,
        in_reply_to=asked,
        declined=False,
        query=query,
    )


SIZES = {
    ObjectClass.BUS: (11.5, 2.5, 3.1),
    ObjectClass.TRUCK: (8.0, 2.5, 3.2),
    ObjectClass.CAR: (4.5, 1.8, 1.5),
    ObjectClass.PEDESTRIAN: (0.6, 0.6, 1.7),
    ObjectClass.CYCLIST: (1.8, 0.7, 1.7),
    ObjectClass.OBSTACLE: (1.0, 1.0, 1.0),
}


def thing(
    number: int,
    label: ObjectClass,
    x: float,
    y: float,
    velocity: tuple[float, float] = (0.0, 0.0),
    motion: Motion = Motion.MOVING,
    yaw: float = 0.0,
) -> SceneObject:
    azimuth = math.atan2(y, x)
    return SceneObject(
        track_id=number,
        label=label,
        attributes=(),
        azimuth_rad=azimuth,
        position_m=(x, y, 0.8),
        size_lwh_m=SIZES[label],
        yaw_rad=yaw,
        velocity_mps=(*velocity, 0.0),
        relation=Relation(side=side_of(azimuth), in_path=abs(y) < 1.0, distance_m=math.hypot(x, y)),
        motion=motion,
        confidence=0.95,
        age_s=3.0,
        evidence=evidence(START_NS),
    )


def street(stamp_ns: int = START_NS) -> SceneState:
    """A busy crossing: an ambulance is heard behind us on the left."""
    siren = SoundEvent(
        kind="siren",
        azimuth_rad=2.5,
        range_m=None,
        trend=SoundTrend.APPROACHING,
        level_db=-20.0,
        track_id=None,
        confidence=0.9,
        evidence=evidence(stamp_ns, Sense.AUDIO),
    )
    light = TrafficSignal(
        signal_id=3,
        state=SignalState.RED,
        azimuth_rad=0.1,
        range_m=None,
        confidence=0.9,
        evidence=evidence(stamp_ns, Sense.CAMERA),
    )
    objects = (
        thing(1, ObjectClass.BUS, -14.0, 0.2, (4.0, 0.0), Motion.APPROACHING),
        thing(2, ObjectClass.CAR, 12.0, 0.0, (0.0, 0.0), Motion.STOPPED),
        thing(4, ObjectClass.CYCLIST, 8.0, -3.2, (3.5, 0.0)),
        thing(5, ObjectClass.PEDESTRIAN, 18.0, -5.0, (0.0, 1.3), Motion.CROSSING, 1.57),
        thing(6, ObjectClass.TRUCK, 26.0, 3.6, (-9.0, 0.0), Motion.ONCOMING, 3.14),
        *(thing(10 + k, ObjectClass.CAR, 6.0 * k - 20.0, 7.5, motion=Motion.PARKED) for k in range(7)),
        *(thing(30 + k, ObjectClass.OBSTACLE, 9.0 * k - 25.0, -8.0, motion=Motion.UNKNOWN) for k in range(6)),
    )
    return SceneState(
        stamp_ns=stamp_ns,
        ego=None,
        objects=objects,
        sounds=(siren,),
        signals=(light,),
        degraded=(),
        senses=(Sense.LIDAR,),
    )


BUS = (claim("exists", "track:1", "bus"), claim("distance", "track:1", 8.3, detail="nearest of 42 points"))
SIREN = (claim("heard", "sound:siren", "siren", detail="0.91 for 0.4 s"),)

SPOKEN = (
    said("We have stopped at a red light.", claim("state", "signal:3", "red"), urgency=Urgency.CALM),
    said("我们在红灯前停下了。", claim("state", "signal:3", "red"), language="zh", urgency=Urgency.CALM),
    said("A cyclist is riding past on our right, 8 metres ahead.", claim("exists", "track:4", "cyclist")),
    said("骑车人正从我们右侧骑过，前方8米。", claim("exists", "track:4", "cyclist"), language="zh"),
    said("A person is crossing from the right.", claim("exists", "track:5", "pedestrian"), urgency=Urgency.URGENT),
    said("有行人正从右侧横穿马路。", claim("exists", "track:5", "pedestrian"), language="zh", urgency=Urgency.URGENT),
    said("I can hear a siren behind us on the left.", *SIREN),
    said("我听到左后方有警笛声。", *SIREN, language="zh"),
    said("A bus is coming up behind us, 8 metres away.", *BUS),
    said("一辆公交车正从后方驶来，距离8米。", *BUS, language="zh"),
)


WIDE, HIGH = 1280, 720


def image(stamp_ns: int = START_NS - TENTH_NS, camera: str = "front") -> CameraFrame:
    """A grey road, and a red bus at the left of it."""
    rgb = np.full((HIGH, WIDE, 3), 110, np.uint8)
    rgb[240:520, 100:420] = (200, 20, 20)
    return CameraFrame(stamp_ns=stamp_ns, frame_id=camera, camera=camera, rgb=rgb, intrinsics=None)


def seen(predicate: str, subject: str, value: ClaimValue, box: PixelBox, camera: str = "front") -> Claim:
    """A claim that the camera supports, with the place in its picture."""
    detail = pictured(camera, f"{value} 0.91", box)
    found = Evidence(modality=Sense.CAMERA, stamp_ns=START_NS - TENTH_NS, detail=detail)
    return Claim(predicate=predicate, subject=subject, value=value, confidence=0.91, evidence=(found,))


SEEN_BUS = seen("exists", "track:1", "bus", PixelBox(x0=100, y0=240, x1=420, y1=520))
SEEN_CAR = seen("exists", "track:2", "car", PixelBox(x0=1000, y0=300, x1=1200, y1=420))
