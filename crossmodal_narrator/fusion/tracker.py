"""Tracks: predicted, matched with what the senses found, born and given up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from crossmodal_narrator.core.detections import CameraFeatures, LidarDetection, LidarFeatures, ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, Pose, Vec2
from crossmodal_narrator.core.pictured import pictured
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import PlacedSweep, Sense
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.fusion.association import assign
from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.known_shapes import as_measured
from crossmodal_narrator.fusion.plan import BoxesInPlan
from crossmodal_narrator.fusion.plausibility import (
    is_bush,
    is_low,
    is_pole,
    is_post_for,
    is_same,
    is_thing,
    is_too_small,
    may_be_somebody,
    moves_by_itself,
)
from crossmodal_narrator.fusion.points import Floats, Indices, ObstaclePoints
from crossmodal_narrator.fusion.projection import CameraView
from crossmodal_narrator.fusion.shapes import Completed, complete, usual_shape
from crossmodal_narrator.fusion.sightings import Sighting, sightings_of
from crossmodal_narrator.fusion.step import Step
from crossmodal_narrator.fusion.track import Track

GROW_M = 0.2  # what the camera's box leaves of a thing lies so near to what it covers
FOLLOW_M = 0.3  # a thing that only the LiDAR follows is looked for so far around its box
MOST_AROUND = 0.25  # as many points again just outside: what is there goes on beyond the thing, as a wall does
# By class: so near, and by so many points, the LiDAR's network misses few of them.
KNOWN_BY_SHAPE = {
    **dict.fromkeys(
        (ObjectClass.CAR, ObjectClass.VAN, ObjectClass.TRUCK, ObjectClass.BUS, ObjectClass.TRAIN), ((40.0, 60),)
    ),
    **dict.fromkeys((ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST), ((15.0, 30), (30.0, 60))),
}
DRIVES_KNOWN = 200  # points of a vehicle that drives: a wall seems to move, as we see more of it
PICTURED_WITHIN_S = 1.2
LOOKS_REACH_M = 15.0
SURE_SHAPE = 0.7  # from here on a shape is known well
# Of a doubt: where there is none of its shape, one of another, or a pole, a bush or a rail.
NO_SHAPE, OTHER_SHAPE, NO_BODY = 0.2, 1.2, 0.6
RESERVE = 2.0  # where who stands there may be somebody all the same
TOO_SMALL_WEIGHT = 0.25  # of a vote for a class that the points are too small for

_Placed = tuple[Track, OrientedBox | None]  # and its box in base_link, where it has a range


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
        lidar: tuple[LidarFeatures, PlacedSweep] | None,
        timer: StageTimer,
    ) -> None:
        """Take what one snapshot shows; `lidar` comes with its sweep."""
        step = Step(stamp_ns, odom_from_base, points, lidar, [view for _, view in cameras.values()])
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
            self._recognise(step)
            self._notice_obstacles(step)
            kept = self._kept(step)
            self.tracks = [track for track, _ in kept]
            _count_looks(kept, step)

    def _match(
        self, sightings: Sequence[Sighting], tracks: Sequence[Track], step: Step, timer: StageTimer
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

    def _see(self, track: Track, sighting: Sighting, step: Step) -> None:
        """A camera recognised it; the LiDAR may have given it a range."""
        detection = sighting.detection
        weight = 1.0
        if sighting.has_range:
            index = self._whole(track, sighting, step)
            seen = self._measure(track, index, detection.label, step)
            weight = TOO_SMALL_WEIGHT if is_too_small(detection.label, seen.visible_lw_m, len(index)) else 1.0
        track.votes.add(detection, weight)
        track.recognised_ns = step.stamp_ns
        track.image_boxes[detection.camera] = detection.box
        track.azimuth_rad = sighting.view.azimuth_rad(detection.box)
        track.supported_ns = track.pictured_ns = step.stamp_ns
        track.evidence[Sense.CAMERA] = Evidence(
            modality=Sense.CAMERA,
            stamp_ns=detection.stamp_ns,
            detail=pictured(detection.camera, f"{detection.label.value} {detection.score:.2f}", detection.box),
        )

    def _follow(self, tracks: Iterable[Track], step: Step) -> None:
        """Those that no camera shows now, by the points where they should be; the surest choose first."""
        if step.lidar is None:
            return
        for track in sorted(tracks, key=lambda t: (-t.votes.total, t.track_id)):
            if track.place is not None:
                self._follow_one(track, track.place.box().moved(step.base_from_odom), step)

    def _follow_one(self, track: Track, box: OrientedBox, step: Step) -> None:
        """By the shape that is known where it should be, or else by the points there and their shape."""
        index: Indices | None = None
        shape = self._shape_at((box.centre_m[0], box.centre_m[1]), track.body, step)
        if shape is None:
            index, around = step.points.free_around(box, FOLLOW_M)
            if len(index) < self._config.min_points or around > MOST_AROUND * len(index):
                return
            shape = self._shape_at(step.points.middle(index), track.body, step)
        if shape is not None and is_post_for(track.body, shape):
            track.votes.add_doubt(OTHER_SHAPE * shape.score)  # from cone to cone it would go on as fast as we drive
        elif shape is not None:
            self._shaped(track, shape, step)
        elif index is not None:
            self._by_points(track, index, track.body, step)

    def _whole(self, track: Track, sighting: Sighting, step: Step) -> Indices:
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
        shape = track.shape(step.base_from_odom, track.body)
        seen = complete(step.points.xyz[index], step.ground_z_m(index), shape, step.lidar[1])
        return np.union1d(index, step.points.free_within(seen.box, GROW_M))

    def _measure(self, track: Track, index: Indices, label: ObjectClass, step: Step) -> Completed:
        """Place a track by the shape that is known where the points at `index` are, or by these."""
        known = self._shape_at(step.points.middle(index), label, step)
        return self._by_points(track, index, label, step) if known is None else self._shaped(track, known, step)

    def _by_points(self, track: Track, index: Indices, label: ObjectClass, step: Step) -> Completed:
        assert step.lidar is not None  # points come from a sweep
        features, seen_from = step.lidar
        shape = track.shape(step.base_from_odom, track.body if track.votes.total else label)
        seen = complete(step.points.xyz[index], step.ground_z_m(index), shape, seen_from)
        step.points.claim(index)
        track.know_no_shape()
        is_named = not track.votes.total and label is not ObjectClass.OBSTACLE
        is_named = is_named and not is_too_small(label, seen.visible_lw_m, len(index))
        track.settle(seen, len(index), step.odom_from_base, ages_s=step.ages_s(seen.box), is_whole_anew=is_named)
        track.supported_ns = track.ranged_ns = step.stamp_ns
        track.sweeps += 1
        self._doubt(track, seen, index, step)
        track.evidence[Sense.LIDAR] = Evidence(
            modality=Sense.LIDAR,
            stamp_ns=features.stamp_ns,
            detail=f"{len(index)} points, {seen.visible_lw_m[0]:.1f} x {seen.visible_lw_m[1]:.1f} m seen",
        )
        return seen

    def _doubt(self, track: Track, seen: Completed, index: Indices, step: Step) -> None:
        """The LiDAR sees it well, and knows no such shape there: a camera takes bushes for cars, poles for people."""
        points = len(index)
        if step.is_looked_at(seen.box.centre_m) and is_low(track.votes.label, step.top_m(index), points):
            track.votes.add_doubt(NO_BODY)  # though it moves: a rail seems to go along with us
        moves = moves_by_itself(track)
        if not moves and any(is_none(track.votes.label, seen.visible_lw_m, points) for is_none in (is_pole, is_bush)):
            track.votes.add_doubt(NO_BODY)
        if not step.knows_shapes or (moves and (track.votes.label.is_vulnerable or points < DRIVES_KNOWN)):
            return
        away_m = math.hypot(*seen.box.centre_m[:2])
        if any(points >= least and away_m <= within_m for within_m, least in KNOWN_BY_SHAPE.get(track.votes.label, ())):
            track.votes.add_doubt(NO_SHAPE)

    def _shape_at(self, middle: Vec2, label: ObjectClass, step: Step) -> LidarDetection | None:
        """What the LiDAR knows where something called `label` stands; what has no name yet takes no guess for one."""
        is_named = label is not ObjectClass.OBSTACLE
        return step.shapes.take(middle, label, lambda shape: is_named or self._is_sure(shape, step))

    def _shaped(self, track: Track, shape: LidarDetection, step: Step) -> Completed:
        """Place a track by what the LiDAR encoder recognised, and let it vote for what that is."""
        assert step.lidar is not None
        place = track.place
        known_yaw_rad = None
        if place is not None and place.yaw_is_known:
            known_yaw_rad = place.yaw_rad + step.base_from_odom.yaw_rad
        seen = as_measured(shape, known_yaw_rad)
        index = step.points.free_within(shape.box, GROW_M)
        step.points.claim(index)
        is_named = not track.votes.total and shape.label is not ObjectClass.OBSTACLE
        if shape.label is ObjectClass.OBSTACLE:
            seen_m = _along_m(step.points.xyz[index], shape.box)
            moves = moves_by_itself(track) and not is_post_for(track.body, shape)
            is_open = self._may_be_seen_as_such(track, shape, step) and may_be_somebody(track.votes.label, seen_m)
            track.votes.add_doubt(0.0 if moves or is_open else OTHER_SHAPE * shape.score)
            track.votes.add_reserve(RESERVE * shape.score if is_open and not moves else 0.0)
        else:
            track.votes.add_shape(shape.label, self._config.shape_weight * shape.score)
            track.recognised_ns = step.stamp_ns
        track.know_shape(shape)
        track.settle(seen, shape.points, step.odom_from_base, ages_s=step.ages_s(seen.box), is_whole_anew=is_named)
        track.supported_ns = track.ranged_ns = step.stamp_ns
        track.sweeps += 1
        length, width, _ = shape.box.size_lwh_m
        track.evidence[Sense.LIDAR] = Evidence(
            modality=Sense.LIDAR,
            stamp_ns=step.lidar[0].stamp_ns,
            detail=f"{shape.points} points, {shape.label.value} {shape.score:.2f} by its shape, "
            f"{length:.1f} x {width:.1f} m",
        )
        return seen

    def _may_be_seen_as_such(self, track: Track, shape: LidarDetection, step: Step) -> bool:
        """Unless a camera looks, and has called it nothing for a while: it was mistaken."""
        return not step.is_looked_at(shape.box.centre_m) or step.stamp_ns - track.pictured_ns <= PICTURED_WITHIN_S * 1e9

    def _recognise(self, step: Step) -> None:
        """Shapes that are known where no track is, and that the LiDAR is sure enough of by itself."""
        known = BoxesInPlan([t.place.box().moved(step.base_from_odom) for t in self.tracks if t.place is not None])
        for shape in step.shapes.left():
            x, y, _ = shape.box.centre_m
            if math.hypot(x, y) > self._config.max_range_m or not self._is_sure(shape, step):
                continue
            if known.cover(np.array([[x, y]]), FOLLOW_M)[0]:
                continue
            self._shaped(self._born(step.stamp_ns, math.atan2(y, x)), shape, step)

    def _is_sure(self, shape: LidarDetection, step: Step) -> bool:
        """Whether it names a thing by itself: where a camera looks and names nothing, it must be surer.

        What has no class is tracked by its cluster, once it has stood for a while.
        """
        if shape.label is ObjectClass.OBSTACLE:
            return False
        config = self._config
        least = config.person_shape_score if shape.label.is_vulnerable else config.vehicle_shape_score
        if step.is_looked_at(shape.box.centre_m):
            if is_low(shape.label, shape.top_m, shape.points):
                return False
            least = max(least, config.pictured_shape_score)
        return shape.score >= least

    def _notice_obstacles(self, step: Step) -> None:
        """Clusters that stand where no track is, of a size that a road user or a thing on the road can have.

        A cone or a post is smaller: it is one where the LiDAR knows its shape.
        """
        if step.lidar is None or not self._config.obstacle_range_m:
            return
        features, seen_from = step.lidar
        config = self._config
        known = BoxesInPlan([t.place.box().moved(step.base_from_odom) for t in self.tracks if t.place is not None])
        near = [
            cluster
            for cluster in features.clusters
            if abs(cluster.box.centre_m[1]) <= config.obstacle_lateral_m
            and math.hypot(*cluster.box.centre_m[:2]) <= config.obstacle_range_m
        ]
        middles = np.array([cluster.box.centre_m[:2] for cluster in near]).reshape(-1, 2)
        are_known, are_posts = known.cover(middles, FOLLOW_M), step.shapes.have_obstacles(middles)
        for cluster, is_known, is_post in zip(near, are_known, are_posts, strict=True):
            if is_known or not (is_post or is_thing(cluster)):
                continue
            box = cluster.box
            track = self._born(step.stamp_ns, math.atan2(box.centre_m[1], box.centre_m[0]))
            shape = usual_shape(ObjectClass.OBSTACLE, 0.0)
            seen = complete(cluster.points, cluster.ground_z_m, shape, seen_from)
            track.settle(seen, 1, step.odom_from_base, ages_s=step.ages_s(seen.box))
            track.supported_ns = track.ranged_ns = step.stamp_ns
            track.sweeps = 1
            track.evidence[Sense.LIDAR] = Evidence(
                modality=Sense.LIDAR, stamp_ns=features.stamp_ns, detail=f"{len(cluster.points)} points without a class"
            )

    def _kept(self, step: Step) -> list[_Placed]:
        """Without those that are lost, out of reach, or a second name for one thing."""
        lost_ns = self._config.lost_after_s * 1e9
        kept: list[_Placed] = []
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
                if any(is_same(track, box, other, b) for other, b in kept if b is not None):
                    continue
            kept.append((track, box))
        return sorted(kept[: self._config.max_tracks], key=lambda placed: placed[0].track_id)


def _count_looks(placed: Iterable[_Placed], step: Step) -> None:
    """How often a camera has looked where a thing is, and not named it, since one did last.

    Of somebody far away whose shape is known well a small image shows too little: such a look does not count.
    """
    for track, box in placed:
        if track.pictured_ns == step.stamp_ns:
            track.overlooked = 0
        elif box is not None:
            is_small = math.hypot(*box.centre_m[:2]) > LOOKS_REACH_M and track.shape_score >= SURE_SHAPE
            track.overlooked += step.is_looked_at(box.centre_m) and not is_small


def _along_m(xyz: Floats, box: OrientedBox) -> float:
    """Over how much of a box's length (points, 3) lie; where there are none nobody knows."""
    axis = np.array([math.cos(box.yaw_rad), math.sin(box.yaw_rad)], np.float32)
    return float(np.ptp(xyz[:, :2] @ axis)) if len(xyz) else math.inf
