"""The first scenario: a two-lane street in a town, by day, and what happens in it within 25 seconds.

x runs along the street, y to the left; traffic keeps to the right. The ego stands behind a white car that waits for
someone who crosses, follows it, lets another person cross, and drives on, past parked cars and oncoming traffic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import OrientedBox, Pose
from crossmodal_narrator.simulation.actors import Actor
from crossmodal_narrator.simulation.ground import LANE_M, ROAD_HALF_M
from crossmodal_narrator.simulation.meshes import Mesh, Rgb
from crossmodal_narrator.simulation.motion import STANDING, SpeedProfile
from crossmodal_narrator.simulation.people import Person
from crossmodal_narrator.simulation.surroundings import surroundings
from crossmodal_narrator.simulation.vehicles import SHAPES

WHITE_PAINT: Rgb = (240, 240, 242)
PAINTS: tuple[Rgb, ...] = (
    (240, 240, 242),
    (24, 25, 28),
    (170, 20, 24),
    (28, 60, 140),
    (120, 124, 128),
    (40, 84, 60),
    (205, 207, 210),
)
EGO_SIZE_M = (4.7, 1.9, 1.6)
_EGO_MIDDLE_M = 1.4  # of its box, ahead of base_link, which lies under the rear axle
_LANE_Y_M = 0.5 * LANE_M
_PARKED_Y_M = ROAD_HALF_M - 1.05
_CROSSING_M = 76.0
_FREE_OF_PARKED_M = ((17.0, 25.0), (70.0, 82.0))  # where people step onto the road


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """Everything that a drive is made of; times are seconds from its beginning."""

    name: str
    length_s: float
    ego_start_m: tuple[float, float]
    ego_speed: SpeedProfile
    actors: tuple[Actor, ...]
    surroundings: tuple[Mesh, ...]
    sun: tuple[float, float, float]  # unit vector towards it

    def ego_pose(self, time_s: float) -> Pose:
        """Of base_link in the street's frame, which odometry calls odom."""
        return Pose.from_xy_yaw(self.ego_start_m[0] + self.ego_speed.distance_m(time_s), self.ego_start_m[1], 0.0)

    def ego_box(self, time_s: float) -> OrientedBox:
        x, y, _ = (float(v) for v in self.ego_pose(time_s).translation_m)
        return OrientedBox(centre_m=(x + _EGO_MIDDLE_M, y, 0.5 * EGO_SIZE_M[2]), size_lwh_m=EGO_SIZE_M, yaw_rad=0.0)


def street(seed: int) -> Scenario:
    """The drive of this module; `seed` chooses paints, people and houses, never what happens."""
    rng = np.random.default_rng(seed)
    azimuth, elevation = 2.4, 0.8  # from behind on the left
    sun = (math.cos(azimuth) * math.cos(elevation), math.sin(azimuth) * math.cos(elevation), math.sin(elevation))
    return Scenario(
        name="street",
        length_s=25.0,
        ego_start_m=(0.0, -_LANE_Y_M),
        ego_speed=SpeedProfile(
            stretches=((4.5, 0.0), (5.0, 1.4), (4.5, 0.0), (4.0, -1.75), (2.2, 0.0), (4.8, 1.4)),
        ),
        actors=(*_traffic(rng), *_people(rng), *_parked(rng)),
        surroundings=tuple(surroundings(rng, keep_free_m=(_CROSSING_M - 6.0, _CROSSING_M + 4.0))),
        sun=sun,
    )


SCENARIOS: Mapping[str, Callable[[int], Scenario]] = {"street": street}


def build_scenario(name: str, seed: int) -> Scenario:
    """The scenario of that name, checked.

    Raises:
        ScenarioError: no such scenario, or one in which two things are in one place.
    """
    if name not in SCENARIOS:
        raise ScenarioError(f"there is no scenario {name!r}", remedy=f"known scenarios: {', '.join(SCENARIOS)}")
    scenario = SCENARIOS[name](seed)
    check(scenario)
    return scenario


def check(scenario: Scenario, step_s: float = 0.2) -> None:
    """Raise ScenarioError where two actors, or one and the ego, are ever in one place."""
    ids = [actor.actor_id for actor in scenario.actors]
    if len(set(ids)) != len(ids):
        raise ScenarioError(f"{scenario.name}: two actors have one id", remedy="give each actor an id of its own")
    names = ["ego", *ids]
    is_moving = np.array([True, *(actor.is_moving_ever for actor in scenario.actors)])
    for time_s in np.arange(0.0, scenario.length_s, step_s):
        boxes = [scenario.ego_box(float(time_s)), *(actor.box(float(time_s)) for actor in scenario.actors)]
        corners = np.array([box.footprint() for box in boxes])  # (boxes, 4, 2); all lie along the axes
        low, high = corners.min(axis=1), corners.max(axis=1)
        apart = (low[:, None] >= high[None]) | (high[:, None] <= low[None])  # (boxes, boxes, 2)
        meets = ~apart.any(axis=2) & (is_moving[:, None] | is_moving[None])
        np.fill_diagonal(meets, False)
        if meets.any():
            i, j = (int(v) for v in np.argwhere(meets)[0])
            raise ScenarioError(
                f"{scenario.name}: {names[i]} and {names[j]} are in one place at {time_s:.1f} s",
                remedy="change where or when one of them moves",
            )


def _car(
    actor_id: str, x_m: float, y_m: float, speed: SpeedProfile, shape: str, paint: Rgb, *, is_parked: bool = False
) -> Actor:
    """A vehicle that looks where its side of the road goes."""
    label = ObjectClass.VAN if SHAPES[shape].is_van else ObjectClass.CAR
    heading = 0.0 if y_m < 0 else math.pi
    return Actor(
        actor_id=actor_id,
        label=label,
        x_m=x_m,
        y_m=y_m,
        heading_rad=heading,
        speed=speed,
        shape=shape,
        paint=paint,
        is_parked=is_parked,
    )


def _traffic(rng: np.random.Generator) -> list[Actor]:
    def paint() -> Rgb:
        return PAINTS[int(rng.integers(len(PAINTS)))]

    away = SpeedProfile(stretches=((3.0, 0.0), (6.0, 1.5)))
    steady = SpeedProfile(start_mps=8.0)
    return [
        _car("car-ahead", 12.0 + 0.5 * SHAPES["sedan"].length_m, -_LANE_Y_M, away, "sedan", WHITE_PAINT),
        _car("oncoming-1", 92.0, _LANE_Y_M, steady, "sedan", paint()),
        _car("oncoming-2", 152.0, _LANE_Y_M, steady, "van", paint()),
        _car("oncoming-3", 270.0, _LANE_Y_M, steady, "hatchback", paint()),
        Actor(
            actor_id="cyclist-1",
            label=ObjectClass.CYCLIST,
            x_m=95.0,
            y_m=3.15,
            heading_rad=math.pi,
            speed=SpeedProfile(start_mps=4.5),
            person=Person.drawn_by(rng),
        ),
    ]


def _people(rng: np.random.Generator) -> list[Actor]:
    """Two who cross, and some on the pavements."""

    def person(actor_id: str, x_m: float, y_m: float, heading_rad: float, speed: SpeedProfile) -> Actor:
        return Actor(
            actor_id=actor_id,
            label=ObjectClass.PEDESTRIAN,
            x_m=x_m,
            y_m=y_m,
            heading_rad=heading_rad,
            speed=speed,
            person=Person.drawn_by(rng),
        )

    left = 0.5 * math.pi
    arrives = SpeedProfile(start_mps=1.4, stretches=((6.5, 0.0), (0.5, -2.8)))
    waits_then_crosses = SpeedProfile(stretches=((14.2, 0.0), (0.5, 2.8), (8.3, 0.0), (0.5, -2.8)))
    crossing = [
        person("crossing-1", 21.0, -2.6, left, arrives),
        person("crossing-2", _CROSSING_M, -6.1, left, waits_then_crosses),
    ]
    walks = ((14.0, 7.2, math.pi), (22.0, -6.8, 0.0), (38.0, -7.8, math.pi), (55.0, 7.8, 0.0), (90.0, -8.6, math.pi))
    walkers = [
        person(f"walker-{k + 1}", x, y, heading, SpeedProfile(start_mps=round(float(rng.uniform(1.1, 1.5)), 2)))
        for k, (x, y, heading) in enumerate(walks)
    ]
    return [*crossing, *walkers, person("waiting-1", 47.0, -8.3, left, STANDING)]


def _parked(rng: np.random.Generator) -> list[Actor]:
    """A close row on the right, a looser one on the left, and gaps where people cross."""
    cars: list[Actor] = []
    for side, share in ((-1.0, 0.9), (1.0, 0.55)):
        x = -20.0
        while x < 150.0:
            shape = ("sedan", "hatchback", "suv", "van")[int(rng.choice(4, p=[0.35, 0.3, 0.25, 0.1]))]
            half = 0.5 * SHAPES[shape].length_m
            paint = PAINTS[int(rng.integers(len(PAINTS)))]
            is_free = all(x + 2 * half < low or x > high for low, high in _FREE_OF_PARKED_M)
            if rng.random() < share and is_free:
                name = f"parked-{'right' if side < 0 else 'left'}-{len(cars) + 1}"
                cars.append(_car(name, x + half, side * _PARKED_Y_M, STANDING, shape, paint, is_parked=True))
            x += 2 * half + float(rng.uniform(0.9, 1.6))
    return cars
