"""What a recording does not tell of its vehicle, as where its microphones are: a parameter file beside the bag."""

from __future__ import annotations

from pathlib import Path

VEHICLE_NAME = "vehicle.yaml"


def vehicle_file(bag: Path) -> Path | None:
    """The ROS 2 parameter file vehicle.yaml in the folder in which `bag` lies, if there is one."""
    path = bag.resolve().parent / VEHICLE_NAME
    return path if path.is_file() else None
