"""Motion compensation ("deskewing"): a sweep as if all its points had been taken at one stamp."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.frames import EgoMotion, LidarSweep
from crossmodal_narrator.core.geometry import Pose, wrap_angle
from crossmodal_narrator.core.snapshot import PlacedSweep

KNOTS = 9  # poses over one sweep; the motion between two of them is straight within millimetres
SECTORS, EACH = 72, 16  # of which the ages are told, by one point in so many
STANDING_M, STANDING_RAD = 0.002, 0.0001  # less motion than this in a sweep is left alone

EgoAt = Callable[[int], "EgoMotion | None"]


def end_ns(sweep: LidarSweep) -> int:
    """Stamp of the sweep's last point. Where a driver stamps the first one, it is a turn later than the stamp."""
    offsets_s = sweep.point_offset_s
    return sweep.stamp_ns + (round(float(offsets_s.max()) * 1e9) if offsets_s is not None and len(offsets_s) else 0)


def place_sweep(sweep: LidarSweep, base_from_lidar: Pose, stamp_ns: int, ego_at: EgoAt) -> PlacedSweep:
    """Bring `sweep` into base_link at `stamp_ns`, undoing the ego's motion while it was taken.

    `PlacedSweep.stamp_ns` stays the sweep's own, which is older than `stamp_ns` where a camera leads: evidence from it
    names the stamp at which it was sensed. Roll and pitch within one sweep are neglected; yaw and translation are
    interpolated for every point. Without ego-motion the points are only moved into base_link, which is what can be
    known.
    """
    xyz = base_from_lidar.transform(sweep.xyz)  # (points, 3)
    now = ego_at(stamp_ns)
    if now is not None and len(xyz):
        _undo_motion(xyz, sweep, now, ego_at)
    x, y, z = (float(v) for v in base_from_lidar.translation_m)
    return PlacedSweep(
        stamp_ns=sweep.stamp_ns,
        xyz=np.ascontiguousarray(xyz, dtype=np.float32),
        intensity=sweep.intensity,
        origin_m=(x, y, z),
        ages_s=_ages_s(xyz, sweep, (x, y), stamp_ns),
    )


def place_camera(camera_from_base: Pose, at_image: EgoMotion | None, at_moment: EgoMotion | None) -> Pose:
    """The camera of an image as seen from base_link at another moment; as it is mounted where the ego is unknown."""
    if at_image is None or at_moment is None:
        return camera_from_base
    return camera_from_base @ at_image.odom_from_base.inverse() @ at_moment.odom_from_base


def _ages_s(
    xyz: NDArray[np.floating], sweep: LidarSweep, origin_m: tuple[float, float], stamp_ns: int
) -> NDArray[np.float32] | None:
    """The mean of each sector, of every few points. A sector that has none takes the mean of all."""
    sweep_age_s = (stamp_ns - sweep.stamp_ns) / 1e9
    if sweep.point_offset_s is None or not len(xyz):
        return np.full(1, sweep_age_s, np.float32)
    some = xyz[::EACH, :2] - origin_m
    ages_s = sweep_age_s - sweep.point_offset_s[::EACH].astype(np.float64)
    turns = (np.arctan2(some[:, 1], some[:, 0]) + np.pi) / (2.0 * np.pi)
    sector = np.minimum((turns * SECTORS).astype(np.intp), SECTORS - 1)
    count = np.bincount(sector, minlength=SECTORS)
    total = np.bincount(sector, weights=ages_s, minlength=SECTORS)
    return np.where(count > 0, total / np.maximum(count, 1), ages_s.mean()).astype(np.float32)


def _undo_motion(xyz: NDArray[np.floating], sweep: LidarSweep, now: EgoMotion, ego_at: EgoAt) -> None:
    offsets_s = sweep.point_offset_s
    if offsets_s is None:
        times_s = np.zeros(1, dtype=np.float32)
    else:
        times_s = np.linspace(float(offsets_s.min()), float(offsets_s.max()), KNOTS, dtype=np.float32)
    steps = [_step(now, ego_at(sweep.stamp_ns + round(float(t) * 1e9))) for t in times_s]
    if any(step is None for step in steps):
        return
    motion = np.array(steps, dtype=np.float32)  # (knots, 3): x, y, yaw of base then, in base now
    if np.abs(motion[:, :2]).max() < STANDING_M and np.abs(motion[:, 2]).max() < STANDING_RAD:
        return
    if offsets_s is None:
        dx, dy, yaw = motion[0]
    else:
        dx, dy, yaw = (np.interp(offsets_s, times_s, motion[:, k]).astype(np.float32) for k in range(3))
    cosine, sine = np.cos(yaw), np.sin(yaw)
    x, y = xyz[:, 0].copy(), xyz[:, 1]
    xyz[:, 0] = cosine * x - sine * y + dx
    xyz[:, 1] = sine * x + cosine * y + dy


def _step(now: EgoMotion, then: EgoMotion | None) -> tuple[float, float, float] | None:
    if then is None:
        return None
    now_from_then = now.odom_from_base.inverse() @ then.odom_from_base
    x, y, _ = now_from_then.translation_m
    return float(x), float(y), wrap_angle(now_from_then.yaw_rad)
