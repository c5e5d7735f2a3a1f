"""Air as sound knows it: how fast it carries, and what it swallows on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.rollout import Daylight, Environment

_T0_K, _TRIPLE_K = 293.15, 273.16  # reference temperature and triple point of ISO 9613-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """Still air at sea level."""

    temperature_c: float = 15.0
    humidity: float = 0.7  # relative, 0 to 1

    @staticmethod
    def of(environment: Environment) -> Air:
        """A scenario says what the weather looks like, not how warm it is: nights are cooler, rain and fog are damp."""
        is_damp = environment.rain_mmph > 0 or environment.visibility_m < 1_000
        return Air(
            temperature_c=10.0 if environment.daylight is Daylight.NIGHT else 15.0, humidity=0.95 if is_damp else 0.7
        )

    @property
    def speed_mps(self) -> float:
        """Of sound; ISO 9613-1, formula (B.1): 343.2 m/s at 20 °C."""
        return 343.2 * math.sqrt((self.temperature_c + 273.15) / _T0_K)

    def absorption_db_per_m(self, frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of pure tones by classical losses and the relaxation of oxygen and nitrogen; ISO 9613-1:1993, (3) to (5)."""
        kelvin = self.temperature_c + 273.15
        saturation = 10.0 ** (4.6151 - 6.8346 * (_TRIPLE_K / kelvin) ** 1.261)
        vapour = 100.0 * self.humidity * saturation  # molar concentration, per cent
        warmth = kelvin / _T0_K
        oxygen_hz = 24.0 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour)
        nitrogen_hz = (9.0 + 280.0 * vapour * math.exp(-4.17 * (warmth ** (-1.0 / 3.0) - 1.0))) / math.sqrt(warmth)
        square = frequency_hz**2
        relaxation = 0.01275 * math.exp(-2239.1 / kelvin) / (oxygen_hz + square / oxygen_hz)
        relaxation = relaxation + 0.1068 * math.exp(-3352.0 / kelvin) / (nitrogen_hz + square / nitrogen_hz)
        lost: NDArray[np.float64] = 8.686 * square * (1.84e-11 * math.sqrt(warmth) + warmth**-2.5 * relaxation)
        return lost
