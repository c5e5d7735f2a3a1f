"""A line of scenes.jsonl → the scene as a search asks for it: with our speed, though the record has no pose."""

from __future__ import annotations

from dataclasses import replace

from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.wire.from_records import Record, scene_from_record


def scene_from(record: Record) -> SceneState:
    """The scene of a line. The pose is not in the file; a search takes it from the bag.

    Raises:
        FrameError, KeyError, ValueError, TypeError: the line is not as `scene_record` writes it.
    """
    scene = scene_from_record(record)
    ego = record["ego"]
    if ego is None:
        return scene
    moved = EgoMotion(
        stamp_ns=scene.stamp_ns,
        odom_from_base=Pose.identity(),
        velocity_mps=(float(ego["speed_mps"]), 0.0, 0.0),
        yaw_rate_rps=float(ego["yaw_rate_rps"]),
    )
    return replace(scene, ego=moved)
