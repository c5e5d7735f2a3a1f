"""Where files are that are no code: those that come with the package, and those that can be made again."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from crossmodal_narrator.core.errors import ConfigError

PACKAGE = "crossmodal_narrator"


def shared_folder(name: str) -> Path:
    """`name` (models, config, launch): beside a source checkout, or in share/ of an installation (colcon, apt, pip).

    Raises:
        ConfigError: in none of these places.
    """
    prefixes = [Path(p) for p in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    prefixes += [Path(sysconfig.get_path("data")), Path(sys.prefix)]
    shares = [prefix / "share" / PACKAGE for prefix in prefixes]
    for folder in (Path(__file__).resolve().parents[2], *shares):
        if (folder / name).is_dir():
            return folder / name
    searched = ", ".join(str(share) for share in shares)
    raise ConfigError(f"no folder {name}/ of {PACKAGE} was found (searched {searched})", remedy="install it anew")


def user_cache_dir() -> Path:
    """The user's cache folder of this package, by the XDG base directory specification."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(root) if Path(root).is_absolute() else Path.home() / ".cache") / PACKAGE
