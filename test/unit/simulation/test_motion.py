"""Speeds add up to ways, and what cannot be driven is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.motion import STANDING, SpeedProfile

PULLS_AWAY = SpeedProfile(stretches=((2.0, 0.0), (4.0, 1.5), (3.0, 0.0), (2.0, -3.0)))


def test_a_profile_stands_speeds_up_drives_and_stops():
    assert PULLS_AWAY.distance_m(2.0) == 0.0
    assert PULLS_AWAY.speed_mps(6.0) == 6.0
    assert PULLS_AWAY.distance_m(9.0) == pytest.approx(12.0 + 18.0)
    assert PULLS_AWAY.speed_mps(20.0) == pytest.approx(0.0)
    assert PULLS_AWAY.distance_m(20.0) == pytest.approx(36.0)


@given(st.floats(0.0, 15.0))
def test_the_way_grows_by_the_speed(time_s):
    step = 1e-4
    grown = (PULLS_AWAY.distance_m(time_s + step) - PULLS_AWAY.distance_m(time_s)) / step
    assert grown == pytest.approx(PULLS_AWAY.speed_mps(time_s), abs=1e-2)


def test_what_stands_stays():
    assert STANDING.distance_m(100.0) == 0.0


@pytest.mark.parametrize("stretches", [((1.0, -1.0),), ((0.0, 1.0),), ((2.0, 1.0), (3.0, -1.0))])
def test_driving_backwards_or_for_no_time_is_refused(stretches):
    with pytest.raises(ScenarioError, match="stretch"):
        SpeedProfile(stretches=stretches)
