"""The scene as RViz draws it: a box for each thing with its name and course, an arrow from where a sound comes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point
from visualization_msgs.msg import Marker, MarkerArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import SceneObject, SceneState, SoundEvent
from crossmodal_narrator.wire.scene import time_to_message

LIFETIME = Duration(nanosec=400_000_000)  # a scene that is not renewed fades
HEARD_FROM_M, HEARD_TO_M, EAR_M = 14.0, 3.0, 1.7  # the arrow of a sound, towards us; and its height
_SOUND = (1.0, 0.1, 0.3)
_VEHICLE, _VULNERABLE, _OTHER = (0.1, 0.6, 1.0), (1.0, 0.5, 0.1), (0.6, 0.6, 0.6)


def markers(scene: SceneState, frame_id: str, types: Any) -> MarkerArray:
    """MarkerArray in `frame_id`; what has no range, or a sound no direction, is not drawn: nobody knows where it is."""
    stamp = time_to_message(scene.stamp_ns, types)
    drawn = []
    for thing in scene.objects:
        if thing.box is None:
            continue
        for marker in (_body(thing), _name(thing), _course(thing)):
            if marker is None:
                continue
            marker.id = thing.track_id
            drawn.append(marker)
    for number, sound in enumerate(scene.sounds):
        for marker in _sound(sound):
            marker.id = number
            drawn.append(marker)
    for marker in drawn:
        marker.header.frame_id, marker.header.stamp, marker.lifetime = frame_id, stamp, LIFETIME
    return MarkerArray(markers=drawn)


def _body(thing: SceneObject) -> Marker:
    marker = _marker(thing, "things", Marker.CUBE)
    assert thing.size_lwh_m is not None
    marker.scale.x, marker.scale.y, marker.scale.z = thing.size_lwh_m
    marker.color.a = 0.5
    return marker


def _name(thing: SceneObject) -> Marker:
    marker = _marker(thing, "names", Marker.TEXT_VIEW_FACING)
    assert thing.size_lwh_m is not None
    marker.pose.position.z += 0.5 * thing.size_lwh_m[2] + 0.5
    marker.scale.z = 0.6
    colour = thing.attribute("colour")
    described = f"{colour.value} {thing.label.value}" if colour else thing.label.value
    marker.text = f"{described} {thing.track_id}\n{thing.motion.value} {thing.confidence:.2f}"
    return marker


def _course(thing: SceneObject) -> Marker | None:
    """Where it will be in a second."""
    if thing.velocity_mps is None or thing.position_m is None or (thing.speed_mps or 0.0) < 0.5:
        return None
    marker = _marker(thing, "courses", Marker.ARROW)
    ends = (thing.position_m, tuple(p + v for p, v in zip(thing.position_m, thing.velocity_mps, strict=True)))
    marker.points = [Point(x=x, y=y, z=z) for x, y, z in ends]
    marker.pose.position.x = marker.pose.position.y = marker.pose.position.z = 0.0
    marker.pose.orientation.z, marker.pose.orientation.w = 0.0, 1.0
    marker.scale.x, marker.scale.y = 0.15, 0.3
    return marker


def _sound(sound: SoundEvent) -> Iterator[Marker]:
    """An arrow that points at us, and its kind."""
    if sound.azimuth_rad is None:
        return
    towards = math.cos(sound.azimuth_rad), math.sin(sound.azimuth_rad)
    arrow = Marker(ns="sounds", type=Marker.ARROW, action=Marker.ADD)
    arrow.points = [Point(x=r * towards[0], y=r * towards[1], z=EAR_M) for r in (HEARD_FROM_M, HEARD_TO_M)]
    arrow.scale.x, arrow.scale.y = 0.3, 0.7
    name = Marker(ns="sound names", type=Marker.TEXT_VIEW_FACING, action=Marker.ADD)
    name.pose.position = Point(x=HEARD_FROM_M * towards[0], y=HEARD_FROM_M * towards[1], z=EAR_M + 1.0)
    name.scale.z = 0.8
    whose = "" if sound.track_id is None else f" of {sound.track_id}"
    name.text = f"{sound.kind}{whose}\n{sound.trend.value} {sound.confidence:.2f}"
    for marker in (arrow, name):
        marker.pose.orientation.w = 1.0
        marker.color.r, marker.color.g, marker.color.b = _SOUND
        marker.color.a = 1.0
        yield marker


def _marker(thing: SceneObject, namespace: str, kind: int) -> Marker:
    assert thing.position_m is not None
    assert thing.yaw_rad is not None
    marker = Marker(ns=namespace, type=kind, action=Marker.ADD)
    marker.pose.position.x, marker.pose.position.y, marker.pose.position.z = thing.position_m
    marker.pose.orientation.z, marker.pose.orientation.w = math.sin(thing.yaw_rad / 2), math.cos(thing.yaw_rad / 2)
    colour = _VULNERABLE if thing.label.is_vulnerable else _OTHER if thing.label is ObjectClass.OBSTACLE else _VEHICLE
    marker.color.r, marker.color.g, marker.color.b = colour
    marker.color.a = 1.0
    return marker
