"""tf2_msgs/TFMessage → edges of the transform tree. One bad edge does not take the others with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.frames import FrameTransform
from crossmodal_narrator.wire.headers import frame_name, stamp_ns
from crossmodal_narrator.wire.odometry import pose_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecodedTransforms:
    """The edges of one message that can be used, and why the others cannot."""

    edges: tuple[FrameTransform, ...]
    refused: tuple[FrameError, ...]


def decode_transforms(message: Any, *, is_static: bool) -> DecodedTransforms:
    """tf2_msgs/TFMessage → its edges. Refusals name the edge."""
    edges: list[FrameTransform] = []
    refused: list[FrameError] = []
    for transform in message.transforms:
        try:
            edges.append(_edge(transform, is_static=is_static))
        except FrameError as error:  # noqa: PERF203 - each edge fails by itself
            refused.append(error)
    return DecodedTransforms(edges=tuple(edges), refused=tuple(refused))


def _edge(message: Any, *, is_static: bool) -> FrameTransform:
    parent, child = frame_name(message.header.frame_id), frame_name(message.child_frame_id)
    name = f"transform {parent or '(no name)'} → {child or '(no name)'}"
    if not parent or not child or parent == child:
        raise FrameError(f"{name} needs two frames with names of their own", remedy="check who publishes it")
    try:
        pose = pose_of(message.transform.translation, message.transform.rotation)
    except FrameError as error:
        raise FrameError(f"{name}: {error.what}", remedy="publish it with a unit quaternion, finite values") from error
    return FrameTransform(
        stamp_ns=stamp_ns(message.header.stamp),
        parent=parent,
        child=child,
        parent_from_child=pose,
        is_static=is_static,
    )
