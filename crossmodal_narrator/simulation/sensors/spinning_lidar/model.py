"""What is written in a LiDAR's data sheet: when and where each of its lasers fires, and how far it sees.

The tables lie beside this file, with their sources; docs/simulator/lidar.md compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from crossmodal_narrator.core.arrays import frozen_array
from crossmodal_narrator.core.errors import ScenarioError

TURN_S = 0.1
_TABLES = Path(__file__).parent / "tables"
LIDAR_NAMES = tuple(sorted(path.stem for path in _TABLES.glob("*.yaml")))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LidarModel:
    """One sensor at 10 Hz. Channels are counted from the uppermost; that is a point's ring."""

    modelled_on: str
    columns: int  # firings of each channel in a turn
    elevation_rad: NDArray[np.float64]  # (channels,) falling
    azimuth_rad: NDArray[np.float64]  # (channels,) from the rotor's direction, clockwise from above
    firing_s: NDArray[np.float64]  # (channels,) after the first of the column
    min_range_m: float
    max_range_m: float
    range_at_tenth_m: float  # from there a surface that returns 10 % is seen every other time
    precision_m: float  # standard deviation of the range of a strong echo
    range_step_m: float  # ranges are whole multiples of it; 0 leaves them as they are

    def __post_init__(self) -> None:
        for name in ("elevation_rad", "azimuth_rad", "firing_s"):
            value: Any = getattr(self, name)
            shape = (len(self.elevation_rad),)
            checked = frozen_array(value, name=f"LidarModel.{name}", shape=shape, dtype=np.float64, finite=True)
            object.__setattr__(self, name, checked)
        if (np.diff(self.elevation_rad) >= 0).any():
            raise ScenarioError("a LiDAR's elevations must fall", remedy="list its channels from the uppermost on")
        column_s = TURN_S / self.columns
        if not 0.0 <= self.firing_s.min() <= self.firing_s.max() < column_s:
            raise ScenarioError(
                f"firing times of {self.firing_s.min() * 1e6:.1f} to {self.firing_s.max() * 1e6:.1f} µs do not fit "
                f"into a column of {column_s * 1e6:.1f} µs",
                remedy="count them from the first of the column, or choose fewer columns",
            )

    @property
    def channels(self) -> int:
        return len(self.elevation_rad)


@cache
def load_model(name: str) -> LidarModel:
    """One of LIDAR_NAMES.

    Raises:
        ScenarioError: another name.
    """
    if name not in LIDAR_NAMES:
        raise ScenarioError(f"no LiDAR is called {name!r}", remedy=f"choose one of {', '.join(LIDAR_NAMES)}")
    table = yaml.safe_load((_TABLES / f"{name}.yaml").read_text(encoding="utf-8"))
    elevation_deg, azimuth_deg, firing_us = np.array(table.pop("channels"), np.float64).T
    return LidarModel(
        elevation_rad=np.radians(elevation_deg),
        azimuth_rad=np.radians(azimuth_deg),
        firing_s=firing_us * 1e-6,
        **table,
    )
