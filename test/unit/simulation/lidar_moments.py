"""Small worlds for the LiDAR: a floor, walls, and boxes that drive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.rollout import Environment, Rollout
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh, Texels, box, palette
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.roads import RoadMap
from crossmodal_narrator.simulation.traffic.timeline import Timeline
from crossmodal_narrator.simulation.world import Body, Moment

CAR_M: Vec3 = (4.6, 1.8, 1.5)


def texture(material: Material, lightness: int = 128) -> Texels:
    made = palette([(lightness,) * 3])
    made[..., 3] = material
    return made


def slab(low: Vec3, high: Vec3, material: Material = Material.MATTE, lightness: int = 128) -> Mesh:
    return box(low, high, texture(material, lightness))


def floor(lightness: int = 100) -> Mesh:
    return slab((-150.0, -150.0, -0.5), (150.0, 150.0, 0.0), Material.GROUND, lightness)


def driving(x_m: float, y_m: float, yaw_rad: float = 0.0, speed_mps: float = 0.0, turning_rps: float = 0.0) -> Timeline:
    """At (x, y) when the second 1 begins; a circle where it turns."""
    times = np.linspace(0.0, 2.0, 401)
    since = times - 1.0
    yaw = yaw_rad + turning_rps * since
    steps = np.diff(since, prepend=since[0])
    middle = yaw - 0.5 * turning_rps * steps
    way = np.cumsum(np.column_stack([np.cos(middle), np.sin(middle)]) * (speed_mps * steps)[:, None], axis=0)
    way += np.array([x_m, y_m]) - way[200]
    return Timeline(
        time_s=times,
        xyz_m=np.column_stack([way, np.zeros(len(times))]),
        yaw_rad=yaw,
        speed_mps=np.full(len(times), speed_mps),
        lamps=np.zeros(len(times), np.uint8),
    )


def car(actor_id: str, timeline: Timeline, size_lwh_m: Vec3 = CAR_M, material: Material = Material.MATTE) -> Body:
    """A box."""
    length, width, height = size_lwh_m
    actor = Actor(
        actor_id=actor_id, look="sedan", label=ObjectClass.CAR, size_lwh_m=size_lwh_m, look_seed=0, timeline=timeline
    )
    mesh = slab((-0.5 * length, -0.5 * width, 0.0), (0.5 * length, 0.5 * width, height), material)
    return body_of(actor, Matter.of([mesh], [(255, 255, 255)]))


def body_of(actor: Actor, matter: Matter, time_s: float = 1.0) -> Body:
    reach_m = float(np.linalg.norm(matter.corners.reshape(-1, 3), axis=1).max())
    return Body(actor=actor, matter=matter, world_from_body=actor.timeline.pose(time_s), reach_m=reach_m)


def moment(
    still: Sequence[Mesh] = (),
    bodies: Sequence[Body] = (),
    *,
    ego: Timeline | None = None,
    environment: Environment | None = None,
    still_actors: Mapping[int, Actor] | None = None,
    time_s: float = 1.0,
) -> Moment:
    """At the end of a turn; the ego stands at the origin unless it is said what it does."""
    rollout = Rollout(
        name="small",
        seed=0,
        length_s=2.0,
        roads=RoadMap(name="none", lanes={}, junctions=()),
        environment=environment or Environment(),
        ego=ego or driving(0.0, 0.0),
        actors=tuple(body.actor for body in bodies),
    )
    paints = [(255, 255, 255)] * len(still)
    return Moment(
        rollout=rollout,
        time_s=time_s,
        still=Matter.of(still, paints),
        scenery=Scenery(meshes=still, paints=paints),
        still_actors=still_actors or {},
        bodies=tuple(bodies),
    )


def at_their_time(timeline: Timeline, times_s: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(points, 3) in the world → in the frame of what follows `timeline`, each at its own time."""
    xyz, yaw = timeline.at(times_s)
    x, y, z = (points - xyz).T
    c, s = np.cos(yaw), np.sin(yaw)
    return np.column_stack([x * c + y * s, y * c - x * s, z])
