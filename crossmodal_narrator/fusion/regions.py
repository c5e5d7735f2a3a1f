"""Which parts of an image deserve a second look: where something stands that no camera has named."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from crossmodal_narrator.core.detections import Cluster, RegionOfInterest
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.plan import BoxesInPlan
from crossmodal_narrator.fusion.plausibility import is_thing
from crossmodal_narrator.fusion.projection import CameraView
from crossmodal_narrator.fusion.track import Track

KNOWN_WITHIN_M = 0.3
LEAST_SIDE_PX = 12.0  # smaller, no detector would recognise it
FURTHEST_M = 45.0
MIDDLE_M = 6.0  # beside the path by more than this matters half as much


def regions_of(
    view: CameraView,
    clusters: Sequence[Cluster],
    tracks: Sequence[Track],
    base_from_odom: Pose,
    config: FusionConfig,
) -> tuple[RegionOfInterest, ...]:
    """Clusters in the image that no well-known track explains, the nearest to us and to our path first."""
    known = BoxesInPlan(
        [
            track.place.box().moved(base_from_odom)
            for track in tracks
            if track.place is not None and track.votes.total >= config.doubtful_class_score
        ]
    )
    things = [c for c in clusters if math.hypot(*c.box.centre_m[:2]) <= FURTHEST_M and is_thing(c)]
    middles = np.array([c.box.centre_m[:2] for c in things]).reshape(-1, 2)
    found = []
    for cluster, is_known in zip(things, known.cover(middles, KNOWN_WITHIN_M), strict=True):
        centre, range_m = cluster.box.centre_m, cluster.box.nearest_in_plan_m()
        if is_known or not view.shows(centre):
            continue
        box = view.box_of(cluster.box)
        if box is None or min(box.width, box.height) < LEAST_SIDE_PX:
            continue
        weight = 1.0 if abs(centre[1]) < MIDDLE_M else 0.5
        found.append(
            RegionOfInterest(
                box=box, priority=weight / max(range_m, 1.0), reason=f"{len(cluster.points)} points, no class"
            )
        )
    found.sort(key=lambda region: -region.priority)
    return tuple(found[: config.max_regions])
