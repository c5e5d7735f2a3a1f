"""What the vehicle does, from its speed over time. Two thresholds each way, so that creeping does not chatter."""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise

from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.language.claims.facts import Ego
from crossmodal_narrator.language.claims.held import Settled
from crossmodal_narrator.language.claims.predicates import EgoState

STANDS_BELOW_MPS = 0.3
STARTS_ABOVE_MPS = 0.6
STARTING_S = 3.5  # a vehicle is so long about to set off
HISTORY_S = 2.5
SLOWING_DROP_MPS = 1.5  # within HISTORY_S, and at least a fifth of the speed: what a passenger feels
BRAKING_MPS2 = 0.6  # still going on
FELT_DROP_MPS, FELT_BRAKING_MPS2 = 1.0, 1.3  # and this he feels at once
SWERVE_M, SWERVE_RAD, SWERVE_MPS = 0.8, 0.06, 3.0  # aside, with the heading there and back again
TURN_RPS = 0.15
TURN_HEADING_RAD = 0.3  # about 17°: more than a bend in a lane


class EgoEstimator:
    """Call `update` once a scene, in stamp order."""

    def __init__(self, hold_s: float) -> None:
        self._hold_s = hold_s
        self._speeds: deque[tuple[int, float, float]] = deque()  # stamp, speed, yaw rate
        self._standing: Settled[bool] | None = None
        self._state: Settled[EgoState] | None = None
        self._has_moved = self._has_stood = False

    def update(self, motion: EgoMotion | None, stamp_ns: int) -> Ego:
        if motion is None:
            self._speeds.clear()
            self._standing = self._state = None
            self._has_stood = False  # not that anybody saw
            return Ego(state=None, held_s=0.0, speed_mps=0.0, evidence=())
        self._speeds.append((stamp_ns, motion.speed_mps, motion.yaw_rate_rps))
        while (stamp_ns - self._speeds[0][0]) / 1e9 > HISTORY_S:
            self._speeds.popleft()
        state = self._estimate(self._smooth_speed(), stamp_ns)
        if self._state is None:
            self._state = Settled(state, stamp_ns, self._hold_s)
        self._state.update(state, stamp_ns)
        speed = motion.speed_mps
        detail = f"speed {speed:.2f} m/s, yaw rate {motion.yaw_rate_rps:.3f} rad/s"
        return Ego(
            state=self._state.value,
            held_s=self._state.held_s(stamp_ns),
            speed_mps=speed,
            evidence=(Evidence(modality=Sense.ODOMETRY, stamp_ns=motion.stamp_ns, detail=detail),),
            swerved=self._swerve(),
        )

    def _estimate(self, speed: float, stamp_ns: int) -> EgoState:
        stands = self._settle_standing(speed, stamp_ns)
        if stands:
            self._has_stood = True
            return EgoState.STOPPED if self._has_moved else EgoState.STANDING
        just_started = self._standing is not None and self._standing.held_s(stamp_ns) < STARTING_S
        self._has_moved = True
        if speed < -STANDS_BELOW_MPS:
            return EgoState.REVERSING
        if just_started and self._has_stood:
            return EgoState.STARTING
        return self._turn() or self._slowing(speed) or EgoState.MOVING

    def _settle_standing(self, speed: float, stamp_ns: int) -> bool:
        if self._standing is None:
            self._standing = Settled(abs(speed) < STARTS_ABOVE_MPS, stamp_ns, self._hold_s)
        threshold = STARTS_ABOVE_MPS if self._standing.value else STANDS_BELOW_MPS
        self._standing.update(abs(speed) < threshold, stamp_ns)
        return self._standing.value

    def _turn(self) -> EgoState | None:
        _, _, rate = self._speeds[-1]
        heading = 0.0
        for (before_ns, _, yaw_rate), (after_ns, _, _) in pairwise(self._speeds):
            heading += yaw_rate * (after_ns - before_ns) / 1e9
        if abs(rate) < TURN_RPS or abs(heading) < TURN_HEADING_RAD or rate * heading < 0:
            return None
        return EgoState.TURNING_LEFT if rate > 0 else EgoState.TURNING_RIGHT

    def _swerve(self) -> EgoState | None:
        """Aside within the last seconds, and straight on again: dead reckoning of speed and yaw rate."""
        heading = aside_m = furthest = 0.0
        for (before_ns, speed, yaw_rate), (after_ns, _, _) in pairwise(self._speeds):
            step_s = (after_ns - before_ns) / 1e9
            heading += yaw_rate * step_s
            furthest = max(furthest, abs(heading))
            aside_m += speed * math.sin(heading) * step_s
        is_straight = abs(heading) < SWERVE_RAD / 2 <= furthest / 2 and self._speeds[-1][1] > SWERVE_MPS
        if not is_straight or abs(aside_m) < SWERVE_M:
            return None
        return EgoState.SWERVED_LEFT if aside_m > 0 else EgoState.SWERVED_RIGHT

    def _slowing(self, speed: float) -> EgoState | None:
        highest = max(s for _, s, _ in self._speeds)
        drop = highest - speed
        braking = self._deceleration_mps2()
        is_felt = drop >= FELT_DROP_MPS and braking >= FELT_BRAKING_MPS2
        if not is_felt and (drop < max(SLOWING_DROP_MPS, 0.2 * highest) or braking < BRAKING_MPS2):
            return None
        return EgoState.STOPPING if speed < 0.5 * highest and speed < 4.0 else EgoState.SLOWING

    def _deceleration_mps2(self) -> float:
        """Over the last half second or so."""
        last_ns, last, _ = self._speeds[-1]
        recent = [(t, s) for t, s, _ in self._speeds if (last_ns - t) / 1e9 <= 0.6]
        first_ns, first = recent[0]
        return (first - last) / max((last_ns - first_ns) / 1e9, 0.1)

    def _smooth_speed(self) -> float:
        """The median of the last three, which one wrong odometry message does not move."""
        last = sorted(s for _, s, _ in list(self._speeds)[-3:])
        return last[len(last) // 2]
