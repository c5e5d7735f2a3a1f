"""The rays of a lens project back to their pixels."""

import math

import numpy as np
import pytest

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import Intrinsics
from crossmodal_narrator.simulation.sensors.camera.lens import TILE_PX, Lens

BARREL = (-0.3, 0.09, 0.001, -0.0007, -0.01)
RATIONAL = (0.4, 0.05, 0.0004, -0.0003, 0.01, 0.6, 0.1, 0.02)
FISHEYE = (-0.02, 0.004, -0.002, 0.0003)


def _intrinsics(field_of_view_deg=80.0, width=322, height=180, **changes) -> Intrinsics:
    focal = 0.5 * width / math.tan(0.5 * math.radians(field_of_view_deg))
    placed = {"width": width, "height": height, "fx": focal, "fy": 1.01 * focal, "cx": 158.3, "cy": 91.2}
    return Intrinsics(**{**placed, **changes})


@pytest.mark.parametrize(
    "intrinsics",
    [
        _intrinsics(),
        _intrinsics(distortion=BARREL),
        _intrinsics(distortion_model="rational_polynomial", distortion=RATIONAL),
        _intrinsics(100.0, distortion_model="equidistant", distortion=FISHEYE),
    ],
    ids=["none", "plumb_bob", "rational", "equidistant"],
)
def test_a_ray_projects_back_to_the_middle_of_its_pixel(intrinsics):
    lens = Lens(intrinsics)
    points = lens.rays.reshape(-1, 3) * np.linspace(2.0, 80.0, lens.rays.size // 3)[:, None]
    pixels, seen = intrinsics.project(points)
    rows, columns = np.divmod(np.arange(len(points)), intrinsics.width)
    assert seen.mean() > 0.75  # core says nothing beyond 60 degrees
    off = np.abs(pixels - np.stack([columns + 0.5, rows + 0.5], axis=-1))[seen]
    assert off.max() < 0.1


def test_rays_between_pixels_project_between_them():
    intrinsics = _intrinsics(distortion=BARREL)
    chosen = np.array([0, 5, 321, 322 * 90 + 160, 322 * 180 - 1])
    pixels, _ = intrinsics.project(Lens(intrinsics).between_pixels(chosen, 0.3, -0.2).astype(np.float64) * 10.0)
    rows, columns = np.divmod(chosen, intrinsics.width)
    assert pixels == pytest.approx(np.stack([columns + 0.8, rows + 0.3], axis=-1), abs=0.1)


def test_tiles_cover_each_pixel_and_their_rays_lie_within_the_slack():
    lens = Lens(_intrinsics(distortion=BARREL))
    assert np.array_equal(np.unique(lens.tiles), np.arange(322 * 180))
    assert lens.tiles.shape[1] == TILE_PX**2
    middle = lens.tile_rays[lens.tile_of_pixel]
    angle = np.arccos(np.clip(np.einsum("ij,ij->i", middle, lens.rays.reshape(-1, 3)), -1.0, 1.0))
    assert angle.max() <= lens.tile_slack_rad


@pytest.mark.parametrize(
    ("field_of_view_deg", "model", "distortion"),
    [(110.0, "plumb_bob", (-0.45, 0.0, 0.0, 0.0, 0.0)), (100.0, "equidistant", (-0.6, 0.0, 0.0, 0.0))],
)
def test_a_distortion_that_folds_back_within_the_image_is_refused(field_of_view_deg, model, distortion):
    with pytest.raises(ScenarioError, match=r"-0\.\d+.*cannot be undone"):
        Lens(_intrinsics(field_of_view_deg, distortion_model=model, distortion=distortion))
