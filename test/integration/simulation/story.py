"""A rolled-out scenario as the ego lives it: who is where, how near, and who can be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox, Vec3
from crossmodal_narrator.simulation.rollout import Rollout
from crossmodal_narrator.simulation.scenario import Scenario
from crossmodal_narrator.simulation.scenarios import load_scenario
from crossmodal_narrator.simulation.scenery.build import build_scenery
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.roll_out import roll_out

Floats = NDArray[np.float64]
ROOF: Vec3 = (1.0, 0.0, 1.9)  # where the LiDAR sits, in base_link
TURNED_AWAY_M = 0.15  # a point so far behind the face that meets the ray is on the far side of its own box


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Story:
    scenario: Scenario
    rollout: Rollout

    @property
    def ego(self) -> Rollout:
        return self.rollout

    def actor(self, name: str) -> Actor:
        return next(actor for actor in self.rollout.actors if actor.actor_id == name)

    def speed(self, name: str, time_s: float) -> float:
        return (self.rollout.ego if name == "ego" else self.actor(name).timeline).speed(time_s)

    def place(self, name: str, time_s: float) -> tuple[float, float]:
        """Of the actor's middle, in base_link: metres ahead, metres to the left."""
        x, y, _ = self.rollout.ego.pose(time_s).inverse().transform_point(self.actor(name).box(time_s).centre_m)
        return x, y

    def azimuth_deg(self, name: str, time_s: float) -> float:
        x, y = self.place(name, time_s)
        return math.degrees(math.atan2(y, x))

    def gap_m(self, name: str, time_s: float) -> float:
        """Between the two bodies, in plan."""
        return gap_m(self.rollout.ego_box(time_s), self.actor(name).box(time_s))

    def seen_share(self, name: str, time_s: float, eye: Vec3 = ROOF) -> float:
        """Of the actor's side that looks here, what neither a building nor somebody else hides."""
        return _seen_share(self.rollout, self.actor(name), time_s, eye)

    def times(self, from_s: float, to_s: float, step_s: float = 0.2) -> list[float]:
        return [round(float(t), 3) for t in np.arange(from_s, to_s + 1e-9, step_s)]


@lru_cache(maxsize=4)
def story(name: str, seed: int) -> Story:
    scenario = load_scenario(name)
    return Story(scenario=scenario, rollout=roll_out(scenario, seed))


@lru_cache(maxsize=4)
def _walls(rollout: Rollout) -> tuple[tuple[Floats, float], ...]:
    return tuple((np.asarray(wall.outline), wall.height_m) for wall in build_scenery(rollout).walls)


def corners(box: OrientedBox) -> Floats:
    return np.array(box.footprint(), np.float64)[:, :2]


def gap_m(a: OrientedBox, b: OrientedBox) -> float:
    """Of two boxes that do not overlap the nearest points are a corner and an edge."""
    one, other = corners(a), corners(b)
    return min(_corner_to_edge(one, other), _corner_to_edge(other, one))


def _corner_to_edge(points: Floats, outline: Floats) -> float:
    starts, steps = outline, np.roll(outline, -1, axis=0) - outline
    away = points[:, None] - starts
    share = np.clip((away * steps).sum(-1) / (steps * steps).sum(-1), 0.0, 1.0)
    return float(np.linalg.norm(away - share[..., None] * steps, axis=-1).min())


def _seen_share(rollout: Rollout, target: Actor, time_s: float, eye: Vec3) -> float:
    from_eye = np.array(rollout.ego.pose(time_s).transform_point(eye))
    box = target.box(time_s)
    others = [a for a in rollout.actors if a is not target and a.timeline.is_present(time_s)]
    bodies = [(corners(a.box(time_s)), a.box(time_s).centre_m[2] + 0.5 * a.size_lwh_m[2]) for a in others]
    hiding = [*bodies, *_walls(rollout)]
    points = [point for point in _surface(box) if _looks_here(point, corners(box), from_eye)]
    seen = [all(not _hides(outline, top, from_eye, point) for outline, top in hiding) for point in points]
    return sum(seen) / len(seen)


def _surface(box: OrientedBox) -> list[Floats]:
    outline = corners(box)
    length, bottom = box.size_lwh_m[2], box.centre_m[2] - 0.5 * box.size_lwh_m[2]
    shares = np.linspace(0.0, 1.0, 5, endpoint=False)
    along = [
        a + share * (b - a) for a, b in zip(outline, np.roll(outline, -1, axis=0), strict=True) for share in shares
    ]
    return [np.array([*xy, bottom + height * length]) for xy in along for height in (0.2, 0.55, 0.9)]


def _looks_here(point: Floats, outline: Floats, eye: Floats) -> bool:
    met = _crossing(outline, eye[:2], point[:2])
    return met is None or (1.0 - met) * float(np.linalg.norm(point[:2] - eye[:2])) < TURNED_AWAY_M


def _hides(outline: Floats, top_m: float, eye: Floats, point: Floats) -> bool:
    met = _crossing(outline, eye[:2], point[:2])
    return met is not None and float(eye[2] + met * (point[2] - eye[2])) < top_m


def _crossing(outline: Floats, start: Floats, end: Floats) -> float | None:
    """The share of the way from `start` to `end` at which the outline is met first."""
    way, edges = end - start, np.roll(outline, -1, axis=0) - outline
    across = way[0] * edges[:, 1] - way[1] * edges[:, 0]
    across = np.where(np.abs(across) < 1e-9, np.inf, across)
    away = outline - start
    along = (away[:, 0] * edges[:, 1] - away[:, 1] * edges[:, 0]) / across
    beside = (away[:, 0] * way[1] - away[:, 1] * way[0]) / across
    met = along[(along > 0.0) & (along <= 1.0) & (beside >= 0.0) & (beside <= 1.0)]
    return float(met.min()) if len(met) else None
