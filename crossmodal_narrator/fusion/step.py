"""What all parts of one update of the tracks share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crossmodal_narrator.core.detections import Cluster, LidarFeatures
from crossmodal_narrator.core.geometry import OrientedBox, Pose, Vec3
from crossmodal_narrator.core.snapshot import PlacedSweep
from crossmodal_narrator.fusion.facades import in_the_open
from crossmodal_narrator.fusion.known_shapes import KnownShapes
from crossmodal_narrator.fusion.points import Floats, Indices, ObstaclePoints
from crossmodal_narrator.fusion.projection import CameraView

TURN_ENDS_S = 0.03  # between two ends of one thing: the laser has not turned that far between them


class Step:
    """One snapshot's points, clusters and shapes, and where the vehicle is."""

    def __init__(
        self,
        stamp_ns: int,
        odom_from_base: Pose,
        points: ObstaclePoints,
        lidar: tuple[LidarFeatures, PlacedSweep] | None,
        views: Sequence[CameraView],
    ) -> None:
        self.stamp_ns = stamp_ns
        self.odom_from_base = odom_from_base
        self.base_from_odom = odom_from_base.inverse()
        self.points = points
        self.lidar = None if lidar is None else (lidar[0], lidar[1].origin_m[:2])
        self._sweep = None if lidar is None else lidar[1]
        self.views = views  # of the cameras that see
        self.shapes = KnownShapes(() if self.lidar is None else in_the_open(*self.lidar))
        clusters: Sequence[Cluster] = lidar[0].clusters if lidar else ()
        self.knows_shapes = lidar is not None and lidar[0].is_recognised
        self._clusters = clusters
        self._middles = np.array([c.box.centre_m[:2] for c in clusters]).reshape(-1, 2)

    def is_looked_at(self, place_m: Vec3) -> bool:
        """Whether it lies in the view of a camera that sees, in base_link."""
        return any(view.shows(place_m) for view in self.views)

    def ages_s(self, box: OrientedBox) -> tuple[float, float]:
        """How old a box's points are, the newest and the oldest: they differ where the laser's turn ends within it."""
        if self._sweep is None:
            return 0.0, 0.0
        middle_s = self._sweep.age_s(*box.centre_m[:2])
        ages_s = [self._sweep.age_s(float(x), float(y)) for x, y in box.footprint()]
        is_cut = max(ages_s) - min(ages_s) > TURN_ENDS_S
        return (min(ages_s), max(ages_s)) if is_cut else (middle_s, middle_s)

    def ground_z_m(self, index: Indices) -> float:
        """Of the cluster nearest to these points; their own lowest point where there is none."""
        near = self.cluster_at(self.points.xyz[index])
        return float(self.points.xyz[index, 2].min()) if near is None else near.ground_z_m

    def top_m(self, index: Indices) -> float:
        """Of the highest of the obstacle points at `index`, above the ground under it."""
        assert self.lidar is not None  # points come from a sweep
        return float(self.lidar[0].obstacle_height_m[index].max())

    def cluster_at(self, xyz: Floats) -> Cluster | None:
        """The cluster whose middle is nearest to that of the points (points, 3)."""
        if not len(self._middles):
            return None
        away = ((self._middles - xyz[:, :2].mean(axis=0)) ** 2).sum(axis=1)
        return self._clusters[int(np.argmin(away))]
