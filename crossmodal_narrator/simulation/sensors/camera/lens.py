"""Where each pixel of a camera looks: rays made once, by undoing the distortion that CameraInfo tells."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import Intrinsics
from crossmodal_narrator.simulation.sensors.camera.vectors import unit
from crossmodal_narrator.simulation.shapes.meshes import Floats

TILE_PX = 8
_MOST_RESIDUAL_PX = 0.05


class Lens:
    """Rays of a camera, in the axes of its optical frame (x right, y down, z forward).

    `rays` (height, width, 3) are unit vectors through the middles of the pixels: pixel (column, row) covers
    [column, column + 1) × [row, row + 1), as `Intrinsics.project` counts. Tiles are squares of pixels, by which it is
    told quickly where in the image a thing can be.
    """

    def __init__(self, intrinsics: Intrinsics) -> None:
        """Raises ScenarioError where the distortion folds back within the image, or sees 90° and more from the axis."""
        self.intrinsics = intrinsics
        height, width = intrinsics.height, intrinsics.width
        self.shape = (height, width)
        plane = _undistorted(intrinsics)  # (pixels, 2) on the plane z = 1
        rays = np.concatenate([plane, np.ones((len(plane), 1))], axis=1)
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        self.rays: Floats = rays.astype(np.float32).reshape(height, width, 3)
        self.pixel_rad = 1.0 / math.sqrt(intrinsics.fx * intrinsics.fy)
        self.tiles = _tiles(height, width)
        self.tile_grid = (-(-height // TILE_PX), -(-width // TILE_PX))
        of_tiles = self.rays.reshape(-1, 3)[self.tiles]  # (tiles, pixels of a tile, 3)
        middle = of_tiles.mean(axis=1)
        self.tile_rays: Floats = middle / np.linalg.norm(middle, axis=1, keepdims=True)
        cosine = np.einsum("tpj,tj->tp", of_tiles, self.tile_rays).min()
        self.tile_slack_rad = float(np.arccos(min(float(cosine), 1.0))) + self.pixel_rad
        self.tile_of_pixel = np.empty(height * width, np.int32)
        self.tile_of_pixel[self.tiles] = np.arange(len(self.tiles), dtype=np.int32)[:, None]

    def between_pixels(self, pixels: NDArray[np.int64], right: float, down: float) -> Floats:
        """(n,) flat numbers of pixels → (n, 3) unit rays that pass `right`, `down` pixels beside their middles."""
        _, width = self.shape
        flat = self.rays.reshape(-1, 3)
        column = pixels % width
        along = np.where(column < width - 1, 1, -1)
        down_by = np.where(pixels < flat.shape[0] - width, width, -width)
        ray = flat[pixels]
        moved = ray + (flat[pixels + along] - ray) * (right * along[:, None]).astype(np.float32)
        moved += (flat[pixels + down_by] - ray) * (down * np.sign(down_by)[:, None]).astype(np.float32)
        return unit(moved)


def _undistorted(k: Intrinsics) -> NDArray[np.float64]:
    """(pixels, 2) points of the plane z = 1 that `k` projects to the middles of its pixels."""
    u, v = np.meshgrid(np.arange(k.width) + 0.5, np.arange(k.height) + 0.5)
    pixels = np.stack([u, v], axis=-1).reshape(-1, 2)
    distorted = (pixels - (k.cx, k.cy)) / (k.fx, k.fy)
    if not any(k.distortion):
        return distorted
    if k.distortion_model == "equidistant":
        plane = _from_equidistant(distorted, k)
    else:
        stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-9)
        coefficients = np.array((*k.distortion, *([0.0] * 8))[:8])
        found = cv2.undistortPoints(distorted[:, None], np.eye(3), coefficients, criteria=stop)
        plane = found.reshape(-1, 2)
    back, _ = k.project(np.concatenate([plane, np.ones((len(plane), 1))], axis=1))
    residual = np.abs(back - pixels).max()
    if not residual <= _MOST_RESIDUAL_PX:
        raise ScenarioError(
            f"the distortion {k.distortion} ({k.distortion_model}) cannot be undone in all of the image",
            remedy="choose milder coefficients, a narrower field of view, or the equidistant model",
        )
    return plane


def _from_equidistant(distorted: NDArray[np.float64], k: Intrinsics) -> NDArray[np.float64]:
    """Newton's method for the angle from the axis (Kannala and Brandt, 2006)."""
    d = (*k.distortion, *([0.0] * 4))
    radius = np.maximum(np.hypot(distorted[:, 0], distorted[:, 1]), 1e-12)
    angle = radius.copy()
    for _ in range(20):
        t2 = angle * angle
        value = angle * (1 + t2 * (d[0] + t2 * (d[1] + t2 * (d[2] + t2 * d[3]))))
        slope = 1 + t2 * (3 * d[0] + t2 * (5 * d[1] + t2 * (7 * d[2] + t2 * 9 * d[3])))
        angle = np.clip(angle - (value - radius) / np.where(np.abs(slope) < 1e-6, 1e-6, slope), 0.0, 1.55)
    plane: NDArray[np.float64] = distorted * (np.tan(angle) / radius)[:, None]
    return plane


def _tiles(height: int, width: int) -> NDArray[np.int64]:
    """(tiles, TILE_PX²) flat numbers of pixels; tiles at the border repeat their last row or column."""
    rows = np.minimum(np.arange(-(-height // TILE_PX) * TILE_PX), height - 1).reshape(-1, 1, TILE_PX, 1)
    columns = np.minimum(np.arange(-(-width // TILE_PX) * TILE_PX), width - 1).reshape(1, -1, 1, TILE_PX)
    return (rows * width + columns).reshape(-1, TILE_PX * TILE_PX)
