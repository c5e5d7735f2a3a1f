"""Decoding beside the known alternatives: a PointCloud2 reader that yields point by point, and cv_bridge's way."""

from __future__ import annotations

import statistics
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any, TypedDict

import cv2
import numpy as np

from crossmodal_narrator.core.frames import CameraFrame, LidarSweep
from crossmodal_narrator.wire.compose import jpeg_message, points_message
from crossmodal_narrator.wire.images import decode_compressed
from crossmodal_narrator.wire.points import decode_points

POINTS = 105_000  # of one turn of the Pandar64
_FORMATS = {1: "b", 2: "B", 3: "h", 4: "H", 5: "i", 6: "I", 7: "f", 8: "d"}


class Row(TypedDict):
    stage: str
    ms: float
    alternative: str
    alternative_ms: float


def rows() -> list[Row]:
    """Medians of one run, so that they can be compared with each other."""
    cloud, picture = _cloud(), _picture()
    return [
        {
            "stage": f"decode PointCloud2 ({POINTS} points)",
            "ms": _median_ms(lambda: decode_points(cloud), 20),
            "alternative": "generator reader (sensor_msgs_py.point_cloud2 before Humble)",
            "alternative_ms": _median_ms(lambda: np.array(list(_read_points(cloud)), dtype=np.float32), 3),
        },
        {
            "stage": "decode JPEG 1920x1080",
            "ms": _median_ms(lambda: decode_compressed(picture), 10),
            "alternative": "cv2.imdecode, then cvtColor (cv_bridge)",
            "alternative_ms": _median_ms(lambda: _as_cv_bridge(picture), 10),
        },
    ]


def _read_points(cloud: Any) -> Iterator[tuple[float, ...]]:
    """As sensor_msgs_py.point_cloud2.read_points did it: one struct a point, NaN skipped."""
    layout = "<"
    at = 0
    for field in sorted(cloud.fields, key=lambda field: field.offset):
        layout += "x" * (field.offset - at) + _FORMATS[field.datatype]
        at = field.offset + struct.calcsize(_FORMATS[field.datatype])
    unpack_from = struct.Struct(layout).unpack_from
    for row in range(cloud.height):
        offset = cloud.row_step * row
        for _ in range(cloud.width):
            point = unpack_from(cloud.data, offset)
            if not any(value != value for value in point):
                yield point
            offset += cloud.point_step


def _as_cv_bridge(picture: Any) -> Any:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def _cloud() -> Any:
    generator = np.random.default_rng(0)
    return points_message(
        LidarSweep(
            stamp_ns=1,
            frame_id="lidar",
            xyz=generator.uniform(-60, 60, (POINTS, 3)).astype(np.float32),
            intensity=generator.uniform(0, 255, POINTS).astype(np.float32),
        )
    )


def _picture() -> Any:
    """Smooth, with some grain, as a street is."""
    generator = np.random.default_rng(0)
    coarse = generator.integers(0, 256, (34, 60, 3), dtype=np.uint8)
    rgb = cv2.resize(coarse, (1920, 1080), interpolation=cv2.INTER_CUBIC)
    grain = generator.integers(0, 12, rgb.shape, dtype=np.uint8)
    return jpeg_message(
        CameraFrame(stamp_ns=1, frame_id="optical", camera="front", rgb=cv2.add(rgb, grain), intrinsics=None)
    )


def _median_ms(work: Callable[[], Any], times: int) -> float:
    work()
    taken: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(1e3 * (time.perf_counter() - started))
    return statistics.median(taken)
