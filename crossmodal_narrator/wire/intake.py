"""Messages in, sensor frames out: one path for live and recorded messages.

Nothing waits here but a camera's very first picture, for the calibration that follows it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from crossmodal_narrator.core.errors import FrameError, TransformError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, SensorFrame
from crossmodal_narrator.core.geometry import Intrinsics, Pose
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.sync import Source, SyncConfig, TransformBuffer
from crossmodal_narrator.wire.camera_info import decode_camera_info, pinhole
from crossmodal_narrator.wire.config import IntakeConfig
from crossmodal_narrator.wire.headers import frame_name, stamp_ns
from crossmodal_narrator.wire.images import decode_compressed, decode_image
from crossmodal_narrator.wire.odometry import decode_odometry
from crossmodal_narrator.wire.points import decode_points
from crossmodal_narrator.wire.sound import decode_audio, decode_audio_common
from crossmodal_narrator.wire.topics import MessageKind, TopicMap, TopicRole
from crossmodal_narrator.wire.transforms import decode_transforms

# A camera that publishes both pictures, or a microphone both messages, is read by the first that came, until that one
# is silent for so long.
SWITCH_AFTER_NS = 1_000_000_000
# REP 103: a body frame looks along x (x forward, y left, z up), an optical one along z (x right, y down).
BODY_FROM_OPTICAL = Pose(
    rotation=np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]), translation_m=np.zeros(3)
)
AS_IT_SAYS = IntakeConfig()
OPTICAL = ":optical"  # ends the names of optical frames that are made here


class Intake:
    """Turns the messages of one vehicle into frames. Keeps each camera's newest calibration and the static transforms.

    `base_frame` is the body that the ego's motion is wanted of. Of `config` the intake itself reads what concerns no
    single camera; the rest is in `topics` (`TopicMap.described`).
    """

    def __init__(
        self, topics: TopicMap, *, base_frame: str = SyncConfig().base_frame, config: IntakeConfig = AS_IT_SAYS
    ) -> None:
        self.topics = topics
        self._base_frame = base_frame
        self._body_frames = frozenset(frame_name(name) for name in config.body_frames)
        self._known_optical: set[str] = set()  # body frames whose optical frame has been told
        self._roles = topics.roles
        self._intrinsics: dict[str, Intrinsics] = {}
        self._read: dict[Source, tuple[str, int]] = {}  # the topic by which a sensor is read, its newest stamp
        self._first: dict[str, CameraFrame | None] = {}  # by camera: a picture that came before its calibration
        self._sound_infos: dict[str, Any] = {}  # by microphone: the newest AudioInfo
        self._rigid = TransformBuffer()
        self._refused: list[FrameError] = []
        self._readers: dict[MessageKind, Callable[[str, TopicRole, Any], tuple[SensorFrame, ...]]] = {
            MessageKind.IMAGE: self._image,
            MessageKind.COMPRESSED_IMAGE: self._image,
            MessageKind.CAMERA_INFO: self._camera_info,
            MessageKind.POINTS: lambda _topic, _role, message: (
                decode_points(message, reads_times=config.point_times),
            ),
            MessageKind.ODOMETRY: self._odometry,
            MessageKind.TRANSFORMS: self._transforms,
            MessageKind.SOUND: self._sound,
            MessageKind.SOUND_DATA: self._sound,
            MessageKind.SOUND_INFO: self._sound_info,
        }

    def frames(self, topic: str, message: Any) -> tuple[SensorFrame, ...]:
        """The frames that one message holds; none for a calibration or a topic that is not in the map.

        A picture is decoded here, so call this where there is time for it. It carries the newest calibration of its
        camera. The first one, when it comes before the calibration, is given with it; without one when a second comes.

        Raises:
            FrameError: the message cannot be true. The error names the topic.
        """
        role = self._roles.get(topic)
        if role is None:
            return ()
        try:
            return self._readers[role.kind](topic, role, message)
        except FrameError as error:
            raise _named(topic, error) from error

    def drain_refused(self) -> tuple[FrameError, ...]:
        """Why parts of messages were left out since the last call: transforms beside others that could be used."""
        refused, self._refused = tuple(self._refused), []
        return refused

    def _image(self, topic: str, role: TopicRole, message: Any) -> tuple[SensorFrame, ...]:
        time_ns = stamp_ns(message.header.stamp)
        camera = Source(Sense.CAMERA, role.camera)
        if not self._is_read(camera, topic, time_ns):
            return ()
        decode = decode_image if role.kind is MessageKind.IMAGE else decode_compressed
        rgb = decode(message)
        frame_id = frame_name(message.header.frame_id)
        is_body = frame_id in self._body_frames
        frame = CameraFrame(
            stamp_ns=time_ns,
            frame_id=frame_id + OPTICAL if is_body else frame_id,
            camera=role.camera,
            rgb=rgb,
            intrinsics=self._intrinsics_of(role.camera, width=rgb.shape[1], height=rgb.shape[0]),
        )
        edges = self._optical_of(frame_id, time_ns) if is_body else ()
        self._read[camera] = (topic, time_ns)
        if frame.intrinsics is None and role.camera not in self._first:
            self._first[role.camera] = frame
            return edges
        held = self._first.get(role.camera)
        self._first[role.camera] = None
        return (*edges, frame) if held is None else (*edges, held, frame)

    def _intrinsics_of(self, camera: str, *, width: int, height: int) -> Intrinsics | None:
        fov_deg = self.topics.cameras[camera].fov_deg
        return pinhole(width, height, fov_deg) if fov_deg else self._intrinsics.get(camera)

    def _optical_of(self, body: str, time_ns: int) -> tuple[FrameTransform, ...]:
        """The edge to the optical frame that the publisher has none for; once, as a static one holds for ever."""
        if body in self._known_optical:
            return ()
        self._known_optical.add(body)
        edge = FrameTransform(
            stamp_ns=time_ns,
            parent=body,
            child=body + OPTICAL,
            parent_from_child=BODY_FROM_OPTICAL,
            is_static=True,
        )
        return (edge,)

    def _is_read(self, sensor: Source, topic: str, time_ns: int) -> bool:
        """Whether this topic is the one that is read, or the one to turn to."""
        read, newest_ns = self._read.get(sensor, (topic, time_ns))
        return read == topic or abs(time_ns - newest_ns) > SWITCH_AFTER_NS

    def _camera_info(self, _topic: str, role: TopicRole, message: Any) -> tuple[SensorFrame, ...]:
        is_rectified = self.topics.cameras[role.camera].is_rectified
        intrinsics = self._intrinsics[role.camera] = decode_camera_info(message, is_rectified=is_rectified)
        first = self._first.get(role.camera)
        if first is None:
            return ()
        self._first[role.camera] = None
        return (dataclasses.replace(first, intrinsics=intrinsics),)

    def _sound_info(self, _topic: str, role: TopicRole, message: Any) -> tuple[SensorFrame, ...]:
        self._sound_infos[role.microphone] = message
        return ()

    def _sound(self, topic: str, role: TopicRole, message: Any) -> tuple[SensorFrame, ...]:
        microphone, time_ns = Source(Sense.AUDIO, role.microphone), stamp_ns(message.header.stamp)
        if not self._is_read(microphone, topic, time_ns):
            return ()
        if role.kind is MessageKind.SOUND:
            chunk = decode_audio(message, microphone=role.microphone)
        else:
            chunk = decode_audio_common(message, self._sound_info_of(role.microphone), microphone=role.microphone)
        self._read[microphone] = (topic, time_ns)
        return (chunk,)

    def _sound_info_of(self, microphone: str) -> Any:
        info = self._sound_infos.get(microphone)
        if info is None:
            where = self.topics.microphones[microphone].info or "no topic of this bag"
            raise FrameError(
                "nothing says how many channels these samples have, and their rate",
                remedy=f"publish AudioInfo ({where} is read), or AudioChunk",
            )
        return info

    def _odometry(self, _topic: str, _role: TopicRole, message: Any) -> tuple[SensorFrame, ...]:
        # No edge odom → base_link is made of it: /tf usually carries that one, and two sources of an edge quarrel.
        motion: EgoMotion = decode_odometry(message, child_from_base=self._child_from_base(message))
        return (motion,)

    def _child_from_base(self, message: Any) -> Pose | None:
        child = frame_name(message.child_frame_id)
        if child in ("", self._base_frame):
            return None
        try:
            return self._rigid.lookup(child, self._base_frame, stamp_ns(message.header.stamp))
        except TransformError as error:
            raise FrameError(
                f"odometry is of {child}, and nothing says where {self._base_frame} stands on it",
                remedy=f"publish {self._base_frame} → {child} on /tf_static, or the odometry of {self._base_frame}",
            ) from error

    def _transforms(self, topic: str, role: TopicRole, message: Any) -> tuple[SensorFrame, ...]:
        decoded = decode_transforms(message, is_static=role.is_static)
        if decoded.refused and not decoded.edges:
            raise decoded.refused[0]
        self._refused += [_named(topic, error) for error in decoded.refused]
        for edge in decoded.edges if role.is_static else ():
            self._rigid.push(edge)
        return decoded.edges


def _named(topic: str, error: FrameError) -> FrameError:
    return type(error)(f"{topic}: {error.what}", remedy=error.remedy or "check the driver that publishes it")
