"""How the vehicle stood and moved at any stamp, from odometry where it is published, else from /tf."""

from __future__ import annotations

import bisect

import numpy as np

from crossmodal_narrator.core.errors import TransformError
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import wrap_angle
from crossmodal_narrator.sync.config import SyncConfig
from crossmodal_narrator.sync.transforms import MEMORY_NS, TransformBuffer, interpolate

# Velocity from two poses of /tf: long enough to quieten their noise, short enough to follow braking.
DIFFERENCE_NS = 150_000_000


class EgoHistory:
    """Remembers odometry for some seconds and interpolates it."""

    def __init__(self, config: SyncConfig, transforms: TransformBuffer) -> None:
        self._config = config
        self._transforms = transforms
        self._stamps_ns: list[int] = []
        self._motions: list[EgoMotion] = []

    def push(self, motion: EgoMotion) -> None:
        k = bisect.bisect_left(self._stamps_ns, motion.stamp_ns)
        if k < len(self._stamps_ns) and self._stamps_ns[k] == motion.stamp_ns:
            self._motions[k] = motion
            return
        self._stamps_ns.insert(k, motion.stamp_ns)
        self._motions.insert(k, motion)
        while self._stamps_ns[-1] - self._stamps_ns[0] > MEMORY_NS:
            del self._stamps_ns[0], self._motions[0]

    def clear(self) -> None:
        self._stamps_ns.clear()
        self._motions.clear()

    def at(self, stamp_ns: int, known_until_ns: int | None = None) -> EgoMotion | None:
        """The ego's motion at `stamp_ns`, or None where nothing near enough is known.

        Samples later than `known_until_ns` are not looked at: beyond the newest one before it the motion is continued,
        also where a later one has come already. A snapshot gives the stamp up to which it waited for odometry. Else
        its poses would depend on the order of arrival, and to wait for the next sample would cost half a period on
        average.
        """
        return self._from_odometry(stamp_ns, known_until_ns) or self._from_transforms(stamp_ns, known_until_ns)

    def _from_odometry(self, stamp_ns: int, known_until_ns: int | None) -> EgoMotion | None:
        known = len(self._motions) if known_until_ns is None else bisect.bisect_right(self._stamps_ns, known_until_ns)
        if known == 0:
            return None
        reach_ns = round(self._config.max_extrapolation_s * 1e9)
        if not self._stamps_ns[0] - reach_ns <= stamp_ns <= self._stamps_ns[known - 1] + reach_ns:
            return None
        if known == 1:
            return _restamped(self._motions[0], stamp_ns)
        k = min(max(bisect.bisect_right(self._stamps_ns, stamp_ns), 1), known - 1)
        a, b = self._motions[k - 1], self._motions[k]
        share = (stamp_ns - a.stamp_ns) / (b.stamp_ns - a.stamp_ns)
        held = min(max(share, 0.0), 1.0)  # a pose is continued, a velocity is not: it would run away
        velocity = np.asarray(a.velocity_mps) * (1 - held) + np.asarray(b.velocity_mps) * held
        return EgoMotion(
            stamp_ns=stamp_ns,
            odom_from_base=interpolate(a.odom_from_base, b.odom_from_base, share),
            velocity_mps=(float(velocity[0]), float(velocity[1]), float(velocity[2])),
            yaw_rate_rps=a.yaw_rate_rps * (1 - held) + b.yaw_rate_rps * held,
        )

    def _from_transforms(self, stamp_ns: int, known_until_ns: int | None) -> EgoMotion | None:
        odom, base = self._config.odom_frame, self._config.base_frame
        try:
            now = self._transforms.lookup(odom, base, stamp_ns, known_until_ns)
            before = self._transforms.lookup(odom, base, stamp_ns - DIFFERENCE_NS, known_until_ns)
        except TransformError:
            # A pose without an earlier one tells no velocity, and a velocity of 0 would be a claim. The caller names
            # the missing sense; a vehicle without odometry is a usual one.
            return None
        step = now.inverse().rotation @ (now.translation_m - before.translation_m)
        velocity = step / (DIFFERENCE_NS / 1e9)
        return EgoMotion(
            stamp_ns=stamp_ns,
            odom_from_base=now,
            velocity_mps=(float(velocity[0]), float(velocity[1]), float(velocity[2])),
            yaw_rate_rps=wrap_angle(now.yaw_rad - before.yaw_rad) / (DIFFERENCE_NS / 1e9),
        )


def _restamped(motion: EgoMotion, stamp_ns: int) -> EgoMotion:
    return EgoMotion(
        stamp_ns=stamp_ns,
        odom_from_base=motion.odom_from_base,
        velocity_mps=motion.velocity_mps,
        yaw_rate_rps=motion.yaw_rate_rps,
    )
