"""sensor_msgs/PointCloud2 → LidarSweep: any field order, datatype, padding and byte order.

Everything that the header states is checked against the data before anything is allocated. The data is viewed in place
and copied once, into contiguous float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EncodingError, FrameError
from crossmodal_narrator.core.frames import MAX_POINTS, LidarSweep
from crossmodal_narrator.wire.headers import buffer_of, frame_name, stamp_ns
from crossmodal_narrator.wire.point_times import TIME_FIELDS, point_offsets

# sensor_msgs/PointField: INT8 = 1 … FLOAT64 = 8.
_DATATYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 8: "f8"}
INTENSITY_FIELDS = ("intensity", "i", "intensities", "reflectivity")
RING_FIELD, _RING_DATATYPES = "ring", (2, 4)  # of the drivers of Velodyne, Hesai, Ouster and Robosense
MAX_POINT_STEP = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    offset: int
    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cloud:
    """The data of a cloud whose header has been found true. Points lie `strides[1]` bytes apart, rows `strides[0]`."""

    data: NDArray[np.uint8]
    shape: tuple[int, int]  # rows, points of a row
    strides: tuple[int, int]
    fields: Mapping[str, _Field]

    def column(self, name: str) -> NDArray[Any]:
        """(points,) of one field, in the message's type and byte order."""
        field = self.fields[name]
        if not self.shape[1]:
            return np.empty(0, dtype=field.dtype)
        column: NDArray[Any] = np.ndarray(
            self.shape, dtype=field.dtype, buffer=self.data, offset=field.offset, strides=self.strides
        )
        return column.reshape(-1)

    def xyz(self) -> NDArray[np.float32]:
        """(points, 3), contiguous. What is too large for float32 becomes infinite."""
        with np.errstate(over="ignore"):
            return self._gathered()

    def ring(self) -> NDArray[Any] | None:
        """(points,) which laser, if the cloud tells it."""
        return self.column(RING_FIELD) if RING_FIELD in self.fields else None

    def _gathered(self) -> NDArray[np.float32]:
        x, y, z = (self.fields[name] for name in "xyz")
        size = x.dtype.itemsize
        if self.shape[1] and x.dtype == y.dtype == z.dtype and y.offset - x.offset == z.offset - y.offset == size:
            # As nearly every driver packs them: one strided copy instead of three.
            packed: NDArray[Any] = np.ndarray(
                (*self.shape, 3), dtype=x.dtype, buffer=self.data, offset=x.offset, strides=(*self.strides, size)
            )
            return np.array(packed.reshape(-1, 3), dtype=np.float32, order="C")
        gathered = np.empty((self.shape[0] * self.shape[1], 3), dtype=np.float32)
        for k, name in enumerate("xyz"):
            gathered[:, k] = self.column(name)
        return gathered


def decode_points(message: Any, *, reads_times: bool = True) -> LidarSweep:
    """sensor_msgs/PointCloud2 → LidarSweep of the points that were measured; their times only if `reads_times`.

    Left out are points that are not finite, and those at exactly (0, 0, 0), which is how Ouster and Velodyne drivers
    write a ray without an echo in an organised cloud.

    Raises:
        EncodingError: no x, y, z, or a datatype that PointField does not have.
        FrameError: sizes, offsets or per-point times that cannot be true.
    """
    cloud = _checked(message)
    time_ns = stamp_ns(message.header.stamp)
    xyz = cloud.xyz()
    measured = _measured(xyz)
    intensity = next((cloud.column(name) for name in INTENSITY_FIELDS if name in cloud.fields), None)
    timed = (name for name in TIME_FIELDS if reads_times and name in cloud.fields)
    times = next((cloud.column(name) for name in timed), None)
    ring = cloud.ring()
    if measured is not None:
        xyz = xyz[measured]
        intensity = None if intensity is None else intensity[measured]
        times = None if times is None else times[measured]
        ring = None if ring is None else ring[measured]
    return LidarSweep(
        stamp_ns=time_ns,
        frame_id=frame_name(message.header.frame_id),
        xyz=xyz,
        intensity=None if intensity is None else np.ascontiguousarray(intensity, dtype=np.float32),
        point_offset_s=None if times is None else point_offsets(times, time_ns),
        ring=None if ring is None else np.ascontiguousarray(ring, dtype=np.uint16),
    )


def _measured(xyz: NDArray[np.float32]) -> NDArray[np.bool_] | None:
    """(points,) which points are measurements, or None where all are, as a driver of unorganised clouds sends them."""
    flat = xyz.reshape(-1)
    # A sum is finite only if all its parts are; it reads the array once and allocates nothing. Should it overflow, the
    # points are looked at one by one.
    with np.errstate(over="ignore", invalid="ignore"):
        all_finite = bool(np.isfinite(flat.sum()))
    if all_finite and np.all(xyz[:, 0]):
        return None
    finite = np.isfinite(xyz).all(axis=1)
    at_origin = (xyz == 0.0).all(axis=1)
    if finite.all() and not at_origin.any():
        return None
    measured: NDArray[np.bool_] = finite & ~at_origin
    return measured


def _checked(message: Any) -> _Cloud:
    width, height, point_step = int(message.width), int(message.height), int(message.point_step)
    if width * height > MAX_POINTS:
        raise FrameError(
            f"PointCloud2 of {width}x{height} points; at most {MAX_POINTS} are taken",
            remedy="check width and height in the LiDAR driver",
        )
    if not 0 < point_step <= MAX_POINT_STEP:
        raise FrameError(
            f"PointCloud2.point_step is {point_step} bytes", remedy=f"1 to {MAX_POINT_STEP} are taken: check the driver"
        )
    # An unorganised cloud has one row, and some drivers leave its row_step at 0.
    row_step = int(message.row_step) if height > 1 else width * point_step
    data = buffer_of(message.data)
    needed = row_step * (height - 1) + width * point_step if width and height else 0
    if row_step < width * point_step or needed > len(data):
        raise FrameError(
            f"PointCloud2 of {width}x{height} points of {point_step} bytes, rows of {row_step}, "
            f"needs {needed} bytes and has {len(data)}",
            remedy="check width, height, point_step and row_step in the LiDAR driver",
        )
    return _Cloud(
        data=data if needed else np.empty(0, dtype=np.uint8),
        shape=(height, width) if needed else (0, 0),
        strides=(row_step, point_step),
        fields=_fields(message, point_step),
    )


def _fields(message: Any, point_step: int) -> dict[str, _Field]:
    order = ">" if message.is_bigendian else "<"
    fields: dict[str, _Field] = {}
    for field in message.fields:
        name, offset, datatype, count = str(field.name), int(field.offset), int(field.datatype), int(field.count)
        wanted = name in ("x", "y", "z", *INTENSITY_FIELDS, *TIME_FIELDS)
        if not wanted and not (name == RING_FIELD and datatype in _RING_DATATYPES):
            continue
        if datatype not in _DATATYPES:
            raise EncodingError(
                f"PointCloud2 field {name} has datatype {datatype}", remedy="use those of PointField, 1 to 8"
            )
        dtype = np.dtype(order + _DATATYPES[datatype])
        if offset + dtype.itemsize * max(count, 1) > point_step:
            raise FrameError(
                f"PointCloud2 field {name} ({max(count, 1)} x {dtype.name} at byte {offset}) "
                f"leaves the point of {point_step} bytes",
                remedy="check offsets and point_step in the LiDAR driver",
            )
        fields[name] = _Field(offset=offset, dtype=dtype)
    missing = [name for name in "xyz" if name not in fields]
    if missing:
        named = ", ".join(str(field.name) for field in message.fields) or "none"
        raise EncodingError(
            f"PointCloud2 has no field {', '.join(missing)} (fields: {named})", remedy="publish Cartesian points"
        )
    return fields
