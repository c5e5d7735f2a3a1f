"""Topics named one by one, by the names that the nodes subscribe to: `lidar/points` is `/velodyne_points`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.wire.topics import CameraTopics, MessageKind, MicrophoneTopics, TopicMap

# By name: the field that it sets, and the type that its topic must have.
_PLAIN = {
    "lidar/points": ("lidar", MessageKind.POINTS),
    "odom": ("odometry", MessageKind.ODOMETRY),
    "/tf": ("tf", MessageKind.TRANSFORMS),
    "/tf_static": ("tf_static", MessageKind.TRANSFORMS),
}
_CAMERA = {
    "/image": ("image", MessageKind.IMAGE),
    "/image/compressed": ("compressed", MessageKind.COMPRESSED_IMAGE),
    "/camera_info": ("camera_info", MessageKind.CAMERA_INFO),
}
_MICROPHONE = {
    "": ("chunks", MessageKind.SOUND),
    "/audio_stamped": ("data", MessageKind.SOUND_DATA),
    "/audio_info": ("info", MessageKind.SOUND_INFO),
}
_OF_A_SENSOR = re.compile(r"(?P<group>camera|audio)/(?P<sensor>\w+)(?P<leaf>/.+)?")
NAMES = (*(f"camera/NAME{leaf}" for leaf in _CAMERA), *(f"audio/NAME{leaf}" for leaf in _MICROPHONE), *_PLAIN)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NamedTopic:
    """What a name stands for; `sensor` is the camera's or microphone's own name, or empty."""

    kind: MessageKind
    field: str
    group: str = ""
    sensor: str = ""


def named_topic(name: str) -> NamedTopic:
    """What `name`, one of NAMES, stands for.

    Raises:
        ConfigError: the nodes know no such name.
    """
    if name in _PLAIN:
        field, kind = _PLAIN[name]
        return NamedTopic(kind=kind, field=field)
    found = _OF_A_SENSOR.fullmatch(name)
    if found is not None:
        group, sensor, leaf = found["group"], found["sensor"], found["leaf"] or ""
        known = (_CAMERA if group == "camera" else _MICROPHONE).get(leaf)
        if known is not None:
            return NamedTopic(field=known[0], kind=known[1], group=group, sensor=sensor)
    raise ConfigError(f"{name!r} is no name of a topic", remedy=f"take one of {', '.join(NAMES)}")


def with_topics(topics: TopicMap, named: Mapping[str, str]) -> TopicMap:
    """The map in which each name of `named` is carried by its topic.

    A sensor that had that topic under another name has the new one, and keeps its calibration.

    Raises:
        ConfigError: the nodes know no such name.
    """
    places = [(named_topic(name), topic) for name, topic in named.items()]
    plain: dict[str, Any] = {place.field: topic for place, topic in places if not place.group}
    return dataclasses.replace(
        topics,
        cameras=_with_cameras(topics.cameras, _by_sensor(places, "camera")),
        microphones=_with_microphones(topics.microphones, _by_sensor(places, "audio")),
        **plain,
    )


def _by_sensor(places: Iterable[tuple[NamedTopic, str]], group: str) -> dict[str, dict[str, Any]]:
    """By sensor and field."""
    named: dict[str, dict[str, Any]] = {}
    for place, topic in places:
        if place.group == group:
            named.setdefault(place.sensor, {})[place.field] = topic
    return named


def _with_cameras(
    cameras: Mapping[str, CameraTopics], named: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, CameraTopics]:
    for sensor, fields in named.items():
        pictures = {fields[transport] for transport in ("image", "compressed") if transport in fields}
        had = {name: camera for name, camera in cameras.items() if pictures & set(camera.roles(name))}
        known = next(iter(had.values()), cameras.get(sensor, CameraTopics()))
        if pictures:  # the other transport of the picture before is another picture
            is_rectified = any("rect" in topic.rpartition("/")[2] for topic in pictures)
            known = CameraTopics(camera_info=known.camera_info, is_rectified=is_rectified)
        others = {name: camera for name, camera in cameras.items() if name not in had}
        cameras = {**others, sensor: dataclasses.replace(known, **fields)}
    return cameras


def _with_microphones(
    microphones: Mapping[str, MicrophoneTopics], named: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, MicrophoneTopics]:
    for sensor, fields in named.items():
        sounds = {fields[kind] for kind in ("chunks", "data") if kind in fields}
        had = {name: microphone for name, microphone in microphones.items() if sounds & set(microphone.roles(name))}
        known = next(iter(had.values()), microphones.get(sensor, MicrophoneTopics()))
        if sounds:
            known = MicrophoneTopics(info=known.info)
        others = {name: microphone for name, microphone in microphones.items() if name not in had}
        microphones = {**others, sensor: dataclasses.replace(known, **fields)}
    return microphones
