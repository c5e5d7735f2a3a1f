"""How somebody of the traffic looks at a time: the matter of an actor in its own axes.

Shapes are built once in a process and kept, as many as are likely to be seen at once. Those of one shape share their
triangles and their ray scene; paints and clothes lie in what is theirs alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from crossmodal_narrator.simulation.shapes.catalogue import look_of
from crossmodal_narrator.simulation.shapes.emergency_vehicles import AMBULANCE_BANDS, ambulance, police_car
from crossmodal_narrator.simulation.shapes.figure import Build, Person
from crossmodal_narrator.simulation.shapes.heavy_vehicles import LIVERIES, box_truck, city_bus, fire_engine, semi_truck
from crossmodal_narrator.simulation.shapes.matter import WHITE, Matter
from crossmodal_narrator.simulation.shapes.meshes import Mesh, Rgb
from crossmodal_narrator.simulation.shapes.people import RUNNING_RAD, STANDING_RAD, WALKING_RAD, on_foot
from crossmodal_narrator.simulation.shapes.two_wheelers import motorcyclist, riding
from crossmodal_narrator.simulation.shapes.vehicles import vehicle
from crossmodal_narrator.simulation.traffic.actor import Actor

PHASES = 16  # of a step, or of a turn of the pedals
_STEP_OF_HEIGHT = 0.86  # the way of a whole cycle (two steps) of one who walks
_PEDAL_M = 4.0  # the way of a turn of the pedals
_RUNS_MPS, _MOVES_MPS = 2.4, 0.1

# Shares of colours among new cars of the world (Axalta and BASF colour reports, 2022 and 2023), rounded.
CAR_PAINTS: tuple[tuple[Rgb, float], ...] = (
    ((240, 240, 242), 0.34),  # white
    ((24, 25, 28), 0.2),  # black
    ((112, 116, 120), 0.17),  # grey
    ((196, 199, 203), 0.09),  # silver
    ((28, 60, 140), 0.08),  # blue
    ((170, 20, 24), 0.06),  # red
    ((128, 108, 84), 0.02),  # brown
    ((40, 84, 60), 0.02),  # green
    ((214, 104, 24), 0.01),  # orange
    ((226, 186, 40), 0.01),  # yellow
)
_VAN_PAINTS: tuple[tuple[Rgb, float], ...] = (
    ((240, 240, 242), 0.6),
    ((196, 199, 203), 0.12),
    ((70, 74, 78), 0.1),
    ((28, 60, 140), 0.08),
    ((170, 20, 24), 0.05),
    ((226, 186, 40), 0.05),
)
_TRUCK_PAINTS: tuple[tuple[Rgb, float], ...] = (
    ((238, 238, 240), 0.4),
    ((28, 60, 140), 0.2),
    ((180, 26, 28), 0.2),
    ((40, 84, 60), 0.1),
    ((226, 140, 30), 0.1),
)
_BUS_PAINTS: tuple[tuple[Rgb, float], ...] = (
    ((188, 28, 32), 0.35),
    ((238, 238, 240), 0.25),
    ((30, 84, 160), 0.2),
    ((50, 130, 70), 0.12),
    ((230, 190, 50), 0.08),
)
_ALWAYS_WHITE: tuple[tuple[Rgb, float], ...] = (((244, 244, 246), 1.0),)
_PAINTS: Mapping[str, tuple[tuple[Rgb, float], ...]] = {
    "van": _VAN_PAINTS,
    "minibus": _VAN_PAINTS,
    "box_truck": _TRUCK_PAINTS,
    "semi_truck": _TRUCK_PAINTS,
    "city_bus": _BUS_PAINTS,
    "ambulance": (((244, 244, 246), 0.5), ((236, 214, 40), 0.5)),
    "fire_engine": (((186, 18, 20), 1.0),),
    "police_car": _ALWAYS_WHITE,
}
_LIVERIED: Mapping[str, tuple[Callable[[int], Mesh], int]] = {
    # the body by the number of its livery, and how many there are
    "box_truck": (box_truck, len(LIVERIES)),
    "semi_truck": (semi_truck, len(LIVERIES)),
    "city_bus": (lambda k: city_bus((7, 42, 165)[k]), 3),
    "ambulance": (ambulance, len(AMBULANCE_BANDS)),
    "fire_engine": (lambda _: fire_engine(), 1),
    "police_car": (lambda _: police_car(), 1),
}


def body_of(actor: Actor, time_s: float) -> Matter:
    """What `actor` looks like at `time_s`: x forward, y left, z up, the origin on the ground under its middle.

    Raises:
        ScenarioError: its look is not in the catalogue.
    """
    look = look_of(actor.look)
    if look.name in ("pedestrian", "child"):
        return _walking(actor, time_s)
    if look.name == "cyclist":
        return _cyclist(_phase(actor, time_s, _PEDAL_M), actor.look_seed)
    if look.name == "motorcycle":
        return _motorcyclist(actor.look_seed)
    return _vehicle(look.name, actor.look_seed)


def paint_of(look: str, look_seed: int) -> Rgb:
    """The colour of a vehicle's body."""
    paints = _PAINTS.get(look, CAR_PAINTS)
    shares = np.array([share for _, share in paints])
    chosen = np.random.default_rng((look_seed, 1)).choice(len(paints), p=shares / shares.sum())
    return paints[int(chosen)][0]


@lru_cache(maxsize=256)
def _vehicle(look: str, look_seed: int) -> Matter:
    count = _LIVERIED[look][1] if look in _LIVERIED else 1
    livery = int(np.random.default_rng((look_seed, 2)).integers(count))
    shape, liveried = _shape(look, 0), _shape(look, livery)
    return shape.repainted(paint=paint_of(look, look_seed), atlas=liveried.atlas)


@lru_cache(maxsize=64)
def _shape(look: str, livery: int) -> Matter:
    mesh = _LIVERIED[look][0](livery) if look in _LIVERIED else vehicle(look)
    return Matter.of([mesh], [WHITE])


def _walking(actor: Actor, time_s: float) -> Matter:
    height = actor.size_lwh_m[2]
    speed = abs(actor.timeline.speed(time_s))
    stride = RUNNING_RAD if speed > _RUNS_MPS else WALKING_RAD if speed > _MOVES_MPS else STANDING_RAD
    cycle_m = _STEP_OF_HEIGHT * height * (1.5 if stride == RUNNING_RAD else 1.0)
    # Who stands does so in one of two ways; who walks does not begin in step with others.
    phase = actor.look_seed % 2 * PHASES // 4 if stride == STANDING_RAD else _phase(actor, time_s, cycle_m)
    return _walker(actor.look_seed, actor.look == "child", round(height, 2), phase, stride)


def _phase(actor: Actor, time_s: float, cycle_m: float) -> int:
    turns = actor.timeline.distance_m(time_s) / cycle_m + (actor.look_seed % PHASES) / PHASES
    return int(turns * PHASES) % PHASES


@lru_cache(maxsize=512)
def _person(look_seed: int, is_child: bool) -> Person:
    return Person.drawn_by(np.random.default_rng((look_seed, 3)), is_child=is_child)


# A body that looks the same is the same object: sensors keep what they made of it.
@lru_cache(maxsize=768)
def _walker(look_seed: int, is_child: bool, height_m: float, phase: int, stride_rad: float) -> Matter:
    person = _person(look_seed, is_child)
    return _dressed(_posed(person.build, height_m, phase, stride_rad), person)


@lru_cache(maxsize=256)
def _cyclist(phase: int, look_seed: int) -> Matter:
    rider = _person(look_seed, False)
    return _dressed(_riding(phase, look_seed % 3 != 0, rider.build.bag == "backpack"), rider)


@lru_cache(maxsize=64)
def _motorcyclist(look_seed: int) -> Matter:
    return _dressed(_motorcycle(), _person(look_seed, False))


def _dressed(posed: Matter, person: Person) -> Matter:
    return posed.repainted(atlas=person.colours.reshape(-1, 4))


@lru_cache(maxsize=256)
def _posed(build: Build, height_m: float, phase: int, stride_rad: float) -> Matter:
    return Matter.of([on_foot(build, height_m, phase * math.tau / PHASES, stride_rad)], [WHITE])


@lru_cache(maxsize=4 * PHASES)
def _riding(phase: int, has_helmet: bool, has_backpack: bool) -> Matter:
    angle = -phase * math.tau / PHASES  # wheels and pedals turn forward: from above to the front
    return Matter.of([riding(angle, has_helmet=has_helmet, has_backpack=has_backpack)], [WHITE])


@lru_cache(maxsize=1)
def _motorcycle() -> Matter:
    return Matter.of([motorcyclist()], [WHITE])
