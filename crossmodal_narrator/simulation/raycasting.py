"""Rays against triangles. The only place that knows Open3D, which is imported when the first scene is built."""

from __future__ import annotations

import ctypes
import importlib.util
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.meshes import Floats

_THREADS = 1  # one scene serves one process; the processes share the cores


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hits:
    """Where rays end. `triangle` and `weights` have no meaning where `distance_m` is infinite."""

    distance_m: Floats  # (rays,)
    triangle: NDArray[np.int64]  # (rays,)
    weights: Floats  # (rays, 2): of the triangle's second and third corner

    def only(self, chosen: NDArray[np.int64]) -> Hits:
        return Hits(distance_m=self.distance_m[chosen], triangle=self.triangle[chosen], weights=self.weights[chosen])


class RayScene:
    """Triangles that rays can hit."""

    def __init__(self, corners: Floats) -> None:
        """`corners` (triangles, 3, 3).

        Raises:
            ScenarioError: Open3D cannot be loaded.
        """
        self._o3d = load_open3d()
        self._scene = self._o3d.t.geometry.RaycastingScene(nthreads=_THREADS)
        self._is_empty = len(corners) == 0
        if not self._is_empty:
            vertices = np.ascontiguousarray(corners.reshape(-1, 3), dtype=np.float32)
            triangles = np.arange(len(vertices), dtype=np.uint32).reshape(-1, 3)
            tensor = self._o3d.core.Tensor
            self._scene.add_triangles(tensor.from_numpy(vertices), tensor.from_numpy(triangles))

    def cast(self, origins: Floats, directions: Floats) -> Hits:
        """(rays, 3) or (3,) origins, (rays, 3) unit directions."""
        count = len(directions)
        if self._is_empty or count == 0:
            nothing = np.full(count, np.inf, np.float32)
            return Hits(
                distance_m=nothing, triangle=np.zeros(count, np.int64), weights=np.zeros((count, 2), np.float32)
            )
        rays = np.empty((count, 6), np.float32)
        rays[:, :3], rays[:, 3:] = origins, directions
        answer = self._scene.cast_rays(self._o3d.core.Tensor.from_numpy(rays), nthreads=_THREADS)
        return Hits(
            distance_m=answer["t_hit"].numpy(),
            triangle=answer["primitive_ids"].numpy().astype(np.int64),
            weights=answer["primitive_uvs"].numpy(),
        )


def nearer(first: Hits, second: Hits, offset: int) -> Hits:
    """Of two casts of the same rays the nearer hit; the triangles of `second` are counted from `offset`."""
    wins = second.distance_m < first.distance_m
    return Hits(
        distance_m=np.where(wins, second.distance_m, first.distance_m),
        triangle=np.where(wins, second.triangle + offset, first.triangle),
        weights=np.where(wins[:, None], second.weights, first.weights),
    )


@cache
def load_open3d() -> Any:
    """Open3D, with the libusb that it links although no ray needs it."""
    remedy = "`apt install libusb-1.0-0`, or `pip install open3d-cpu libusb-package`"
    _preload_libusb()
    try:
        import open3d
    except (ImportError, OSError) as error:
        raise ScenarioError(f"the simulator needs Open3D, which does not load: {error}", remedy=remedy) from error
    return open3d


def _preload_libusb() -> None:
    """Bare machines lack libusb-1.0.so.0; the PyPI package libusb-package brings one under the same soname."""
    if importlib.util.find_spec("libusb_package") is None:
        return
    import libusb_package

    path = libusb_package.get_library_path()
    if path is not None:
        ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
