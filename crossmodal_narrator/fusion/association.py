"""Which sighting is of which track: the assignment of least cost (Kuhn 1955, by SciPy's implementation)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from crossmodal_narrator.core.detections import LOOKALIKES, ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, PixelBox, Pose, wrap_angle
from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.plan import BoxesInPlan
from crossmodal_narrator.fusion.points import ObstaclePoints
from crossmodal_narrator.fusion.sightings import Sighting
from crossmodal_narrator.fusion.track import Track

Costs = NDArray[np.float64]
FORBIDDEN = 1e3
OTHER_KIND = 0.6  # cost of a detector that changes its mind across kinds, while the track is young
SAME_BEARING_RAD = math.radians(2.5)
WITHOUT_RANGE = 0.3  # cost of a match by the image alone, so that one in space comes first
ANY_KIND = LOOKALIKES[ObjectClass.OBSTACLE]


def same_kind(a: ObjectClass, b: ObjectClass) -> bool:
    """Whether a detector takes one for the other; a thing without a class may be anything."""
    return ObjectClass.OBSTACLE in (a, b) or LOOKALIKES[a] == LOOKALIKES[b]


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
    ranged = np.array([s.has_range for s in sightings])[:, None] & np.array([box is not None for box in boxes])[None, :]
    overlaps = _overlaps(sightings, tracks, boxes)
    away_m = _away_m(sightings, boxes, points)
    in_plan = np.where(away_m > config.gate_m, FORBIDDEN, away_m / config.gate_m + 0.5 * (1.0 - overlaps))
    in_image = np.where(overlaps < config.min_image_overlap, FORBIDDEN, 1.0 - overlaps + WITHOUT_RANGE)
    in_image = np.minimum(in_image, _bearing_costs(sightings, tracks, boxes))
    costs = np.where(ranged, in_plan, in_image) + _kind_costs(sightings, tracks, config)
    rows, columns = linear_sum_assignment(np.minimum(costs, FORBIDDEN))
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if costs[i, j] < FORBIDDEN}


def _away_m(sightings: Sequence[Sighting], boxes: Sequence[OrientedBox | None], points: ObstaclePoints) -> Costs:
    """(sightings, tracks) from the middle of the points to the box; without either it has no meaning."""
    nowhere = (0.0, 0.0)
    middles = np.array([points.xyz[s.index, :2].mean(axis=0) if s.has_range else nowhere for s in sightings])
    somewhere = OrientedBox(centre_m=(0.0, 0.0, 0.0), size_lwh_m=(1.0, 1.0, 1.0), yaw_rad=0.0)
    return BoxesInPlan([somewhere if box is None else box for box in boxes]).distances(middles)


def _overlaps(sightings: Sequence[Sighting], tracks: Sequence[Track], boxes: Sequence[OrientedBox | None]) -> Costs:
    """(sightings, tracks) intersection over union of the detection with where the track should appear.

    Without a place that is where it appeared last.
    """
    found = np.zeros((len(sightings), len(tracks)))
    for camera, view in {s.detection.camera: s.view for s in sightings}.items():
        expected = view.boxes_of([box for box in boxes if box is not None])
        unplaced = (track for track, box in zip(tracks, boxes, strict=True) if box is None)
        last = [_corners(track.image_boxes.get(camera)) for track in unplaced]
        where = np.empty((len(tracks), 4))
        is_placed = np.array([box is not None for box in boxes])
        where[is_placed], where[~is_placed] = expected, np.array(last).reshape(-1, 4)
        rows = [i for i, s in enumerate(sightings) if s.detection.camera == camera]
        found[rows] = _iou(np.array([_corners(sightings[i].detection.box) for i in rows]), where)
    return found


def _bearing_costs(
    sightings: Sequence[Sighting], tracks: Sequence[Track], boxes: Sequence[OrientedBox | None]
) -> Costs:
    """(sightings, tracks) for a thing without a place that another camera has shown, and this one not yet."""
    costs = np.full((len(sightings), len(tracks)), FORBIDDEN)
    for i, sighting in enumerate(sightings):
        camera, box = sighting.detection.camera, sighting.detection.box
        azimuth_rad = sighting.view.azimuth_rad(box)
        for j, track in enumerate(tracks):
            if boxes[j] is not None or not track.image_boxes or camera in track.image_boxes:
                continue
            off = abs(wrap_angle(azimuth_rad - track.azimuth_rad)) / SAME_BEARING_RAD
            costs[i, j] = off + WITHOUT_RANGE if off < 1.0 else FORBIDDEN
    return costs


def _corners(box: PixelBox | None) -> tuple[float, float, float, float]:
    return (0.0, 0.0, 0.0, 0.0) if box is None else (box.x0, box.y0, box.x1, box.y1)


def _iou(a: Costs, b: Costs) -> Costs:
    """(m, 4) and (n, 4) → (m, n); an empty box overlaps with nothing."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(high - low, 0.0).prod(axis=2)
    areas = [np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0).prod(axis=1) for boxes in (a, b)]
    union: Costs = areas[0][:, None] + areas[1][None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-6))


def _kind_costs(sightings: Sequence[Sighting], tracks: Sequence[Track], config: FusionConfig) -> Costs:
    """(sightings, tracks) for a detector that changes its mind; a track that is well known does not follow it."""
    theirs = np.array([LOOKALIKES[s.detection.label] for s in sightings])[:, None]
    known = np.array([LOOKALIKES[track.label] for track in tracks])[None, :]
    is_same = (theirs == known) | (theirs == ANY_KIND) | (known == ANY_KIND)
    is_known = np.array([track.votes.total >= config.doubtful_class_score for track in tracks])[None, :]
    return np.where(is_same, 0.0, np.where(is_known, FORBIDDEN, OTHER_KIND))
