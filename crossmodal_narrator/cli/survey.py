"""What an evaluation must know of a bag besides its truth: where the front camera looks, how the ego moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.bags import Bag
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform
from crossmodal_narrator.core.geometry import Pose, Vec3
from crossmodal_narrator.sync import SyncConfig, TransformBuffer
from crossmodal_narrator.sync.ego import EgoHistory
from crossmodal_narrator.wire import Intake, TopicMap, guess_topics

FRONT = "front"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """`in_view`: whether a point of base_link lies in the image of the camera that is called front, else the first."""

    in_view: Callable[[Vec3], bool]
    odom_from_base: Mapping[int, Pose]


def survey_bag(bag: Bag, stamps_ns: tuple[int, ...], intake: Intake | None = None) -> Survey:
    """Read the calibration and the ego's poses at `stamps_ns`. Without `intake` the topics are what they look like.

    Raises:
        BagError: the bag has no calibrated camera.
    """
    config = SyncConfig()
    transforms = TransformBuffer(max_extrapolation_s=config.max_extrapolation_s)
    ego = EgoHistory(config, transforms)
    intake = intake or Intake(guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]))
    topics = intake.topics
    view: CameraFrame | None = None
    poses: dict[int, Pose] = {}
    for message in bag.messages([name for name in topics.names if name not in _unread(topics)]):
        for frame in () if view and topics.is_image(message.topic) else intake.frames(message.topic, message.message):
            if isinstance(frame, CameraFrame) and frame.intrinsics is not None:
                view = frame
            elif isinstance(frame, EgoMotion):
                ego.push(frame)
                _note_poses(poses, stamps_ns, ego, frame.stamp_ns)
            elif isinstance(frame, FrameTransform):
                transforms.push(frame)
    if view is None or view.intrinsics is None:
        raise BagError("the bag has no image with a CameraInfo", remedy="evaluate a drive with a calibrated camera")
    intrinsics = view.intrinsics
    camera_from_base = transforms.lookup(view.frame_id, config.base_frame, view.stamp_ns)

    def in_view(point: Vec3) -> bool:
        _, seen = intrinsics.project(camera_from_base.transform(np.array([point])))
        return bool(seen[0])

    return Survey(in_view=in_view, odom_from_base=poses)


def _unread(topics: TopicMap) -> set[str | None]:
    """The sweeps, and the images of all cameras but one."""
    looks = next((name for name in topics.cameras if FRONT in name), next(iter(topics.cameras), None))
    others = [camera for name, camera in topics.cameras.items() if name != looks]
    return {topics.lidar, *(topic for camera in others for topic in (camera.image, camera.compressed))}


def _note_poses(poses: dict[int, Pose], stamps_ns: tuple[int, ...], ego: EgoHistory, newest_ns: int) -> None:
    for stamp_ns in stamps_ns:
        if stamp_ns <= newest_ns and stamp_ns not in poses and (motion := ego.at(stamp_ns)) is not None:
            poses[stamp_ns] = motion.odom_from_base
