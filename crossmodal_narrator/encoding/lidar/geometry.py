"""From a sweep to clusters with boxes, by geometry alone: no learned weights, and the fallback when there are some."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import Cluster, LidarFeatures
from crossmodal_narrator.core.snapshot import PlacedSweep
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.lidar.boxes import fit_box
from crossmodal_narrator.encoding.lidar.clusters import connected, members
from crossmodal_narrator.encoding.lidar.config import LidarGeometryConfig
from crossmodal_narrator.encoding.lidar.ground import fit_ground


class LidarGeometry:
    """Ground, clusters, boxes."""

    def __init__(self, config: LidarGeometryConfig) -> None:
        self._config = config

    def encode(self, sweep: PlacedSweep, timer: StageTimer) -> LidarFeatures:
        """Everything in `sweep` that stands on the ground; an empty sweep has nothing."""
        config = self._config
        with timer.stage("lidar/ground"):
            near = self._in_reach(sweep.xyz)
            ground = fit_ground(
                near, sweep.origin_m[:2], max_range_m=config.max_range_m, max_slope=config.max_ground_slope
            )
            floor = ground.under_points
            stands = near[:, 2] - floor > np.float32(config.min_height_m)
            obstacle, floor = near[stands], floor[stands]
        with timer.stage("lidar/cluster"):
            low = np.flatnonzero(obstacle[:, 2] - floor <= np.float32(config.max_height_m))
            groups = members(connected(obstacle[low, :2], config.cell_m), config.min_points)
        with timer.stage("lidar/box"):
            clusters = _clusters(obstacle[low], floor[low], groups)
        return LidarFeatures(
            stamp_ns=sweep.stamp_ns,
            clusters=clusters,
            obstacle_points=obstacle,
            obstacle_height_m=obstacle[:, 2] - floor,
        )

    def _in_reach(self, xyz: NDArray[np.float32]) -> NDArray[np.float32]:
        """Points within range that are not the vehicle's own body."""
        config = self._config
        x, y = xyz[:, 0], xyz[:, 1]
        kept = x * x + y * y <= np.float32(config.max_range_m**2)
        if config.ego_length_m and config.ego_width_m:
            kept &= (np.abs(x) > np.float32(config.ego_length_m / 2)) | (np.abs(y) > np.float32(config.ego_width_m / 2))
        reached: NDArray[np.float32] = xyz[kept]
        return reached


def _clusters(
    points: NDArray[np.float32], floor: NDArray[np.float32], groups: list[NDArray[np.int64]]
) -> tuple[Cluster, ...]:
    """Each group of `points` as a cluster. Extents are taken of all at once: there are hundreds, most of them small."""
    if not groups:
        return ()
    order = np.concatenate(groups)
    sizes = np.array([len(group) for group in groups])
    starts = np.cumsum(sizes) - sizes
    ordered = points[order]
    low, high = np.minimum.reduceat(ordered, starts, axis=0), np.maximum.reduceat(ordered, starts, axis=0)
    ground = np.add.reduceat(floor[order], starts) / sizes
    return tuple(
        Cluster(
            points=ordered[start : start + size],
            box=fit_box(ordered[start : start + size], low[k], high[k], float(ground[k])),
            ground_z_m=float(ground[k]),
        )
        for k, (start, size) in enumerate(zip(starts, sizes, strict=True))
    )
