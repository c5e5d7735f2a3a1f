"""The rays of a turn against the scenery, everybody who moves, and the vehicle itself: the nearest of each ray."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.sensors.spinning_lidar.reflection import Answers, Ground, answered
from crossmodal_narrator.simulation.sensors.spinning_lidar.turn import Passage, Turn, rotate_columns, rotated
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material
from crossmodal_narrator.simulation.shapes.raycasting import Hits
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.world import Body

Rays = NDArray[np.int64]
NOBODY = -1
_GLASS_PASSES = 0.75  # of the pulses, where glass is not met head on; two panes of a car leave a third
_LEAVES_PASS = 0.3  # of the pulses go on between the leaves
_LEAF_COVERS = (0.25, 1.0)  # of a pulse's spot
_PANES = 3  # how often a ray goes on
_BEHIND_M = np.float32(0.03)  # where a ray goes on that passed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Echoes:
    """What each ray of a turn has met so far, nearest first; infinite distance is nothing."""

    distance_m: Floats  # (rays,)
    reflectance: Floats  # (rays,)
    actor: NDArray[np.int32]  # (rays,)

    @staticmethod
    def none(count: int) -> Echoes:
        return Echoes(
            distance_m=np.full(count, np.inf, np.float32),
            reflectance=np.zeros(count, np.float32),
            actor=np.full(count, NOBODY, np.int32),
        )

    def meet(self, rays: Rays, distance_m: Floats, reflectance: Floats, actor: NDArray[np.int32] | np.int32) -> None:
        """`rays` met something at `distance_m`; it counts where it is the nearest."""
        wins = np.flatnonzero(distance_m < self.distance_m[rays])
        won = rays[wins]
        self.distance_m[won] = distance_m[wins]
        self.reflectance[won] = reflectance[wins]
        self.actor[won] = actor[wins] if isinstance(actor, np.ndarray) else actor


class Caster:
    """Casts turns of one model. Its buffers are used again from turn to turn."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._shape = (turn.columns, turn.channels, 3)
        self._origins = np.empty(self._shape, np.float32)
        self._directions = np.empty(self._shape, np.float32)

    def meet_still(
        self,
        echoes: Echoes,
        passage: Passage,
        still: Matter,
        actors: Mapping[int, int],
        ground: Ground,
        rng: np.random.Generator,
    ) -> None:
        """All rays against what never moves; `actors` numbers those whom some of its bodies are."""
        self._origins[...] = passage.origin_m.astype(np.float32)[:, None]
        rotate_columns(self._turn.rays.reshape(self._shape), passage.yaw_rad, out=self._directions)
        of_body = np.full(len(still.layout) or 1, NOBODY, np.int32)
        for body, number in actors.items():
            of_body[body] = number
        rays = np.arange(len(self._turn.rays))
        found = _Found.cast(still, rays, self._origins.reshape(-1, 3), self._directions.reshape(-1, 3), ground)
        # Behind the window of a house nothing is built, so that the ray is lost there; cars can be looked through.
        found.pass_through(still, rng, glass=of_body >= 0, ground=ground)
        echoes.meet(found.rays, found.distance_m, found.reflectance, of_body[found.body])

    def meet_body(self, echoes: Echoes, passage: Passage, body: Body, number: int, rng: np.random.Generator) -> None:
        """The rays that can meet `body`, cast in its own frame, where it is at their time."""
        if not len(body.matter.corners):
            return
        columns, channels, way = self._window(passage, body)
        if not len(columns) or not len(channels):
            return
        away, yaw = way
        turned = self._turn.rays.reshape(self._shape)[columns[:, None], channels]
        directions = np.empty_like(turned)
        rotate_columns(turned, passage.yaw_rad[columns] - yaw, out=directions)
        origins = -rotated(away, -yaw)  # of the sensor, in the body's frame
        can_meet = _passes_within(origins, directions, body.reach_m).reshape(-1)
        rays = (columns[:, None] * self._turn.channels + channels).reshape(-1)[can_meet]
        starts = np.repeat(origins.astype(np.float32), len(channels), axis=0)[can_meet]
        found = _Found.cast(body.matter, rays, starts, directions.reshape(-1, 3)[can_meet], Ground())
        found.pass_through(body.matter, rng, glass=np.ones(len(body.matter.layout), dtype=np.bool_), ground=Ground())
        echoes.meet(found.rays, found.distance_m, found.reflectance, np.int32(number))

    def _window(
        self, passage: Passage, body: Body
    ) -> tuple[Rays, Rays, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Columns and channels in which `body` can be met; where it is from the sensor, and its yaw, by column."""
        turn, timeline = self._turn, body.actor.timeline
        xyz, yaw = timeline.at(passage.time_s)
        away = xyz - passage.origin_m
        flat = np.hypot(away[:, 0], away[:, 1])
        half = np.where(flat > body.reach_m, np.arcsin(np.minimum(body.reach_m / np.maximum(flat, 1e-6), 1.0)), math.pi)
        aside = np.arctan2(away[:, 1], away[:, 0]) - passage.yaw_rad - turn.middle_azimuth_rad
        aside -= math.tau * np.rint(aside / math.tau)
        is_there = (passage.time_s >= timeline.time_s[0]) & (passage.time_s <= timeline.time_s[-1])
        columns = np.flatnonzero((np.abs(aside) <= half + turn.spread_rad) & is_there)
        if not len(columns):
            return columns, columns, (away[:0], yaw[:0])
        near = max(float(flat[columns].min()) - body.reach_m, 0.05)
        far = float(flat[columns].max()) + body.reach_m
        heights = body.matter.corners[..., 2]
        low = float(heights.min()) + float(away[columns, 2].min())
        high = float(heights.max()) + float(away[columns, 2].max())
        lowest = math.atan2(low, near if low < 0 else far)
        highest = math.atan2(high, near if high > 0 else far)
        channels = np.flatnonzero((turn.elevation_rad >= lowest) & (turn.elevation_rad <= highest))
        return columns, channels, (away[columns], yaw[columns])


def numbered(still_actors: Mapping[int, Actor], bodies: int) -> dict[int, int]:
    """The place of each still actor among all who can be met: first they, by their body, then those who move."""
    return {body: number for number, body in enumerate(sorted(still_actors)) if body < bodies}


def _passes_within(origins: NDArray[np.float64], directions: Floats, reach_m: float) -> NDArray[np.bool_]:
    """(columns, n) which rays (columns, n, 3) pass the origin of the frame nearer than `reach_m`, seen from above."""
    x, y = (origins[:, k].astype(np.float32)[:, None] for k in (0, 1))
    passes: NDArray[np.bool_] = np.abs(x * directions[..., 1] - y * directions[..., 0]) <= np.float32(reach_m)
    return passes


@dataclass(slots=True, kw_only=True, eq=False)
class _Found:
    """Rays that met one matter, in its own frame."""

    rays: Rays  # (found,) their numbers in the turn
    starts: Floats  # (found, 3)
    directions: Floats  # (found, 3)
    distance_m: Floats  # (found,)
    reflectance: Floats  # (found,)
    material: NDArray[np.uint8]  # (found,)
    body: NDArray[np.int32]  # (found,)

    @staticmethod
    def cast(matter: Matter, rays: Rays, starts: Floats, directions: Floats, ground: Ground) -> _Found:
        hits = matter.scene.cast(starts, directions)
        met = np.flatnonzero(np.isfinite(hits.distance_m))
        found, starts, directions = hits.only(met), starts[met], directions[met]
        answers = _answers(matter, found, starts, directions, ground)
        return _Found(
            rays=rays[met],
            starts=starts,
            directions=directions,
            distance_m=found.distance_m,
            reflectance=answers.reflectance,
            material=answers.material,
            body=answers.body,
        )

    def pass_through(
        self, matter: Matter, rng: np.random.Generator, *, glass: NDArray[np.bool_], ground: Ground
    ) -> None:
        """Let a share of the rays go on behind leaves and panes; what they then meet is what they found.

        `glass` (bodies,) says whose panes can be looked through; other panes swallow what passes.
        """
        is_pane = _is_pane(self.material)
        is_leaf = self.material == Material.FOLIAGE
        some = np.flatnonzero(is_pane | is_leaf)
        draw = rng.random((2, len(some)), dtype=np.float32)
        pane = is_pane[some]
        # The lobe of a pane that is met head on comes back whatever passes.
        passes = draw[0] < np.where(pane, np.float32(_GLASS_PASSES), np.float32(_LEAVES_PASS))
        passes &= ~pane | (self.reflectance[some] < 0.1)
        low, high = _LEAF_COVERS
        leaves = some[~pane]
        self.reflectance[leaves] *= np.float32(low) + np.float32(high - low) * draw[1][~pane]
        gone = some[passes]
        self._go_on(matter, gone, glass[self.body[gone]] | is_leaf[gone], ground)

    def _go_on(self, matter: Matter, gone: Rays, is_open: NDArray[np.bool_], ground: Ground) -> None:
        """`gone` passed what they found; `is_open` (gone,) are those behind which more is built."""
        reached = self.distance_m[gone] + _BEHIND_M
        self.distance_m[gone] = np.inf
        gone, reached = gone[is_open], reached[is_open]
        for _ in range(_PANES):
            if not len(gone):
                return
            starts = self.starts[gone] + self.directions[gone] * reached[:, None]
            found = _Found.cast(matter, gone, starts, self.directions[gone], ground)
            found.distance_m += reached[np.searchsorted(gone, found.rays)]
            is_pane = _is_pane(found.material)
            ends = found.rays[~is_pane]
            self.distance_m[ends] = found.distance_m[~is_pane]
            for name in ("reflectance", "material", "body"):
                getattr(self, name)[ends] = getattr(found, name)[~is_pane]
            # What passed the first pane passes the next ones too.
            gone, reached = found.rays[is_pane], found.distance_m[is_pane] + _BEHIND_M


def _is_pane(material: NDArray[np.uint8]) -> NDArray[np.bool_]:
    is_pane: NDArray[np.bool_] = (material == Material.GLASS) | (material == Material.LIT_WINDOW)
    return is_pane


def _answers(matter: Matter, hits: Hits, starts: Floats, directions: Floats, ground: Ground) -> Answers:
    return answered(matter, hits, directions, starts + directions * hits.distance_m[:, None], ground)
