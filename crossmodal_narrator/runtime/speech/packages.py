"""Files that other packages carry, read only where they are what was reviewed."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path

from crossmodal_narrator.core.errors import ModelError


def folder_of(package: str, *, remedy: str) -> Path:
    """Where an installed package lies; it is not imported.

    Raises:
        ModelError: it is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelError(f"the package {package} is not installed", remedy=remedy)
    return Path(spec.origin).parent


def read_files(folder: Path, digests: Mapping[str, str | None], *, remedy: str) -> dict[str, bytes]:
    """The content of each file, by name; a digest of None: whatever it is, as the user's own.

    Raises:
        ModelError: absent, or another sha256.
    """
    contents = {}
    for name, digest in digests.items():
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise ModelError(f"{folder / name}: {error.strerror}", remedy=remedy) from error
        found = hashlib.sha256(content).hexdigest()
        if digest is not None and found != digest:
            raise ModelError(f"{folder / name} has sha256 {found} instead of {digest}", remedy=remedy)
        contents[name] = content
    return contents
