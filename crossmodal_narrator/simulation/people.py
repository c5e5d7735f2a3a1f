"""People on foot and on bicycles, made of swept tubes; a walk is a cycle of phases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.meshes import Mesh, Rgb, Texels, joined, palette, tube, with_texel

SKIN, HAIR, TOP, LEGS, SHOE, BAG, METAL, RUBBER = range(8)
Point = Sequence[float] | NDArray[np.float64]

_SKINS: tuple[Rgb, ...] = ((224, 178, 150), (198, 146, 112), (141, 96, 68), (92, 62, 45))
_HAIRS: tuple[Rgb, ...] = ((35, 26, 20), (70, 48, 30), (120, 90, 55), (150, 150, 148))
_TOPS: tuple[Rgb, ...] = ((170, 30, 35), (30, 50, 110), (230, 230, 225), (40, 40, 44), (60, 110, 70), (200, 160, 60))
_TROUSERS: tuple[Rgb, ...] = ((35, 45, 75), (28, 28, 30), (95, 90, 80), (60, 75, 110))
_BAGS: tuple[Rgb, ...] = ((50, 30, 25), (25, 25, 60), (120, 40, 40))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person:
    """Who it is; how they stand at a moment is made from it."""

    height_m: float
    colours: Texels
    has_bag: bool
    long_hair: bool

    @staticmethod
    def drawn_by(rng: np.random.Generator) -> Person:
        pick = [group[int(rng.integers(len(group)))] for group in (_SKINS, _HAIRS, _TOPS, _TROUSERS, _BAGS)]
        skin, hair, top, legs, bag = pick
        return Person(
            height_m=float(rng.uniform(1.6, 1.88)),
            colours=palette([skin, hair, top, legs, (30, 26, 24), bag, (90, 92, 96), (18, 18, 20)]),
            has_bag=bool(rng.random() < 0.4),
            long_hair=bool(rng.random() < 0.4),
        )


def walker(person: Person, phase_rad: float, stride_rad: float) -> Mesh:
    """A person on foot; `stride_rad` is how far the legs swing, 0.05 for one who stands."""
    parts = _trunk(person.colours)
    parts += _head(person.colours, (0.02, 0.0, 1.44), long_hair=person.long_hair)
    for side in (1.0, -1.0):
        parts += _leg(person.colours, side, phase_rad, stride_rad)
        parts += _arm(person.colours, side, phase_rad, stride_rad)
    if person.has_bag:
        parts.append(_part(person.colours, BAG, [(-0.17, 0, 1.08), (-0.17, 0, 1.34)], (0.13, 0.12), 12, (0.7, 1.05)))
    return _scaled(joined(parts), person.height_m)


def cyclist(person: Person, phase_rad: float) -> Mesh:
    """A person who rides; `phase_rad` is that of the pedals."""
    colours, hip = person.colours, np.array([-0.2, 0.0, 1.0])
    chest = hip + 0.5 * np.array([math.sin(0.4), 0.0, math.cos(0.4)])
    middle = 0.5 * (hip + chest)
    torso = [_from(hip, 0, 0, -0.06), middle, 0.4 * middle + 0.6 * chest, chest]
    parts = [*_bicycle(colours), _part(colours, TOP, torso, (0.16, 0.15, 0.175, 0.15), 14, (0.72, 1))]
    parts.append(_part(colours, LEGS, [_from(hip, -0.02, 0, -0.08), hip], (0.15, 0.15), 12, (0.8, 1)))
    parts += _head(colours, _from(chest, 0.03, 0.0, 0.02), long_hair=False)
    for side in (1.0, -1.0):
        parts += _pedalling_leg(colours, side, phase_rad, hip)
        shoulder = _from(chest, 0, 0.2 * side, -0.03)
        elbow = 0.5 * (shoulder + np.array([0.3, 0.35 * side, 0.89]))
        grip = (0.36, 0.25 * side, 1.05)
        parts.append(_part(colours, TOP, [shoulder, elbow, grip], (0.058, 0.046, 0.038), 10))
        parts.append(_part(colours, SKIN, [(0.35, 0.25 * side, 1.05), (0.4, 0.25 * side, 1.05)], (0.038, 0.03), 8))
    return joined(parts)


def _from(point: Point, x: float, y: float, z: float) -> NDArray[np.float64]:
    """The point that lies (x, y, z) from `point`."""
    moved: NDArray[np.float64] = np.asarray(point, dtype=np.float64) + np.array([x, y, z])
    return moved


def _part(
    colours: Texels,
    colour: int,
    path: Sequence[Point],
    radii: Sequence[float],
    sides: int = 10,
    squash: tuple[float, float] = (1.0, 1.0),
) -> Mesh:
    return with_texel(tube(path, radii, colours, sides=sides, squash=squash), colour + 0.5)


def _trunk(colours: Texels) -> list[Mesh]:
    chest = [(0, 0, 0.9), (0, 0, 0.98), (0, 0, 1.1), (0.01, 0, 1.28), (0, 0, 1.4), (0, 0, 1.46)]
    return [
        _part(colours, TOP, chest, (0.155, 0.165, 0.15, 0.178, 0.185, 0.11), 14, (0.68, 1)),
        _part(colours, LEGS, [(0, 0, 0.86), (0, 0, 0.96)], (0.15, 0.16), 14, (0.72, 1)),
    ]


def _head(colours: Texels, neck: Point, *, long_hair: bool) -> list[Mesh]:
    """Above `neck`, the foot of it."""
    foot = np.array(neck, float)
    face = [_from(foot, 0.01, 0, 0.145), _from(foot, 0.01, 0, 0.16), _from(foot, 0.005, 0, 0.24)]
    parts = [
        _part(colours, SKIN, [_from(foot, -0.015, 0, 0), _from(foot, 0, 0, 0.12)], (0.058, 0.052)),
        _part(colours, SKIN, face, (0.066, 0.08, 0.088), 12, (1.12, 0.95)),
        _part(
            colours, HAIR, [_from(foot, -0.02, 0, 0.22), _from(foot, -0.02, 0, 0.26)], (0.094, 0.092), 12, (1.1, 1.0)
        ),
    ]
    if long_hair:
        parts.append(_part(colours, HAIR, [_from(foot, -0.08, 0, 0.22), _from(foot, -0.095, 0, 0.06)], (0.075, 0.05)))
    return parts


def _leg(colours: Texels, side: float, phase: float, stride: float) -> list[Mesh]:
    swing = 1.3 * stride * math.sin(phase) * side
    bend = max(0.0, 1.375 * stride * math.sin(phase + 1.2 * side))
    hip = np.array([0.0, 0.09 * side, 0.9])
    knee = hip + 0.42 * np.array([math.sin(swing), 0.0, -math.cos(swing)])
    ankle = knee + 0.41 * np.array([math.sin(swing - bend), 0.0, -math.cos(swing - bend)])
    shoe = [_from(ankle, -0.03, 0, -0.01), _from(ankle, 0.15, 0.02 * side, -0.03)]
    return [
        _part(colours, LEGS, [hip, knee, ankle], (0.088, 0.062, 0.046)),
        _part(colours, SHOE, shoe, (0.048, 0.038)),
    ]


def _arm(colours: Texels, side: float, phase: float, stride: float) -> list[Mesh]:
    swing = -1.17 * stride * math.sin(phase) * side
    shoulder = np.array([0.0, 0.205 * side, 1.41])
    elbow = shoulder + 0.29 * np.array([math.sin(swing), 0.14 * side, -math.cos(swing)])
    hand = elbow + 0.25 * np.array([math.sin(swing + 0.35), 0.02 * side, -math.cos(swing + 0.35)])
    return [
        _part(colours, TOP, [shoulder, elbow, hand], (0.058, 0.046, 0.036)),
        _part(colours, SKIN, [hand, hand + 0.3 * (hand - elbow)], (0.04, 0.03), 8),
    ]


def _pedalling_leg(colours: Texels, side: float, phase: float, middle: Point) -> list[Mesh]:
    turn = phase + (math.pi if side > 0 else 0.0)
    pedal = np.array([-0.08, 0.11 * side, 0.3]) + 0.17 * np.array([math.cos(turn), 0.0, math.sin(turn)])
    hip, heel = _from(np.array(middle), 0, 0.09 * side, -0.03), _from(pedal, -0.02, 0, 0.08)
    reach = heel - hip
    length = float(np.linalg.norm(reach))
    forward = np.array([-reach[2], 0.0, reach[0]]) / length
    forward *= math.copysign(1.0, forward[0])
    knee = hip + 0.5 * reach + forward * math.sqrt(max(0.43**2 - 0.25 * length**2, 0.01))
    return [
        _part(colours, LEGS, [hip, knee, heel], (0.085, 0.06, 0.045)),
        _part(colours, SHOE, [_from(pedal, -0.06, 0, 0.03), _from(pedal, 0.13, 0, 0)], (0.045, 0.036)),
    ]


def _bicycle(colours: Texels) -> list[Mesh]:
    radius, reach = 0.34, 0.52
    parts = []
    for x in (-reach, reach):
        ring = [(x + radius * math.cos(a), 0.0, radius + radius * math.sin(a)) for a in np.linspace(0, math.tau, 25)]
        parts.append(_part(colours, RUBBER, ring, [0.022] * len(ring), 6))
        for a in np.arange(0, math.pi, math.pi / 5):
            spoke = np.array([0.3 * math.cos(a), 0.0, 0.3 * math.sin(a)])
            hub = np.array([x, 0.0, radius])
            parts.append(_part(colours, METAL, [hub + spoke, hub - spoke], (0.005, 0.005), 4))
    crank, seat, head = np.array([-0.08, 0, 0.3]), np.array([-0.24, 0, 0.92]), np.array([0.36, 0, 0.88])
    rear, front = np.array([-reach, 0, radius]), np.array([reach, 0, radius])
    low_seat, low_head, fork = _from(seat, 0, 0, -0.14), _from(head, 0, 0, -0.1), _from(head, -0.03, 0, 0.1)
    bars = ((crank, seat), (crank, low_head), (low_seat, head), (crank, rear), (low_seat, rear), (fork, front))
    parts += [_part(colours, BAG, pair, (0.02, 0.02), 8) for pair in bars]
    parts.append(_part(colours, RUBBER, [(0.36, -0.27, 1.03), (0.36, 0.27, 1.03)], (0.016, 0.016), 6))
    parts.append(_part(colours, RUBBER, [_from(seat, -0.1, 0, 0.03), _from(seat, 0.14, 0, 0.03)], (0.06, 0.03), 8))
    return parts


def _scaled(mesh: Mesh, height_m: float) -> Mesh:
    """Standing on the ground, `height_m` tall."""
    corners = mesh.corners - np.array([0.0, 0.0, mesh.corners[..., 2].min()], np.float32)
    corners *= np.float32(height_m / corners[..., 2].max())
    return Mesh(corners=corners, normals=mesh.normals, texels=mesh.texels, texture=mesh.texture)
