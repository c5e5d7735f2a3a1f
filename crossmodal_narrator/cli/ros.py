"""What only the nodes need: ROS 2, which this package's other verbs do without."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

from crossmodal_narrator.core.errors import ConfigError

_OURS = "crossmodal_narrator"


@contextmanager
def needs_ros() -> Iterator[None]:
    """Around the import of nodes.

    Raises:
        ConfigError: a package of ROS 2 is not there, or does not load.
    """
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] == _OURS:
            raise
        remedy = "source ROS 2's setup.bash, or run `make setup`; `crossmodal-narrator doctor` says what is missing"
        raise ConfigError(f"the nodes cannot be loaded: {error}", remedy=remedy) from error


def require_ros() -> None:
    """Before minutes are spent on what only the nodes can use.

    Raises:
        ConfigError: as `needs_ros` does.
    """
    with needs_ros():
        if importlib.util.find_spec("rclpy") is None:
            raise ModuleNotFoundError("No module named 'rclpy'", name="rclpy")
