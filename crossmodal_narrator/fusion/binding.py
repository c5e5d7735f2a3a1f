"""Whose sound it is: a sound and a track that keep the same direction, and come and go together, are one thing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Vec3, wrap_angle
from crossmodal_narrator.core.scene import Motion, SceneObject, SoundTrend

SOUND_MPS = 340.0
BEARING_SIGMA_RAD = math.radians(5.0)
ELSEWHERE = 0.05  # how likely it is that a bearing is wrong altogether
GAIN = 0.3  # of a tenth of a second: neighbouring bearings share much of their error
MOST_SCORE, BOUND_SCORE = 5.0, 2.5
MARGIN = 1.0  # by which the best must lead: two in one direction are told apart by nothing
LOST_S = 0.6
PARKED_COSTS = 0.4
CONTRADICTED_COSTS = 3.0  # it sounds nearer and nearer, and this one drives away, or the reverse
RADIAL_MPS = 2.0


class Binder:
    """Binds one sound; the capsules, in base_link, say from where bearings are."""

    def __init__(self, capsules_m: Sequence[Vec3]) -> None:
        middle = np.mean(np.array(capsules_m)[:, :2], axis=0) if len(capsules_m) else np.zeros(2)
        self._from_m = float(middle[0]), float(middle[1])
        self.forget()

    def forget(self) -> None:
        """The sound has ended."""
        self._scores: dict[int, float] = {}
        self._seen_ns: dict[int, int] = {}
        self._bound: int | None = None

    def bind(
        self,
        now_ns: int,
        azimuth_rad: float | None,
        trend: SoundTrend,
        ego: EgoMotion | None,
        objects: Sequence[SceneObject],
    ) -> SceneObject | None:
        """The thing whose sound it is, while it is in the scene."""
        might = {thing.track_id: thing for thing in objects if thing.label.is_vehicle}
        if azimuth_rad is not None:
            for track_id, thing in might.items():
                gained = GAIN * self._agreement(azimuth_rad, trend, ego, thing)
                score = self._scores.get(track_id, 0.0) + gained
                self._scores[track_id] = max(-MOST_SCORE, min(MOST_SCORE, score))
        self._seen_ns.update(dict.fromkeys(might, now_ns))
        for track_id in [k for k, seen_ns in self._seen_ns.items() if (now_ns - seen_ns) / 1e9 > LOST_S]:
            del self._seen_ns[track_id]
            self._scores.pop(track_id, None)
        self._bound = self._best()
        return None if self._bound is None else might.get(self._bound)

    def _best(self) -> int | None:
        """Who is bound stays so until its own score is spent or another leads clearly."""
        ranked = sorted(self._scores.items(), key=lambda entry: (-entry[1], entry[0]))
        if not ranked:
            return None
        best, score = ranked[0]
        behind = ranked[1][1] if len(ranked) > 1 else -math.inf
        if score >= BOUND_SCORE and score - behind >= MARGIN:
            return best
        return self._bound if self._bound is not None and self._scores.get(self._bound, 0.0) > 0.0 else None

    def _agreement(self, azimuth_rad: float, trend: SoundTrend, ego: EgoMotion | None, thing: SceneObject) -> float:
        """Log-likelihood that the sound is this thing's, against a sound from anywhere."""
        sigma = BEARING_SIGMA_RAD
        bearing = thing.azimuth_rad
        costs = PARKED_COSTS if thing.motion is Motion.PARKED else 0.0
        if thing.position_m is not None and thing.size_lwh_m is not None:
            x, y = thing.position_m[0] - self._from_m[0], thing.position_m[1] - self._from_m[1]
            away_m = max(math.hypot(x, y), 1.0)
            if thing.velocity_mps is not None:
                late_s = away_m / SOUND_MPS  # what is heard now left it then
                x, y = x - thing.velocity_mps[0] * late_s, y - thing.velocity_mps[1] * late_s
                costs += _contradiction(trend, ego, thing, (x / away_m, y / away_m))
            bearing = math.atan2(y, x)
            sigma = math.hypot(sigma, 0.25 * thing.size_lwh_m[0] / away_m)
        off = wrap_angle(azimuth_rad - bearing)
        density = math.exp(-0.5 * (off / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi))
        return math.log((1.0 - ELSEWHERE) * density * math.tau + ELSEWHERE) - costs


def _contradiction(trend: SoundTrend, ego: EgoMotion | None, thing: SceneObject, towards: tuple[float, float]) -> float:
    if trend is SoundTrend.UNKNOWN or ego is None or thing.velocity_mps is None:
        return 0.0
    relative = thing.velocity_mps[0] - ego.velocity_mps[0], thing.velocity_mps[1] - ego.velocity_mps[1]
    radial = relative[0] * towards[0] + relative[1] * towards[1]  # positive: it goes away
    away = radial if trend is SoundTrend.APPROACHING else -radial
    return CONTRADICTED_COSTS if away > RADIAL_MPS else 0.0
