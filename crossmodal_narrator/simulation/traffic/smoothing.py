"""From the track of a nose to the motion of a body.

SUMO moves the middle of the front bumper along lanes, whose centres have corners, and begins and ends lane changes at
once. Here the track is smoothed along its way, the front axle follows it, and the rear axle trails the front one
without slipping (a tractrix; the kinematic bicycle model of any text book on vehicle dynamics), which gives the yaw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

Floats = NDArray[np.float64]

_GRID = 0.1  # of the smoothing width


@dataclass(frozen=True, slots=True, kw_only=True)
class Chassis:
    """How a body hangs on its track: its front axle `behind_nose_m`, the pose's origin `origin_m` behind that axle."""

    behind_nose_m: float
    wheelbase_m: float
    origin_m: float
    least_width_m: float = 0.8  # of the smoothing along the way
    width_s: float = 0.2  # of the smoothing in time


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Motion:
    """What a body did: (samples, …), at the times of the track."""

    xy_m: Floats
    yaw_rad: Floats
    speed_mps: Floats


def follow(xy_m: Floats, first_yaw_rad: float, step_s: float, chassis: Chassis) -> Motion:
    """(samples, 2) places of the nose every `step_s` → the body's motion at the same times."""
    ways = _ways(xy_m)
    path = _Path(xy_m, first_yaw_rad, _speeds(ways, step_s), chassis)
    return _move(path, ways, step_s, chassis)


def follow_line(line_m: Floats, first_yaw_rad: float, nose_m: Floats, step_s: float, chassis: Chassis) -> Motion:
    """The same along (points, 2) of a line, where the nose is at `nose_m` (samples,) of its length."""
    speed = np.interp(_ways(line_m), nose_m, _speeds(nose_m, step_s))
    return _move(_Path(line_m, first_yaw_rad, speed, chassis), nose_m, step_s, chassis)


def _move(path: _Path, nose: Floats, step_s: float, chassis: Chassis) -> Motion:
    way = _without_jerks(path.smooth_way(nose), step_s, chassis.width_s)
    axle = way - chassis.behind_nose_m
    yaw, slip = path.trailed_yaw(axle, chassis.wheelbase_m)
    xy = path.at(axle) - chassis.origin_m * np.stack([np.cos(yaw), np.sin(yaw)], axis=-1)
    speed = _speeds(way, step_s) * np.cos(slip)
    return Motion(xy_m=xy, yaw_rad=yaw, speed_mps=np.maximum(speed, 0.0))


class _Path:
    """The smoothed track, by the way from its first sample; it goes on straight at both ends."""

    def __init__(self, xy: Floats, first_yaw: float, speed: Floats, chassis: Chassis) -> None:
        least = chassis.least_width_m
        knots, ways, width = _distinct(xy, np.clip(0.04 * speed * speed, least, np.maximum(least, 0.5 * speed)))
        lead = chassis.behind_nose_m + chassis.wheelbase_m * 6.0 + 6.0 * width[0]
        tail = chassis.behind_nose_m + chassis.origin_m + 80.0 + 6.0 * width[-1]  # steps end where the body's middle is
        begin = np.array([math.cos(first_yaw), math.sin(first_yaw)])
        end = begin if len(knots) < 2 else knots[-1] - knots[-2]
        end = end / max(float(np.linalg.norm(end)), 1e-9)
        knots = np.concatenate([[knots[0] - lead * begin], knots, [knots[-1] + tail * end]])
        ways = np.concatenate([[-lead], ways, [ways[-1] + tail]])
        width = np.concatenate([width[:1], width, width[-1:]])
        # One smoothing width is one unit of `u`, so that a single filter serves slow turns and fast lane changes.
        u = np.concatenate([[0.0], np.cumsum(np.diff(ways) / (0.5 * (width[1:] + width[:-1])))])
        grid = np.linspace(0.0, u[-1], max(8, int(u[-1] / _GRID)))
        rough = np.stack([np.interp(grid, u, knots[:, k]) for k in range(2)], axis=-1)
        self._xy = np.stack([_filtered(rough[:, k]) for k in range(2)], axis=-1)
        self._ways = _ways(self._xy) - lead
        self._track = np.interp(grid, u, ways)
        # Where beside the smoothed track a point of the given one lies, which is longer at its corners.
        tangent = np.gradient(self._xy, axis=0)
        tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
        self._beside = np.maximum.accumulate(self._ways + ((rough - self._xy) * tangent).sum(axis=1))

    def smooth_way(self, track: Floats) -> Floats:
        """Way along the smoothed track at a way along the given one."""
        return np.interp(track, self._track, self._beside)

    def at(self, ways: Floats) -> Floats:
        return np.stack([np.interp(ways, self._ways, self._xy[:, k]) for k in range(2)], axis=-1)

    def trailed_yaw(self, ways: Floats, wheelbase_m: float) -> tuple[Floats, Floats]:
        """Yaws of a body whose front axle is at `ways`, and the angles between its axis and the path there."""
        spacing = 0.1
        grid = np.arange(self._ways[0], ways[-1] + 2.0 * spacing, spacing)
        step = np.diff(self.at(grid), axis=0)
        tangent = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
        shrink = math.exp(-spacing / wheelbase_m)
        yaw = np.empty(len(tangent))
        now = float(tangent[0])
        for k, ahead in enumerate(tangent.tolist()):
            # Along a straight piece tan(δ/2) of a trailing axle decays with the way over the wheelbase.
            now = ahead - 2.0 * math.atan(math.tan(0.5 * (ahead - now)) * shrink)
            yaw[k] = now
        middles = grid[1:]  # the yaw holds at the end of its piece, the tangent in its middle
        yaws = np.interp(ways, middles, yaw)
        return yaws, np.interp(ways, middles - 0.5 * spacing, tangent) - yaws


def _filtered(values: Floats) -> Floats:
    """Smoothed twice over: once, and what that took away, so that bends are hardly cut."""
    sigma = 1.0 / _GRID
    line = np.linspace(values[0], values[-1], len(values))
    once = gaussian_filter1d(values - line, sigma, mode="nearest")
    return np.asarray(line + once + gaussian_filter1d(values - line - once, sigma, mode="nearest"))


def _ways(xy: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(xy, axis=0), axis=1))])


def _without_jerks(ways: Floats, step_s: float, width_s: float) -> Floats:
    """Positive weights keep the way rising."""
    reach = int(5 * width_s / step_s)
    first, last = (ways[1] - ways[0], ways[-1] - ways[-2]) if len(ways) > 1 else (0.0, 0.0)
    steps = np.arange(1, reach + 1)
    padded = np.concatenate([ways[0] - first * steps[::-1], ways, ways[-1] + last * steps])
    return np.asarray(gaussian_filter1d(padded, width_s / step_s))[reach:-reach]


def _speeds(ways: Floats, step_s: float) -> Floats:
    return np.gradient(ways, step_s) if len(ways) > 1 else np.zeros(1)


def _distinct(xy: Floats, width: Floats) -> tuple[Floats, Floats, Floats]:
    """Knots at least 1 cm apart, their ways, and the smoothing width at each."""
    ways = _ways(xy)
    keep = np.concatenate([[True], np.diff(np.floor(ways / 0.01)) > 0])
    return xy[keep], ways[keep], width[keep]
