"""Drives to be described: as those that a LiDAR learns from, and there are light, weather, sirens and horns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from crossmodal_narrator.simulation.rollout import Daylight, Environment
from crossmodal_narrator.simulation.scenario import Background, Driven, Scenario
from crossmodal_narrator.simulation.traffic.actor import SoundCue, SoundKind
from crossmodal_narrator.simulation.traffic.demand import random_route
from crossmodal_narrator.simulation.traffic.network import load_network
from crossmodal_narrator.training.drives import TrainingDrive, drawn, drive_as

_DAYLIGHT = {"day": 0.5, "dusk": 0.2, "night": 0.3}
_WEATHER = {"clear": 0.55, "rain": 0.3, "fog": 0.15}
_EMERGENCY = {"ambulance": 0.4, "police_car": 0.35, "fire_engine": 0.25}
_SIRENS = {SoundKind.WAIL.value: 0.4, SoundKind.YELP.value: 0.3, SoundKind.HI_LO.value: 0.3}
_WITH_SIREN, _WITH_HORN = 0.5, 0.3  # of the drives
_LENGTH_S = 30.0
_FEWER = 0.5  # as many vehicles and people: of a crowd little can be said, and it takes long to make


def drive(number: int) -> TrainingDrive:
    """The drive of that number, the same on every machine.

    Raises:
        ScenarioError: eight draws in a row contradicted themselves.
    """
    return drive_as(number, _described)


def _described(scenario: Scenario, rng: np.random.Generator) -> Scenario:
    scenario = replace(scenario, length_s=_LENGTH_S, background=_thinner(scenario.background))
    sounding = [*_emergency(scenario, rng), *_hooter(scenario, rng)]
    return replace(scenario, driven=tuple(sounding), environment=_environment(rng))


def _thinner(background: Background) -> Background:
    return replace(
        background,
        vehicles_per_minute=_FEWER * background.vehicles_per_minute,
        pedestrians_per_minute=_FEWER * background.pedestrians_per_minute,
        bicycles_per_minute=_FEWER * background.bicycles_per_minute,
    )


def _environment(rng: np.random.Generator) -> Environment:
    weather = drawn(_WEATHER, rng)
    return Environment(
        daylight=Daylight(drawn(_DAYLIGHT, rng)),
        sun_azimuth_rad=float(rng.uniform(-math.pi, math.pi)),
        sun_elevation_rad=float(rng.uniform(0.3, 1.1)),
        rain_mmph=float(rng.uniform(2.0, 12.0)) if weather == "rain" else 0.0,
        visibility_m=float(rng.uniform(60.0, 250.0)) if weather == "fog" else 10_000.0,
    )


def _emergency(scenario: Scenario, rng: np.random.Generator) -> Iterator[Driven]:
    """Somebody with a siren, which sounds most of the time."""
    if rng.random() >= _WITH_SIREN:
        return
    kind = SoundKind(drawn(_SIRENS, rng))
    from_s = float(rng.uniform(0.0, 0.4)) * scenario.length_s
    cue = SoundCue(kind=kind, from_s=from_s, to_s=from_s + float(rng.uniform(8.0, 20.0)))
    yield _driver("emergency", drawn(_EMERGENCY, rng), scenario, rng, (cue,))


def _hooter(scenario: Scenario, rng: np.random.Generator) -> Iterator[Driven]:
    """Somebody who sounds the horn again and again."""
    if rng.random() >= _WITH_HORN:
        return
    times = np.arange(float(rng.uniform(0.0, 6.0)), scenario.length_s - 4.0, float(rng.uniform(3.0, 9.0)))
    cues = [SoundCue(kind=SoundKind.HORN, from_s=float(t), to_s=float(t + rng.uniform(0.5, 2.0))) for t in times]
    yield _driver("hooter", "hatchback", scenario, rng, tuple(cues))


def _driver(name: str, look: str, scenario: Scenario, rng: np.random.Generator, sounds: tuple[SoundCue, ...]) -> Driven:
    """On the ego's way as often as on another; it comes in where its route begins."""
    network = load_network(scenario.network)
    shares_way = isinstance(scenario.ego, Driven) and rng.random() < 0.6
    route = list(scenario.ego.route) if shares_way and isinstance(scenario.ego, Driven) else random_route(network, rng)
    lanes = network.driving_lanes(route[0])
    lane = lanes[int(rng.integers(len(lanes)))]
    return Driven(
        actor_id=name,
        look=look,
        route=tuple(route),
        depart_s=round(float(rng.uniform(0.0, 8.0)), 1),
        lane=lane.index,
        way_m=float(rng.uniform(2.0, 0.3 * lane.length_m)),
        speed_mps=float(rng.uniform(4.0, 9.0)),
        sounds=sounds,
    )
