"""Rigid transforms, oriented boxes and the pinhole camera, in the conventions of REP 103 and REP 105.

Body frames: x forward, y left, z up. Optical frames: x right, y down, z forward. Angles in radians, counter-clockwise
positive seen from above, in (-pi, pi]. A pose named `a_from_b` maps coordinates in frame b to coordinates in frame a.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.arrays import frozen_array
from crossmodal_narrator.core.errors import FrameError

Vec2 = tuple[float, float]
Vec3 = tuple[float, float, float]
FloatArray = NDArray[np.floating[Any]]

_IN_LINE_M = 0.8  # beside a box, from where its side is not yet seen


def wrap_angle(angle_rad: float) -> float:
    """The same direction in (-pi, pi]."""
    wrapped = math.remainder(angle_rad, math.tau)
    return math.pi if wrapped <= -math.pi else wrapped


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """A rigid transform `a_from_b`: `p_a = rotation @ p_b + translation_m`."""

    rotation: NDArray[np.float64]  # (3, 3), orthonormal, right-handed
    translation_m: NDArray[np.float64]  # (3,)

    def __post_init__(self) -> None:
        rotation = frozen_array(self.rotation, name="Pose.rotation", shape=(3, 3), dtype=np.float64, finite=True)
        translation = frozen_array(
            self.translation_m, name="Pose.translation_m", shape=(3,), dtype=np.float64, finite=True
        )
        if abs(float(np.linalg.det(rotation)) - 1.0) > 1e-3:
            raise FrameError(f"Pose.rotation must be a rotation (determinant 1), got {np.linalg.det(rotation):.4f}")
        object.__setattr__(self, "rotation", rotation)
        object.__setattr__(self, "translation_m", translation)

    @staticmethod
    def identity() -> Pose:
        return Pose(rotation=np.eye(3), translation_m=np.zeros(3))

    @staticmethod
    def from_quaternion(translation_m: Vec3, xyzw: tuple[float, float, float, float]) -> Pose:
        """From a ROS translation and quaternion (x, y, z, w).

        Raises:
            FrameError: the quaternion is not of unit length (within 1 %) or not finite.
        """
        q = np.asarray(xyzw, dtype=np.float64)
        norm = float(np.linalg.norm(q))
        if not np.isfinite(norm) or abs(norm - 1.0) > 0.01:
            raise FrameError(f"a rotation needs a unit quaternion, got (x, y, z, w) = {tuple(xyzw)}")
        x, y, z, w = q / norm
        rotation = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
        )
        return Pose(rotation=rotation, translation_m=np.array(translation_m, dtype=np.float64))

    @staticmethod
    def from_xy_yaw(x_m: float, y_m: float, yaw_rad: float, z_m: float = 0.0) -> Pose:
        c, s = math.cos(yaw_rad), math.sin(yaw_rad)
        return Pose(
            rotation=np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]),
            translation_m=np.array([x_m, y_m, z_m], dtype=np.float64),
        )

    def quaternion(self) -> tuple[float, float, float, float]:
        """(x, y, z, w) with w >= 0; Shepperd's method, which never divides by a small number."""
        r = self.rotation
        trace = float(r[0, 0] + r[1, 1] + r[2, 2])
        candidates = np.array([r[0, 0], r[1, 1], r[2, 2], trace])
        k = int(np.argmax(candidates))
        q = np.empty(4)
        if k == 3:
            q[:3] = r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]
            q[3] = 1.0 + trace
        else:
            i, j = (k + 1) % 3, (k + 2) % 3
            q[k] = 1.0 + 2.0 * r[k, k] - trace
            q[i] = r[i, k] + r[k, i]
            q[j] = r[j, k] + r[k, j]
            q[3] = r[j, i] - r[i, j]
        q /= np.linalg.norm(q)
        x, y, z, w = (float(v) for v in (q if q[3] >= 0 else -q))
        return x, y, z, w

    @property
    def yaw_rad(self) -> float:
        return math.atan2(float(self.rotation[1, 0]), float(self.rotation[0, 0]))

    def inverse(self) -> Pose:
        transposed = np.ascontiguousarray(self.rotation.T)
        return Pose(rotation=transposed, translation_m=-(transposed @ self.translation_m))

    def __matmul__(self, other: Pose) -> Pose:
        """`a_from_c = a_from_b @ b_from_c`."""
        return Pose(
            rotation=self.rotation @ other.rotation,
            translation_m=self.rotation @ other.translation_m + self.translation_m,
        )

    def transform(self, points: FloatArray) -> FloatArray:
        """(points, 3) in b → (points, 3) in a, in the dtype of `points`."""
        rotation = self.rotation.astype(points.dtype, copy=False)
        moved: FloatArray = points @ rotation.T + self.translation_m.astype(points.dtype, copy=False)
        return moved

    def transform_point(self, point: Vec3) -> Vec3:
        x, y, z = self.rotation @ np.asarray(point) + self.translation_m
        return float(x), float(y), float(z)


def end_seen(centre_m: Vec2, size_lw_m: Vec2, yaw_rad: float) -> float:
    """1 where the origin looks at the front end of a box alone, -1 at its rear; 0 where it sees a side.

    In plan, metres and radians. A side shows where the box stands along its length; an end alone does not.
    """
    (x, y), c, s = centre_m, math.cos(yaw_rad), math.sin(yaw_rad)
    along, across = -(c * x + s * y), s * x - c * y  # the origin, as the box sees it
    is_in_line = abs(along) > 0.5 * size_lw_m[0] and abs(across) <= 0.5 * size_lw_m[1] + _IN_LINE_M
    return math.copysign(1.0, along) if is_in_line else 0.0


def beside(centre_m: Vec2, size_lw_m: Vec2, yaw_rad: float, other_m: Vec2, other_lw_m: Vec2) -> tuple[float, float]:
    """How far two boxes of one direction overlap along it, and the room between them across it; negative where none.

    In plan, metres and radians.
    """
    dx, dy = other_m[0] - centre_m[0], other_m[1] - centre_m[1]
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    overlap_m = 0.5 * (size_lw_m[0] + other_lw_m[0]) - abs(c * dx + s * dy)
    room_m = abs(c * dy - s * dx) - 0.5 * (size_lw_m[1] + other_lw_m[1])
    return overlap_m, room_m


@dataclass(frozen=True, slots=True, kw_only=True)
class OrientedBox:
    """An upright box: centre, size as (length along its x, width, height), yaw of its x axis."""

    centre_m: Vec3
    size_lwh_m: Vec3
    yaw_rad: float

    def footprint(self) -> NDArray[np.float64]:
        """(4, 2) corners in plan, counter-clockwise from front left."""
        length, width, _ = self.size_lwh_m
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        local = 0.5 * np.array([[length, width], [-length, width], [-length, -width], [length, -width]])
        corners: NDArray[np.float64] = local @ np.array([[c, s], [-s, c]]) + np.array(self.centre_m[:2])
        return corners

    def corners(self) -> NDArray[np.float64]:
        """(8, 3): the footprint at the bottom, then at the top."""
        plan = self.footprint()
        half = 0.5 * self.size_lwh_m[2]
        low = np.column_stack([plan, np.full(4, self.centre_m[2] - half)])
        high = np.column_stack([plan, np.full(4, self.centre_m[2] + half)])
        return np.vstack([low, high])

    def nearest_in_plan_m(self, point: Vec2 = (0.0, 0.0)) -> float:
        """Distance in plan from `point` to the nearest point of the box; 0 inside it."""
        dx, dy = point[0] - self.centre_m[0], point[1] - self.centre_m[1]
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        outside_x = max(abs(c * dx + s * dy) - 0.5 * self.size_lwh_m[0], 0.0)
        outside_y = max(abs(-s * dx + c * dy) - 0.5 * self.size_lwh_m[1], 0.0)
        return math.hypot(outside_x, outside_y)

    def moved(self, pose: Pose) -> OrientedBox:
        """The same box in frame a, by a pose `a_from_b` whose roll and pitch are small."""
        return OrientedBox(
            centre_m=pose.transform_point(self.centre_m),
            size_lwh_m=self.size_lwh_m,
            yaw_rad=wrap_angle(self.yaw_rad + pose.yaw_rad),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelBox:
    """An axis-aligned box in an image: x right, y down, in pixels; the far edge is not inside."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        return max(self.width, 0.0) * max(self.height, 0.0)

    @property
    def centre(self) -> Vec2:
        return 0.5 * (self.x0 + self.x1), 0.5 * (self.y0 + self.y1)

    def intersection(self, other: PixelBox) -> float:
        """Area shared with `other`, in square pixels."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(width, 0.0) * max(height, 0.0)

    def iou(self, other: PixelBox) -> float:
        shared = self.intersection(other)
        total = self.area + other.area - shared
        return shared / total if total > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intrinsics:
    """A pinhole camera with the distortion models of sensor_msgs/CameraInfo:

    `plumb_bob`, `rational_polynomial`, `equidistant`.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion_model: str = "plumb_bob"
    distortion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0 or not (self.fx > 0 and self.fy > 0):
            raise FrameError(
                f"intrinsics need a positive size and focal length, got {self.width}x{self.height}, "
                f"fx={self.fx}, fy={self.fy}",
                remedy="publish a calibrated CameraInfo beside the image",
            )

    def project(self, points: FloatArray) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Project (points, 3) in the optical frame → pixels (points, 2) and which of them are seen.

        Seen means at least 0.1 m in front, inside the image, and within 60° of the axis where distortion applies (its
        polynomial folds back beyond its calibrated range). Pixels of points that are not seen have no meaning.
        """
        p = np.asarray(points, dtype=np.float64)
        in_front = p[:, 2] > 0.1
        z = np.where(in_front, p[:, 2], 1.0)
        x, y = p[:, 0] / z, p[:, 1] / z  # (points,) on the plane z = 1
        if any(self.distortion):
            in_front &= np.hypot(x, y) < math.tan(math.radians(60))
            x, y = self._distort(x, y)
        pixels = np.column_stack([self.fx * x + self.cx, self.fy * y + self.cy])
        inside = (pixels[:, 0] >= 0) & (pixels[:, 0] < self.width) & (pixels[:, 1] >= 0) & (pixels[:, 1] < self.height)
        return pixels, in_front & inside

    def _distort(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """OpenCV's models: Brown-Conrady with 5 or 8 coefficients, or Kannala-Brandt with 4."""
        d = (*self.distortion, *([0.0] * 8))
        if self.distortion_model == "equidistant":
            r = np.maximum(np.hypot(x, y), 1e-9)
            theta = np.arctan(r)
            t2 = theta * theta
            scale = theta * (1 + t2 * (d[0] + t2 * (d[1] + t2 * (d[2] + t2 * d[3])))) / r
            return x * scale, y * scale
        r2 = x * x + y * y
        radial = (1 + r2 * (d[0] + r2 * (d[1] + r2 * d[4]))) / (1 + r2 * (d[5] + r2 * (d[6] + r2 * d[7])))
        return (
            x * radial + 2 * d[2] * x * y + d[3] * (r2 + 2 * x * x),
            y * radial + d[2] * (r2 + 2 * y * y) + 2 * d[3] * x * y,
        )

    def ray(self, pixel: Vec2) -> Vec3:
        """The direction in the optical frame, z = 1, that projects to `pixel` (distortion undone by fixed point)."""
        u, v = (pixel[0] - self.cx) / self.fx, (pixel[1] - self.cy) / self.fy
        if not any(self.distortion):
            return u, v, 1.0
        x, y = np.array([u]), np.array([v])
        for _ in range(10):
            dx, dy = self._distort(x, y)
            x, y = x + (u - dx), y + (v - dy)
        return float(x[0]), float(y[0]), 1.0
