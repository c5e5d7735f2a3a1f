"""Where the vehicle is between the poses that a dataset tells, and how fast by their differences."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

import numpy as np

from crossmodal_narrator.bags.importing.drive import BASE_FRAME, ODOM_FRAME
from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.frames import EgoMotion, FrameTransform
from crossmodal_narrator.core.geometry import Pose, wrap_angle
from crossmodal_narrator.sync.transforms import interpolate

_HALF_NS = 100_000_000  # velocities are taken over twice as long, which calms the noise of localisation


class EgoPath:
    """Poses of base_link in odom by stamp; between them, and a little beyond, motion is even."""

    def __init__(self, stamps_ns: Sequence[int], odom_from_base: Sequence[Pose]) -> None:
        """Raises FrameError: no poses, or stamps that do not rise."""
        self.stamps_ns = list(stamps_ns)
        self._poses = list(odom_from_base)
        if not self.stamps_ns or any(b <= a for a, b in zip(self.stamps_ns, self.stamps_ns[1:], strict=False)):
            raise FrameError(f"a path needs rising stamps, got {len(self.stamps_ns)} that are not")

    def at(self, stamp_ns: int) -> Pose:
        if len(self._poses) == 1:
            return self._poses[0]
        k = min(max(bisect.bisect_right(self.stamps_ns, stamp_ns), 1), len(self._poses) - 1)
        before, after = self.stamps_ns[k - 1], self.stamps_ns[k]
        return interpolate(self._poses[k - 1], self._poses[k], (stamp_ns - before) / (after - before))

    def motion(self, stamp_ns: int) -> EgoMotion:
        """Pose and velocity; one that stands where there is a single pose."""
        first = max(stamp_ns - _HALF_NS, self.stamps_ns[0])
        last = min(stamp_ns + _HALF_NS, self.stamps_ns[-1])
        now = self.at(stamp_ns)
        velocity, yaw_rate = np.zeros(3), 0.0
        if last > first:
            a, b, length_s = self.at(first), self.at(last), (last - first) / 1e9
            velocity = now.rotation.T @ (b.translation_m - a.translation_m) / length_s
            yaw_rate = wrap_angle(b.yaw_rad - a.yaw_rad) / length_s
        return EgoMotion(
            stamp_ns=stamp_ns,
            odom_from_base=now,
            velocity_mps=(float(velocity[0]), float(velocity[1]), float(velocity[2])),
            yaw_rate_rps=yaw_rate,
        )


def ego_frames(motion: EgoMotion) -> tuple[EgoMotion, FrameTransform]:
    """What odometry publishes: the motion, and the transform odom → base_link."""
    edge = FrameTransform(
        stamp_ns=motion.stamp_ns, parent=ODOM_FRAME, child=BASE_FRAME, parent_from_child=motion.odom_from_base
    )
    return motion, edge


def mount(stamp_ns: int, child: str, base_from_child: Pose) -> FrameTransform:
    """Where a sensor sits, for ever."""
    return FrameTransform(
        stamp_ns=stamp_ns, parent=BASE_FRAME, child=child, parent_from_child=base_from_child, is_static=True
    )


def mean_pose(poses: Sequence[Pose]) -> Pose:
    """Of poses that differ by noise: the median of the places, the rotation nearest to all of them (chordal mean)."""
    u, _, vt = np.linalg.svd(np.sum([pose.rotation for pose in poses], axis=0))
    return Pose(rotation=u @ vt, translation_m=np.median([pose.translation_m for pose in poses], axis=0))


def shifted(poses: Sequence[Pose]) -> list[Pose]:
    """The same poses with the first at the origin; the axes stay, so that z is still up."""
    origin = poses[0].translation_m
    return [Pose(rotation=pose.rotation, translation_m=pose.translation_m - origin) for pose in poses]
