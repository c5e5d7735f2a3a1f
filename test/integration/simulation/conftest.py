"""Moments of the street, made once."""

from __future__ import annotations

import pytest

from crossmodal_narrator.simulation.drive import Moment, Stage
from crossmodal_narrator.simulation.street import Scenario, build_scenario


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return build_scenario("street", 0)


@pytest.fixture(scope="session")
def stage(scenario: Scenario) -> Stage:
    return Stage(scenario, 0)


@pytest.fixture(scope="session")
def moments(stage: Stage) -> list[Moment]:
    """One each 1.2 s of the first 12 s."""
    return [stage.moment(number) for number in range(5, 120, 12)]
