"""The LiDAR's stages beside Open3D's, on a drawn street of 60,000 points."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.encoding.lidar.clusters import connected, members
from crossmodal_narrator.encoding.lidar.ground import fit_ground

REPEATS = 10


def rows() -> list[dict[str, object]]:
    open3d = _open3d()
    if open3d is None:
        return []
    points = street()
    standing = points[points[:, 2] > 0.3]
    cloud, whole = (open3d.geometry.PointCloud(open3d.utility.Vector3dVector(p)) for p in (standing, points))
    return [
        {
            "stage": f"ground of {len(points)} points",
            "ms": _ms(lambda: fit_ground(points, (0.0, 0.0), max_range_m=60.0, max_slope=0.15)),
            "alternative": "Open3D segment_plane, 100 turns",
            "alternative_ms": _ms(lambda: whole.segment_plane(0.2, 3, 100)),
        },
        {
            "stage": f"clusters of {len(standing)} points",
            "ms": _ms(lambda: members(connected(standing[:, :2], 0.2), 6)),
            "alternative": "Open3D cluster_dbscan",
            "alternative_ms": _ms(lambda: cloud.cluster_dbscan(0.4, 6), repeats=3),
        },
    ]


def _open3d() -> Any:
    """Open3D, which needs libraries of a desktop; without them its rows are left out, and this is said."""
    try:
        import libusb_package

        ctypes.CDLL(str(libusb_package.get_library_path()), mode=ctypes.RTLD_GLOBAL)
        import open3d
    except (ImportError, OSError) as error:
        print(f"no comparison with Open3D: {error} (apt install libegl1 libgl1 libx11-6)")
        return None
    return open3d


def street() -> NDArray[np.float32]:
    """(60000, 3): half ground, half the sides of forty cars."""
    rng = np.random.default_rng(7)
    ground = np.column_stack([rng.uniform(-50, 50, (30_000, 2)), rng.normal(0.0, 0.02, 30_000)])
    cars = []
    for centre in rng.uniform(-45, 45, (40, 2)):
        along, height = rng.uniform(-2.3, 2.3, 750), rng.uniform(0.3, 1.6, 750)
        cars.append(np.column_stack([centre[0] + along, np.full(750, centre[1]), height]))
    return np.vstack([ground, *cars]).astype(np.float32)


def _ms(work: Callable[[], object], repeats: int = REPEATS) -> float:
    work()
    started = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - started) * 1e3 / repeats
