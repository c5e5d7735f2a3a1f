"""Tracks: predicted, matched with what the senses found, born and given up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from crossmodal_narrator.core.detections import CameraFeatures, Cluster, LidarFeatures, ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, Pose, Vec2
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.fusion.association import assign, same_kind
from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.plan import BoxesInPlan
from crossmodal_narrator.fusion.points import Floats, Indices, ObstaclePoints
from crossmodal_narrator.fusion.projection import CameraView
from crossmodal_narrator.fusion.shapes import Completed, complete, usual_shape
from crossmodal_narrator.fusion.sightings import Sighting, sightings_of
from crossmodal_narrator.fusion.track import Track

GROW_M = 0.2  # what the camera's box leaves of a thing lies so near to what it covers
FOLLOW_M = 0.3  # a thing that only the LiDAR follows is looked for so far around its box
MOST_AROUND = 0.25  # as many points again just outside: what is there goes on beyond the thing, as a wall does
SAME_PLACE = 0.45  # of the smaller width: two centres so near are one thing
OBSTACLE_LWH_M = ((0.3, 0.0, 0.5), (7.0, 3.0, 3.2))  # least and largest size of a thing that is tracked without a class
FLAT_M = 0.2  # what looks thinner and is longer than a vehicle is wide is a wall or a fence
LONGEST_FLAT_M = 3.0
MANY_POINTS = 60
SMALLEST_CAR_M = 1.6  # across what is seen of it
TOO_SMALL_WEIGHT = 0.25  # of a vote for a class that the points are too small for


class Tracker:
    """All tracks of a drive. Call `update` once a snapshot, in the order of stamps."""

    def __init__(self, config: FusionConfig) -> None:
        self._config = config
        self._next_id = 1
        self._stamp_ns: int | None = None
        self.tracks: list[Track] = []

    def forget(self) -> None:
        """Everything but the numbers that were given: a number never names two things."""
        self.tracks, self._stamp_ns = [], None

    def predict(self, stamp_ns: int) -> None:
        """Bring all tracks to `stamp_ns`."""
        if self._stamp_ns is not None and stamp_ns < self._stamp_ns:
            self.forget()
        dt_s = 0.0 if self._stamp_ns is None else (stamp_ns - self._stamp_ns) / 1e9
        self._stamp_ns = stamp_ns
        for track in self.tracks:
            track.predict(dt_s)

    def update(
        self,
        stamp_ns: int,
        odom_from_base: Pose,
        cameras: Mapping[str, tuple[CameraFeatures, CameraView]],
        points: ObstaclePoints,
        lidar: tuple[LidarFeatures, tuple[float, float]] | None,
        timer: StageTimer,
    ) -> None:
        """Take what one snapshot shows; `lidar` comes with the place of the sensor in plan."""
        step = _Step(stamp_ns, odom_from_base, points, lidar)
        unmatched: list[list[Sighting]] = []
        for features, view in cameras.values():
            with timer.stage("fusion/associate"):
                sightings = sightings_of(features, view, points, self._config.min_points)
            unmatched.append(self._match(sightings, self.tracks, step, timer))
        with timer.stage("fusion/track"):
            self._follow([track for track in self.tracks if track.pictured_ns != stamp_ns], step)
        born: list[Track] = []
        for sightings in unmatched:
            left = self._match(sightings, born, step, timer)  # another camera may have shown it already
            with timer.stage("fusion/track"):
                for sighting in left:
                    born.append(self._born(stamp_ns, sighting.view.azimuth_rad(sighting.detection.box)))
                    self._see(born[-1], sighting, step)
        with timer.stage("fusion/track"):
            self._notice_obstacles(step)
            self.tracks = self._kept(step)

    def _match(
        self, sightings: Sequence[Sighting], tracks: Sequence[Track], step: _Step, timer: StageTimer
    ) -> list[Sighting]:
        """Give the sightings of one camera to `tracks`; those that fit none are left."""
        with timer.stage("fusion/associate"):
            pairs = assign(sightings, tracks, step.points, step.base_from_odom, self._config)
        with timer.stage("fusion/track"):
            for i, j in sorted(pairs.items()):
                self._see(tracks[j], sightings[i], step)
        return [sighting for i, sighting in enumerate(sightings) if i not in pairs]

    def _born(self, stamp_ns: int, azimuth_rad: float) -> Track:
        track = Track(track_id=self._next_id, born_ns=stamp_ns, azimuth_rad=azimuth_rad)
        self._next_id += 1
        self.tracks.append(track)
        return track

    def _see(self, track: Track, sighting: Sighting, step: _Step) -> None:
        """A camera recognised it; the LiDAR may have given it a range."""
        detection = sighting.detection
        weight = 1.0
        if sighting.has_range:
            index = self._whole(track, sighting, step)
            seen = self._measure(track, index, detection.label, step)
            weight = TOO_SMALL_WEIGHT if is_too_small(detection.label, seen.visible_lw_m, len(index)) else 1.0
        track.votes.add(detection, weight)
        track.image_boxes[detection.camera] = detection.box
        track.azimuth_rad = sighting.view.azimuth_rad(detection.box)
        track.supported_ns = track.pictured_ns = step.stamp_ns
        box = detection.box
        track.evidence[Sense.CAMERA] = Evidence(
            modality=Sense.CAMERA,
            stamp_ns=detection.stamp_ns,
            detail=f"{detection.camera}: {detection.label.value} {detection.score:.2f} at "
            f"{box.x0:.0f},{box.y0:.0f}-{box.x1:.0f},{box.y1:.0f} px",
        )

    def _follow(self, tracks: Iterable[Track], step: _Step) -> None:
        """Those that no camera shows now, by the points where they should be; the surest choose first."""
        if step.lidar is None:
            return
        for track in sorted(tracks, key=lambda t: (-t.votes.total, t.track_id)):
            if track.place is None:
                continue
            box = track.place.box().moved(step.base_from_odom)
            index, around = step.points.free_around(box, FOLLOW_M)
            if len(index) >= self._config.min_points and around <= MOST_AROUND * len(index):
                self._measure(track, index, track.label, step)

    def _whole(self, track: Track, sighting: Sighting, step: _Step) -> Indices:
        """The sighting's points, and those of the same thing that the camera's box leaves out."""
        index = sighting.index
        if sighting.is_cut:  # the image ends within the thing: its points outside are looked for where it stands
            around = step.cluster_at(step.points.xyz[index])
            if track.place is not None:
                beyond = step.points.free_within(track.place.box().moved(step.base_from_odom), GROW_M)
            elif around is not None and is_thing(around):
                beyond = step.points.free_within(around.box, GROW_M)
            else:
                return index
            return np.union1d(index, beyond)
        if track.place is None:
            return index  # of what is new nobody knows how far it reaches: beside it may stand the next one
        assert step.lidar is not None
        shape = track.shape(step.base_from_odom, track.label)
        seen = complete(step.points.xyz[index], step.ground_z_m(index), shape, step.lidar[1])
        return np.union1d(index, step.points.free_within(seen.box, GROW_M))

    def _measure(self, track: Track, index: Indices, label: ObjectClass, step: _Step) -> Completed:
        """Place a track by the points at `index`."""
        assert step.lidar is not None  # points come from a sweep
        features, seen_from = step.lidar
        shape = track.shape(step.base_from_odom, track.label if track.votes.total else label)
        seen = complete(step.points.xyz[index], step.ground_z_m(index), shape, seen_from)
        step.points.claim(index)
        track.settle(seen, len(index), step.odom_from_base)
        track.supported_ns = track.ranged_ns = step.stamp_ns
        track.sweeps += 1
        track.evidence[Sense.LIDAR] = Evidence(
            modality=Sense.LIDAR,
            stamp_ns=features.stamp_ns,
            detail=f"{len(index)} points, {seen.visible_lw_m[0]:.1f} x {seen.visible_lw_m[1]:.1f} m seen",
        )
        return seen

    def _notice_obstacles(self, step: _Step) -> None:
        """Clusters that stand where no track is, of a size that a road user or a thing on the road can have."""
        if step.lidar is None or not self._config.obstacle_range_m:
            return
        features, seen_from = step.lidar
        config = self._config
        known = BoxesInPlan([t.place.box().moved(step.base_from_odom) for t in self.tracks if t.place is not None])
        things = [
            cluster
            for cluster in features.clusters
            if abs(cluster.box.centre_m[1]) <= config.obstacle_lateral_m
            and math.hypot(*cluster.box.centre_m[:2]) <= config.obstacle_range_m
            and is_thing(cluster)
        ]
        middles = np.array([cluster.box.centre_m[:2] for cluster in things]).reshape(-1, 2)
        for cluster, is_known in zip(things, known.cover(middles, FOLLOW_M), strict=True):
            if is_known:
                continue
            box = cluster.box
            track = self._born(step.stamp_ns, math.atan2(box.centre_m[1], box.centre_m[0]))
            shape = usual_shape(ObjectClass.OBSTACLE, 0.0)
            track.settle(complete(cluster.points, cluster.ground_z_m, shape, seen_from), 1, step.odom_from_base)
            track.supported_ns = track.ranged_ns = step.stamp_ns
            track.sweeps = 1
            track.evidence[Sense.LIDAR] = Evidence(
                modality=Sense.LIDAR, stamp_ns=features.stamp_ns, detail=f"{len(cluster.points)} points without a class"
            )

    def _kept(self, step: _Step) -> list[Track]:
        """Without those that are lost, out of reach, or a second name for one thing."""
        lost_ns = self._config.lost_after_s * 1e9
        kept: list[Track] = []
        boxes: list[OrientedBox | None] = []
        for track in sorted(self.tracks, key=lambda t: (-t.votes.total, -t.sweeps, t.track_id)):
            if step.stamp_ns - track.supported_ns > lost_ns:
                continue
            if track.place is not None and step.stamp_ns - track.ranged_ns > self._config.forget_range_after_s * 1e9:
                track.place = None
            box = None if track.place is None else track.place.box().moved(step.base_from_odom)
            if box is not None:
                track.azimuth_rad = math.atan2(box.centre_m[1], box.centre_m[0])
                if math.hypot(*box.centre_m[:2]) > self._config.max_range_m:
                    continue
                if any(_is_same(track, box, other, b) for other, b in zip(kept, boxes, strict=True) if b is not None):
                    continue
            kept.append(track)
            boxes.append(box)
        return sorted(kept[: self._config.max_tracks], key=lambda t: t.track_id)


class _Step:
    """What all parts of one update share."""

    def __init__(
        self,
        stamp_ns: int,
        odom_from_base: Pose,
        points: ObstaclePoints,
        lidar: tuple[LidarFeatures, tuple[float, float]] | None,
    ) -> None:
        self.stamp_ns = stamp_ns
        self.odom_from_base = odom_from_base
        self.base_from_odom = odom_from_base.inverse()
        self.points = points
        self.lidar = lidar
        clusters: Sequence[Cluster] = lidar[0].clusters if lidar else ()
        self._clusters = clusters
        self._middles = np.array([c.box.centre_m[:2] for c in clusters]).reshape(-1, 2)

    def ground_z_m(self, index: Indices) -> float:
        """Of the cluster nearest to these points; their own lowest point where there is none."""
        near = self.cluster_at(self.points.xyz[index])
        return float(self.points.xyz[index, 2].min()) if near is None else near.ground_z_m

    def cluster_at(self, xyz: Floats) -> Cluster | None:
        """The cluster whose middle is nearest to that of the points (points, 3)."""
        if not len(self._middles):
            return None
        away = ((self._middles - xyz[:, :2].mean(axis=0)) ** 2).sum(axis=1)
        return self._clusters[int(np.argmin(away))]


def is_too_small(label: ObjectClass, visible_lw_m: Vec2, points: int) -> bool:
    """Whether many points show less of a car than a motorcycle has: the camera's box is then of something behind it."""
    is_large = label.is_vehicle and label is not ObjectClass.MOTORCYCLE
    return is_large and points >= MANY_POINTS and math.hypot(*visible_lw_m) < SMALLEST_CAR_M


def is_thing(cluster: Cluster) -> bool:
    """Whether a cluster's size is that of something on or beside the road, and not of a wall or a bush."""
    least, largest = OBSTACLE_LWH_M
    length, width, _ = cluster.box.size_lwh_m
    if width < FLAT_M and length > LONGEST_FLAT_M:
        return False
    return all(low <= size <= high for low, size, high in zip(least, cluster.box.size_lwh_m, largest, strict=True))


def _is_same(track: Track, a: OrientedBox, other: Track, b: OrientedBox) -> bool:
    """Whether a weaker track, whose box is `a`, is a second name for what `other` follows, whose box is `b`."""
    apart_m = math.hypot(a.centre_m[0] - b.centre_m[0], a.centre_m[1] - b.centre_m[1])
    if apart_m > 0.5 * max(a.size_lwh_m[0], b.size_lwh_m[0]):
        return False
    if not same_kind(track.label, other.label):
        return _covers(a, b) or _covers(b, a)
    if track.label is ObjectClass.OBSTACLE:
        return b.nearest_in_plan_m(a.centre_m[:2]) == 0.0
    return apart_m < max(SAME_PLACE * min(a.size_lwh_m[1], b.size_lwh_m[1]), 0.3) or _covers(b, a)


def _covers(box: OrientedBox, other: OrientedBox) -> bool:
    """Whether the middle of `other` lies well inside of `box`, so that both cannot be solid."""
    inner = OrientedBox(
        centre_m=box.centre_m,
        size_lwh_m=(0.7 * box.size_lwh_m[0], 0.7 * box.size_lwh_m[1], box.size_lwh_m[2]),
        yaw_rad=box.yaw_rad,
    )
    return inner.nearest_in_plan_m(other.centre_m[:2]) == 0.0
