"""The scene's markers in the classes that rclpy publishes."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Duration, Time
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.wire.markers import scene_markers


def markers(scene: SceneState, frame_id: str) -> MarkerArray:
    """MarkerArray of what `wire.markers` draws."""
    return MarkerArray(markers=[_marker(drawn) for drawn in scene_markers(scene, frame_id).markers])


def _marker(drawn: Any) -> Marker:
    pose, stamp, lifetime = drawn.pose, drawn.header.stamp, drawn.lifetime
    return Marker(
        header=Header(frame_id=drawn.header.frame_id, stamp=Time(sec=stamp.sec, nanosec=stamp.nanosec)),
        ns=drawn.ns,
        id=drawn.id,
        type=drawn.type,
        action=drawn.action,
        pose=Pose(position=_like(Point, pose.position), orientation=_like(Quaternion, pose.orientation)),
        scale=_like(Vector3, drawn.scale),
        color=_like(ColorRGBA, drawn.color),
        lifetime=Duration(sec=lifetime.sec, nanosec=lifetime.nanosec),
        points=[_like(Point, point) for point in drawn.points],
        text=drawn.text,
    )


def _like(kind: Any, message: Any) -> Any:
    return kind(**vars(message))
