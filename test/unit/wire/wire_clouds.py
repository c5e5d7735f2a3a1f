"""PointCloud2 messages of any layout: any order and type of fields, gaps, padded rows, either byte order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace as Message
from typing import Any

import numpy as np
from numpy.typing import NDArray
from wire_messages import header

DATATYPES = {"i1": 1, "u1": 2, "i2": 3, "u2": 4, "i4": 5, "u4": 6, "f4": 7, "f8": 8}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`fields`: name and numpy type, in the order in which they lie in a point, with `gap` bytes after each."""

    fields: Sequence[tuple[str, str]] = (("x", "f4"), ("y", "f4"), ("z", "f4"))
    gap: int = 0
    tail: int = 0
    row_padding: int = 0
    is_bigendian: bool = False
    height: int = 1
    changed: Mapping[str, Any] = field(default_factory=dict)


def cloud(columns: Mapping[str, NDArray[Any]], layout: Layout = Layout()) -> Message:
    """The message; columns are (points,), and the points must fill `layout.height` rows."""
    order = ">" if layout.is_bigendian else "<"
    names, kinds = zip(*layout.fields, strict=True)
    offsets: list[int] = []
    at = 0
    for kind in kinds:
        offsets.append(at)
        at += np.dtype(kind).itemsize + layout.gap
    step = at + layout.tail
    points = len(next(iter(columns.values())))
    width = points // layout.height
    record = np.dtype({"names": names, "formats": [order + k for k in kinds], "offsets": offsets, "itemsize": step})
    table = np.frombuffer(bytearray(b"\xa5" * (points * step)), dtype=record)
    for name in names:
        table[name] = columns[name]
    rows = table.view(np.uint8).reshape(layout.height, width * step)
    padded = np.pad(rows, ((0, 0), (0, layout.row_padding)), constant_values=0x5A)
    fields = {
        "header": header("lidar"),
        "height": layout.height,
        "width": width,
        "fields": [
            Message(name=name, offset=offset, datatype=DATATYPES[kind], count=1)
            for name, kind, offset in zip(names, kinds, offsets, strict=True)
        ],
        "is_bigendian": layout.is_bigendian,
        "point_step": step,
        "row_step": width * step + layout.row_padding,
        "data": padded.reshape(-1),
        "is_dense": False,
    }
    return Message(**{**fields, **layout.changed})


def xyz_columns(points: NDArray[Any]) -> dict[str, NDArray[Any]]:
    return {name: points[:, k] for k, name in enumerate("xyz")}
