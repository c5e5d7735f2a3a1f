"""What can go wrong with a drive, as changes to its recorded messages. All times are seconds from the drive's start."""

from __future__ import annotations

import array
import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rclpy.serialization import deserialize_message, serialize_message

from crossmodal_narrator.nodes.types import message_class

BEGINS_S, ENDS_S = 1.0, 3.6
# A loss is called one after a second. The voice is free again, and the car ahead pulls away, at about 2 s: by then the
# loss must be known, or which of the two is said first is a matter of one scene more or less.
CAMERA_LOST_S = 0.5
CAMERA, LIDAR, TF_STATIC = "camera/front/image/compressed", "lidar/points", "/tf_static"
HOUR_S = 3600


@dataclass(frozen=True)
class Sent:
    """One message as it is due to be published; `topic` is the nodes' own name."""

    at_s: float
    topic: str
    msgtype: str
    raw: bytes

    def changed(self, change: Callable[[Any], None]) -> Sent:
        message = deserialize_message(self.raw, message_class(self.msgtype))
        change(message)
        return dataclasses.replace(self, raw=serialize_message(message))


Drive = Iterable[Sent]


def none(drive: Drive) -> Iterator[Sent]:
    yield from drive


def no_camera(drive: Drive) -> Iterator[Sent]:
    return (sent for sent in drive if not sent.topic.startswith("camera/"))


def no_lidar(drive: Drive) -> Iterator[Sent]:
    return (sent for sent in drive if sent.topic != LIDAR)


def camera_lost_and_back(drive: Drive) -> Iterator[Sent]:
    return (sent for sent in drive if sent.topic != CAMERA or not CAMERA_LOST_S <= sent.at_s < ENDS_S)


def missing_transform(drive: Drive) -> Iterator[Sent]:
    """Nothing says where the LiDAR stands."""

    def without_lidar(message: Any) -> None:
        message.transforms = [edge for edge in message.transforms if "lidar" not in edge.child_frame_id]

    for sent in drive:
        yield sent.changed(without_lidar) if sent.topic == TF_STATIC else sent


def absurd_cloud(drive: Drive) -> Iterator[Sent]:
    """From then on the LiDAR claims four billion points."""

    def absurd(message: Any) -> None:
        message.width, message.height = 2**32 - 1, 2**31

    for sent in drive:
        yield sent.changed(absurd) if sent.topic == LIDAR and sent.at_s >= BEGINS_S else sent


def truncated_jpeg(drive: Drive) -> Iterator[Sent]:
    def cut(message: Any) -> None:
        message.data = array.array("B", bytes(message.data)[: len(message.data) // 3])

    for sent in drive:
        yield sent.changed(cut) if sent.topic == CAMERA and BEGINS_S <= sent.at_s < ENDS_S else sent


def hour_back(drive: Drive) -> Iterator[Sent]:
    """All sensors' clocks jump at once."""

    def earlier(message: Any) -> None:
        for stamped in getattr(message, "transforms", [message]):
            stamped.header.stamp.sec -= HOUR_S

    for sent in drive:
        yield sent.changed(earlier) if sent.at_s >= BEGINS_S and sent.topic != TF_STATIC else sent


FAULTS: dict[str, Callable[[Drive], Iterator[Sent]]] = {
    "none": none,
    "no_camera": no_camera,
    "no_lidar": no_lidar,
    "camera_lost_and_back": camera_lost_and_back,
    "wrong_qos": none,  # of the publisher, not of the messages
    "missing_transform": missing_transform,
    "absurd_cloud": absurd_cloud,
    "truncated_jpeg": truncated_jpeg,
    "hour_back": hour_back,
    "no_weights": none,  # of the node's cache
    "altered_weights": none,
}
