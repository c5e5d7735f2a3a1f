"""Real DDS between processes: each session in domains of its own, on this machine only."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

_DOMAINS = range(20, 100)  # above what people choose by hand, below where DDS's ports meet ephemeral ones


@pytest.fixture(scope="session")
def take_domain() -> Iterator[Callable[[], str]]:
    """Gives a ROS domain that no other process of tests on this machine has, until the session ends."""
    folder = Path(tempfile.gettempdir()) / f"crossmodal_narrator_domains_{os.getuid()}"
    folder.mkdir(exist_ok=True)
    with ExitStack() as taken:

        def take() -> str:
            for domain in map(str, _DOMAINS):
                try:
                    taken.enter_context(FileLock(folder / domain, timeout=0))
                except Timeout:
                    continue
                return domain
            raise RuntimeError(f"other tests have all ROS domains from {_DOMAINS[0]} to {_DOMAINS[-1]}; wait for them")

        yield take


@pytest.fixture(scope="session")
def ros_environment(take_domain: Callable[[], str]) -> dict[str, str]:
    """What a process needs in its environment to speak ROS 2 here, and to be heard by this session alone."""
    if importlib.util.find_spec("rclpy") is None or importlib.util.find_spec("crossmodal_narrator_msgs") is None:
        pytest.skip("rclpy or crossmodal_narrator_msgs is not installed: run `make setup`")
    variables = dict(os.environ)
    if (Path(sys.prefix) / "share" / "ament_index").is_dir():
        variables.setdefault("AMENT_PREFIX_PATH", sys.prefix)
    variables["ROS_DOMAIN_ID"] = take_domain()
    variables["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    variables["ROS_PYTHON_CHECK_FIELDS"] = "1"  # a wrong type raises where it is assigned
    return variables
