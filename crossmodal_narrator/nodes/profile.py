"""Profiles of config/profiles/: what a simulator publishes, and how the nodes must be told to read it. No ROS in here.

A profile is a YAML file: `simulator` (in words), `use_sim_time`, the nodes' parameters, and its `streams`, by the
relative names that the nodes know. Remappings are made of the streams; the rest of a stream is what the simulator's
documentation says of it, which the tests publish.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from crossmodal_narrator.configuration import NODES, PerceptionConfig
from crossmodal_narrator.core.config import Value, build, flatten_mapping
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.folders import shared_folder
from crossmodal_narrator.wire import TopicMap

FOLDER = "profiles"  # of config/
_KEYS = ("simulator", "use_sim_time", *NODES, "streams")
_TOPIC = re.compile(r"(/[A-Za-z_][A-Za-z0-9_]*)+")
_OF_A_STREAM = (
    "topic",
    "qos",
    "rate_hz",
    "frame",
    "encoding",
    "fields",
    "point_step",
    "is_organised",
    "child",
    "edges",
)
_RELIABILITY, _DURABILITY = ("reliable", "best_effort"), ("volatile", "transient_local")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One topic as a simulator publishes it. `qos` is reliability, durability and depth."""

    topic: str
    qos: tuple[str, str, int]
    rate_hz: float
    frame: str = ""
    encoding: str = ""  # of images
    fields: tuple[tuple[str, int, str], ...] = ()  # of clouds: name, offset in bytes, numpy's type
    point_step: int = 0
    is_organised: bool = False  # a cloud of rows, with points that are not finite where there was no echo
    child: str = ""  # of odometry
    edges: tuple[tuple[str, str], ...] = ()  # of transforms: parent and child


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How the nodes read one simulator."""

    name: str
    simulator: str
    uses_sim_time: bool
    parameters: Mapping[str, Mapping[str, Value]]  # by node, with dotted names
    streams: Mapping[str, Stream] = field(default_factory=dict)  # by the nodes' relative names

    @property
    def remappings(self) -> tuple[str, ...]:
        """ROS arguments. The first rule that matches a name is taken, so a user's own come before these."""
        renamed = ((name, stream.topic) for name, stream in self.streams.items() if name != stream.topic)
        return tuple(word for name, topic in renamed for word in ("-r", f"{name}:={topic}"))

    @property
    def topics(self) -> Mapping[str, str]:
        """What is published, by the names that perception knows. Without streams they are the topics themselves, as
        the absolute names of transforms are in any case.
        """
        perception: PerceptionConfig = build(PerceptionConfig, self.parameters["perception"], source=self.name)
        own = {name: f"/{name.removeprefix('/')}" for name in _names(perception)}
        published = {name: stream.topic for name, stream in self.streams.items() if name in own}
        return {name: topic for name, topic in own.items() if name == topic or not self.streams} | published

    def parameter_arguments(self, node: str) -> tuple[str, ...]:
        """ROS arguments. The last value of a parameter is taken, so a user's own come after these."""
        values = {"use_sim_time": self.uses_sim_time, **self.parameters[node]}
        return tuple(word for name, value in values.items() for word in ("-p", f"{name}:={_yaml(value)}"))


def profile_names() -> tuple[str, ...]:
    """Of the profiles that came with the package."""
    return tuple(sorted(path.stem for path in (shared_folder("config") / FOLDER).glob("*.yaml")))


def load_profile(name_or_file: str) -> Profile:
    """A profile by its name, or by the path of a file, as of a copy with a vehicle's own names.

    Raises:
        ConfigError: it does not exist, is no profile, or names a topic or parameter that the nodes do not have.
    """
    path = Path(name_or_file)
    if path.suffix not in (".yaml", ".yml"):
        path = shared_folder("config") / FOLDER / f"{name_or_file}.yaml"
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = f"take one of {', '.join(profile_names())}, or a .yaml file that exists"
        raise ConfigError(f"profile {name_or_file}: {error.strerror}", remedy=remedy) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not YAML: {error}", remedy="mend the line that is named") from error
    return _profile(path, document)


def _profile(path: Path, document: Any) -> Profile:
    source = str(path)
    section = _mapping(document, source, _KEYS)
    parameters = {node: flatten_mapping(_mapping(section.get(node, {}), f"{source}: {node}")) for node in NODES}
    built = {node: build(config, parameters[node], source=source) for node, config in NODES.items()}
    uses_sim_time = section.get("use_sim_time", False)
    if not isinstance(uses_sim_time, bool):
        raise ConfigError(f"{source}: use_sim_time = {uses_sim_time!r}", remedy="allowed: true or false")
    config: PerceptionConfig = built["perception"]
    streams = _mapping(section.get("streams", {}), f"{source}: streams", (*_names(config), "/clock"))
    return Profile(
        name=path.stem,
        simulator=str(section.get("simulator", path.stem)),
        uses_sim_time=uses_sim_time,
        parameters=parameters,
        streams={name: _stream(said, f"{source}: {name}") for name, said in streams.items()},
    )


def _names(config: PerceptionConfig) -> tuple[str, ...]:
    """The names that perception subscribes to."""
    return TopicMap.relative(
        config.cameras,
        lidar=config.lidar_enabled,
        microphones=config.microphones,
        odometry=config.odometry_enabled,
    ).names


def _stream(said: Any, source: str) -> Stream:
    known = _mapping(said, source, _OF_A_STREAM)
    topic, quality = str(known.get("topic", "")), known.get("qos")
    if not _TOPIC.fullmatch(topic):
        raise ConfigError(f"{source}: topic = {topic!r}", remedy="give the whole name that is published, as /a/b")
    if not (
        isinstance(quality, list)
        and len(quality) == 3
        and quality[0] in _RELIABILITY
        and quality[1] in _DURABILITY
        and isinstance(quality[2], int)
    ):
        raise ConfigError(
            f"{source}: qos = {quality!r}", remedy="allowed: [reliable|best_effort, volatile|transient_local, depth]"
        )
    try:
        return Stream(
            topic=topic,
            qos=(quality[0], quality[1], quality[2]),
            rate_hz=float(known.get("rate_hz", 0.0)),
            frame=str(known.get("frame", "")),
            encoding=str(known.get("encoding", "")),
            fields=tuple((str(name), int(offset), str(kind)) for name, offset, kind in known.get("fields", ())),
            point_step=int(known.get("point_step", 0)),
            is_organised=bool(known.get("is_organised", False)),
            child=str(known.get("child", "")),
            edges=tuple((str(parent), str(child)) for parent, child in known.get("edges", ())),
        )
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{source}: {error}", remedy="write it as the profiles of config/profiles do") from error


def _mapping(value: Any, source: str, known: tuple[str, ...] | None = None) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{source}: holds {type(value).__name__}", remedy="write `key: value` lines")
    unknown = [str(key) for key in value if known is not None and key not in known]
    if unknown:
        raise ConfigError(f"{source}: {unknown[0]} is not known", remedy=f"allowed: {', '.join(known or ())}")
    return value


def _yaml(value: Value) -> str:
    """As a ROS argument is read: JSON is YAML."""
    return json.dumps(list(value) if isinstance(value, tuple) else value)
