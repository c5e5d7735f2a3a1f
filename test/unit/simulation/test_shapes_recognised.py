"""The detector knows what is drawn: a few of the scenes of test/benchmark/recognition.py, which measures it in full."""

from __future__ import annotations

import importlib
from collections import defaultdict
from types import ModuleType

import numpy as np
import pytest

from crossmodal_narrator.encoding.camera import CameraEncoder
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS

SIDES_RAD = (0.35, 2.8, 5.2)  # rear, front, flank
FRAMES = 8


@pytest.fixture(scope="module")
def benchmark(detector) -> ModuleType:
    return importlib.import_module("recognition")


@pytest.fixture(scope="module")
def scenes(benchmark) -> ModuleType:
    return importlib.import_module("recognition_scenes")


@pytest.fixture(scope="module")
def encoder(benchmark) -> CameraEncoder:
    found: CameraEncoder = benchmark.encoders()["first look"]
    return found


@pytest.fixture(scope="module")
def known(benchmark, scenes, encoder) -> dict[str, int]:
    """From how many sides each look is recognised, alone in the street, by the first look."""
    counts: dict[str, int] = defaultdict(int)
    for look in LOOKS:
        range_m = max(13.0, 0.75 * LOOKS[look].size_lwh_m[0] + 6.0)
        for k, yaw in enumerate(SIDES_RAD):
            scene = scenes.alone(look, range_m, yaw, seed=k)
            things = scenes.shown(scene)
            found = benchmark.detect(encoder, scenes.rendered(scene, np.random.default_rng(k)), things)
            counts[look] += len(benchmark.recognised(things, found))
    return counts


@pytest.mark.parametrize("look", list(LOOKS))
def test_a_look_is_recognised_from_most_sides(known, look):
    assert known[look] >= len(SIDES_RAD) - 1


def test_nearly_all_views_are_recognised(known):
    assert sum(known.values()) >= 0.93 * len(SIDES_RAD) * len(LOOKS)


def test_in_a_full_street_vehicles_and_people_are_recognised_and_few_invented(benchmark, scenes, encoder):
    tally = benchmark.Tally("few", defaultdict(int), defaultdict(int))
    for number in range(FRAMES):
        scene = scenes.scene_of(np.random.default_rng((7, number)))
        things = scenes.shown(scene)
        rgb = scenes.rendered(scene, np.random.default_rng((7, number, 1)))
        tally.add(things, benchmark.detect(encoder, rgb, things))
    vehicles = [f"{look} free" for look in LOOKS if benchmark.family(look) is benchmark.VEHICLES]
    people = [look for look in LOOKS if benchmark.family(look) is benchmark.PEOPLE]
    seen, counted = tally.share(vehicles, 0)
    assert counted >= 3
    assert seen >= counted - 1
    seen, counted = tally.share(people, 0)
    assert counted >= 6
    assert seen >= 0.75 * counted
    assert tally.false <= 0.5 * FRAMES


def test_what_is_measured_is_seeded(scenes):
    first, again = (scenes.scene_of(np.random.default_rng((3, 1))) for _ in range(2))
    names = [body.actor.actor_id for body in first.moment.bodies]
    assert names == [body.actor.actor_id for body in again.moment.bodies]
    assert len(names) >= 5
    rgb = [scenes.rendered(scene, np.random.default_rng(2)) for scene in (first, again)]
    assert np.array_equal(*rgb)
