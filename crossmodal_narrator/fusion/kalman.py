"""A thing's place and velocity in plan, filtered: constant velocity with white acceleration (Bar-Shalom, Li and
Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, section 6.2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Vec2

Floats = NDArray[np.float64]


class PlanFilter:
    """State (x, y, vx, vy) in odom, metres and metres per second."""

    def __init__(self, position_m: Vec2, sigma_m: float, speed_sigma_mps: float, velocity_mps: Vec2 = (0, 0)) -> None:
        self.state: Floats = np.array([*position_m, *velocity_mps], np.float64)
        self.covariance: Floats = _spread(sigma_m, speed_sigma_mps)

    @property
    def position_m(self) -> Vec2:
        return float(self.state[0]), float(self.state[1])

    @property
    def velocity_mps(self) -> Vec2:
        return float(self.state[2]), float(self.state[3])

    @property
    def speed_sigma_mps(self) -> float:
        """Standard deviation of the velocity, the larger of both axes'."""
        return float(np.sqrt(max(self.covariance[2, 2], self.covariance[3, 3])))

    def predict(self, dt_s: float, acceleration_mps2: float) -> None:
        """Move on by `dt_s`; `acceleration_mps2` is the standard deviation of what the thing may do meanwhile."""
        step = np.eye(4)
        step[0, 2] = step[1, 3] = dt_s
        q = acceleration_mps2**2
        noise = np.zeros((4, 4))
        for k in (0, 1):
            noise[k, k] = q * dt_s**4 / 4
            noise[k, k + 2] = noise[k + 2, k] = q * dt_s**3 / 2
            noise[k + 2, k + 2] = q * dt_s**2
        self.state = step @ self.state
        self.covariance = step @ self.covariance @ step.T + noise

    def surprise(self, position_m: Vec2, sigma_m: float) -> float:
        """How many standard deviations a measured place lies from the one that is expected (Mahalanobis distance)."""
        innovation = np.array(position_m) - self.state[:2]
        spread = self.covariance[:2, :2] + np.eye(2) * sigma_m**2
        return float(np.sqrt(innovation @ np.linalg.solve(spread, innovation)))

    def begin_again(self, position_m: Vec2, sigma_m: float, speed_sigma_mps: float) -> None:
        """It is elsewhere than was thought: what was known of its velocity is a guess from now on."""
        self.state[:2] = position_m
        self.covariance = _spread(sigma_m, speed_sigma_mps)

    def move_to(self, position_m: Vec2) -> None:
        """Speak of another point of the thing from now on, which moves as the last one did."""
        self.state[:2] = position_m

    def correct(self, position_m: Vec2, sigma_m: float) -> None:
        """Take a measured place whose error has a standard deviation of `sigma_m`."""
        innovation = np.array(position_m) - self.state[:2]
        spread = self.covariance[:2, :2] + np.eye(2) * sigma_m**2
        gain = self.covariance[:, :2] @ np.linalg.inv(spread)
        self.state = self.state + gain @ innovation
        self.covariance = self.covariance - gain @ self.covariance[:2, :]
        self.covariance = 0.5 * (self.covariance + self.covariance.T)  # rounding must not make it lopsided


def _spread(sigma_m: float, speed_sigma_mps: float) -> Floats:
    return np.diag([sigma_m**2, sigma_m**2, speed_sigma_mps**2, speed_sigma_mps**2])
