"""Parameters of the camera encoder."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraEncoderConfig:
    """How an image is looked at. Costs are counted in looks, never in time, so that a replay repeats them."""

    full_width_px: int = parameter(
        416, help="width to which the whole image is scaled for the first look", unit="px", low=128, high=1920
    )
    crop_budget: int = parameter(1, help="further looks at parts of the image, in each frame", low=0, high=16)
    far_road: bool = parameter(True, help="whether one of them goes to the far road, around the horizon")
    regions_every: int = parameter(
        3, help="with one further look: every n-th frame's goes to a region instead, if there is one", low=1, high=100
    )
    crop_width_px: int = parameter(416, help="width of the network's input for a crop", unit="px", low=128, high=1280)
    crop_height_px: int = parameter(320, help="height of the network's input for a crop", unit="px", low=128, high=1280)
    object_size_px: float = parameter(
        96.0, help="size that a region's larger side is brought to for a second look", unit="px", low=32.0, high=256.0
    )
    full_min_score: float = parameter(
        0.3, help="score from which a detection of the first look counts", low=0.05, high=1.0
    )
    crop_min_score: float = parameter(0.4, help="score from which a detection of a crop counts", low=0.05, high=1.0)
    signal_min_score: float = parameter(0.35, help="score from which a traffic light counts", low=0.05, high=1.0)
    max_iou: float = parameter(
        0.55, help="overlap (intersection over union) above which two boxes are one", low=0.1, high=1.0
    )
    max_inside: float = parameter(
        0.85, help="share of a box inside of a better one of its kind, above which the two are one", low=0.1, high=1.0
    )
    region_answered_score: float = parameter(
        0.5,
        help="score from which the first look has answered a region, so that it needs no second",
        low=0.05,
        high=1.0,
    )
