"""The files of datasets, read with errors that name the file and what would mend it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import BagError, FrameError
from crossmodal_narrator.core.geometry import Intrinsics
from crossmodal_narrator.wire.compressed import ImageSize, check_compressed

_COPY_AGAIN = "copy or download it again"


def read_bytes(path: Path, *, remedy: str = _COPY_AGAIN) -> bytes:
    """All of a file.

    Raises:
        BagError: it is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BagError(f"{path} is missing", remedy=remedy) from error
    except OSError as error:
        raise BagError(f"{path} cannot be read: {error.strerror}", remedy=remedy) from error


def read_text(path: Path, *, remedy: str = _COPY_AGAIN) -> str:
    """The text of a file.

    Raises:
        BagError: it is missing, cannot be read, or is no text.
    """
    try:
        return read_bytes(path, remedy=remedy).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BagError(f"{path} is not text: {error}", remedy=_COPY_AGAIN) from error


def read_json(path: Path, *, remedy: str = _COPY_AGAIN, hook: Callable[[dict[str, Any]], Any] | None = None) -> Any:
    """What a JSON file holds; `hook` is given each object of it, as in json.loads.

    Raises:
        BagError: it is missing, or is not JSON.
    """
    try:
        return json.loads(read_text(path, remedy=remedy), object_hook=hook)
    except ValueError as error:
        raise BagError(f"{path} is not JSON: {error}", remedy=_COPY_AGAIN) from error


def read_floats(path: Path, columns: int, *, remedy: str = _COPY_AGAIN) -> NDArray[np.float32]:
    """(points, columns) of a binary file of float32, in little-endian order.

    Raises:
        BagError: it is missing, or its size is no multiple of a point's.
    """
    data = read_bytes(path, remedy=remedy)
    size = 4 * columns
    if len(data) % size:
        raise BagError(
            f"{path} has {len(data)} bytes, which is no multiple of {size} (a point of {columns} float32)",
            remedy=f"it is cut short: {_COPY_AGAIN}",
        )
    return np.frombuffer(data, dtype="<f4").reshape(-1, columns).astype(np.float32)


def read_picture(path: Path) -> tuple[bytes, ImageSize]:
    """An image as it lies there, and its size; nothing is decoded.

    Raises:
        BagError: it is missing, cut short, or neither JPEG nor PNG.
    """
    data = read_bytes(path)
    try:
        return data, check_compressed(memoryview(data), path.suffix)
    except FrameError as error:
        raise BagError(f"{path}: {error.what}", remedy=_COPY_AGAIN) from error


def pinhole(matrix: NDArray[np.float64], size: ImageSize) -> Intrinsics:
    """A rectified camera of a (3, 3) matrix."""
    fx, fy, cx, cy = (float(matrix[i, j]) for i, j in ((0, 0), (1, 1), (0, 2), (1, 2)))
    return Intrinsics(width=size.width, height=size.height, fx=fx, fy=fy, cx=cx, cy=cy)


def choose(names: Sequence[str], wanted: str | None, folder: Path, kind: str) -> str:
    """The drive to import: `wanted`, or the only one that there is.

    Raises:
        BagError: there is none, none of that name, or several and no name.
    """
    present = sorted(set(names))
    if not present:
        raise BagError(f"{folder} holds no {kind}", remedy="name the folder that the dataset was unpacked into")
    if wanted is None and len(present) == 1:
        return present[0]
    if wanted in present:
        return str(wanted)
    shown = ", ".join(present[:12]) + (f" and {len(present) - 12} more" if len(present) > 12 else "")
    what = f"{folder} holds {len(present)} of them" if wanted is None else f"{folder} holds no {kind} {wanted!r}"
    raise BagError(what, remedy=f"name one with --scene: {shown}")
