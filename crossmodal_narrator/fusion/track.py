"""One thing, followed from frame to frame in odom."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from crossmodal_narrator.core.detections import LidarDetection, ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, PixelBox, Pose, Vec2, end_seen, wrap_angle
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.fusion.kalman import PlanFilter
from crossmodal_narrator.fusion.shapes import PRIORS, Completed, Shape, usual_shape
from crossmodal_narrator.fusion.votes import Votes

FIRST_SPEED_SIGMA_MPS = 5.0
FEW_POINTS, MANY_POINTS = 30, 100
SIGMA_M = 0.2
SIGMA_OF_FEW_M = 0.4
SETTLED_SWEEPS = 4
MOST_SURPRISE = 4.0  # standard deviations: a thing does not jump, but its points may be mixed up with its neighbour's
MOST_MISFITS = 3
# What a camera calls so, and is of this height, is a van.
VAN_HEIGHT_M = {ObjectClass.CAR: (2.25, 2.9), ObjectClass.BUS: (1.7, 2.9), ObjectClass.TRUCK: (1.7, 2.6)}
HEIGHT_MARGIN_M = 0.1
SHAPE_NEWEST = 0.2  # share of the newest sweep in what shapes are known to be like
SHORTEST_BUS_M, LENGTH_MARGIN_M = 8.2, 0.6  # as the LiDAR's network has them; and so long a lorry may become
SURE_BUS = 0.55  # mean score of images from which a short bus is one
YAW_GAIN = 0.25
LONG_M = 6.2  # of what is longer the middle is a guess, and the near end is measured
SIZE_GAIN = 0.1
ALIGNED_SPEED_MPS = 2.5  # a vehicle faster than this points where it goes
MAY_DO_MPS2 = {ObjectClass.PEDESTRIAN: 1.0, ObjectClass.ANIMAL: 1.5}
OTHERS_MAY_DO_MPS2 = 2.0


@dataclass(slots=True, kw_only=True)
class Place:
    """Where a thing is, in odom."""

    filter: PlanFilter
    z_m: float  # of the centre
    size_lwh_m: tuple[float, float, float]
    yaw_rad: float
    yaw_is_known: bool

    def box(self) -> OrientedBox:
        x, y = self.filter.position_m
        return OrientedBox(centre_m=(x, y, self.z_m), size_lwh_m=self.size_lwh_m, yaw_rad=self.yaw_rad)


@dataclass(slots=True, kw_only=True)
class Track:
    """What is known of one thing. Without a range `place` is None and the bearing remains."""

    track_id: int
    born_ns: int
    azimuth_rad: float
    votes: Votes = field(default_factory=Votes)
    place: Place | None = None
    image_boxes: dict[str, PixelBox] = field(default_factory=dict)  # where each camera saw it last
    evidence: dict[Sense, Evidence] = field(default_factory=dict)
    supported_ns: int = 0
    ranged_ns: int = 0  # when the LiDAR supported it last
    pictured_ns: int = 0  # when a camera supported it last
    overlooked: int = 0  # snapshots since then in which a camera looked where it is
    shape_score: float = 0.0  # of the shape of its own class, a mean over the last sweeps
    shape_length_m: float = math.inf  # of the shapes of large vehicles, likewise
    recognised_ns: int = 0  # when a sense said last what it is
    sweeps: int = 0
    misfits: int = 0  # measured places, one after the other, that it cannot have reached
    is_moving: bool = False
    moving_since_ns: int | None = None
    fast_since_ns: int | None = None
    is_van: bool = False  # by its height: cameras know no vans, and take them for cars, lorries or buses
    is_lorry: bool = False  # by its length: of what is far away a camera says "bus", and is not sure
    is_riding: bool = False  # faster than people walk, for longer than an error lasts
    has_moved: bool = False
    age_s: float = 0.0  # of the points by which it was placed last, at the stamp of their snapshot

    @property
    def label(self) -> ObjectClass:
        """As which it is spoken of. Where sweeps refute what images say, something is there all the same."""
        return ObjectClass.OBSTACLE if self.votes.is_refuted else self.body

    @property
    def body(self) -> ObjectClass:
        """Whose size it has: what most images said, refuted or not, so that doubt moves nothing.

        A "pedestrian" who is too fast to walk has wheels that the camera did not see; a "train" of a car's shape is a
        car whose windows are in a row.
        """
        seen = self.votes.label
        if seen is ObjectClass.TRAIN and (shape := self.votes.shape) in (ObjectClass.CAR, ObjectClass.VAN):
            return shape
        if self.is_van and seen in VAN_HEIGHT_M:
            return ObjectClass.VAN
        if self.is_lorry and seen is ObjectClass.BUS:
            return ObjectClass.TRUCK
        return ObjectClass.CYCLIST if seen is ObjectClass.PEDESTRIAN and self.is_riding else seen

    def predict(self, dt_s: float) -> None:
        if self.place is not None:
            self.place.filter.predict(dt_s, MAY_DO_MPS2.get(self.label, OTHERS_MAY_DO_MPS2))

    def shape(self, base_from_odom: Pose, label: ObjectClass) -> Shape:
        """What to expect of the points of this thing, seen as `label`, in base_link; a road goes on straight ahead."""
        if self.place is None:
            return usual_shape(label, 0.0)
        size, usual = self.place.size_lwh_m, usual_shape(label, 0.0).size_lwh_m
        return Shape(
            label=label,
            size_lwh_m=size if self.body is label else usual,
            yaw_rad=wrap_angle(self.place.yaw_rad + base_from_odom.yaw_rad),
            yaw_is_known=self.place.yaw_is_known,
        )

    def know_shape(self, shape: LidarDetection) -> None:
        """Count how well, and how long, a sweep knows it by its shape."""
        own = shape.score if shape.label is self.votes.label else 0.0
        self.shape_score += SHAPE_NEWEST * (own - self.shape_score)
        if shape.label is not ObjectClass.TRUCK:
            return
        length_m = shape.box.size_lwh_m[0]
        before_m = length_m if math.isinf(self.shape_length_m) else self.shape_length_m
        self.shape_length_m = before_m + SHAPE_NEWEST * (length_m - before_m)
        margin_m = LENGTH_MARGIN_M if self.is_lorry else 0.0  # it does not change with every sweep
        is_short = self.shape_length_m < SHORTEST_BUS_M + margin_m and self.sweeps >= SETTLED_SWEEPS
        is_unsure = self.votes.label is ObjectClass.BUS and self.votes.image_score < SURE_BUS
        self.is_lorry = is_short and is_unsure

    def know_no_shape(self) -> None:
        """Count a sweep of which only the points are known."""
        self.shape_score *= 1.0 - SHAPE_NEWEST

    def settle(
        self, seen: Completed, points: int, odom_from_base: Pose, *, ages_s: Vec2, is_whole_anew: bool = False
    ) -> None:
        """Take a box that was measured, in base_link, from so many points; `ages_s` as of `Step.ages_s`.

        `is_whole_anew`: what was the visible side of something so far has got a class, and with it the size of a whole
        thing. Its middle is then elsewhere, which is no motion.
        """
        self.age_s = self._age_s(ages_s, odom_from_base)
        sigma_m = SIGMA_M if points >= FEW_POINTS else SIGMA_OF_FEW_M
        if self.place is None or is_whole_anew:
            self._place_anew(seen, seen.box.moved(odom_from_base), sigma_m)
            return
        place, size = self.place, self._grown(seen)
        near_end_counts = size[0] >= LONG_M and points >= MANY_POINTS
        box = resized(seen.box, size) if near_end_counts else seen.box
        box = box.moved(odom_from_base)
        x, y, z = box.centre_m
        is_elsewhere = self.sweeps >= SETTLED_SWEEPS and place.filter.surprise((x, y), sigma_m) > MOST_SURPRISE
        if is_elsewhere and self.misfits < MOST_MISFITS:
            self.misfits += 1
            return
        if is_elsewhere and self.body.is_vehicle:
            # Its middle was guessed, and it was elsewhere all along: a speed from such a jump would carry it away.
            place.filter.begin_again((x, y), sigma_m, FIRST_SPEED_SIGMA_MPS)
        else:
            place.filter.correct((x, y), sigma_m)
        self.misfits = 0
        place.z_m += SIZE_GAIN * (z - place.z_m)
        place.size_lwh_m = size
        self.is_van = self.sweeps >= SETTLED_SWEEPS and self._has_height_of_van()
        self._turn(seen, box.yaw_rad)

    def _has_height_of_van(self) -> bool:
        assert self.place is not None
        called = self.votes.label
        if called is not ObjectClass.CAR and self.votes.shape not in (ObjectClass.CAR, ObjectClass.VAN):
            return False  # the roof of a bus may be higher than the highest beam
        least, most = VAN_HEIGHT_M.get(called, (math.inf, 0.0))
        margin = HEIGHT_MARGIN_M if self.is_van else 0.0  # it does not change with every sweep
        length, _, height = self.place.size_lwh_m
        # How long a bus is nobody sees from behind; how low it is, one does.
        is_short = called is ObjectClass.BUS or length < PRIORS[ObjectClass.VAN].largest_lwh_m[0]
        return is_short and least - margin < height < most + margin

    def _place_anew(self, seen: Completed, box: OrientedBox, sigma_m: float) -> None:
        x, y, z = box.centre_m
        if self.place is None:
            self.place = Place(
                filter=PlanFilter((x, y), sigma_m, FIRST_SPEED_SIGMA_MPS),
                z_m=z,
                size_lwh_m=box.size_lwh_m,
                yaw_rad=box.yaw_rad,
                yaw_is_known=seen.yaw_is_measured,
            )
            return
        self.place.filter.move_to((x, y))
        self.place.z_m, self.place.size_lwh_m = z, box.size_lwh_m
        self._turn(seen, box.yaw_rad)

    def velocity_mps(self) -> Vec2:
        """Over the ground, in odom. What has wheels moves along its own axis, so that only this part is believed."""
        assert self.place is not None
        vx, vy = self.place.filter.velocity_mps
        if not (self.label.is_vehicle and self.place.yaw_is_known):
            return vx, vy
        c, s = math.cos(self.place.yaw_rad), math.sin(self.place.yaw_rad)
        along = c * vx + s * vy
        return along * c, along * s

    def _age_s(self, ages_s: Vec2, odom_from_base: Pose) -> float:
        """Of its near end, which places it: of what comes towards us the newest points are the nearest ones."""
        if self.place is None:
            return ages_s[0]
        (x, y), (vx, vy) = self.place.filter.position_m, self.place.filter.velocity_mps
        away_x, away_y = x - float(odom_from_base.translation_m[0]), y - float(odom_from_base.translation_m[1])
        return ages_s[1] if vx * away_x + vy * away_y > 0.0 else ages_s[0]

    def box_now(self) -> OrientedBox:
        """Where it is, in odom, at the stamp up to which it was predicted.

        Its points show where it was when the laser met it, and the filter follows these.
        """
        assert self.place is not None
        box = self.place.box()
        if not self.is_moving:
            return box
        x, y, z = box.centre_m
        vx, vy = self.velocity_mps()
        return replace(box, centre_m=(x + vx * self.age_s, y + vy * self.age_s, z))

    def _grown(self, seen: Completed) -> tuple[float, float, float]:
        """Towards what was seen, and no smaller than usual: a hidden end says nothing."""
        assert self.place is not None
        length, width, height = self.place.size_lwh_m
        prior = PRIORS.get(self.body)
        wanted = list(seen.visible_lw_m)
        if prior is not None:
            wanted = [min(max(wanted[k], prior.usual_lwh_m[k]), prior.largest_lwh_m[k]) for k in (0, 1)]
        return (
            length + SIZE_GAIN * (wanted[0] - length),
            width + SIZE_GAIN * (wanted[1] - width),
            height + SIZE_GAIN * (seen.box.size_lwh_m[2] - height),
        )

    def _turn(self, seen: Completed, yaw_rad: float) -> None:
        assert self.place is not None
        place = self.place
        if seen.yaw_is_measured:
            off = wrap_angle(yaw_rad - place.yaw_rad)
            gain = YAW_GAIN if place.yaw_is_known else 1.0
            place.yaw_rad = wrap_angle(place.yaw_rad + gain * off)
            place.yaw_is_known = True
        vx, vy = place.filter.velocity_mps
        if self.label.is_vehicle and math.hypot(vx, vy) > ALIGNED_SPEED_MPS:
            course = math.atan2(vy, vx)
            if abs(wrap_angle(course - place.yaw_rad)) > math.pi / 2:
                place.yaw_rad = wrap_angle(place.yaw_rad + math.pi)  # the box has no front; its way has


def resized(box: OrientedBox, size_lwh_m: tuple[float, float, float]) -> OrientedBox:
    """`box`, in base_link, with another size. Of what is in line with us only an end is seen, and that stays there."""
    x, y, z = box.centre_m
    shift = 0.5 * end_seen((x, y), box.size_lwh_m[:2], box.yaw_rad) * (box.size_lwh_m[0] - size_lwh_m[0])
    x, y = x + shift * math.cos(box.yaw_rad), y + shift * math.sin(box.yaw_rad)
    return OrientedBox(centre_m=(x, y, z), size_lwh_m=(*size_lwh_m[:2], box.size_lwh_m[2]), yaw_rad=box.yaw_rad)
