"""Parameters for the verbs that run without ROS, from the same file that the nodes read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crossmodal_narrator.configuration import NODES, DisplayNodeConfig, NarratorNodeConfig, PerceptionConfig
from crossmodal_narrator.core.config import Value, build, read_parameter_file
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.language import LANGUAGES
from crossmodal_narrator.wire import TopicMap


def perception_config(
    params: Path | None,
    topics: TopicMap,
    vehicle: Path | None = None,
    profile: Mapping[str, Value] = MappingProxyType({}),
) -> PerceptionConfig:
    """The perception node's configuration, expecting the sensors that the bag has.

    `profile`: a profile's parameters; `vehicle`: the file that lies beside the bag, which counts more; `params` counts
    most.

    Raises:
        ConfigError: the file, a key or a value is not right.
    """
    values: dict[str, Any] = {
        **_of_cameras(profile, topics),
        "cameras": tuple(sorted(topics.cameras)),
        "lidar_enabled": topics.lidar is not None,
        "microphones": tuple(sorted(topics.microphones)),
        "odometry_enabled": topics.odometry is not None or topics.tf is not None,
    }
    files = [path for path in (vehicle, params) if path is not None]
    for path in files:
        values.update(_of_the_core(path, "perception"))
    return build(PerceptionConfig, values, source=", ".join(map(str, files)) or "perception")


def display_config(params: Path | None, profile: Mapping[str, Value], port: int | None) -> DisplayNodeConfig:
    """The display node's configuration; `port` counts more than `params`, and that more than a profile.

    Raises:
        ConfigError: the file, a key or a value is not right.
    """
    values = {**profile, **({} if params is None else _of_the_core(params, "display"))}
    given = {} if port is None else {"port": port}
    return build(DisplayNodeConfig, {**values, **given}, source=str(params or "display"))


def narrator_config(
    params: Path | None, languages: str | None, profile: Mapping[str, Value] = MappingProxyType({})
) -> NarratorNodeConfig:
    """The narrator node's configuration; `languages`, a comma-separated list, counts more than the file's, and that
    more than a profile's.

    Raises:
        ConfigError: the file, a key, a value or a language is not right.
    """
    values = {**profile, **({} if params is None else _of_the_core(params, "narrator"))}
    if languages is None:
        return build(NarratorNodeConfig, values, source=str(params or "narrator"))
    wanted = tuple(languages.split(","))
    unknown = [language for language in wanted if language not in LANGUAGES]
    if unknown:
        spoken = " or ".join(LANGUAGES)
        raise ConfigError(f"--language {languages}: {unknown[0]!r} is not spoken", remedy=f"take {spoken}")
    return build(NarratorNodeConfig, {**values, "languages": wanted}, source=str(params or "narrator"))


def _of_cameras(profile: Mapping[str, Value], topics: TopicMap) -> dict[str, Any]:
    """A profile's values, with what it says of each camera in the order of those that the bag has."""
    values: dict[str, Any] = dict(profile)
    fov_deg = dict(zip(values.get("cameras", ()), values.pop("intake.fov_deg", ()), strict=False))
    if fov_deg and topics.cameras:
        values["intake.fov_deg"] = tuple(fov_deg.get(name, 0.0) for name in sorted(topics.cameras))
    return values


def _of_the_core(path: Path, node: str) -> dict[str, Any]:
    """What the file has for `node`, without the parameters that every ROS node has."""
    return {name: value for name, value in read_parameter_file(path, node, NODES).items() if name != "use_sim_time"}
