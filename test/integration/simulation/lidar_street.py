"""A street of houses and parked cars, seen by the LiDAR while the ego drives slowly through it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from crossmodal_narrator.core.frames import LidarSweep
from crossmodal_narrator.simulation.ground_truth import GroundTruth
from crossmodal_narrator.simulation.rollout import Environment, Rollout, stamp_at
from crossmodal_narrator.simulation.scenery.build import build_scenery
from crossmodal_narrator.simulation.sensors.rig import LidarMount, Rig
from crossmodal_narrator.simulation.sensors.spinning_lidar import SpinningLidar
from crossmodal_narrator.simulation.shapes.appearance import body_of
from crossmodal_narrator.simulation.shapes.catalogue import look_of
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.network import load_network
from crossmodal_narrator.simulation.traffic.roads import Lane, LaneKind
from crossmodal_narrator.simulation.traffic.timeline import Timeline
from crossmodal_narrator.simulation.world import Body, Moment

LENGTH_S = 6.0
EGO_MPS = 4.0
_CARS = ("sedan", "hatchback", "suv", "estate")


def straight(lane: Lane, way_m: float, speed_mps: float) -> Timeline:
    """From a place on `lane` straight ahead, for LENGTH_S."""
    x, y, yaw = lane.at(way_m)
    times = np.linspace(0.0, LENGTH_S, 61)
    along = speed_mps * times[:, None] * np.array([math.cos(yaw), math.sin(yaw), 0.0])
    return Timeline(
        time_s=times,
        xyz_m=along + np.array([x, y, 0.0]),
        yaw_rad=np.full(len(times), yaw),
        speed_mps=np.full(len(times), speed_mps),
        lamps=np.zeros(len(times), np.uint8),
    )


def rolled_out(network: str, seed: int = 0, environment: Environment | None = None) -> Rollout:
    """Cars on every lane, some of them driving, and parked ones where there is parking."""
    roads = load_network(network).roads
    rng = np.random.default_rng(seed)
    lanes = [lane for lane in roads.lanes.values() if not lane.is_inside_junction]
    driving = [lane for lane in lanes if lane.kind is LaneKind.DRIVING and lane.length_m > 60.0]
    middle = np.mean([lane.centre.mean(axis=0) for lane in driving], axis=0)
    own = min(driving, key=lambda lane: float(np.linalg.norm(lane.centre.mean(axis=0) - middle)))
    ego = straight(own, 0.35 * own.length_m, EGO_MPS)
    actors: list[Actor] = []
    for lane in lanes:
        is_parking = lane.kind is LaneKind.PARKING
        if not is_parking and lane.kind is not LaneKind.DRIVING:
            continue
        way_m = float(rng.uniform(3.0, 9.0))
        while way_m < lane.length_m - 4.0:
            timeline = straight(lane, way_m, 0.0 if is_parking else float(rng.choice([0.0, EGO_MPS])))
            if np.linalg.norm(timeline.xyz_m - ego.xyz_m, axis=1).min() > (3.0 if is_parking else 8.0):
                actors.append(_car(len(actors), timeline, is_parked=is_parking))
            way_m += float(rng.uniform(6.0, 10.0) if is_parking else rng.uniform(10.0, 40.0))
    return Rollout(
        name=network,
        seed=seed,
        length_s=LENGTH_S,
        roads=roads,
        environment=environment or Environment(),
        ego=ego,
        actors=tuple(actors),
    )


def _car(number: int, timeline: Timeline, *, is_parked: bool) -> Actor:
    look = look_of(_CARS[number % len(_CARS)])
    return Actor(
        actor_id=f"car-{number}",
        look=look.name,
        label=look.label,
        size_lwh_m=look.size_lwh_m,
        look_seed=number,
        timeline=timeline,
        is_parked=is_parked,
    )


class Street:
    """A rollout as the usual LiDAR meets it. Everybody is a body, those that stand as well."""

    def __init__(self, rollout: Rollout) -> None:
        self.rollout = rollout
        self._lidar = SpinningLidar(LidarMount())
        self._scenery = build_scenery(rollout)
        self._still = Matter.of(self._scenery.meshes, self._scenery.paints)

    def moment(self, time_s: float) -> Moment:
        at = self.rollout.ego.pose(time_s).translation_m
        bodies = []
        for actor in self.rollout.actors:
            pose = actor.timeline.pose(time_s)
            if np.linalg.norm(pose.translation_m - at) < 150.0:
                matter = body_of(actor, time_s)
                bodies.append(Body(actor=actor, matter=matter, world_from_body=pose, reach_m=matter.reach_m))
        return Moment(
            rollout=self.rollout,
            time_s=time_s,
            still=self._still,
            scenery=self._scenery,
            still_actors={},
            bodies=tuple(bodies),
        )

    def sweeps(self, times_s: list[float]) -> Iterator[tuple[LidarSweep, dict[str, Any]]]:
        """Sweeps, and the truth's entry of each."""
        truth = GroundTruth(self.rollout, Rig(cameras=()))
        for number, time_s in enumerate(times_s):
            points = self._lidar.sweep(self.moment(time_s), np.random.default_rng((self.rollout.seed, number)))
            sweep = points.sweep(stamp_at(time_s), self._lidar.mount.frame_id)
            yield sweep, truth.entry(time_s, time_s - 0.1, points.returns, [])
