"""Which sighting is of which track: the assignment of least cost (Kuhn 1955, by SciPy's implementation)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, PixelBox, Pose
from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.points import ObstaclePoints
from crossmodal_narrator.fusion.sightings import Sighting
from crossmodal_narrator.fusion.track import Track

FORBIDDEN = 1e3
OTHER_KIND = 0.6  # cost of a detector that changes its mind across kinds, while the track is young
WITHOUT_RANGE = 0.3  # cost of a match by the image alone, so that one in space comes first
_KINDS = {
    ObjectClass.CAR: 0,
    ObjectClass.VAN: 0,
    ObjectClass.TRUCK: 0,
    ObjectClass.BUS: 0,
    ObjectClass.TRAIN: 0,
    ObjectClass.MOTORCYCLE: 1,
    ObjectClass.BICYCLE: 1,
    ObjectClass.CYCLIST: 1,
    ObjectClass.PEDESTRIAN: 2,
    ObjectClass.ANIMAL: 3,
    ObjectClass.CONE: 4,
}


def same_kind(a: ObjectClass, b: ObjectClass) -> bool:
    """Whether a detector takes one for the other; a thing without a class may be anything."""
    return ObjectClass.OBSTACLE in (a, b) or _KINDS[a] == _KINDS[b]


def assign(
    sightings: Sequence[Sighting],
    tracks: Sequence[Track],
    points: ObstaclePoints,
    base_from_odom: Pose,
    config: FusionConfig,
) -> dict[int, int]:
    """Index of the sighting → index of the track, each used once; what fits nothing is left out."""
    if not sightings or not tracks:
        return {}
    boxes = [None if track.place is None else track.place.box().moved(base_from_odom) for track in tracks]
    centroids = [points.xyz[s.index].mean(axis=0) if s.has_range else None for s in sightings]
    expected = _expected_boxes(sightings, tracks, boxes)
    costs = np.full((len(sightings), len(tracks)), FORBIDDEN)
    for i, sighting in enumerate(sightings):
        for j, track in enumerate(tracks):
            pixels = expected[sighting.detection.camera][j]
            overlap = 0.0 if pixels is None else pixels.iou(sighting.detection.box)
            cost = _cost(overlap, centroids[i], boxes[j], config)
            if not same_kind(sighting.detection.label, track.label):
                cost = FORBIDDEN if track.votes.total >= config.doubtful_class_score else cost + OTHER_KIND
            costs[i, j] = cost
    rows, columns = linear_sum_assignment(costs)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if costs[i, j] < FORBIDDEN}


def _expected_boxes(
    sightings: Sequence[Sighting], tracks: Sequence[Track], boxes: Sequence[OrientedBox | None]
) -> dict[str, list[PixelBox | None]]:
    """By camera, where each track should appear; without a place, where it appeared last."""
    views = {sighting.detection.camera: sighting.view for sighting in sightings}
    return {
        camera: [
            track.image_boxes.get(camera) if box is None else view.box_of(box)
            for track, box in zip(tracks, boxes, strict=True)
        ]
        for camera, view in views.items()
    }


def _cost(overlap: float, centroid: NDArray[np.float32] | None, box: OrientedBox | None, config: FusionConfig) -> float:
    if box is None or centroid is None:
        return FORBIDDEN if overlap < config.min_image_overlap else 1.0 - overlap + WITHOUT_RANGE
    away_m = box.nearest_in_plan_m((float(centroid[0]), float(centroid[1])))
    return FORBIDDEN if away_m > config.gate_m else away_m / config.gate_m + 0.5 * (1.0 - overlap)
