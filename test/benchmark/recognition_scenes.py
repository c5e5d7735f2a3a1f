"""Random scenes of a street for `recognition.py`, and the outlines of those who stand in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import PixelBox, Pose
from crossmodal_narrator.simulation.rollout import Environment, Rollout
from crossmodal_narrator.simulation.scenery.build import build_scenery
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.sensors.camera import Camera
from crossmodal_narrator.simulation.sensors.rig import camera_mount
from crossmodal_narrator.simulation.shapes.appearance import body_of
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS, size_of
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import turned
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.roads import Lane, LaneKind, RoadMap, SignalHead
from crossmodal_narrator.simulation.traffic.timeline import Timeline
from crossmodal_narrator.simulation.world import Body, Moment

MOUNT = camera_mount("front", width=960, height=540, field_of_view_rad=math.radians(70.0))
_VEHICLES = [n for n, look in LOOKS.items() if look.wheelbase_m > 1.5]
_RIDERS = ["motorcycle", "cyclist"]
_LANE_M, _PAVEMENT_M = 4.0, 3.0
_HALF_M = 2 * _LANE_M  # of the carriageway: two lanes a direction
_STREETS = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    moment: Moment
    world_from_base: Pose


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The outline of one, as the image shows it."""

    look: str
    box: PixelBox
    range_m: float  # of its middle, from the camera, in plan
    visible: float  # share of its outline that nothing hides
    is_whole: bool  # all of it lies in the image


@cache
def _roads() -> RoadMap:
    """A street of a town along x, with a traffic light at its far end."""
    lanes = []
    for side, edge in ((-1.0, "east"), (1.0, "west")):
        rows = [(LaneKind.SIDEWALK, _HALF_M + 0.5 * _PAVEMENT_M, _PAVEMENT_M)]
        rows += [(LaneKind.DRIVING, y, _LANE_M) for y in (1.5 * _LANE_M, 0.5 * _LANE_M)]
        for index, (kind, y, width) in enumerate(rows):
            ends = np.array([(-90.0, side * y), (170.0, side * y)])
            lane = Lane(
                lane_id=f"{edge}_{index}",
                edge_id=edge,
                index=index,
                kind=kind,
                centre=ends if side < 0 else ends[::-1],
                width_m=width,
                speed_limit_mps=13.9,
            )
            lanes.append(lane)
    light = SignalHead(signal_id="far", lane_id="east_2", stop_m=(170.0, -0.5 * _LANE_M), yaw_rad=0.0)
    return RoadMap(name="street", lanes={lane.lane_id: lane for lane in lanes}, junctions=(), signals=(light,))


def _rollout(seed: int, x_m: float, environment: Environment, actors: tuple[Actor, ...]) -> Rollout:
    ego = Timeline.standing(x_m, -0.5 * _LANE_M, 0.0)
    return Rollout(
        name="recognition",
        seed=seed,
        length_s=10.0,
        roads=_roads(),
        environment=environment,
        ego=ego,
        actors=actors,
    )


@cache
def _street(number: int) -> tuple[Matter, Scenery]:
    scenery = build_scenery(_rollout(number, 40.0, Environment(), ()))
    return Matter.of(scenery.meshes, scenery.paints), scenery


@cache
def _camera() -> Camera:
    return Camera(MOUNT)


def scene_of(rng: np.random.Generator) -> Scene:
    """Two or three vehicles, three people and a two-wheeler within 20 m, fewer beyond."""
    still, scenery = _street(int(rng.integers(_STREETS)))
    x = float(rng.uniform(0.0, 80.0))
    base = Pose.from_xy_yaw(x, float(rng.uniform(-2.5, -1.5)), float(rng.normal(0.0, 0.03)))
    taken = [_footprint(x + 1.0, -2.0, 0.0, 7.0, 2.2)]
    actors: list[Actor] = []
    for looks, count, low, high in (
        (_VEHICLES, int(rng.integers(2, 4)), 5.0, 20.0),
        (["pedestrian", "pedestrian", "child"], 3, 5.0, 20.0),
        (_RIDERS, 1, 5.0, 20.0),
        (_VEHICLES, 2, 20.0, 40.0),
        (["pedestrian", "child"], 1, 20.0, 40.0),
    ):
        for _ in range(count):
            look = looks[int(rng.integers(len(looks)))]
            actor = _placed(rng, look, base, (low, high), taken, f"{look}-{len(actors)}")
            if actor is not None:
                actors.append(actor)
    sun = (float(rng.uniform(0.0, math.tau)), float(rng.uniform(0.45, 1.1)))
    environment = Environment(sun_azimuth_rad=sun[0], sun_elevation_rad=sun[1])
    rollout = _rollout(0, x, environment, tuple(actors))
    bodies = [_body(actor) for actor in actors]
    moment = Moment(rollout=rollout, time_s=0.0, still=still, scenery=scenery, still_actors={}, bodies=bodies)
    return Scene(moment=moment, world_from_base=base)


def alone(look: str, range_m: float, yaw_rad: float, seed: int) -> Scene:
    """One of `look` in an empty street, straight ahead."""
    still, scenery = _street(seed % _STREETS)
    base = Pose.from_xy_yaw(20.0 + 5.0 * (seed % 5), -0.5 * _LANE_M, 0.0)
    x = float((base @ MOUNT.base_from_camera).translation_m[0]) + range_m
    actor = Actor(
        actor_id=look,
        look=look,
        label=LOOKS[look].label,
        size_lwh_m=size_of(look, seed),
        look_seed=seed,
        timeline=_moving(np.random.default_rng(seed), look, (x, -1.5, yaw_rad)),
    )
    rollout = _rollout(0, x, Environment(sun_azimuth_rad=2.4 + seed), (actor,))
    body = _body(actor)
    moment = Moment(rollout=rollout, time_s=0.0, still=still, scenery=scenery, still_actors={}, bodies=[body])
    return Scene(moment=moment, world_from_base=base)


def _body(actor: Actor) -> Body:
    matter = body_of(actor, 0.0)
    return Body(actor=actor, matter=matter, world_from_body=actor.timeline.pose(0.0), reach_m=matter.reach_m)


def _placed(
    rng: np.random.Generator,
    look: str,
    base: Pose,
    range_m: tuple[float, float],
    taken: list[NDArray[np.float32]],
    name: str,
) -> Actor | None:
    """Somewhere ahead on the carriageway where nobody is; None where there is no room."""
    seed = int(rng.integers(1_000_000))
    size = size_of(look, seed)
    eye = base @ MOUNT.base_from_camera
    # A long vehicle near by is never whole in the image.
    nearest_m = min(max(range_m[0], 0.75 * size[0] + 3.0), range_m[1] - 2.0)
    for _ in range(60):
        reach, side = float(rng.uniform(nearest_m, range_m[1])), float(rng.uniform(-0.55, 0.55))
        x = float(eye.translation_m[0]) + reach * math.cos(side)
        y = float(eye.translation_m[1]) + reach * math.sin(side)
        yaw = float(rng.uniform(0.0, math.tau))
        corners = _footprint(x, y, yaw, size[0] + 0.4, size[1] + 0.6)
        is_free = all(cv2.rotatedRectangleIntersection(_rect(corners), _rect(other))[0] == 0 for other in taken)
        if np.abs(corners[:, 1]).max() < _HALF_M and is_free:
            taken.append(corners)
            timeline = _moving(rng, look, (x, y, yaw))
            return Actor(
                actor_id=name, look=look, label=LOOKS[look].label, size_lwh_m=size, look_seed=seed, timeline=timeline
            )
    return None


def _moving(rng: np.random.Generator, look: str, place: tuple[float, float, float]) -> Timeline:
    """There at second 0; three people of four walk."""
    x, y, yaw = place
    is_walking = rng.random() < 0.75
    speed = (1.3 if is_walking else 0.0) if look in ("pedestrian", "child") else 6.0
    ahead = np.array([math.cos(yaw), math.sin(yaw), 0.0])
    start = np.array([x, y, 0.0])
    return Timeline(
        time_s=np.array([0.0, 10.0]),
        xyz_m=np.stack([start, start + 10.0 * speed * ahead]),
        yaw_rad=np.array([yaw, yaw]),
        speed_mps=np.array([speed, speed]),
        lamps=np.zeros(2, np.uint8),
    )


def _footprint(x: float, y: float, yaw: float, length: float, width: float) -> NDArray[np.float32]:
    """(4, 2) corners."""
    c, s = math.cos(yaw), math.sin(yaw)
    local = 0.5 * np.array([[length, width], [-length, width], [-length, -width], [length, -width]])
    return (local @ np.array([[c, s], [-s, c]]) + (x, y)).astype(np.float32)


def _rect(corners: NDArray[np.float32]) -> tuple[tuple[float, float], tuple[float, float], float]:
    return cv2.minAreaRect(corners)


def rendered(scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(540, 960, 3) by the project's camera. The one place that knows how it is asked."""
    return _camera().render(scene.moment, scene.world_from_base, rng)


def shown(scene: Scene) -> list[Shown]:
    """Everybody who stands ahead, by rays through every second pixel."""
    k, eye = MOUNT.intrinsics, scene.world_from_base @ MOUNT.base_from_camera
    u, v = np.meshgrid(np.arange(0.5, k.width, 2.0), np.arange(0.5, k.height, 2.0))
    local = np.stack([(u - k.cx) / k.fx, (v - k.cy) / k.fy, np.ones_like(u)], -1).reshape(-1, 3)
    local /= np.linalg.norm(local, axis=1, keepdims=True)
    rays = turned(local.astype(np.float32), eye)
    origin = eye.translation_m.astype(np.float32)
    nearest = scene.moment.still.scene.cast(origin, rays).distance_m
    alone = []
    for body in scene.moment.bodies:
        back = body.world_from_body.inverse()
        start = back.transform(origin[None].astype(np.float64))[0].astype(np.float32)
        hits = body.matter.scene.cast(start, turned(rays, back))
        alone.append(hits.distance_m)
    for distance in alone:
        nearest = np.minimum(nearest, distance)
    found = [_shown(body, distance, nearest, eye) for body, distance in zip(scene.moment.bodies, alone, strict=True)]
    return [thing for thing in found if thing is not None]


def _shown(body: Body, distance: NDArray[np.float32], nearest: NDArray[np.float32], eye: Pose) -> Shown | None:
    k = MOUNT.intrinsics
    outline = np.isfinite(distance)
    if outline.sum() < 12:
        return None
    points = (eye.inverse() @ body.world_from_body).transform(body.matter.corners.reshape(-1, 3).astype(np.float64))
    front = points[:, 2] > 0.3
    px, py = k.fx * points[front, 0] / points[front, 2] + k.cx, k.fy * points[front, 1] / points[front, 2] + k.cy
    is_whole = bool(
        front.all() and px.min() >= 0 and px.max() <= k.width and py.min() >= -2 and py.max() <= k.height + 2
    )
    box = PixelBox(
        x0=float(max(px.min(), 0.0)),
        y0=float(max(py.min(), 0.0)),
        x1=float(min(px.max(), k.width)),
        y1=float(min(py.max(), k.height)),
    )
    place, camera = body.world_from_body.translation_m, eye.translation_m
    return Shown(
        look=body.actor.look,
        box=box,
        range_m=float(np.hypot(*(place[:2] - camera[:2]))),
        visible=float((nearest[outline] >= distance[outline] - 1e-3).mean()),
        is_whole=is_whole,
    )
