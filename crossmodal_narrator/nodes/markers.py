"""The scene as RViz draws it: a box for each thing, its name above it, an arrow for where it goes."""

from __future__ import annotations

import math
from typing import Any

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point
from visualization_msgs.msg import Marker, MarkerArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import SceneObject, SceneState
from crossmodal_narrator.wire.scene import time_to_message

LIFETIME = Duration(nanosec=400_000_000)  # a scene that is not renewed fades
_VEHICLE, _VULNERABLE, _OTHER = (0.1, 0.6, 1.0), (1.0, 0.5, 0.1), (0.6, 0.6, 0.6)


def markers(scene: SceneState, frame_id: str, types: Any) -> MarkerArray:
    """MarkerArray in `frame_id`; things without a range are not drawn, for nobody knows where they are."""
    stamp = time_to_message(scene.stamp_ns, types)
    drawn = []
    for thing in scene.objects:
        if thing.box is None:
            continue
        for marker in (_body(thing), _name(thing), _course(thing)):
            if marker is None:
                continue
            marker.header.frame_id, marker.header.stamp = frame_id, stamp
            marker.id, marker.lifetime = thing.track_id, LIFETIME
            drawn.append(marker)
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
