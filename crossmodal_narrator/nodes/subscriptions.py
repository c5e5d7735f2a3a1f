"""The sensors' topics: subscribed in the order of what others need first, and watched for who publishes them how."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from crossmodal_narrator.nodes import qos
from crossmodal_narrator.nodes.mailbox import Mailbox
from crossmodal_narrator.nodes.rates import Rate
from crossmodal_narrator.nodes.types import message_class
from crossmodal_narrator.sync import Source
from crossmodal_narrator.wire import MessageKind, TopicMap

# How many messages may wait for the worker. Of pictures and sweeps only the newest is worth anything: one more in the
# queue would be a tenth of a second of delay. Transforms, odometry and calibrations are small, and each of them counts.
CAPACITY = {MessageKind.IMAGE: 1, MessageKind.COMPRESSED_IMAGE: 1, MessageKind.POINTS: 1}
SMALL_CAPACITY = 400
# What is not missed where its package is not installed.
_IF_INSTALLED = (MessageKind.SOUND_DATA, MessageKind.SOUND_INFO)


@dataclass(slots=True, kw_only=True)
class Watched:
    """One topic, and what is known of its delivery."""

    topic: str  # as it is resolved
    kind: MessageKind
    source: Source | None = None  # the sensor that it belongs to
    wanted_qos: str = ""  # in words
    subscription: Any = None
    rate: Rate = field(default_factory=Rate)
    incompatible: str = ""  # the policy on which a publisher and we do not agree


class SensorSubscriptions:
    """Puts what the sensors publish into a mailbox. `close` before the node goes."""

    def __init__(self, node: Node, topics: TopicMap) -> None:
        self._node = node
        roles = topics.roles
        capacities = {topic: CAPACITY.get(role.kind, SMALL_CAPACITY) for topic, role in roles.items()}
        self.mailbox = Mailbox(capacities, time.monotonic_ns)
        self.since_ns = time.monotonic_ns()
        self.watched: dict[str, Watched] = {}
        self.unavailable: dict[str, str] = {}  # by topic: why it cannot be subscribed to
        for topic, role in roles.items():
            profile = qos.of_sensor(role.kind, is_static=role.is_static)
            watched = Watched(
                topic=node.resolve_topic_name(topic),
                kind=role.kind,
                source=topics.source_of(topic),
                wanted_qos=_in_words(profile),
            )
            try:
                message_type = message_class(role.kind.value)
            except (ImportError, AttributeError):
                if role.kind in _IF_INSTALLED:
                    continue
                package = role.kind.value.split("/")[0]
                self.unavailable[topic] = f"the messages of {package} are not installed: run `make setup`"
                continue
            watched.subscription = node.create_subscription(
                message_type,
                topic,
                self._taker(topic, watched),
                profile,
                event_callbacks=SubscriptionEventCallbacks(
                    incompatible_qos=_noter(watched), use_default_callbacks=False
                ),
            )
            self.watched[topic] = watched

    @property
    def dropped(self) -> Mapping[str, int]:
        return self.mailbox.dropped

    def publishers(self, topic: str) -> int:
        """How many publish it, whether or not their QoS fits."""
        return int(self._node.count_publishers(self.watched[topic].topic))

    def close(self) -> None:
        for watched in self.watched.values():
            self._node.destroy_subscription(watched.subscription)
        self.watched.clear()
        self.mailbox.close()

    def _taker(self, topic: str, watched: Watched) -> Any:
        def take(message: Any) -> None:
            watched.rate.count(time.monotonic_ns())
            self.mailbox.put(topic, message)

        return take


def _in_words(profile: QoSProfile) -> str:
    """What a publisher may offer, as `ros2 topic info -v` names it."""
    is_reliable = profile.reliability is ReliabilityPolicy.RELIABLE
    is_latched = profile.durability is DurabilityPolicy.TRANSIENT_LOCAL
    reliability = "reliable" if is_reliable else "reliable or best effort"
    return f"{reliability} and {'transient local (latched)' if is_latched else 'volatile or transient local'}"


def _noter(watched: Watched) -> Any:
    def note(event: Any) -> None:
        watched.incompatible = str(getattr(event.last_policy_kind, "name", event.last_policy_kind)).lower()

    return note
