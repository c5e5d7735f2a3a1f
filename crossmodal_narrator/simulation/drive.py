"""A simulated drive: a scenario seen by the vehicle's sensors, as frames in the order of their stamps.

Each moment is made from the scenario, the seed and its own number alone, so that any number of processes gives the same
bytes. Everybody stands still within a moment: for one turn of the LiDAR, in whose middle the image is taken.
"""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep, SensorFrame
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.simulation.camera import PinholeCamera, View, wide_intrinsics
from crossmodal_narrator.simulation.ground import ShadowMap
from crossmodal_narrator.simulation.lidar import TURN_S, LidarModel, Points, SpinningLidar
from crossmodal_narrator.simulation.matter import WHITE, Matter
from crossmodal_narrator.simulation.street import Scenario, build_scenario
from crossmodal_narrator.simulation.truth import true_scene

START_NS = 1_700_000_000_000_000_000  # of every drive: a stamp, not a date
ODOMETRY_S = 0.02
CAMERA, CAMERA_FRAME, LIDAR_FRAME = "front", "camera_front_optical", "lidar_top"
INTRINSICS = wide_intrinsics(960, 540, math.radians(70.0))
_MAX_PROCESSES = 4
# Optical axes in base_link's: x right is -y, y down is -z, z forward is x.
_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
BASE_FROM_CAMERA = Pose(rotation=_OPTICAL, translation_m=np.array([1.7, 0.0, 1.45]))
BASE_FROM_LIDAR = Pose.from_xy_yaw(1.0, 0.0, 0.0, 1.9)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """One turn of the LiDAR and one image; `truth` is an entry of truth.json."""

    image: CameraFrame
    sweep: LidarSweep
    truth: dict[str, Any]


class Stage:
    """A scenario made ready to be seen: what never moves is built once."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario, self._seed = scenario, seed
        still = [actor for actor in scenario.actors if not actor.is_moving_ever]
        self._moving = [actor for actor in scenario.actors if actor.is_moving_ever]
        meshes = [*scenario.surroundings, *(actor.mesh(0.0) for actor in still)]
        self._still = Matter.of(meshes, [WHITE] * len(scenario.surroundings) + [actor.paint for actor in still])
        self._shadows = ShadowMap(scenario.sun).with_shadows([actor.box(0.0) for actor in still])
        self._bodies = [None] * len(scenario.surroundings) + [actor.actor_id for actor in (*still, *self._moving)]
        self._camera, self._lidar = PinholeCamera(INTRINSICS), SpinningLidar(LidarModel())

    def moment(self, number: int) -> Moment:
        """The turn that ends at (number + 1) / 10 s."""
        end_s = (number + 1) * TURN_S
        middle_s = end_s - 0.5 * TURN_S
        rng = np.random.default_rng((self._seed, number))
        moving = Matter.of([actor.mesh(middle_s) for actor in self._moving], [actor.paint for actor in self._moving])
        boxes = [actor.box(middle_s) for actor in self._moving]
        view = View(
            still=self._still,
            moving=moving,
            moving_boxes=boxes,
            shadows=self._shadows.with_shadows(boxes),
            sun=self._scenario.sun,
        )
        rgb = self._camera.render(view, self._scenario.ego_pose(middle_s) @ BASE_FROM_CAMERA, rng)
        points = self._lidar.sweep(
            (self._still, moving), lambda at_s: self._scenario.ego_pose(end_s + at_s) @ BASE_FROM_LIDAR, rng
        )
        stamp_ns = stamp_at(end_s)
        returns = self._returns(points)
        return Moment(
            image=CameraFrame(
                stamp_ns=stamp_at(middle_s), frame_id=CAMERA_FRAME, camera=CAMERA, rgb=rgb, intrinsics=INTRINSICS
            ),
            sweep=LidarSweep(
                stamp_ns=stamp_ns,
                frame_id=LIDAR_FRAME,
                xyz=points.xyz,
                intensity=points.intensity,
                point_offset_s=points.offset_s,
            ),
            truth=true_scene(self._scenario, end_s, stamp_ns, returns, INTRINSICS, BASE_FROM_CAMERA),
        )

    def _returns(self, points: Points) -> dict[str, int]:
        """How many points met each actor."""
        counts: NDArray[np.int64] = np.bincount(points.body, minlength=len(self._bodies))
        return {name: int(count) for name, count in zip(self._bodies, counts, strict=True) if name is not None}


def stamp_at(time_s: float) -> int:
    return START_NS + round(time_s * 1e9)


def simulate(name: str, seed: int, seconds: float | None = None, processes: int | None = None) -> Iterator[Moment]:
    """The moments of a scenario, in order; `seconds` cuts it short.

    Raises:
        ScenarioError: an unknown or contradictory scenario, or more seconds than it has.
    """
    count = moments_in(build_scenario(name, seed), seconds)
    processes = min(count, _MAX_PROCESSES, os.cpu_count() or 1) if processes is None else processes
    if processes == 1:
        stage = Stage(build_scenario(name, seed), seed)
        yield from (stage.moment(number) for number in range(count))
        return
    # Spawned, not forked: OpenCV's threads do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(processes, _set_stage, (name, seed)) as pool:
        yield from pool.imap(_staged_moment, range(count))


def moments_in(scenario: Scenario, seconds: float | None) -> int:
    """How many turns of the LiDAR the first `seconds` hold.

    Raises:
        ScenarioError: fewer than one, or more than the scenario tells.
    """
    length_s = scenario.length_s if seconds is None else seconds
    if not TURN_S <= length_s <= scenario.length_s:
        raise ScenarioError(
            f"{scenario.name} cannot last {length_s:g} s", remedy=f"choose {TURN_S:g} to {scenario.length_s:g} s"
        )
    return math.floor(length_s / TURN_S + 1e-9)


def rigid_frames(scenario: Scenario, length_s: float) -> Iterator[SensorFrame]:
    """Where the sensors sit, then odometry and the transform odom → base_link, 50 times a second."""
    for child, pose in ((CAMERA_FRAME, BASE_FROM_CAMERA), (LIDAR_FRAME, BASE_FROM_LIDAR)):
        yield FrameTransform(stamp_ns=START_NS, parent="base_link", child=child, parent_from_child=pose, is_static=True)
    for k in range(math.floor(length_s / ODOMETRY_S + 1e-9) + 1):
        time_s = k * ODOMETRY_S
        pose, stamp_ns = scenario.ego_pose(time_s), stamp_at(time_s)
        velocity = (scenario.ego_speed.speed_mps(time_s), 0.0, 0.0)
        yield EgoMotion(stamp_ns=stamp_ns, odom_from_base=pose, velocity_mps=velocity, yaw_rate_rps=0.0)
        yield FrameTransform(stamp_ns=stamp_ns, parent="odom", child="base_link", parent_from_child=pose)


_stage: Stage | None = None  # of this worker process


def _set_stage(name: str, seed: int) -> None:
    global _stage
    cv2.setNumThreads(1)  # the processes share the cores
    _stage = Stage(build_scenario(name, seed), seed)


def _staged_moment(number: int) -> Moment:
    assert _stage is not None
    return _stage.moment(number)
