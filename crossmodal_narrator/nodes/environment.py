"""What a node's process needs in its environment; it is read as the process starts, so whoever starts it sets it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.folders import shared_folder

# Large messages stay in memory that is kept, where glibc would map and unmap it for each image: 60 ms become 5 ms.
# Kept in two arenas: each activation has new threads, and would keep another 40 MB in arenas of their own.
_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "268435456",
    "MALLOC_TRIM_THRESHOLD_": "536870912",
    "MALLOC_ARENA_MAX": "2",
}
# Small matrices are not worth threads, which take the cores from the network.
_THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
PROFILE = "fastdds_shm.xml"
RUNNER = "CROSSMODAL_NARRATOR_RUNNER"  # the process that a node ends with


def node_environment(base: Mapping[str, str] | None = None, *, domain: int | None = None) -> dict[str, str]:
    """`base` (this process's environment) with what is missing for fast transport; what a user has set stays.

    `domain` shuts the nodes off from all others on this machine and beyond, as a demonstration should be.
    """
    given = dict(os.environ if base is None else base)
    wanted = {**_MEMORY, **_THREADS}
    with suppress(ConfigError):  # without the profile DDS is slower, and works
        profile = shared_folder("config") / PROFILE
        if profile.is_file():
            wanted["FASTDDS_DEFAULT_PROFILES_FILE"] = str(profile)
    if (Path(sys.prefix) / "share" / "ament_index").is_dir():  # ROS from pip; an apt ROS 2 has set it already
        wanted["AMENT_PREFIX_PATH"] = sys.prefix
    if domain is not None:
        wanted |= {"ROS_DOMAIN_ID": str(domain), "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    return {**wanted, **given}
