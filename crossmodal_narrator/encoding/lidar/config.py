"""Parameters of the LiDAR geometry."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarGeometryConfig:
    """How a sweep is taken apart into ground and things that stand on it."""

    max_range_m: float = parameter(60.0, help="points further in plan are left out", unit="m", low=10.0, high=200.0)
    min_height_m: float = parameter(
        0.25, help="points lower above the ground belong to the ground", unit="m", low=0.05, high=1.0
    )
    max_height_m: float = parameter(
        2.8, help="points higher above the ground join no cluster (branches, bridges)", unit="m", low=1.0, high=6.0
    )
    max_ground_slope: float = parameter(
        0.15, help="steepest ground, relative to the vehicle's own plane, rise over run", low=0.02, high=0.5
    )
    cell_m: float = parameter(0.2, help="size of the cells in which clusters are found", unit="m", low=0.05, high=1.0)
    min_points: int = parameter(6, help="fewer points are no cluster", low=2, high=1000)
    ego_length_m: float = parameter(
        4.4, help="points within this length around base_link are our own body; 0: none", unit="m", low=0.0, high=30.0
    )
    ego_width_m: float = parameter(
        2.0, help="points within this width around base_link are our own body; 0: none", unit="m", low=0.0, high=5.0
    )

    def __post_init__(self) -> None:
        if self.max_height_m <= self.min_height_m:
            raise ConfigError(
                f"lidar.max_height_m = {self.max_height_m} is not above lidar.min_height_m = {self.min_height_m}",
                remedy="raise max_height_m",
            )
