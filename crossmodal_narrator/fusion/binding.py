"""Whose sound it is: a sound and a track that keep the same direction, and move together, are one thing.

A direction alone binds nothing: who stands between us and a siren has the siren's direction, too. So both must turn
around us together, or come, or go.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Vec3, wrap_angle
from crossmodal_narrator.core.scene import Motion, SceneObject, SoundTrend
from crossmodal_narrator.encoding.audio import SOUND_MPS

BEARING_SIGMA_RAD = math.radians(5.0)
ELSEWHERE = 0.05  # how likely it is that a bearing is wrong altogether
GAIN_PER_S = 3.0  # neighbouring bearings share much of their error
COUNTS_S = 0.3  # at most, of one snapshot: how things were between two that are farther apart is not known
MOST_SCORE, BOUND_SCORE = 5.0, 2.5
MARGIN = 1.0  # by which the best must lead: two in one direction are told apart by nothing
LOST_S = 0.6
TOGETHER_S = 0.25  # for so long both must come, or go; the sound has done so for as long before it is told
TURNED_RAD = math.radians(5.0)  # or so far they must turn around us together, as the world stands, and farther than
TURN_FADES_S = 1.0  # we do that way: in a bend all turn that are behind us; within about so long
ALIKE = 0.25  # share of the sound's turn by which the thing's may differ: who only stands between us turns less
PARKED_COSTS = 0.4
CONTRADICTED_COSTS = 3.0  # it sounds nearer and nearer, and this one drives away, or the reverse
RADIAL_MPS = 2.0


@dataclass(slots=True)
class _Candidate:
    """A thing that may be the source."""

    seen_ns: int
    score: float = 0.0
    bearing_rad: float | None = None  # in odom, when a direction was heard last and agreed
    heard_rad: float = 0.0  # the sound's bearing then
    turned_rad: float = 0.0  # while the sound agreed
    sound_turned_rad: float = 0.0  # meanwhile
    own_turned_rad: float = 0.0  # of the vehicle, meanwhile
    yaw_rad: float = 0.0  # of the vehicle, then
    together_s: float = 0.0  # while both came, or went

    @property
    def moves_alike(self) -> bool:
        off_rad = abs(self.turned_rad - self.sound_turned_rad)
        least_rad = TURNED_RAD + max(0.0, math.copysign(self.own_turned_rad, self.own_turned_rad * self.turned_rad))
        turns_alike = abs(self.turned_rad) >= least_rad and off_rad <= ALIKE * abs(self.sound_turned_rad)
        return self.together_s >= TOGETHER_S or turns_alike


class Binder:
    """Binds one sound; the capsules, in base_link, say from where bearings are."""

    def __init__(self, capsules_m: Sequence[Vec3]) -> None:
        middle = np.mean(np.array(capsules_m)[:, :2], axis=0) if len(capsules_m) else np.zeros(2)
        self._from_m = float(middle[0]), float(middle[1])
        self.forget()

    def forget(self) -> None:
        """The sound has ended."""
        self._candidates: dict[int, _Candidate] = {}
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
        for track_id, thing in might.items():
            candidate = self._candidates.setdefault(track_id, _Candidate(seen_ns=now_ns))
            if azimuth_rad is not None:
                self._count(candidate, now_ns, azimuth_rad, trend, ego, thing)
            candidate.seen_ns = now_ns
        gone = [k for k, c in self._candidates.items() if (now_ns - c.seen_ns) / 1e9 > LOST_S]
        for track_id in gone:
            del self._candidates[track_id]
        self._bound = self._best()
        return None if self._bound is None else might.get(self._bound)

    def _best(self) -> int | None:
        """Of those that move as the sound does; who is bound stays so until its score is spent or another leads."""
        able = [(track_id, c.score) for track_id, c in self._candidates.items() if c.moves_alike]
        ranked = sorted(able, key=lambda entry: (-entry[1], entry[0]))
        if ranked:
            best, score = ranked[0]
            behind = ranked[1][1] if len(ranked) > 1 else -math.inf
            if score >= BOUND_SCORE and score - behind >= MARGIN:
                return best
        bound = None if self._bound is None else self._candidates.get(self._bound)
        return self._bound if bound is not None and bound.score > 0.0 else None

    def _count(
        self,
        candidate: _Candidate,
        now_ns: int,
        azimuth_rad: float,
        trend: SoundTrend,
        ego: EgoMotion | None,
        thing: SceneObject,
    ) -> None:
        agreement = self._agreement(azimuth_rad, trend, ego, thing)
        since_s = (now_ns - candidate.seen_ns) / 1e9
        candidate.score += GAIN_PER_S * min(since_s, COUNTS_S) * agreement
        candidate.score = max(-MOST_SCORE, min(MOST_SCORE, candidate.score))
        yaw = 0.0 if ego is None else ego.odom_from_base.yaw_rad
        bearing, heard = wrap_angle(thing.azimuth_rad + yaw), wrap_angle(azimuth_rad + yaw)
        if agreement <= 0.0:
            candidate.together_s = candidate.turned_rad = candidate.sound_turned_rad = candidate.own_turned_rad = 0.0
            candidate.bearing_rad = None  # from where a sound jumps to the thing's direction is no turn of it
            return
        if candidate.bearing_rad is not None:
            kept = math.exp(-since_s / TURN_FADES_S)
            candidate.turned_rad = kept * candidate.turned_rad + wrap_angle(bearing - candidate.bearing_rad)
            candidate.sound_turned_rad = kept * candidate.sound_turned_rad + wrap_angle(heard - candidate.heard_rad)
            candidate.own_turned_rad = kept * candidate.own_turned_rad + wrap_angle(yaw - candidate.yaw_rad)
            if _radial(trend, ego, thing) > RADIAL_MPS:
                candidate.together_s += since_s
        candidate.bearing_rad, candidate.heard_rad, candidate.yaw_rad = bearing, heard, yaw

    def _agreement(self, azimuth_rad: float, trend: SoundTrend, ego: EgoMotion | None, thing: SceneObject) -> float:
        """Log-likelihood that the sound is this thing's, against a sound from anywhere."""
        sigma = BEARING_SIGMA_RAD
        bearing = thing.azimuth_rad
        costs = PARKED_COSTS if thing.motion is Motion.PARKED else 0.0
        costs += CONTRADICTED_COSTS if _radial(trend, ego, thing) < -RADIAL_MPS else 0.0
        if thing.position_m is not None and thing.size_lwh_m is not None:
            x, y = thing.position_m[0] - self._from_m[0], thing.position_m[1] - self._from_m[1]
            away_m = max(math.hypot(x, y), 1.0)
            if thing.velocity_mps is not None:
                late_s = away_m / SOUND_MPS  # what is heard now left it then
                x, y = x - thing.velocity_mps[0] * late_s, y - thing.velocity_mps[1] * late_s
            bearing = math.atan2(y, x)
            sigma = math.hypot(sigma, 0.25 * thing.size_lwh_m[0] / away_m)
        off = wrap_angle(azimuth_rad - bearing)
        density = math.exp(-0.5 * (off / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi))
        return math.log((1.0 - ELSEWHERE) * density * math.tau + ELSEWHERE) - costs


def _radial(trend: SoundTrend, ego: EgoMotion | None, thing: SceneObject) -> float:
    """How fast the thing does what the sound does, m/s: comes where that comes, goes where that goes."""
    if trend is SoundTrend.UNKNOWN or ego is None or thing.velocity_mps is None or thing.position_m is None:
        return 0.0
    x, y = thing.position_m[:2]
    relative = thing.velocity_mps[0] - ego.velocity_mps[0], thing.velocity_mps[1] - ego.velocity_mps[1]
    away = (relative[0] * x + relative[1] * y) / max(math.hypot(x, y), 1.0)
    return -away if trend is SoundTrend.APPROACHING else away
