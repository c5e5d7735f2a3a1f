"""Cameras in scenarios as they are written."""

import numpy as np
import pytest

from crossmodal_narrator.encoding.camera.blindness import is_blind
from crossmodal_narrator.simulation.rollout import Rollout
from crossmodal_narrator.simulation.scenarios.loading import load_scenario
from crossmodal_narrator.simulation.sensors.camera import Camera
from crossmodal_narrator.simulation.sensors.rig import camera_mount
from crossmodal_narrator.simulation.stage import Stage
from crossmodal_narrator.simulation.traffic.roll_out import roll_out


@pytest.fixture(scope="module")
def low_sun() -> tuple[Rollout, Stage]:
    rollout = roll_out(load_scenario("low_sun"), 1)
    return rollout, Stage(rollout)


@pytest.mark.parametrize(("time_s", "blinds"), [(1.5, False), (12.5, True)], ids=["across the sun", "towards the sun"])
def test_the_low_sun_blinds_once_the_ego_has_turned_into_it(low_sun, time_s, blinds):
    rollout, stage = low_sun
    camera = Camera(camera_mount("front", width=480, height=270))
    image = camera.render(stage.moment(time_s), rollout.ego.pose(time_s), np.random.default_rng(1))
    assert is_blind(image) is blinds
