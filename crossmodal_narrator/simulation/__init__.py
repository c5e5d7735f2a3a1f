"""A street to drive through: traffic, sensors and ground truth, without a vehicle."""

from crossmodal_narrator.simulation.drive import Moment, simulate
from crossmodal_narrator.simulation.recording import cached_drive, record
from crossmodal_narrator.simulation.street import SCENARIOS, Scenario, build_scenario

__all__ = ["SCENARIOS", "Moment", "Scenario", "build_scenario", "cached_drive", "record", "simulate"]
