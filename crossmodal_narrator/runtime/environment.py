"""What may change the bytes of a replay beside bag, weights and configuration: libraries, processor, this package."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import scipy

# Simulation, training, nodes, evaluation and the command line come after or before what is said.
_SAYS = ("core", "sync", "wire", "encoding", "fusion", "language", "bags", "runtime")
_SOURCES = ("*.py", "*.yaml")


def versions() -> dict[str, str]:
    """By name. Of Python the minor version: its fixes do not change how numbers are computed or printed."""
    major, minor, _ = platform.python_version_tuple()
    return {
        "python": f"{major}.{minor}",
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "opencv": cv2.__version__,
        "onnxruntime": onnxruntime.__version__,
        "machine": platform.machine(),
        "instructions": _instructions(),
    }


def source_digest() -> str:
    """Of the modules and word lists of this package that what is said depends on."""
    root = Path(__file__).resolve().parents[1]
    folders = [path for name in _SAYS for pattern in _SOURCES for path in (root / name).rglob(pattern)]
    return digest_of(root, [*root.glob("*.py"), *folders])


def digest_of(root: Path, paths: Iterable[Path]) -> str:
    """Of files below `root`, by their names from there and what is in them."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _instructions() -> str:
    """The widest vector instructions that are used: libraries choose their kernels by them, and so their rounding."""
    known: Any = np.show_config(mode="dicts")
    extensions = known.get("SIMD Extensions", {})
    found = extensions.get("found") or extensions.get("baseline") or ["none"]
    return str(found[-1])
