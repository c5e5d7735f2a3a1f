"""Entries of truth.json: objects in base_link, signals, events when they happen, and what the ego does."""

import numpy as np
import pytest

from crossmodal_narrator.simulation.ground_truth import GroundTruth, manoeuvre
from crossmodal_narrator.simulation.rollout import stamp_at
from crossmodal_narrator.simulation.scenario import SensorFault
from crossmodal_narrator.simulation.sensors.rig import default_rig
from crossmodal_narrator.simulation.suite import is_upon, tick_end_s
from crossmodal_narrator.simulation.traffic.timeline import Timeline


@pytest.fixture(scope="module")
def truth(small_rollout) -> GroundTruth:
    return GroundTruth(small_rollout, default_rig())


def test_objects_are_told_in_the_vehicles_frame(truth):
    entry = truth.entry(0.0, 0, {"parked": 17}, [])
    parked = next(o for o in entry["objects"] if o["id"] == "parked")
    assert parked["position_m"] == [20.0, -5.0, 0.725]  # the ego stands at (100, 10) and looks east
    assert (parked["yaw_rad"], parked["motion"], parked["lidar_points"]) == (0.3, "Parked", 17)
    assert parked["centre_in_front_image"]
    assert entry["ego_speed_mps"] == 8.0
    assert entry["ego_manoeuvre"] == "turning_left"


def test_events_come_in_the_entry_in_which_they_happen(truth):
    events: dict[tuple[str, str], float] = {}
    for k in range(60):
        for event in truth.entry(tick_end_s(k), stamp_at(tick_end_s(k - 1)), {}, [])["events"]:
            assert stamp_at(0.1 * k) < event["stamp_ns"] <= stamp_at(0.1 * (k + 1))
            assert (event["event"], event["subject"]) not in events
            events[event["event"], event["subject"]] = (event["stamp_ns"] - stamp_at(0.0)) / 1e9
    assert events.pop(("brakes_hard", "ambulance")) == pytest.approx(2.0, abs=0.1)
    assert events.pop(("stops", "ambulance")) == pytest.approx(4.0, abs=0.1)
    assert events == {
        ("wail_on", "ambulance"): 1.0,
        ("wail_off", "ambulance"): 5.0,
        ("signal_green", "light"): 3.0,
    }


def test_a_light_is_for_the_ego_while_it_drives_towards_it(truth):
    (before,) = truth.entry(0.0, 0, {}, [])["signals"]
    assert before == {"id": "light", "state": "red", "stop_line_m": [30.0, 0.0], "is_for_ego": True}
    (turned,) = truth.entry(4.0, stamp_at(3.9), {}, [])["signals"]
    assert (turned["state"], turned["is_for_ego"]) == ("green", False)


@pytest.mark.parametrize(
    ("speeds", "turn", "expected"),
    [
        ((0.0, 0.0), 0.0, "standing"),
        ((5.0, 5.0), 0.0, "cruising"),
        ((5.0, 5.0), -0.2, "turning_right"),
        ((5.0, 8.0), 0.0, "accelerating"),
        ((8.0, 5.0), 0.0, "braking"),
    ],
)
def test_manoeuvres_have_names(speeds, turn, expected):
    ego = Timeline(
        time_s=np.array([0.0, 2.0]),
        xyz_m=np.zeros((2, 3)),
        yaw_rad=np.array([0.0, 2.0 * turn]),
        speed_mps=np.array(speeds),
        lamps=np.zeros(2, np.uint8),
    )
    assert manoeuvre(ego, 1.0) == expected


@pytest.mark.parametrize("tenth", range(0, 300, 7))
def test_three_seconds_of_a_fault_are_thirty_ticks(tenth):
    fault = SensorFault(sensor="lidar", from_s=tenth / 10, to_s=tenth / 10 + 3.0)
    assert sum(is_upon(fault, stamp_at(tick_end_s(k))) for k in range(400)) == 30
