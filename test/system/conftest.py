"""Real DDS between processes: each session in a domain of its own, on this machine only."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

_DOMAINS = range(20, 100)  # above what people choose by hand, below where DDS's ports meet ephemeral ones


@pytest.fixture(scope="session")
def ros_environment() -> dict[str, str]:
    """What a process needs in its environment to speak ROS 2 here, and to be heard by this session alone."""
    if importlib.util.find_spec("rclpy") is None or importlib.util.find_spec("crossmodal_narrator_msgs") is None:
        pytest.skip("rclpy or crossmodal_narrator_msgs is not installed: run `make setup`")
    variables = dict(os.environ)
    if (Path(sys.prefix) / "share" / "ament_index").is_dir():
        variables.setdefault("AMENT_PREFIX_PATH", sys.prefix)
    variables["ROS_DOMAIN_ID"] = str(_DOMAINS[os.getpid() % len(_DOMAINS)])
    variables["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    variables["ROS_PYTHON_CHECK_FIELDS"] = "1"  # a wrong type raises where it is assigned
    return variables
