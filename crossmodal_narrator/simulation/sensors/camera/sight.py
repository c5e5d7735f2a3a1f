"""What rays meet at a moment: the still world, and bodies in whose own axes they are cast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.simulation.sensors.camera.lens import Lens
from crossmodal_narrator.simulation.sensors.camera.skin import Skin, skin_of
from crossmodal_narrator.simulation.sensors.camera.vectors import along, dots, rotated
from crossmodal_narrator.simulation.shapes.meshes import Floats
from crossmodal_narrator.simulation.shapes.raycasting import Hits
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.world import Body, Moment

Indices = NDArray[np.int64]
Candidates = Callable[[int], Indices]  # number of a body → the rays that may meet it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """A body with what a ray needs to be carried into its axes."""

    actor: Actor
    skin: Skin
    place: Floats  # (3,) of its origin in the world
    world_from_body: Floats  # (3, 3)
    reach_m: float

    @staticmethod
    def of(body: Body) -> Placed:
        return Placed(
            actor=body.actor,
            skin=skin_of(body.matter),
            place=body.world_from_body.translation_m.astype(np.float32),
            world_from_body=np.ascontiguousarray(body.world_from_body.rotation, dtype=np.float32),
            reach_m=body.reach_m,
        )

    def inward(self, directions: Floats) -> Floats:
        """(n, 3) directions in the world → in its axes."""
        return rotated(directions, self.world_from_body.T)

    def outward(self, directions: Floats) -> Floats:
        return rotated(directions, self.world_from_body)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """Where rays end."""

    hits: Hits
    owner: NDArray[np.int16]  # (rays,) 0 is the still world, k + 1 the k-th body


class Subjects:
    """All that can be met within `farthest_m` of `eye` (3,)."""

    def __init__(self, moment: Moment, eye: Floats, farthest_m: float) -> None:
        self.moment = moment
        self.still = skin_of(moment.still)
        near = [b for b in moment.bodies if _distance_m(b.world_from_body, eye) - b.reach_m < farthest_m]
        self.placed: tuple[Placed, ...] = tuple(Placed.of(body) for body in near)

    def meet(self, origins: Floats, rays: Floats, candidates: Candidates) -> Sight:
        """(rays, 3) or (3,) origins and (rays, 3) unit directions in the world."""
        hits = self.still.matter.scene.cast(origins, rays)
        owner = np.zeros(len(rays), np.int16)
        for k, placed in enumerate(self.placed):
            chosen = candidates(k)
            if len(chosen) == 0:
                continue
            starts = placed.inward(np.atleast_2d(origins)[chosen if origins.ndim == 2 else [0]] - placed.place)
            found = placed.skin.matter.scene.cast(starts, placed.inward(rays[chosen]))
            closer = np.flatnonzero(found.distance_m < hits.distance_m[chosen])
            at = chosen[closer]
            hits.distance_m[at] = found.distance_m[closer]
            hits.triangle[at] = found.triangle[closer]
            hits.weights[at] = found.weights[closer]
            owner[at] = k + 1
        return Sight(hits=hits, owner=owner)

    def passing(self, origins: Floats, rays: Floats) -> Candidates:
        """For rays from anywhere: those that pass a body's origin within its reach."""

        def candidates(k: int) -> Indices:
            away = self.placed[k].place - origins
            ahead = dots(away, rays)
            beside2 = dots(away, away) - ahead * ahead
            reach = self.placed[k].reach_m
            return np.flatnonzero((beside2 < reach * reach) & (ahead > -reach))

        return candidates

    def is_hidden(self, points: Floats, towards: Floats) -> NDArray[np.bool_]:
        """(points, 3) in the world: does anything stand between them and what lies infinitely far `towards` (3,)?"""
        directions = np.broadcast_to(towards, points.shape)
        hidden = self.still.matter.scene.is_blocked(points, directions)
        across, up = _perpendicular(towards)
        a, b, c = (along(points, axis) for axis in (across, up, towards))
        for placed in self.placed:
            pa, pb, pc = (float(placed.place @ axis) for axis in (across, up, towards))
            reach = np.float32(placed.reach_m)
            beside = (np.abs(a - np.float32(pa)) < reach) & (np.abs(b - np.float32(pb)) < reach)
            chosen = np.flatnonzero(beside & (c < np.float32(pc) + reach) & ~hidden)
            if len(chosen):
                starts = placed.inward(points[chosen] - placed.place)
                direction = np.broadcast_to(placed.inward(towards[None])[0], starts.shape)
                hidden[chosen] = placed.skin.matter.scene.is_blocked(starts, direction)
        return hidden


def tile_masks(lens: Lens, placed: Sequence[Placed], world_from_camera: Pose) -> NDArray[np.bool_]:
    """(bodies, tiles) in which tiles of the image each body can be: by its sphere first, then by its box."""
    eye = world_from_camera.translation_m.astype(np.float32)
    rays = rotated(lens.tile_rays, world_from_camera.rotation.astype(np.float32))
    masks = np.zeros((len(placed), len(rays)), np.bool_)
    for k, body in enumerate(placed):
        away = body.place - eye
        distance = float(np.linalg.norm(away))
        if distance > body.reach_m:
            half = np.arcsin(min(body.reach_m / distance, 1.0)) + lens.tile_slack_rad
            near = np.flatnonzero(along(rays, away / np.float32(distance)) > np.cos(min(half, np.pi)))
        else:
            near = np.arange(len(rays))
        if len(near):
            slack = np.float32(lens.tile_slack_rad * (distance + body.reach_m))
            start = body.inward(-away[None])[0]
            inside = _meets_box(start, body.inward(rays[near]), body.skin.low - slack, body.skin.high + slack)
            masks[k, near] = inside
    return masks


def _meets_box(origin: Floats, rays: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Which rays (rays, 3) from `origin` meet a box along the axes (slabs of Kay and Kajiya, 1986)."""
    steep = np.where(np.abs(rays) < 1e-6, np.float32(1e-6), rays)
    first, second = (low - origin) / steep, (high - origin) / steep
    enter = np.minimum(first, second).max(axis=1)
    leave = np.maximum(first, second).min(axis=1)
    meets: NDArray[np.bool_] = leave >= np.maximum(enter, 0.0)
    return meets


def _perpendicular(towards: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors at right angles to `towards` and to each other."""
    other = np.array([1, 0, 0] if abs(towards[0]) < 0.9 else [0, 1, 0], np.float32)
    across = np.cross(towards, other).astype(np.float32)
    across /= np.linalg.norm(across)
    return across, np.cross(towards, across).astype(np.float32)


def _distance_m(world_from_body: Pose, eye: Floats) -> float:
    return float(np.linalg.norm(world_from_body.translation_m - eye))
