"""Speeds over time, made of stretches of constant acceleration."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.errors import ScenarioError


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedProfile:
    """From `start_mps`, one (seconds, acceleration in m/s²) after the other; the last speed is kept."""

    start_mps: float = 0.0
    stretches: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        speed = self.start_mps
        for seconds, acceleration in self.stretches:
            speed += seconds * acceleration
            if seconds <= 0 or speed < -1e-6:
                raise ScenarioError(
                    f"a stretch of {seconds:g} s at {acceleration:g} m/s² ends at {speed:.2f} m/s",
                    remedy="stretches last longer than 0 s, and nothing in the street drives backwards",
                )

    def distance_m(self, time_s: float) -> float:
        return self._at(time_s)[0]

    def speed_mps(self, time_s: float) -> float:
        return self._at(time_s)[1]

    def _at(self, time_s: float) -> tuple[float, float]:
        distance, speed, left = 0.0, self.start_mps, time_s
        for seconds, acceleration in self.stretches:
            spent = min(left, seconds)
            distance += speed * spent + 0.5 * acceleration * spent * spent
            speed += acceleration * spent
            left -= spent
            if left <= 0:
                return distance, max(0.0, speed)
        return distance + speed * left, speed


STANDING = SpeedProfile()
