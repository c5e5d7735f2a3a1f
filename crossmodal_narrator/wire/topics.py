"""Which topic carries which sensor: the relative names of a live vehicle, or a guess from a bag's names and types."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.sync import Source
from crossmodal_narrator.wire.config import IntakeConfig


class MessageKind(str, Enum):
    """The messages that the intake reads; the value is the ROS 2 type."""

    IMAGE = "sensor_msgs/msg/Image"
    COMPRESSED_IMAGE = "sensor_msgs/msg/CompressedImage"
    CAMERA_INFO = "sensor_msgs/msg/CameraInfo"
    POINTS = "sensor_msgs/msg/PointCloud2"
    ODOMETRY = "nav_msgs/msg/Odometry"
    TRANSFORMS = "tf2_msgs/msg/TFMessage"
    SOUND = "crossmodal_narrator_msgs/msg/AudioChunk"
    SOUND_DATA = "audio_common_msgs/msg/AudioDataStamped"  # of ros-drivers' audio_common, as is
    SOUND_INFO = "audio_common_msgs/msg/AudioInfo"  # what those data are


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraTopics:
    """The topics of one camera. Where both pictures are published, the intake takes one of them.

    `fov_deg` is the horizontal field of view of an ideal pinhole, or 0 where CameraInfo tells the calibration.
    """

    image: str | None = None
    compressed: str | None = None
    camera_info: str | None = None
    is_rectified: bool = False
    fov_deg: float = 0.0

    def roles(self, name: str) -> dict[str, TopicRole]:
        """What each of them is for; `name` is the camera's."""
        topics = {
            MessageKind.CAMERA_INFO: self.camera_info,
            MessageKind.IMAGE: self.image,
            MessageKind.COMPRESSED_IMAGE: self.compressed,
        }
        return {topic: TopicRole(kind=kind, camera=name) for kind, topic in topics.items() if topic is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneTopics:
    """The topics of one microphone or array: chunks of our own message, or audio_common's data with their info."""

    chunks: str | None = None
    data: str | None = None
    info: str | None = None

    def roles(self, name: str) -> dict[str, TopicRole]:
        """What each of them is for; `name` is the microphone's."""
        topics = {
            MessageKind.SOUND_INFO: self.info,
            MessageKind.SOUND: self.chunks,
            MessageKind.SOUND_DATA: self.data,
        }
        return {topic: TopicRole(kind=kind, microphone=name) for kind, topic in topics.items() if topic is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRole:
    """What one topic is for. `camera` and `microphone` are empty unless it belongs to one."""

    kind: MessageKind
    camera: str = ""
    microphone: str = ""
    is_static: bool = False  # transforms that hold for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMap:
    """The topics of a vehicle; None is a sensor that it does not have."""

    cameras: Mapping[str, CameraTopics] = field(default_factory=dict)
    lidar: str | None = None
    microphones: Mapping[str, MicrophoneTopics] = field(default_factory=dict)
    odometry: str | None = None
    tf: str | None = None
    tf_static: str | None = None

    @staticmethod
    def relative(
        cameras: Sequence[str], *, lidar: bool = True, microphones: Sequence[str] = (), odometry: bool = True
    ) -> TopicMap:
        """The default names of a live vehicle, which launch files remap."""
        return TopicMap(
            cameras={
                name: CameraTopics(
                    image=f"camera/{name}/image",
                    compressed=f"camera/{name}/image/compressed",
                    camera_info=f"camera/{name}/camera_info",
                )
                for name in cameras
            },
            lidar="lidar/points" if lidar else None,
            microphones={
                name: MicrophoneTopics(
                    chunks=f"audio/{name}", data=f"audio/{name}/audio_stamped", info=f"audio/{name}/audio_info"
                )
                for name in microphones
            },
            odometry="odom" if odometry else None,
            tf="/tf",
            tf_static="/tf_static",
        )

    def described(self, cameras: Sequence[str], config: IntakeConfig) -> TopicMap:
        """The same topics with what `config` says of each camera; `cameras` is the order of its `fov_deg`."""
        fov_deg = dict(zip(cameras, config.fov_deg, strict=False))
        described: dict[str, CameraTopics] = {}
        for name, topics in self.cameras.items():
            wide_deg = fov_deg.get(name, 0.0)
            described[name] = dataclasses.replace(
                topics,
                is_rectified=topics.is_rectified or name in config.rectified,
                fov_deg=wide_deg,
                camera_info=None if wide_deg else topics.camera_info,
            )
        return dataclasses.replace(self, cameras=described)

    @property
    def roles(self) -> dict[str, TopicRole]:
        """What each topic is for. The order is that in which a node should subscribe: what others need comes first."""
        roles: dict[str, TopicRole] = {}
        for topic, is_static in ((self.tf_static, True), (self.tf, False)):
            if topic is not None:
                roles[topic] = TopicRole(kind=MessageKind.TRANSFORMS, is_static=is_static)
        if self.odometry is not None:
            roles[self.odometry] = TopicRole(kind=MessageKind.ODOMETRY)
        for name, camera in self.cameras.items():
            roles |= camera.roles(name)
        if self.lidar is not None:
            roles[self.lidar] = TopicRole(kind=MessageKind.POINTS)
        for name, microphone in self.microphones.items():
            roles |= microphone.roles(name)
        return roles

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.roles)

    def source_of(self, topic: str) -> Source | None:
        """The sensor that a topic belongs to; None for transforms and topics that are not in the map."""
        role = self.roles.get(topic)
        if role is None or role.kind is MessageKind.TRANSFORMS:
            return None
        if role.kind is MessageKind.POINTS:
            return Source(Sense.LIDAR, "lidar")
        if role.kind is MessageKind.ODOMETRY:
            return Source(Sense.ODOMETRY, "odometry")
        if role.microphone:
            return Source(Sense.AUDIO, role.microphone)
        return Source(Sense.CAMERA, role.camera)

    def is_image(self, topic: str) -> bool:
        role = self.roles.get(topic)
        return role is not None and role.kind in (MessageKind.IMAGE, MessageKind.COMPRESSED_IMAGE)


# Words in the names of topics that carry something else than a picture of the road, or than a whole raw sweep.
_NO_PICTURE = ("depth", "disparity", "semantic", "instance", "segment", "label", "mask", "confidence", "theora", "bev")
_NO_SWEEP = (
    "radar",
    "map",
    "ground",
    "filter",
    "cluster",
    "obstacle",
    "depth",
    "stereo",
    "camera",
    "semantic",
    "feature",
)
_INSIDE = ("cabin", "interior", "inside", "passenger")
_OWN_SPEECH = "voice/speech"  # what the narrator said, in a bag that was recorded while it spoke
_LIDAR_WORDS = ("lidar", "velodyne", "ouster", "pandar", "hesai", "livox", "rslidar", "points", "laser", "top")
# The pictures that image_proc and drivers publish side by side; the earliest is the best to look at.
_PICTURES = ("image", "image_rect_color", "image_rect", "image_color", "image_raw", "rgb", "image_mono")


def guess_topics(names_and_types: Iterable[tuple[str, str]]) -> TopicMap:
    """The map that fits the topics of a bag, by their types first and their names second.

    A camera is named after the folder that its image stands in: `/sensing/camera/rear/image_raw` is `rear`; where two
    folders have one name, the folder above is put before it. Types may be written as in ROS 1 (`sensor_msgs/Image`).
    """
    by_kind: dict[MessageKind, list[str]] = {kind: [] for kind in MessageKind}
    kinds = {kind.value: kind for kind in MessageKind}
    for name, msgtype in sorted(set(names_and_types)):
        kind = kinds.get(msgtype if "/msg/" in msgtype else msgtype.replace("/", "/msg/", 1))
        if kind is not None:
            by_kind[kind].append(name)
    return TopicMap(
        cameras=_cameras(by_kind),
        lidar=_best(by_kind[MessageKind.POINTS], _lidar_rank),
        microphones=_microphones(by_kind),
        odometry=_best(by_kind[MessageKind.ODOMETRY], _odometry_rank),
        tf=_named(by_kind[MessageKind.TRANSFORMS], "tf"),
        tf_static=_named(by_kind[MessageKind.TRANSFORMS], "tf_static"),
    )


def _microphones(by_kind: Mapping[MessageKind, Sequence[str]]) -> dict[str, MicrophoneTopics]:
    """By the last part of the name, or by the whole of it where several end alike; audio_common's by the folder of
    their topic. What passengers say is no sound of the road.
    """
    chunks, data = (_outside(by_kind[kind]) for kind in (MessageKind.SOUND, MessageKind.SOUND_DATA))
    infos = {_folder(topic): topic for topic in reversed(_outside(by_kind[MessageKind.SOUND_INFO]))}
    found = {topic: MicrophoneTopics(chunks=topic) for topic in chunks}
    found |= {_folder(topic) or topic: MicrophoneTopics(data=topic, info=infos.get(_folder(topic))) for topic in data}
    leaves = [_leaf(topic) for topic in found]
    return {
        leaf if leaves.count(leaf) == 1 else topic.strip("/").replace("/", "_"): microphone
        for leaf, (topic, microphone) in zip(leaves, found.items(), strict=True)
    }


def _outside(topics: Sequence[str]) -> list[str]:
    return [topic for topic in topics if not (_is_inside(topic) or topic.endswith(_OWN_SPEECH))]


def _is_inside(topic: str) -> bool:
    return any(word in topic.lower() for word in _INSIDE)


def cabin_topic(names_and_types: Iterable[tuple[str, str]]) -> str | None:
    """The topic of a bag on which passengers are heard: that of the voice, and not of the perception."""
    inside = sorted(name for name, kind in names_and_types if kind == MessageKind.SOUND.value and _is_inside(name))
    return inside[0] if inside else None


def _cameras(by_kind: Mapping[MessageKind, Sequence[str]]) -> dict[str, CameraTopics]:
    folders: dict[str, dict[MessageKind, list[str]]] = {}
    for kind in (MessageKind.IMAGE, MessageKind.COMPRESSED_IMAGE):
        for topic in by_kind[kind]:
            if not any(word in topic.lower() for word in _NO_PICTURE):
                folders.setdefault(_folder(_base(topic)), {}).setdefault(kind, []).append(topic)
    infos = {_folder(topic): topic for topic in reversed(by_kind[MessageKind.CAMERA_INFO])}
    if len(folders) == len(by_kind[MessageKind.CAMERA_INFO]) == 1:
        infos = dict.fromkeys(folders, by_kind[MessageKind.CAMERA_INFO][0])
    names = _camera_names(sorted(folders))
    return {names[folder]: _camera(folders[folder], infos.get(folder)) for folder in sorted(folders)}


def _camera(topics: Mapping[MessageKind, Sequence[str]], camera_info: str | None) -> CameraTopics:
    """One base picture, and its two ways of transport."""
    best = min((_base(topic) for listed in topics.values() for topic in listed), key=_picture_rank)
    image, compressed = (
        next((topic for topic in topics.get(kind, ()) if _base(topic) == best), None)
        for kind in (MessageKind.IMAGE, MessageKind.COMPRESSED_IMAGE)
    )
    return CameraTopics(image=image, compressed=compressed, camera_info=camera_info, is_rectified="rect" in _leaf(best))


def _camera_names(folders: Sequence[str]) -> dict[str, str]:
    """A short name for each folder, unlike all others."""
    names: dict[str, str] = {}
    for folder in folders:
        parts = [part for part in folder.split("/") if part] or ["camera"]
        depth = 1
        while depth < len(parts) and any(
            other != folder and [part for part in other.split("/") if part][-depth:] == parts[-depth:]
            for other in folders
        ):
            depth += 1
        names[folder] = "_".join(parts[-depth:]).lower()
    return names


def _base(topic: str) -> str:
    """The topic that image_transport derived a compressed one from."""
    return topic.removesuffix("/compressed").removesuffix("_compressed")


def _folder(topic: str) -> str:
    return topic.rpartition("/")[0]


def _leaf(topic: str) -> str:
    return topic.rpartition("/")[2].lower()


def _picture_rank(topic: str) -> tuple[int, str]:
    leaf = _leaf(topic)
    return (_PICTURES.index(leaf) if leaf in _PICTURES else len(_PICTURES), topic)


def _lidar_rank(topic: str) -> tuple[int, int, str]:
    lower = topic.lower()
    wrong = sum(word in lower for word in _NO_SWEEP)
    right = sum(word in lower for word in _LIDAR_WORDS)
    return (wrong, -right, topic)


def _odometry_rank(topic: str) -> tuple[int, int, str]:
    exact, like = _leaf(topic) == "odom", "odom" in topic.lower()
    return (0 if exact else 1 if like else 2, topic.count("/"), topic)


def _best(topics: Sequence[str], rank: Callable[[str], Any]) -> str | None:
    return min(topics, key=rank) if topics else None


def _named(topics: Sequence[str], leaf: str) -> str | None:
    return next((topic for topic in topics if _leaf(topic) == leaf), None)
