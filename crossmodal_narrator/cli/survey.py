"""What an evaluation must know of a bag besides its truth: where the front camera looks, how the ego moved."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.bags import Bag
from crossmodal_narrator.core.errors import BagError, FrameError, TransformError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, SensorFrame
from crossmodal_narrator.core.geometry import Pose, Vec3
from crossmodal_narrator.sync import SyncConfig, TransformBuffer
from crossmodal_narrator.sync.ego import EgoHistory
from crossmodal_narrator.wire import Intake, TopicMap, guess_topics

FRONT = "front"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """`in_view`: whether a point of base_link lies in the image of the camera that is called front, else of the first.

    It is in none where that camera is not calibrated.
    """

    in_view: Callable[[Vec3], bool]
    has_camera: bool
    odom_from_base: Mapping[int, Pose]


def survey_bag(bag: Bag, stamps_ns: Sequence[int], intake: Intake | None = None) -> Survey:
    """Read the calibration and the ego's poses at `stamps_ns`. What cannot be read is left out, as in a replay.

    Without `intake` the topics are what they look like.
    """
    config = SyncConfig()
    transforms = TransformBuffer(max_extrapolation_s=config.max_extrapolation_s)
    ego = EgoHistory(config, transforms)
    view: CameraFrame | None = None
    in_view: Callable[[Vec3], bool] | None = None
    poses: dict[int, Pose] = {}
    wanted = deque(sorted(stamps_ns))
    for frame in _frames(bag, intake or Intake(guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]))):
        if isinstance(frame, CameraFrame) and frame.intrinsics is not None:
            view = frame
        elif isinstance(frame, EgoMotion):
            ego.push(frame)
            _note_poses(poses, wanted, ego, frame.stamp_ns)
        elif isinstance(frame, FrameTransform):
            transforms.push(frame)
        if view is not None and in_view is None:  # as soon as it is known: transforms are forgotten after a while
            in_view = _in_view(view, transforms, config.base_frame)
        if in_view is not None and not wanted:
            break  # nothing is left to learn
    return Survey(in_view=in_view or (lambda point: False), has_camera=view is not None, odom_from_base=poses)


def _frames(bag: Bag, intake: Intake) -> Iterator[SensorFrame]:
    """All frames but those of topics that are not needed, and images after the first that is calibrated."""
    topics = intake.topics
    has_view = False
    try:
        unread = _unread(topics)
        for message in bag.messages(name for name in topics.names if name not in unread):
            if topics.is_image(message.topic) and has_view:
                continue
            with suppress(FrameError):
                for frame in intake.frames(message.topic, message.message):
                    has_view = has_view or (isinstance(frame, CameraFrame) and frame.intrinsics is not None)
                    yield frame
    except BagError as error:
        _log.warning("%s", error)


def _unread(topics: TopicMap) -> set[str | None]:
    """The sweeps and sounds, and the images of all cameras but one."""
    looks = next((name for name in topics.cameras if FRONT in name), next(iter(topics.cameras), None))
    others = [camera for name, camera in topics.cameras.items() if name != looks]
    sounds = (topic for array in topics.microphones.values() for topic in (array.chunks, array.data, array.info))
    return {topics.lidar, *sounds, *(topic for camera in others for topic in (camera.image, camera.compressed))}


def _in_view(view: CameraFrame, transforms: TransformBuffer, base_frame: str) -> Callable[[Vec3], bool] | None:
    """None while nothing tells where the camera looks."""
    intrinsics = view.intrinsics
    try:
        camera_from_base = transforms.lookup(view.frame_id, base_frame, view.stamp_ns)
    except TransformError:
        return None
    assert intrinsics is not None

    def in_view(point: Vec3) -> bool:
        _, seen = intrinsics.project(camera_from_base.transform(np.array([point])))
        return bool(seen[0])

    return in_view


def _note_poses(poses: dict[int, Pose], wanted: deque[int], ego: EgoHistory, newest_ns: int) -> None:
    """Of the stamps that are still `wanted`, which are sorted; one that has no pose by now has none."""
    while wanted and wanted[0] <= newest_ns:
        stamp_ns = wanted.popleft()
        if (motion := ego.at(stamp_ns)) is not None:
            poses[stamp_ns] = motion.odom_from_base
