"""From a track to what the scene says of it, and whether it is said at all."""

from __future__ import annotations

from collections.abc import Mapping

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import OrientedBox, PixelBox, Pose, Vec3
from crossmodal_narrator.core.scene import Motion, Relation, SceneObject
from crossmodal_narrator.core.snapshot import Snapshot
from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.motion import motion_of
from crossmodal_narrator.fusion.projection import CameraView
from crossmodal_narrator.fusion.relation import relation_of, relation_of_bearing
from crossmodal_narrator.fusion.track import Track

VEHICLE_LW_M = (1.8, 0.7)
STEADY_SWEEPS = 20  # after which a thing without a class is as sure as it becomes
OBSTACLE_CONFIDENCE = 0.8
SOLID_FOR_NS = 300_000_000
MOST_LOOKS = 20  # at somebody who stands, without seeing him: posts have his shape
WELL_KNOWN = 3.0  # times the score that confirms: such a track is remembered as what it was, where no sense can say so


class Describer:
    """Scene objects, in base_link at the snapshot's stamp."""

    def __init__(self, config: FusionConfig) -> None:
        self._config = config

    def describe(
        self, track: Track, snapshot: Snapshot, base_from_odom: Pose, views: Mapping[str, CameraView]
    ) -> SceneObject | None:
        """None while the track is not believed."""
        label = self._believed(track, snapshot.stamp_ns)
        if label is None:
            return None
        box = None if track.place is None else track.box_now().moved(base_from_odom)
        velocity = self._velocity(track, snapshot.ego)
        motion = Motion.UNKNOWN
        if box is not None and velocity is not None and snapshot.ego is not None:
            motion = motion_of(track, box, velocity[:2], snapshot.ego, snapshot.stamp_ns, self._config)
        return SceneObject(
            track_id=track.track_id,
            label=label,
            attributes=track.votes.attributes(),
            azimuth_rad=track.azimuth_rad,
            position_m=None if box is None else box.centre_m,
            size_lwh_m=None if box is None else box.size_lwh_m,
            yaw_rad=None if box is None else box.yaw_rad,
            velocity_mps=velocity,
            relation=self._relation(track, box, snapshot.ego, views),
            motion=motion,
            confidence=round(self._confidence(track, label), 3),
            age_s=round((snapshot.stamp_ns - track.born_ns) / 1e9, 3),
            evidence=tuple(track.evidence[sense] for sense in sorted(track.evidence)),
        )

    def _believed(self, track: Track, now_ns: int) -> ObjectClass | None:
        """What it is called; a solid whose class nobody believes any more is something all the same."""
        if self._is_believed(track, now_ns):
            return track.label
        is_solid = track.sweeps >= self._config.obstacle_hits
        is_there = track.place is not None and now_ns - track.ranged_ns <= SOLID_FOR_NS
        return ObjectClass.OBSTACLE if is_solid and is_there else None

    def _is_believed(self, track: Track, now_ns: int) -> bool:
        if track.label is ObjectClass.OBSTACLE:
            return track.sweeps >= self._config.obstacle_hits
        if track.votes.total < self._config.confirm_score:
            return False
        if track.label.is_vulnerable and not track.pictured_ns and track.sweeps < self._config.obstacle_hits:
            return False  # by their shape alone posts are like them
        if track.label is ObjectClass.PEDESTRIAN and not track.is_moving and track.overlooked >= MOST_LOOKS:
            return False
        unseen_s = (now_ns - track.recognised_ns) / 1e9
        return (
            track.votes.total >= WELL_KNOWN * self._config.confirm_score or unseen_s <= self._config.class_fades_after_s
        )

    def _velocity(self, track: Track, ego: EgoMotion | None) -> Vec3 | None:
        """Over the ground, in base_link's axes."""
        if track.place is None or ego is None or not _has_velocity(track):
            return None
        vx, vy = track.velocity_mps()
        x, y, z = ego.odom_from_base.rotation.T @ (vx, vy, 0.0)
        return float(x), float(y), float(z)

    def _relation(
        self, track: Track, box: OrientedBox | None, ego: EgoMotion | None, views: Mapping[str, CameraView]
    ) -> Relation:
        if box is not None:
            return relation_of(box, ego, self._config)
        for camera, pixels in sorted(track.image_boxes.items()):
            if camera in views:
                return relation_of_bearing(*_span_rad(views[camera], pixels))
        return relation_of_bearing(track.azimuth_rad, track.azimuth_rad)

    def _confidence(self, track: Track, label: ObjectClass) -> float:
        if label is ObjectClass.OBSTACLE:
            return OBSTACLE_CONFIDENCE * min(track.sweeps / STEADY_SWEEPS, 1.0)
        return track.votes.confidence


def _has_velocity(track: Track) -> bool:
    """Of a thing without a class only where it is as large as a vehicle: a part of a wall seems to slide along it."""
    if track.label is not ObjectClass.OBSTACLE or track.place is None:
        return True
    length, width, _ = track.place.size_lwh_m
    return max(length, width) >= VEHICLE_LW_M[0] and min(length, width) >= VEHICLE_LW_M[1]


def _span_rad(view: CameraView, box: PixelBox) -> tuple[float, float]:
    """The bearings of the right and of the left edge."""
    right, left = (view.azimuth_rad(PixelBox(x0=x, y0=box.y0, x1=x, y1=box.y1)) for x in (box.x1, box.x0))
    return right, left
