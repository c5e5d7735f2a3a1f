"""Scenarios as short YAML files: those that come with the package, and those that users bring."""

from crossmodal_narrator.simulation.scenarios.expected import expectations_document
from crossmodal_narrator.simulation.scenarios.loading import load_scenario, scenario_names

__all__ = ["expectations_document", "load_scenario", "scenario_names"]
