"""Where a source or a microphone is, and when a wave must have left a source to arrive now."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.sound.bands import Reals
from crossmodal_narrator.simulation.traffic.timeline import Timeline

_LEAD_S = 5.0  # a wave that is heard at the beginning left its source before it
_MAX_ROUNDS, _ENOUGH_S = 20, 1e-9


class Route:
    """The way of one point of somebody: `offset_m` in the body's axes (x forward, y left, z up).

    Somebody who is there when the drive begins was there before it, moving straight on.
    """

    def __init__(self, timeline: Timeline, offset_m: Vec3) -> None:
        time_s, yaw = timeline.time_s, timeline.yaw_rad
        ahead, left, up = offset_m
        turned = np.stack(
            [ahead * np.cos(yaw) - left * np.sin(yaw), ahead * np.sin(yaw) + left * np.cos(yaw), np.full(len(yaw), up)],
            axis=1,
        )
        place = timeline.xyz_m + turned
        if time_s[0] <= 0.0 and len(time_s) > 1:
            velocity = (place[1] - place[0]) / (time_s[1] - time_s[0])
            time_s = np.concatenate([[time_s[0] - _LEAD_S], time_s])
            place = np.concatenate([[place[0] - _LEAD_S * velocity], place])
            yaw = np.concatenate([[yaw[0]], yaw])
            self.from_s = -np.inf
        else:
            self.from_s = float(time_s[0])
        self.to_s = float(time_s[-1])
        self._time_s, self._yaw = time_s, yaw
        self._places = tuple(np.ascontiguousarray(place[:, k]) for k in range(3))

    def at(self, time_s: Reals) -> Reals:
        """(…,) → (…, 3) in the world's frame."""
        return np.stack([np.interp(time_s, self._time_s, axis) for axis in self._places], axis=-1)

    def ahead(self, time_s: Reals) -> Reals:
        """(…,) → (…, 3): unit vectors to where it heads."""
        yaw = np.interp(time_s, self._time_s, self._yaw)
        return np.stack([np.cos(yaw), np.sin(yaw), np.zeros_like(yaw)], axis=-1)


def emission_times(
    route: Route, linear: NDArray[np.float64], shift_m: Reals, arrival_s: Reals, receiver_m: Reals, speed_mps: float
) -> tuple[Reals, Reals]:
    """When waves left, and how far they came: the solution of |receiver − image(t_e)| = c·(arrival − t_e).

    image = linear @ place + shift is where the source seems to be: itself, or its mirror image. The shapes of `linear`
    (…, 3, 3), `shift_m` and `receiver_m` (…, 3) go by those of `arrival_s` (…,). The secant's rounds converge for
    anything slower than sound.
    """

    def sent(guess_s: Reals) -> tuple[Reals, Reals]:
        image = np.einsum("...ij,...j->...i", linear, route.at(guess_s)) + shift_m
        way = receiver_m - image
        range_m = np.sqrt(np.einsum("...i,...i->...", way, way))
        return arrival_s - range_m / speed_mps, range_m

    before_s = np.asarray(arrival_s, np.float64)
    before_sent_s, _ = sent(before_s)
    guess_s = before_sent_s
    for _ in range(_MAX_ROUNDS):
        sent_s, range_m = sent(guess_s)
        step_s = guess_s - before_s
        moved = np.abs(step_s) > _ENOUGH_S
        slope = np.where(moved, (sent_s - before_sent_s) / np.where(moved, step_s, 1.0), 0.0)
        before_s, before_sent_s = guess_s, sent_s
        guess_s = (sent_s - slope * guess_s) / (1.0 - slope)
        if np.abs(sent_s - before_s).max() < _ENOUGH_S:
            break
    return sent_s, range_m
