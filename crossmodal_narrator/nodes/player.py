"""Publishes a bag as its sensors did: raw CDR, at its own rate, with /clock; on the topics that the nodes read."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rclpy
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.serialization import deserialize_message
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import CameraInfo

from crossmodal_narrator.bags import Bag, open_bag
from crossmodal_narrator.core.errors import BagError, NarratorError
from crossmodal_narrator.nodes import qos
from crossmodal_narrator.nodes.pacing import Pacer
from crossmodal_narrator.nodes.process import FAILED, INTERRUPTED, one_shot
from crossmodal_narrator.nodes.types import message_class
from crossmodal_narrator.wire import MessageKind, TopicMap, cabin_topic, guess_topics

SUBSCRIBERS_POLL_S = 0.05
SETTLE_S = 0.3  # a subscriber that is matched on our side may not be on its own yet
ACKNOWLEDGE_S = 2.0
CABIN = "audio/cabin"  # on which the voice listens


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a playing did."""

    messages: int
    seconds: float
    damage: str = ""


def names_of_the_nodes(bag: Bag) -> tuple[TopicMap, dict[str, str]]:
    """The topics of a bag that the nodes read, and by topic the relative name on which they expect it."""
    recorded = guess_topics([(topic.name, topic.msgtype) for topic in bag.topics])
    names = TopicMap.relative(tuple(recorded.cameras), microphones=tuple(recorded.microphones))
    live = {role: topic for topic, role in names.roles.items()}
    return recorded, {topic: live[role] for topic, role in recorded.roles.items()}


class BagPlayer:
    """Plays one bag. Only the topics that the nodes read are published; the others cost what nobody hears."""

    def __init__(self, node: Node, bag: Bag) -> None:
        """Announce the topics, so that subscribers can match before the first message.

        Raises:
            BagError: the bag holds no topic that the nodes read.
        """
        self._bag = bag
        self.topics, names = names_of_the_nodes(bag)
        self._publishers: dict[str, Any] = {}
        offered = {topic.name: topic.offered_qos for topic in bag.topics}
        for topic, role in self.topics.roles.items():
            profile = qos.of_player(role.kind, is_static=role.is_static, offered=offered[topic])
            self._publishers[topic] = node.create_publisher(message_class(role.kind.value), names[topic], profile)
        cabin = cabin_topic((topic.name, topic.msgtype) for topic in bag.topics)
        if cabin is not None:  # for the voice, which is not always there
            kind = MessageKind.SOUND
            profile = qos.of_player(kind, is_static=False, offered=offered[cabin])
            self._publishers[cabin] = node.create_publisher(message_class(kind.value), CABIN, profile)
        if not self._publishers:
            found = ", ".join(sorted(topic.msgtype for topic in bag.topics)) or "nothing"
            raise BagError(
                f"{bag.path} has no images, point clouds, odometry or transforms (it has {found})",
                remedy="play the bag of a drive",
            )
        self._pacer = Pacer(node, bag.start_ns)

    @property
    def unheard(self) -> tuple[str, ...]:
        """The topics that nobody subscribes to."""
        wanted = (p for topic, p in self._publishers.items() if topic in self.topics.roles)
        return tuple(p.topic_name for p in wanted if p.get_subscription_count() == 0)

    def wait_for_subscribers(self, timeout_s: float, stop: threading.Event) -> None:
        """Until every topic is heard, or the time is over: a sensor that nobody wants does not hold up the drive."""
        until = time.monotonic() + timeout_s
        while self.unheard and time.monotonic() < until and not stop.wait(SUBSCRIBERS_POLL_S):
            pass
        stop.wait(SETTLE_S)

    def play(self, rate: float, stop: threading.Event) -> Played:
        """Publish everything when it is due. `rate` 2 is twice as fast; `stop` ends it early.

        Damage of the bag ends the playing where the bag ends, and is told.
        """
        started_ns, count, damage = time.monotonic_ns(), 0, ""
        self._pacer.start(rate, stop)
        messages = self._bag.messages(self._publishers)
        while not stop.is_set():
            try:
                message = next(messages, None)
            except BagError as error:
                damage, message = str(error), None
            if message is None:
                break
            if self._pacer.until(message.log_time_ns):
                self._publishers[message.topic].publish(self._as_live(message.topic, message.raw))
                count += 1
        for publisher in self._publishers.values():
            publisher.wait_for_all_acked(Duration(seconds=ACKNOWLEDGE_S))
        return Played(messages=count, seconds=(time.monotonic_ns() - started_ns) / 1e9, damage=damage)

    def _as_live(self, topic: str, raw: bytes) -> Any:
        """The bytes as they are; but the calibration of a rectified image says so only by the name of its topic.

        That name is lost here, so its matrix P takes the place of K, and there is no distortion.
        """
        role = self.topics.roles.get(topic)
        if (
            role is None
            or role.kind is not MessageKind.CAMERA_INFO
            or not self.topics.cameras[role.camera].is_rectified
        ):
            return raw
        info = deserialize_message(raw, CameraInfo)
        if info.p[0]:
            info.d, info.k = [], [info.p[i] for i in (0, 1, 2, 4, 5, 6, 8, 9, 10)]
        return info


def main(arguments: list[str] | None = None) -> int:
    """Play the bag that the arguments name; the exit status is that of a command."""
    given = sys.argv if arguments is None else arguments
    args = _parser().parse_args(remove_ros_args(given)[1:])
    try:
        with one_shot(given) as stop:
            player = BagPlayer(rclpy.create_node("player"), open_bag(args.bag))
            player.wait_for_subscribers(args.wait, stop)
            for topic in () if args.quiet else player.unheard:
                sys.stderr.write(f"nobody listens to {topic}\n")
            played = player.play(args.rate, stop)
    except NarratorError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    if played.damage:
        sys.stderr.write(f"could not be read: {played.damage}\n")
    if not args.quiet:
        sys.stdout.write(f"published {played.messages} messages in {played.seconds:.1f} s\n")
    return INTERRUPTED if stop.is_set() else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="player", description=__doc__)
    parser.add_argument("bag", type=Path)
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--wait", type=float, default=10.0)
    parser.add_argument("--quiet", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
