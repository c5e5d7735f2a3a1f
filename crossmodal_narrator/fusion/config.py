"""Parameters of the fusion of camera and LiDAR into tracked objects."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionConfig:
    """How sightings become tracks, and which tracks are believed."""

    max_range_m: float = parameter(60.0, help="things further in plan are not tracked", unit="m", low=5.0, high=200.0)
    min_points: int = parameter(4, help="LiDAR points that give a sighting its range", low=1, high=100)
    gate_m: float = parameter(
        1.5, help="how far from a track's box the points of its next sighting may lie", unit="m", low=0.2, high=10.0
    )
    min_image_overlap: float = parameter(
        0.25, help="overlap (intersection over union) that binds a box without a range to a track", low=0.05, high=0.95
    )
    confirm_score: float = parameter(
        0.9, help="sum of the scores of its sightings from which a track is believed", low=0.1, high=10.0
    )
    doubtful_class_score: float = parameter(
        1.2, help="sum of scores below which a track deserves a second look", low=0.1, high=20.0
    )
    vehicle_shape_score: float = parameter(
        0.2, help="least score of a vehicle's shape that begins a track which no camera has named", low=0.05, high=1.0
    )
    person_shape_score: float = parameter(
        0.8, help="the same of somebody on foot or on two wheels, whom posts resemble; 1: never", low=0.05, high=1.0
    )
    pictured_shape_score: float = parameter(
        0.6, help="the same of anything where a camera looks and has named nothing", low=0.05, high=1.0
    )
    shape_weight: float = parameter(1.5, help="of a LiDAR's vote for a class, beside a camera's", low=0.05, high=5.0)
    lost_after_s: float = parameter(
        0.6, help="a track that no sense supports any more is given up after so long", unit="s", low=0.1, high=10.0
    )
    forget_range_after_s: float = parameter(
        1.0,
        help="a range that no LiDAR point has supported for so long is not known any more",
        unit="s",
        low=0.1,
        high=10.0,
    )
    class_fades_after_s: float = parameter(
        1.5,
        help="a track of few sightings is not believed when the last one was so long ago",
        unit="s",
        low=0.2,
        high=30.0,
    )
    obstacle_range_m: float = parameter(
        25.0, help="things without a class are tracked up to this range", unit="m", low=0.0, high=100.0
    )
    obstacle_lateral_m: float = parameter(
        8.0, help="and up to this distance to either side", unit="m", low=0.5, high=100.0
    )
    obstacle_hits: int = parameter(5, help="sweeps that must show a thing without a class", low=1, high=100)
    max_tracks: int = parameter(128, help="tracks that are kept; the most often seen first", low=1, high=1000)
    max_regions: int = parameter(6, help="parts of an image proposed for a second look", low=0, high=32)
    moving_speed_mps: float = parameter(
        1.0, help="a standing thing moves from this speed", unit="m/s", low=0.1, high=5.0
    )
    standing_speed_mps: float = parameter(
        0.6, help="a moving thing stands below this speed", unit="m/s", low=0.05, high=5.0
    )
    path_half_width_m: float = parameter(
        1.1, help="half the width of the path that the vehicle needs", unit="m", low=0.3, high=3.0
    )
    traffic_side: str = parameter("right", help="side of the road on which one drives", choices=("right", "left"))
    kerb_m: float = parameter(
        1.3,
        help="what stands on our side of the road, further than this from our path, is parked",
        unit="m",
        low=0.5,
        high=10.0,
    )
    far_kerb_m: float = parameter(
        5.5, help="the same on the side of the oncoming traffic, beyond its lane", unit="m", low=1.0, high=30.0
    )
    footprint_front_m: float = parameter(
        0.0, help="from base_link to the front bumper; 0: distances are from base_link", unit="m", low=0.0, high=20.0
    )
    footprint_rear_m: float = parameter(
        0.0, help="from base_link to the rear bumper; 0: distances are from base_link", unit="m", low=0.0, high=20.0
    )
    footprint_half_width_m: float = parameter(
        0.0, help="half the vehicle's width; 0: distances are from base_link", unit="m", low=0.0, high=3.0
    )

    def __post_init__(self) -> None:
        if self.standing_speed_mps > self.moving_speed_mps:
            raise ConfigError(
                f"fusion.standing_speed_mps = {self.standing_speed_mps} is above "
                f"fusion.moving_speed_mps = {self.moving_speed_mps}",
                remedy="a thing that is called moving must first be faster than one that is called standing",
            )
        footprint = (self.footprint_front_m + self.footprint_rear_m, self.footprint_half_width_m)
        if any(footprint) and not all(footprint):
            raise ConfigError(
                f"fusion.footprint is half set: length {footprint[0]} m, half width {footprint[1]} m",
                remedy="set footprint_front_m, footprint_rear_m and footprint_half_width_m, or none of them",
            )
