"""Which topics of a bag are read: those that their names and types tell, a profile's, or those that are named."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crossmodal_narrator.core.errors import BagError, ConfigError
from crossmodal_narrator.wire import MessageKind, TopicMap, guess_topics, named_topic, with_topics

if TYPE_CHECKING:
    from crossmodal_narrator.bags import Bag
    from crossmodal_narrator.nodes.profile import Profile

_log = logging.getLogger(__name__)


def topics_of(bag: Bag, profile: Profile | None, named: Sequence[str]) -> TopicMap:
    """The topics to read: those of `named` (NAME=TOPIC) before the profile's, or else those that look right.

    Raises:
        BagError: the bag has no sensor that is known, or not the topic that is named; tells what it has.
        ConfigError: a name that the nodes do not have.
    """
    topics = _guessed(bag) if profile is None else _profiled(bag, profile)
    topics = with_topics(topics, _asked_for(bag, named))
    if not (topics.cameras or topics.lidar or topics.microphones or topics.odometry):
        raise BagError(f"{bag.path} has no sensor that is known here", remedy=_listed(bag))
    return topics


def _guessed(bag: Bag) -> TopicMap:
    return guess_topics([(topic.name, topic.msgtype) for topic in bag.topics])


def _profiled(bag: Bag, profile: Profile) -> TopicMap:
    """What the bag has of the profile's topics.

    Raises:
        BagError: it has none of them.
    """
    present = {topic.name for topic in bag.topics}
    published = profile.topics
    found = {name: topic for name, topic in published.items() if topic in present}
    if not found.keys() - {"/tf", "/tf_static"}:
        remedy = f"name its topics with --topic, or take another profile; {_listed(bag)}"
        raise BagError(f"{bag.path} has no sensor of the profile {profile.name}", remedy=remedy)
    for name in [name for name in profile.streams if name in published and name not in found]:
        _log.warning("%s has no %s of the profile %s", bag.path, published[name], profile.name)
    return with_topics(TopicMap(), found)


def _asked_for(bag: Bag, named: Sequence[str]) -> Mapping[str, str]:
    """Topics by names, each in the bag and of the type that its name needs."""
    types = {topic.name: topic.msgtype for topic in bag.topics}
    topics: dict[str, str] = {}
    for argument in named:
        name, separator, topic = argument.partition("=")
        if not separator or not topic:
            raise ConfigError(f"--topic {argument}: holds no NAME=TOPIC", remedy="as lidar/points=/velodyne_points")
        wanted = named_topic(name).kind
        found = types.get(topic)
        if found is None:
            raise BagError(f"{topic}, named as {name}, is not in {bag.path}", remedy=_listed(bag))
        if found != wanted.value:
            raise BagError(f"{topic} is {found}, and {name} must be {wanted.value}", remedy=_listed(bag, wanted))
        topics[name] = topic
    return topics


def _listed(bag: Bag, wanted: MessageKind | None = None) -> str:
    """What the bag has, one topic a line; of the wanted type, if it has any of that."""
    fitting = [topic for topic in bag.topics if wanted is not None and topic.msgtype == wanted.value]
    shown = sorted(fitting or bag.topics, key=lambda topic: topic.name)
    if not shown:
        return "the bag holds no topics at all"
    lines = [f"  {topic.name}  {topic.msgtype}  {topic.message_count}" for topic in shown]
    return "\n".join(["the bag has (topic, type, messages):", *lines])
