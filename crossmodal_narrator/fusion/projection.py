"""What one camera sees of the LiDAR's points and of boxes in space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Intrinsics, OrientedBox, PixelBox, Pose
from crossmodal_narrator.core.snapshot import PlacedCamera
from crossmodal_narrator.fusion.plan import corners_of

NEAREST_M = 0.3  # corners nearer to the lens than this have no meaningful pixel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CameraView:
    """The obstacle points in one image: their indices, pixels and depth along the optical axis."""

    intrinsics: Intrinsics
    camera_from_base: Pose
    index: NDArray[np.int64]  # (seen,) into the obstacle points
    pixels: NDArray[np.float32]  # (seen, 2)
    depth_m: NDArray[np.float32]  # (seen,)

    @staticmethod
    def of(placed: PlacedCamera, points: NDArray[np.float32]) -> CameraView:
        """Project (points, 3) of base_link into the image of `placed`, whose intrinsics are known."""
        intrinsics = placed.frame.intrinsics
        assert intrinsics is not None  # the synchroniser places no camera without them
        pose = placed.camera_from_base
        x, y, z = pose.rotation[2].astype(np.float32)  # the optical axis, in base_link
        depth = points[:, 0] * x + points[:, 1] * y + points[:, 2] * z + np.float32(pose.translation_m[2])
        ahead = np.flatnonzero(depth > np.float32(NEAREST_M))  # only these are worth the rest of the work
        pixels, seen = intrinsics.project(pose.transform(points[ahead]))
        index = ahead[seen]
        return CameraView(
            intrinsics=intrinsics,
            camera_from_base=pose,
            index=index,
            pixels=pixels[seen].astype(np.float32),
            depth_m=depth[index],
        )

    def inside(self, box: PixelBox) -> NDArray[np.int64]:
        """Positions in `index` of the points within `box`."""
        u, v = self.pixels[:, 0], self.pixels[:, 1]
        return np.flatnonzero((u >= box.x0) & (u < box.x1) & (v >= box.y0) & (v < box.y1))

    def box_of(self, box: OrientedBox) -> PixelBox | None:
        """The part of the image that `box` fills, or None where the camera does not see it."""
        x0, y0, x1, y1 = (float(v) for v in self.boxes_of([box])[0])
        return PixelBox(x0=x0, y0=y0, x1=x1, y1=y1) if x1 - x0 >= 1 and y1 - y0 >= 1 else None

    def boxes_of(self, boxes: Sequence[OrientedBox]) -> NDArray[np.float64]:
        """(boxes, 4) x0, y0, x1, y1 of the part of the image that each fills; empty where it is not seen."""
        if not boxes:
            return np.empty((0, 4))
        corners = corners_of(boxes) @ self.camera_from_base.rotation.T + self.camera_from_base.translation_m
        depth = np.maximum(corners[..., 2], NEAREST_M)  # (boxes, 8)
        k = self.intrinsics
        u = np.clip(k.fx * corners[..., 0] / depth + k.cx, 0, k.width)
        v = np.clip(k.fy * corners[..., 1] / depth + k.cy, 0, k.height)
        found = np.stack([u.min(axis=1), v.min(axis=1), u.max(axis=1), v.max(axis=1)], axis=1)
        found[(corners[..., 2] < NEAREST_M).all(axis=1)] = 0.0
        return found

    def azimuth_rad(self, box: PixelBox) -> float:
        """The bearing in base_link of the middle of `box`."""
        ray = self.camera_from_base.rotation.T @ np.array(self.intrinsics.ray(box.centre))
        return float(np.arctan2(ray[1], ray[0]))

    def shows(self, point_m: tuple[float, float, float]) -> bool:
        """Whether a point of base_link lies in the image."""
        _, seen = self.intrinsics.project(self.camera_from_base.transform(np.array([point_m])))
        return bool(seen[0])
