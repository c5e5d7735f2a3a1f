"""Buildings to the ear: what they keep away, around which corners sound still comes, and what they send back.

Edges: Maekawa's chart in the closed form of Kurze and Anderson (Applied Acoustics 4, 1971), with its continuation into
the light, so that a source that comes out from behind a corner does so smoothly. The longer way of the wave is that of
a taut string around the corners; ISO 9613-2 limits what an edge takes away.
Façades: the mirror image of the source, where the wave meets the façade and not the air beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.scenery.scenery import Wall
from crossmodal_narrator.simulation.sound.bands import BANDS, CENTRES_HZ, Reals, amplitude

_MAX_EDGE_DB = 30.0  # of one edge; two sides and a roof together lose 25 dB
# What comes over the roofs however many stand between: what the town scatters fills every shadow. ISO 9613-2, 7.4, lets
# all edges together take away 20 to 25 dB.
_SCATTERED = amplitude(-np.array([20.0, 20.0, 22.0, 24.0, 25.0, 25.0]))
_NEAR_M = 0.14  # a corner this much off the straight way (as a longer way) is not felt in the lowest band
_END_M = 1.0  # over which a reflection fades at the end of a façade: its first Fresnel zone, roughly
_LEAST_REFLECTED = 0.03  # of the direct sound in the open, as amplitude
_RIVAL = 0.75  # of the strongest reflection, from where another is heard too
# Of pressure at brick, plaster and glass: 5 to 10 % absorbed, and more scattered the shorter the wave. ISO 9613-2,
# table 4, has 0.8 of the energy for façades with windows and balconies.
_REFLECTED = np.array([0.9, 0.9, 0.85, 0.8, 0.7, 0.6])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detour:
    """A way around a corner: the source seems to be at `image_m`."""

    key: tuple[str, int]
    image_m: Reals  # (3,)
    gain: Reals  # (bands,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reflection:
    """A way by a façade: image = linear @ source + shift."""

    key: tuple[str, int]
    linear: NDArray[np.float64]  # (3, 3)
    shift_m: Reals  # (3,)
    gain: Reals  # (bands,)


class Walls:
    """All buildings of a scene. Footprints count as convex for their corners; façades are those of the outline."""

    def __init__(self, walls: Sequence[Wall], sound_mps: float) -> None:
        self._sound_mps = sound_mps
        self._hulls = [_hull(np.asarray(wall.outline, np.float64)) for wall in walls]
        self._heights = np.array([wall.height_m for wall in walls])
        corners = max((len(hull) for hull in self._hulls), default=0)
        self._corners = np.array([_padded(hull, corners) for hull in self._hulls]).reshape(len(walls), corners, 2)
        along = np.roll(self._corners, -1, axis=1) - self._corners
        self._outward = np.stack([along[..., 1], -along[..., 0]], axis=-1)  # (walls, edges, 2); zero where padded
        self._level = np.einsum("wek,wek->we", self._outward, self._corners)
        self._middles = np.array([hull.mean(axis=0) for hull in self._hulls]).reshape(-1, 2)
        around = self._corners - self._middles[:, None]
        self._radii = np.sqrt(np.einsum("wek,wek->we", around, around)).max(axis=1, initial=0.0)
        self._faces(walls)

    def _faces(self, walls: Sequence[Wall]) -> None:
        outlines = [np.asarray(wall.outline, np.float64) for wall in walls]
        starts = np.concatenate(outlines) if outlines else np.zeros((0, 2))
        ends = np.concatenate([np.roll(o, -1, axis=0) for o in outlines]) if outlines else np.zeros((0, 2))
        self._face_length = np.sqrt(((ends - starts) ** 2).sum(axis=1))
        self._face_start = starts
        self._face_along = (ends - starts) / np.maximum(self._face_length, 1e-9)[:, None]
        self._face_out = np.stack([self._face_along[:, 1], -self._face_along[:, 0]], axis=1)
        self._face_wall = np.repeat(np.arange(len(walls)), [len(o) for o in outlines])

    def direct(self, source_m: Reals, receiver_m: Reals, skip: int = -1) -> tuple[Reals, list[Detour]]:
        """What comes straight or over the roofs, (bands,) of amplitude, and what comes around corners."""
        if not len(self._hulls):
            return np.ones(BANDS), []
        near = self._near(source_m[:2], receiver_m[:2])
        is_crossed, enters, leaves, detour_m = self._met(near, source_m[:2], receiver_m[:2])
        straight = np.ones(BANDS)
        detours: list[Detour] = []
        for k in np.flatnonzero((is_crossed | (detour_m < _NEAR_M)) & (near != skip)):
            wall = int(near[k])
            if not is_crossed[k]:
                if min(source_m[2], receiver_m[2]) < self._heights[wall]:
                    straight = straight * self._gain(-detour_m[k])
                continue
            over, around = self._behind(wall, source_m, receiver_m, float(enters[k]), float(leaves[k]))
            left = np.minimum(1.0, np.sqrt(sum((d.gain**2 for d in around), start=over**2)))
            detours = [Detour(key=d.key, image_m=d.image_m, gain=d.gain * left) for d in detours]
            detours += [Detour(key=d.key, image_m=d.image_m, gain=d.gain * straight) for d in around]
            straight = straight * over
        straight = np.sqrt(straight**2 + _SCATTERED**2 * (1.0 - straight**2))
        return straight, sorted(detours, key=lambda d: -float(d.gain.sum()))[:2]

    def through(self, source_m: Reals, receiver_m: Reals, skip: int = -1) -> Reals:
        """(bands,) of amplitude that arrives, by whatever way."""
        straight, detours = self.direct(source_m, receiver_m, skip)
        return np.minimum(1.0, np.sqrt(sum((d.gain**2 for d in detours), start=straight**2)))

    def reflections(self, source_m: Reals, receiver_m: Reals) -> list[Reflection]:
        """That of the façade which sends most back, and of the next one as far as it comes near the first.

        So none takes the other's place at once while somebody passes between two.
        """
        gains, shares = self._mirrored(source_m, receiver_m)
        best = np.argsort(-gains, kind="stable")[:3]
        found = [
            self._reflection(int(face), float(gains[face]), float(shares[face]), source_m, receiver_m)
            for face in best
            if gains[face] > _LEAST_REFLECTED
        ]
        strengths = np.array(
            [r.gain.sum() / np.linalg.norm(r.linear @ source_m + r.shift_m - receiver_m) for r in found]
        )
        weights = _smooth((strengths / strengths.max(initial=1e-12) - _RIVAL) / (1.0 - _RIVAL))
        return [replace(r, gain=r.gain * weight) for r, weight in zip(found, weights, strict=True) if weight > 0.0]

    def _reflection(self, face: int, gain: float, share: float, source_m: Reals, receiver_m: Reals) -> Reflection:
        """`gain` is relative to the open field at the direct range; the longer way counts by itself."""
        out, wall = self._face_out[face], int(self._face_wall[face])
        normal = np.array([out[0], out[1], 0.0])
        linear = np.eye(3) - 2.0 * np.outer(normal, normal)
        shift = 2.0 * float(out @ self._face_start[face]) * normal
        image = linear @ source_m + shift
        met = receiver_m + (image - receiver_m) * (1.0 - share) + 0.05 * normal
        legs = self.through(source_m, met, wall) * self.through(met, receiver_m, wall)
        window = gain * float(np.linalg.norm(image - receiver_m) / np.linalg.norm(source_m - receiver_m))
        return Reflection(key=("face", face), linear=linear, shift_m=shift, gain=window * _REFLECTED * legs)

    def _mirrored(self, source_m: Reals, receiver_m: Reals) -> tuple[Reals, Reals]:
        """Of each façade: the amplitude it would send back, beside the direct one; where on the way it is met."""
        before = np.einsum("fk,fk->f", self._face_out, source_m[:2] - self._face_start)
        behind = np.einsum("fk,fk->f", self._face_out, receiver_m[:2] - self._face_start)
        is_faced = (before > 0.1) & (behind > 0.1)
        share = np.where(is_faced, before / np.where(is_faced, before + behind, 1.0), 0.0)
        along = np.einsum("fk,fk->f", self._face_along, source_m[:2] - self._face_start)
        along = along + share * (self._face_along @ (receiver_m[:2] - source_m[:2]))
        within = _ramp(along) * _ramp(self._face_length - along)
        height = source_m[2] + share * (receiver_m[2] - source_m[2])
        within = within * _ramp(self._heights[self._face_wall] - height)
        direct = np.linalg.norm(source_m - receiver_m)
        mirrored = np.sqrt(direct**2 + 4.0 * np.maximum(before * behind, 0.0))  # a plane mirror's longer way
        return np.where(is_faced, within * direct / mirrored, 0.0), share

    def _near(self, source: Reals, receiver: Reals) -> NDArray[np.int64]:
        """The buildings whose surrounding circle comes near the straight way, in plan."""
        way = receiver - source
        length = float(np.hypot(*way))
        to_middle = self._middles - source
        share = np.clip(to_middle @ way / max(length**2, 1e-9), 0.0, 1.0)
        aside = to_middle - share[:, None] * way
        reach = self._radii + 0.5 + np.sqrt(0.5 * _NEAR_M * (length + 1.0))  # a corner this far aside is _NEAR_M longer
        return np.flatnonzero(np.einsum("wk,wk->w", aside, aside) < reach**2)

    def _met(
        self, walls: NDArray[np.int64], source: Reals, receiver: Reals
    ) -> tuple[NDArray[np.bool_], Reals, Reals, Reals]:
        """Of each of these buildings, in plan: whether it is between, from where to where (shares of the way), and how
        much longer the way by its nearest corner is.
        """
        way = receiver - source
        slope = np.einsum("wek,k->we", self._outward[walls], way)
        room = self._level[walls] - np.einsum("wek,k->we", self._outward[walls], source)  # inside: slope * t <= room
        # Where padded, slope and room are zero, and the edge says nothing.
        with np.errstate(divide="ignore", invalid="ignore"):
            at = room / slope
        enters = np.where(slope < 0, at, -np.inf).max(axis=1)
        leaves = np.where(slope > 0, at, np.inf).min(axis=1)
        is_parallel_outside = ((slope == 0) & (room < 0)).any(axis=1)
        # Somebody within a footprint stands in the recess of one that is not convex: that building is not between.
        is_crossed = (enters > 0.0) & (enters < leaves) & (leaves < 1.0) & ~is_parallel_outside
        to_source = np.sqrt(((self._corners[walls] - source) ** 2).sum(axis=-1))
        to_receiver = np.sqrt(((self._corners[walls] - receiver) ** 2).sum(axis=-1))
        detour: Reals = (to_source + to_receiver).min(axis=1) - np.linalg.norm(way)
        return is_crossed, enters, leaves, detour

    def _behind(
        self, wall: int, source_m: Reals, receiver_m: Reals, enters: float, leaves: float
    ) -> tuple[Reals, list[Detour]]:
        """Of a building in between: what comes over it, (bands,), and around its two sides."""
        flat = receiver_m[:2] - source_m[:2]
        straight_m = float(np.linalg.norm(flat))
        over = self._gain(_over(source_m[2], receiver_m[2], straight_m, enters, leaves, float(self._heights[wall])))
        ahead = flat / max(straight_m, 1e-9)
        corners = self._hulls[wall] - source_m[:2]
        local = np.stack([corners @ ahead, ahead[0] * corners[:, 1] - ahead[1] * corners[:, 0]], axis=1)
        around = []
        for side, sign in (("left", 1.0), ("right", -1.0)):
            length_m, last = _taut(local * (1.0, sign), straight_m)
            toward = np.array([last[0] - straight_m, sign * last[1]])
            toward = toward / max(float(np.linalg.norm(toward)), 1e-9)
            turned = toward[0] * ahead + toward[1] * np.array([-ahead[1], ahead[0]])
            image = np.array([*(receiver_m[:2] + length_m * turned), source_m[2]])
            gain = self._gain(length_m - straight_m) * np.sqrt(1.0 - over**2)
            around.append(Detour(key=(side, wall), image_m=image, gain=gain))
        return over, around

    def _gain(self, longer_m: float) -> Reals:
        """(bands,) of amplitude past an edge; `longer_m` is negative in the light."""
        return amplitude(-edge_loss_db(2.0 * longer_m * CENTRES_HZ / self._sound_mps))


def edge_loss_db(fresnel: Reals) -> Reals:
    """By Fresnel number, positive in the shadow: 5 dB at the border, none from -0.2 on."""
    root = np.sqrt(2.0 * np.pi * np.maximum(np.abs(fresnel), 1e-9))
    shadow = 5.0 + 20.0 * np.log10(root / np.tanh(root))
    light = 5.0 + 20.0 * np.log10(root / np.tan(np.minimum(root, 1.2)))
    lost: Reals = np.where(fresnel >= 0, np.minimum(shadow, _MAX_EDGE_DB), np.where(fresnel < -0.19, 0.0, light))
    return np.maximum(lost, 0.0)


def _over(source_z: float, receiver_z: float, straight_m: float, enters: float, leaves: float, height: float) -> float:
    """How much longer the way over a roof is; negative where the straight way passes above it."""
    ends = [(0.0, source_z), (straight_m, receiver_z)]
    edges = [(enters * straight_m, height), (leaves * straight_m, height)]
    direct = float(np.hypot(straight_m, receiver_z - source_z))
    rise = [z - (source_z + (receiver_z - source_z) * x / max(straight_m, 1e-9)) for x, z in edges]
    above = [edge for edge, up in zip(edges, rise, strict=True) if up > 0]
    if not above:
        ways = [_length([ends[0], edge, ends[1]]) - direct for edge in edges]
        return -min(ways)
    return max(_length([ends[0], *chain, ends[1]]) for chain in ([above[0]], [above[-1]], above)) - direct


def _taut(local: Reals, straight_m: float) -> tuple[float, Reals]:
    """The string from (0, 0) to (straight_m, 0) around all corners with a positive second coordinate.

    Its length, and the corner that it touches last.
    """
    points = np.concatenate([[[0.0, 0.0], [straight_m, 0.0]], local[local[:, 1] > 0]])
    ring = _hull(points)  # counter-clockwise: from the end over the corners back to the beginning
    end = int(np.flatnonzero((ring == points[1]).all(axis=1))[0])
    ring = np.roll(ring, -end, axis=0)
    length = float(np.sqrt(((np.roll(ring, -1, axis=0) - ring) ** 2).sum(axis=1)).sum()) - straight_m
    return length, ring[1]


def _hull(points: Reals) -> Reals:
    """The corners of the convex hull, counter-clockwise; Andrew's monotone chain."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:
        return np.array(ordered)
    half: list[list[tuple[float, float]]] = []
    for run in (ordered, ordered[::-1]):
        chain: list[tuple[float, float]] = []
        for point in run:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        half.append(chain[:-1])
    return np.array(half[0] + half[1])


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _length(points: Sequence[tuple[float, float]]) -> float:
    return float(sum(np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)))


def _padded(hull: Reals, corners: int) -> Reals:
    return np.concatenate([hull, np.repeat(hull[-1:], corners - len(hull), axis=0)])


def _ramp(inside_m: Reals) -> Reals:
    return _smooth(inside_m / (2.0 * _END_M) + 0.5)


def _smooth(position: Reals) -> Reals:
    x = np.clip(position, 0.0, 1.0)
    smooth: Reals = x * x * (3.0 - 2.0 * x)
    return smooth
