"""Drives to learn from: any network, route, traffic, weather and rig, drawn by a number."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.rollout import Environment, Rollout
from crossmodal_narrator.simulation.scenario import Background, Driven, Place, Scenario, Stand
from crossmodal_narrator.simulation.sensors.rig import LidarMount
from crossmodal_narrator.simulation.traffic.demand import random_route
from crossmodal_narrator.simulation.traffic.network import Network, load_network
from crossmodal_narrator.simulation.traffic.roads import LaneKind
from crossmodal_narrator.simulation.traffic.roll_out import roll_out

# Shares of the drives. Streets with parked cars and people come most often: there most can be learnt.
_NETWORKS = {"grid": 0.3, "residential": 0.34, "arterial": 0.16, "roundabout": 0.1, "merge": 0.05, "rural": 0.05}
_WITHOUT_PEOPLE = frozenset({"merge", "rural"})
_LIDARS = {"beams_32": 0.2, "beams_64": 0.6, "beams_128": 0.2}
_STANDS = ("cone", "barrier", "beacon", "bollard", "bin")
_LENGTH_S = 48.0
_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingDrive:
    """One of the drives; `number` drew all of it."""

    number: int
    scenario: Scenario
    rollout: Rollout
    lidar: LidarMount


def drive(number: int) -> TrainingDrive:
    """The drive of that number, the same on every machine.

    Raises:
        ScenarioError: eight draws in a row contradicted themselves.
    """
    return drive_as(number, lambda scenario, rng: scenario)


def drive_as(number: int, changed: Callable[[Scenario, np.random.Generator], Scenario]) -> TrainingDrive:
    """The same drive with something `changed` in its scenario, by draws of its own.

    A draw may contradict itself (two bodies in one place); then the next one is taken.

    Raises:
        ScenarioError: eight draws in a row did.
    """
    last: ScenarioError | None = None
    for attempt in range(_TRIES):
        rng = np.random.default_rng((number, attempt, 0x7D1))
        scenario = changed(_scenario(number, rng), np.random.default_rng((number, attempt, 0x7D2)))
        try:
            rollout = roll_out(scenario, int(rng.integers(2**31)))
        except ScenarioError as error:
            last = error
            continue
        return TrainingDrive(number=number, scenario=scenario, rollout=rollout, lidar=_mount(rng))
    assert last is not None
    raise last


def files_of_drives(
    make: Callable[[int, Path, float], Path],
    count: int,
    folder: Path,
    every_s: float,
    processes: int,
    say: Callable[[str], None],
) -> Iterator[Path]:
    """What `make` writes into `folder` of each of the first `count` drives, in order; several are made at once.

    `make` is given the drive's number, `folder` and `every_s`, and runs in processes of its own; `say` hears of each.
    """
    # Spawned, not forked: OpenCV's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    numbers = range(count)
    with ProcessPoolExecutor(processes, mp_context=context, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        made = pool.map(make, numbers, [folder] * count, [every_s] * count)
        for number, path in zip(numbers, made, strict=True):
            say(f"drive {number + 1} of {count}")
            yield path


def _scenario(number: int, rng: np.random.Generator) -> Scenario:
    name = drawn(_NETWORKS, rng)
    network = load_network(name)
    route = random_route(network, rng)
    has_people = name not in _WITHOUT_PEOPLE
    has_parking = any(network.roads.lanes_of(LaneKind.PARKING))
    return Scenario(
        name=f"training_{number}",
        summary="A drive to learn from.",
        network=name,
        length_s=_LENGTH_S,
        ego=_ego(network, route, rng),
        background=Background(
            vehicles_per_minute=float(rng.uniform(8.0, 45.0)),
            pedestrians_per_minute=float(rng.uniform(20.0, 160.0)) if has_people else 0.0,
            bicycles_per_minute=float(rng.uniform(4.0, 24.0)) if has_people else 0.0,
            parked_share=float(rng.uniform(0.2, 0.95)) if has_parking else 0.0,
        ),
        stands=tuple(_stands(network, route, rng)),
        environment=_environment(rng),
        cameras=(),
    )


def _ego(network: Network, route: list[str], rng: np.random.Generator) -> Driven:
    lanes = network.driving_lanes(route[0])
    lane = lanes[int(rng.integers(len(lanes)))]
    return Driven(
        actor_id="ego",
        look="sedan",
        route=tuple(route),
        lane=lane.index,
        way_m=float(rng.uniform(5.0, 0.6 * lane.length_m)),
        speed_mps=float(rng.uniform(0.0, 8.0)),
    )


def _stands(network: Network, route: list[str], rng: np.random.Generator) -> Iterator[Stand]:
    """Some things that stand beside the way, or at its edge."""
    for _ in range(int(rng.integers(0, 14))):
        lanes = network.edges[route[int(rng.integers(len(route)))]]
        lane = lanes[int(rng.integers(len(lanes)))]
        aside_m = float(rng.uniform(0.35, 0.65)) * lane.width_m * (1 if rng.random() < 0.5 else -1)
        if lane.kind is not LaneKind.SIDEWALK and abs(aside_m) < 0.45 * lane.width_m:
            continue  # who drives there would run it over
        place = Place(
            lane=lane.lane_id,
            way_m=float(rng.uniform(0.0, lane.length_m)),
            left_m=aside_m,
            yaw_deg=float(rng.uniform(-180.0, 180.0)),
        )
        yield Stand(kind=_STANDS[int(rng.integers(len(_STANDS)))], place=place)


def _environment(rng: np.random.Generator) -> Environment:
    """Mostly clear. Light is no matter for a LiDAR, and is drawn by who draws images."""
    rain = float(rng.uniform(1.0, 20.0)) if rng.random() < 0.12 else 0.0
    visibility = float(rng.uniform(80.0, 400.0)) if rng.random() < 0.06 else 10_000.0
    return Environment(rain_mmph=rain, visibility_m=visibility)


def _mount(rng: np.random.Generator) -> LidarMount:
    """Any common place on a roof."""
    return LidarMount(
        model=drawn(_LIDARS, rng),
        position_m=(float(rng.uniform(0.0, 1.6)), 0.0, float(rng.uniform(1.75, 2.3))),
        yaw_rad=float(rng.uniform(-np.pi, np.pi)),
    )


def drawn(shares: dict[str, float], rng: np.random.Generator) -> str:
    """One of the names, as often as its share says."""
    names = list(shares)
    weights = np.array([shares[name] for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]
