"""Real DDS between processes: each session in domains of its own, on this machine only."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="module")
def tell(ros_environment: dict[str, str], repository: Path) -> Iterator[Callable[[str], Any]]:
    """Has the talker do something, and returns its answer."""
    command = [sys.executable, str(repository / "test" / "system" / "talker.py")]
    with subprocess.Popen(
        command, env=ros_environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as talker:
        assert talker.stdin is not None
        assert talker.stdout is not None
        into, out = talker.stdin, talker.stdout

        def told(line: str) -> Any:
            into.write(line + "\n")
            return json.loads(out.readline())

        yield told
        into.write("end\n")
