"""Parameters for the verbs that run without ROS, from the same file that the nodes read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crossmodal_narrator.configuration import NarratorNodeConfig, PerceptionConfig
from crossmodal_narrator.core.config import build, read_parameter_file
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.language import LANGUAGES
from crossmodal_narrator.wire import TopicMap


def perception_config(params: Path | None, topics: TopicMap, vehicle: Path | None = None) -> PerceptionConfig:
    """The perception node's configuration, expecting the sensors that the bag has.

    `vehicle`: the file that lies beside the bag; `params` counts more.

    Raises:
        ConfigError: the file, a key or a value is not right.
    """
    values: dict[str, Any] = {
        "cameras": tuple(sorted(topics.cameras)),
        "lidar_enabled": topics.lidar is not None,
        "microphones": tuple(sorted(topics.microphones)),
        "odometry_enabled": topics.odometry is not None or topics.tf is not None,
    }
    files = [path for path in (vehicle, params) if path is not None]
    for path in files:
        values.update(_of_the_core(read_parameter_file(path, "perception")))
    return build(PerceptionConfig, values, source=", ".join(map(str, files)) or "perception")


def narrator_config(params: Path | None, languages: str | None) -> NarratorNodeConfig:
    """The narrator node's configuration; `languages`, a comma-separated list, counts more than the file's.

    Raises:
        ConfigError: the file, a key, a value or a language is not right.
    """
    values = {} if params is None else _of_the_core(read_parameter_file(params, "narrator"))
    if languages is None:
        return build(NarratorNodeConfig, values, source=str(params or "narrator"))
    wanted = tuple(languages.split(","))
    unknown = [language for language in wanted if language not in LANGUAGES]
    if unknown:
        spoken = " or ".join(LANGUAGES)
        raise ConfigError(f"--language {languages}: {unknown[0]!r} is not spoken", remedy=f"take {spoken}")
    return build(NarratorNodeConfig, {**values, "languages": wanted}, source=str(params or "narrator"))


def _of_the_core(values: dict[str, Any]) -> dict[str, Any]:
    """Without the parameters that every ROS node has."""
    return {name: value for name, value in values.items() if name != "use_sim_time"}
