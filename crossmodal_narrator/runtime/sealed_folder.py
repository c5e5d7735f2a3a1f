"""A cache folder that another library fills, used again only if it is byte for byte as it was when it was sealed."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from crossmodal_narrator.core.whole_file import replace_whole

_SEAL = "seal.json"


def is_sealed(folder: Path) -> bool:
    """Whether `folder` holds what `seal` saw, all of it and nothing else."""
    try:
        sealed = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(sealed == _contents(folder))


def empty(folder: Path) -> None:
    """Make `folder` an empty folder."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, mode=0o700)


def seal(folder: Path) -> None:
    replace_whole(folder / _SEAL, json.dumps(_contents(folder), indent=1).encode())


def unseal(folder: Path) -> None:
    (folder / _SEAL).unlink(missing_ok=True)


def _contents(folder: Path) -> dict[str, str]:
    """By file below `folder`: its digest."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / _SEAL]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
