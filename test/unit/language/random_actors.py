"""Who may be met on a street, and what each of them does there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crossmodal_narrator.core.detections import Attribute, ObjectClass
from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.core.snapshot import Sense

C = ObjectClass
Course = Callable[[float], float]  # seconds → metres (or radians) a second
SIZES: dict[ObjectClass, Vec3] = {
    C.CAR: (4.5, 1.9, 1.5),
    C.VAN: (5.2, 2.0, 2.2),
    C.TRUCK: (8.0, 2.5, 3.2),
    C.BUS: (12.0, 2.6, 3.2),
    C.TRAIN: (24.0, 2.8, 3.6),
    C.MOTORCYCLE: (2.1, 0.8, 1.4),
    C.BICYCLE: (1.8, 0.6, 1.1),
    C.CYCLIST: (1.8, 0.6, 1.7),
    C.PEDESTRIAN: (0.6, 0.6, 1.75),
    C.ANIMAL: (0.9, 0.4, 0.7),
    C.CONE: (0.4, 0.4, 0.8),
    C.OBSTACLE: (0.8, 0.8, 0.6),
}
COLOURS = ("white", "black", "grey", "gray", "silver", "red", "blue", "green", "yellow", "orange", "brown", "beige",
           "dark", "purple")  # fmt: skip
ROAD = (C.CAR, C.CAR, C.VAN, C.TRUCK, C.BUS, C.MOTORCYCLE)
WALKS = (C.PEDESTRIAN, C.PEDESTRIAN, C.PEDESTRIAN, C.ANIMAL, C.CYCLIST)
MISTAKEN = {
    C.CAR: (C.VAN, C.TRUCK),
    C.VAN: (C.CAR, C.BUS),
    C.TRUCK: (C.BUS, C.VAN),
    C.BUS: (C.TRUCK, C.TRAIN),
    C.TRAIN: (C.BUS,),
    C.MOTORCYCLE: (C.CYCLIST, C.BICYCLE),
    C.BICYCLE: (C.MOTORCYCLE,),
    C.CYCLIST: (C.MOTORCYCLE, C.PEDESTRIAN),
    C.PEDESTRIAN: (C.CYCLIST, C.ANIMAL),
    C.ANIMAL: (C.PEDESTRIAN,),
    C.CONE: (C.ANIMAL,),
    C.OBSTACLE: (C.CONE, C.CAR, C.PEDESTRIAN, C.ANIMAL),
}
SENSES = ((Sense.CAMERA, Sense.LIDAR), (Sense.LIDAR,), (Sense.CAMERA,))


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Something on the street, in the axes in which we start at the origin along x."""

    track_id: int
    label: ObjectClass
    taken_for: ObjectClass  # what it is called until `known_s`
    known_s: float
    x: float
    y: float
    along: Course
    across: Course
    yaw_rad: float
    is_parked: bool
    colour: Attribute | None
    confidence: tuple[float, float]  # at the beginning, and what it becomes within four seconds
    senses: tuple[Sense, ...]
    has_velocity: bool
    from_s: float
    to_s: float

    @property
    def size_m(self) -> Vec3:
        return SIZES[self.label]

    def is_there(self, t: float) -> bool:
        return self.from_s <= t < self.to_s

    def label_at(self, t: float) -> ObjectClass:
        return self.taken_for if t < self.known_s else self.label

    def confidence_at(self, t: float) -> float:
        first, last = self.confidence
        return round(first + (last - first) * min(t / 4.0, 1.0), 3)


def profile(knots: Sequence[tuple[float, float]]) -> Course:
    """Even changes between (seconds, value) pairs; before the first and after the last it stays."""

    def course(t: float) -> float:
        for (before_s, low), (after_s, high) in pairwise(knots):
            if t < after_s:
                return low + (high - low) * max(t - before_s, 0.0) / (after_s - before_s)
        return knots[-1][1]

    return course


def random_actors(street: Street) -> Iterator[Actor]:
    """Some of all that may happen on it, and in every sixth street a row of posts."""
    first_id = street.next_id
    for k in street.rng.choice(len(HAPPENINGS), size=int(street.rng.integers(1, 6)), replace=False):
        yield from HAPPENINGS[int(k)](street)
    own = np.random.default_rng(first_id)
    if own.random() < 1 / 6:
        street.rng = own
        yield from _posts(street)


class Street:
    """Deals out random actors, each with a number of its own. The traffic moves at `pace`; we change ours at `at`."""

    def __init__(self, rng: np.random.Generator, seconds: float, pace: float, at: float, first_id: int) -> None:
        self.rng, self.seconds, self.pace, self.at = rng, seconds, pace, at
        self.next_id = first_id

    def actor(
        self,
        label: ObjectClass,
        x: float,
        y: float,
        along: Sequence[tuple[float, float]] = ((0.0, 0.0),),
        across: Sequence[tuple[float, float]] = ((0.0, 0.0),),
        *,
        parked: bool = False,
        sure: bool = False,
    ) -> Actor:
        rng, number = self.rng, self.next_id
        self.next_id += 1
        mistaken = not sure and rng.random() < 0.12
        from_s = float(rng.uniform(0.0, 0.4 * self.seconds)) if rng.random() < 0.4 else 0.0
        return Actor(
            track_id=number,
            label=label,
            taken_for=self.one_of((*MISTAKEN[label], C.OBSTACLE)) if mistaken else label,
            known_s=float(rng.uniform(1.0, 5.0)),
            x=x,
            y=y,
            along=profile(along),
            across=profile(across),
            yaw_rad=math.atan2(across[-1][1], along[-1][1]) if along[-1][1] or across[-1][1] else 0.0,
            is_parked=parked,
            colour=self._colour(),
            confidence=(float(rng.uniform(0.65, 0.95)),) * 2 if sure else self._confidence(),
            senses=SENSES[0] if sure else SENSES[int(rng.choice(3, p=[0.7, 0.18, 0.12]))],
            has_velocity=bool(sure or rng.random() < 0.95),
            from_s=from_s,
            to_s=float(rng.uniform(from_s + 1.0, self.seconds + 1.0)) if rng.random() < 0.25 else math.inf,
        )

    def _colour(self) -> Attribute | None:
        if self.rng.random() < 0.35:
            return None
        word = COLOURS[int(self.rng.integers(len(COLOURS)))]
        return Attribute(name="colour", value=word, confidence=float(self.rng.uniform(0.4, 1.0)))

    def _confidence(self) -> tuple[float, float]:
        low, high = float(self.rng.uniform(0.2, 0.6)), float(self.rng.uniform(0.6, 0.95))
        unsure = float(self.rng.uniform(0.45, 0.6))
        pairs = ((high, high), (low, high), (unsure, unsure), (high, unsure), (low, low))
        return pairs[int(self.rng.choice(len(pairs), p=[0.5, 0.13, 0.24, 0.08, 0.05]))]

    def one_of(self, labels: Sequence[ObjectClass]) -> ObjectClass:
        return labels[int(self.rng.integers(len(labels)))]

    def side(self) -> float:
        return float(self.rng.choice([-1.0, 1.0]))

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))


def _lead(street: Street) -> Iterator[Actor]:
    """Someone ahead in our lane, who goes on, brakes, stands, or stands and leaves."""
    at, pace = max(0.5, street.at + street.between(-1.5, 0.5)), street.pace
    courses = (
        ((0.0, pace),),
        ((0.0, 0.3 * pace),),
        ((at, pace), (at + pace / 5.0, 0.0)),
        ((at, pace), (at + pace / 4.0, 0.3 * pace)),
        ((0.0, 0.0),),
        ((at, 0.0), (at + 3.0, max(pace, 5.0))),
        ((at, 0.0), (at + 3.0, max(pace, 5.0))),
    )
    label = street.one_of((*ROAD, C.CAR, C.CYCLIST, C.CYCLIST, C.TRAIN, C.OBSTACLE, C.BICYCLE, C.ANIMAL, C.PEDESTRIAN))
    along = courses[int(street.rng.integers(len(courses)))]
    fast = along[-1][1] > 3.0 and label in (C.OBSTACLE, C.BICYCLE, C.ANIMAL, C.PEDESTRIAN)
    start = street.between(6.0, 16.0) if along[0][1] == 0.0 else street.between(10.0, 44.0)
    yield street.actor(
        label, start + 0.5 * SIZES[label][0], street.between(-0.4, 0.4), ((0.0, 0.0),) if fast else along
    )


def _blocks(street: Street) -> Iterator[Actor]:
    """Something stands in our lane far ahead, and we come nearer."""
    label = street.one_of(list(C))
    yield street.actor(label, street.between(30.0, 70.0), street.between(-0.4, 0.4))


def _parked(street: Street) -> Iterator[Actor]:
    side = street.side()
    y = side * (street.between(3.2, 4.5) if side < 0 else street.between(6.8, 8.5))
    label = street.one_of((C.CAR, C.CAR, C.CAR, C.VAN, C.TRUCK, C.MOTORCYCLE, C.BICYCLE, C.BUS))
    start, gap = street.between(-10.0, 15.0), SIZES[label][0] + street.between(0.8, 3.0)
    sure = street.rng.random() < 0.7
    for k in range(int(street.rng.integers(1, 7))):
        yield street.actor(label, start + k * gap, y, parked=True, sure=sure)


def _people(street: Street) -> Iterator[Actor]:
    side, walks = street.side(), street.rng.random() < 0.5
    x, y = street.between(4.0, 30.0), street.between(3.0, 7.0)
    pace = street.between(0.8, 1.6) * street.side() if walks else 0.0
    sure = street.rng.random() < 0.6
    for k in range(int(street.rng.integers(1, 6))):
        yield street.actor(C.PEDESTRIAN, x + 1.3 * k, side * (y + 0.2 * k), ((0.0, pace),), sure=sure)


def _oncoming(street: Street) -> Iterator[Actor]:
    label, side = (
        street.one_of((*ROAD, C.CYCLIST, C.CYCLIST, C.PEDESTRIAN, C.TRAIN)),
        1.0 if street.rng.random() < 0.85 else -1.0,
    )
    pace = street.between(1.0, 1.6) if label is C.PEDESTRIAN else street.between(3.0, 14.0)
    x, sure = street.between(25.0, 130.0), street.rng.random() < 0.6
    for k in range(int(street.rng.choice([1, 1, 2, 3, 4]))):
        yield street.actor(label, x + k * (SIZES[label][0] + 9.0), side * 3.5, ((0.0, -pace),), sure=sure)


def _crossing(street: Street) -> Iterator[Actor]:
    label, side, at = (
        street.one_of((*WALKS, *WALKS, *ROAD, C.TRAIN, C.OBSTACLE)),
        street.side(),
        street.between(0.0, 3.0),
    )
    pace = street.between(0.9, 2.0) if label in WALKS else street.between(2.0, 8.0)
    x, y = street.between(9.0, 45.0), side * street.between(1.0, 3.0 + 3.0 * pace)
    yield street.actor(label, x, y, across=((at, 0.0), (at + 0.3, -side * pace)))


def _cuts_in(street: Street) -> Iterator[Actor]:
    side, at, pace = street.side(), street.between(1.0, 0.5 * street.seconds), max(street.pace, 4.0)
    drift = -side * street.between(0.8, 1.4)
    across = ((at, 0.0), (at + 0.3, drift), (at + 0.3 + 3.2 / abs(drift), drift), (at + 0.6 + 3.2 / abs(drift), 0.0))
    yield street.actor(street.one_of(ROAD), street.between(8.0, 18.0), side * 3.4, ((0.0, pace),), across)


def _beside(street: Street) -> Iterator[Actor]:
    """Who goes our way on another lane, or follows us."""
    label = street.one_of((*ROAD, C.CYCLIST, C.CYCLIST, C.MOTORCYCLE, C.TRAIN))
    y = street.side() * street.between(3.2, 4.0) if street.rng.random() < 0.7 else 0.0
    x = street.between(-35.0, -14.0) if y == 0.0 else street.between(-40.0, 20.0)
    pace = street.pace * street.between(0.7, 1.0 if y == 0.0 else 1.5)
    yield street.actor(label, x, y, ((0.0, pace),))


def _stands_about(street: Street) -> Iterator[Actor]:
    """Things of any kind beside the road, or waiting in the next lane."""
    label = street.one_of([c for c in C if c is not C.TRAIN])
    yield street.actor(label, street.between(-20.0, 35.0), street.side() * street.between(3.3, 9.0))


def _cones(street: Street) -> Iterator[Actor]:
    side, x, y = street.side(), street.between(4.0, 14.0), street.between(1.8, 2.6)
    for k in range(int(street.rng.integers(2, 6))):
        yield street.actor(C.CONE, x + 2.5 * k, side * y, sure=street.rng.random() < 0.8)


def _posts(street: Street) -> Iterator[Actor]:
    """In a row, and nobody knows what they are."""
    side, x, y, apart = street.side(), street.between(4.0, 14.0), street.between(1.8, 3.0), street.between(2.0, 6.0)
    for k in range(int(street.rng.integers(3, 7))):
        yield street.actor(C.OBSTACLE, x + apart * k, side * y, sure=street.rng.random() < 0.8)


def _changes(street: Street) -> Iterator[Actor]:
    """Someone starts or stops, having been told of before."""
    label, at = street.one_of((*ROAD, C.CYCLIST, C.PEDESTRIAN, C.ANIMAL)), street.between(2.5, 6.0)
    pace = {C.PEDESTRIAN: 1.4, C.ANIMAL: 2.0}.get(label, street.between(3.0, 7.0))
    courses = (((at, 0.0), (at + 1.5, pace)), ((at, pace), (at + 1.5, 0.0)))
    y = street.side() * street.between(3.0, 4.0) if street.rng.random() < 0.6 else 0.0
    yield street.actor(label, street.between(8.0, 25.0), y, courses[int(street.rng.integers(2))], sure=True)


HAPPENINGS: tuple[Callable[[Street], Iterator[Actor]], ...] = (
    _lead, _lead, _lead, _lead, _blocks, _parked, _people, _oncoming, _crossing, _crossing, _cuts_in,
    _beside, _stands_about, _stands_about, _cones,
    _changes,
)  # fmt: skip
