"""Bicycles and motorcycles with their riders."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from crossmodal_narrator.simulation.shapes.catalogue import LOOKS
from crossmodal_narrator.simulation.shapes.figure import Person, head
from crossmodal_narrator.simulation.shapes.limbs import Part, Point, away, limb, pitched, rod, stack
from crossmodal_narrator.simulation.shapes.lofting import fitted
from crossmodal_narrator.simulation.shapes.meshes import Mesh, joined

_WHEEL_M, _REACH_M = 0.34, 0.52  # of a bicycle: its wheels' radius, and how far they stand from the middle


def cyclist(person: Person, phase_rad: float) -> Mesh:
    """A person who rides; `phase_rad` is that of the pedals."""
    mesh = riding(phase_rad, has_helmet=True, has_backpack=person.build.bag == "backpack")
    return dataclasses.replace(mesh, texture=person.colours)


def riding(phase_rad: float, *, has_helmet: bool, has_backpack: bool) -> Mesh:
    """A bicycle and its rider, in no colours yet."""
    hip = np.array([-0.2, 0.0, 1.0])
    parts = [*_bicycle(phase_rad), *_torso(hip, 0.42, has_helmet=has_helmet, has_backpack=has_backpack)]
    chest = hip + 0.46 * np.array([math.sin(0.42), 0.0, math.cos(0.42)])
    for side in (1.0, -1.0):
        turn = phase_rad + (math.pi if side > 0 else 0.0)
        pedal = np.array([-0.08, 0.11 * side, 0.3]) + 0.17 * np.array([math.cos(turn), 0.0, math.sin(turn)])
        parts += _bent_leg(away(hip, 0.0, 0.09 * side, -0.03), pedal)
        parts += _bent_arm(away(chest, 0.0, 0.185 * side, -0.02), np.array([0.36, 0.25 * side, 1.05]), side)
    return _grounded(parts, "cyclist")


def motorcyclist(lean_rad: float = 0.3) -> Mesh:
    """A motorcycle and its rider in a helmet, in no colours yet."""
    hip = np.array([-0.26, 0.0, 0.84])
    chest = hip + 0.46 * np.array([math.sin(lean_rad), 0.0, math.cos(lean_rad)])
    parts = [*_motorcycle(), *_torso(hip, lean_rad, has_helmet=True, has_backpack=False, has_visor=True)]
    for side in (1.0, -1.0):
        parts += _bent_leg(away(hip, 0.02, 0.1 * side, -0.02), np.array([-0.1, 0.2 * side, 0.3]), knee_out=0.1 * side)
        parts += _bent_arm(away(chest, 0.0, 0.19 * side, -0.02), np.array([0.36, 0.34 * side, 1.03]), side)
    return _grounded(parts, "motorcycle")


def _grounded(parts: list[Mesh], look: str) -> Mesh:
    """Its tyres on the ground, as large as the catalogue says."""
    mesh = joined(parts)
    low = np.array([0.0, 0.0, mesh.corners[..., 2].min()], np.float32)
    return fitted(dataclasses.replace(mesh, corners=mesh.corners - low), LOOKS[look].size_lwh_m)


def _torso(hip: Point, lean_rad: float, *, has_helmet: bool, has_backpack: bool, has_visor: bool = False) -> list[Mesh]:
    x, _, z = (float(v) for v in hip)
    chest = [
        (x, z - 0.04, 0.115, 0.165),
        (x, z + 0.1, 0.11, 0.155),
        (x, z + 0.22, 0.122, 0.168),
        (x, z + 0.38, 0.125, 0.186),
        (x, z + 0.46, 0.1, 0.178),
        (x, z + 0.5, 0.075, 0.12),
        (x, z + 0.53, 0.06, 0.068),
    ]
    parts = [
        stack(Part.TOP, chest),
        limb(Part.LEGS, [away(hip, -0.02, 0, -0.06), away(hip, 0, 0, 0.0)], (0.15, 0.15), 12, (0.85, 1.1)),
        *head((x + 0.02, 0.0, z + 0.5), has_long_hair=False, lean_rad=-0.6 * lean_rad),
    ]
    if has_helmet:
        parts.append(_helmet(x + 0.02, z + 0.5, is_full=has_visor))
    if has_visor:
        visor = [(x + 0.045, z + 0.64, 0.1, 0.085), (x + 0.05, z + 0.73, 0.105, 0.092)]
        parts.append(stack(Part.VISOR, visor, 12))
    if has_backpack:
        bag = [(x - 0.18, 0, z + 0.14), (x - 0.18, 0, z + 0.36)]
        parts.append(limb(Part.BAG, bag, (0.125, 0.11), 10, (0.75, 1.1)))
    return [pitched(part, (x, z, lean_rad)) for part in parts]


def _helmet(x: float, z: float, *, is_full: bool) -> Mesh:
    if is_full:
        rows = [
            (0.02, 0.06, 0.09, 0.08),
            (0.01, 0.14, 0.125, 0.112),
            (0.0, 0.22, 0.132, 0.118),
            (0.0, 0.29, 0.11, 0.098),
            (0.0, 0.34, 0.055, 0.05),
        ]
    else:
        rows = [
            (-0.01, 0.21, 0.115, 0.092),
            (-0.008, 0.26, 0.122, 0.095),
            (-0.005, 0.31, 0.09, 0.075),
            (0.0, 0.345, 0.045, 0.04),
        ]
    return stack(Part.HELMET, [(x + a, z + b, depth, width) for a, b, depth, width in rows], 12)


def _bent_leg(hip: Point, pedal: Point, knee_out: float = 0.0) -> list[Mesh]:
    """From hip to `pedal`, the knee to the front."""
    top, heel = np.asarray(hip, float), away(pedal, -0.03, 0, 0.08)
    reach = heel - top
    length = float(np.linalg.norm(reach))
    forward = np.array([-reach[2], 0.0, reach[0]]) / length
    forward *= math.copysign(1.0, forward[0])
    knee = top + 0.5 * reach + forward * math.sqrt(max(0.44**2 - 0.25 * length**2, 0.01)) + (0.0, knee_out, 0.0)
    return [
        limb(Part.LEGS, [top, 0.5 * (top + knee), knee], (0.09, 0.08, 0.062), 9),
        limb(Part.SHIN, [knee, 0.5 * (knee + heel), heel], (0.06, 0.058, 0.043), 9),
        limb(Part.SHOE, [away(pedal, -0.07, 0, 0.035), away(pedal, 0.13, 0, 0.0)], (0.046, 0.036), 8),
    ]


def _bent_arm(shoulder: Point, grip: Point, side: float) -> list[Mesh]:
    elbow = 0.5 * (np.asarray(shoulder, float) + np.asarray(grip, float)) + (-0.02, 0.05 * side, -0.07)
    return [
        limb(Part.TOP, [shoulder, elbow], (0.06, 0.048), 9),
        limb(Part.FOREARM, [elbow, away(grip, -0.03, 0, 0.02)], (0.046, 0.036), 8),
        limb(Part.SKIN, [away(grip, -0.03, 0, 0.02), away(grip, 0.03, 0, 0.0)], (0.038, 0.032), 7),
    ]


def _ring(part: Part, x: float, radius_m: float, thick_m: float, points: int, sides: int) -> Mesh:
    """A tyre around (x, 0, its outer radius)."""
    angles = np.linspace(0, math.tau, points + 1)
    inner = radius_m - thick_m
    path = [(x + inner * math.cos(a), 0.0, radius_m + inner * math.sin(a)) for a in angles]
    return limb(part, path, [thick_m] * len(path), sides)


def _bicycle(phase_rad: float) -> list[Mesh]:
    parts = []
    for x in (-_REACH_M, _REACH_M):
        parts.append(_ring(Part.RUBBER, x, _WHEEL_M + 0.02, 0.021, 20, 5))
        hub = np.array([x, 0.0, _WHEEL_M + 0.02])
        for a in np.arange(0, math.pi, math.pi / 6) + phase_rad:
            spoke = 0.32 * np.array([math.cos(a), 0.0, math.sin(a)])
            parts.append(rod(Part.METAL, hub + spoke, hub - spoke, 0.004, 3))
    crank, seat, top = np.array([-0.08, 0, 0.3]), np.array([-0.24, 0, 0.92]), np.array([0.36, 0, 0.88])
    rear, front = np.array([-_REACH_M, 0, _WHEEL_M]), np.array([_REACH_M, 0, _WHEEL_M])
    low_seat, low_head, fork = away(seat, 0.03, 0, -0.14), away(top, 0.02, 0, -0.12), away(top, -0.03, 0, 0.1)
    for start, end in (
        (crank, seat),
        (crank, low_head),
        (low_seat, top),
        (crank, rear),
        (low_seat, rear),
        (fork, front),
    ):
        parts.append(rod(Part.FRAME, start, end, 0.02, 6))
    parts.append(limb(Part.RUBBER, [(0.36, -0.27, 1.03), (0.36, 0.27, 1.03)], (0.017, 0.017), 5))
    parts.append(rod(Part.METAL, fork, (0.36, 0.0, 1.03), 0.016))
    parts.append(limb(Part.RUBBER, [away(seat, -0.1, 0, 0.03), away(seat, 0.14, 0, 0.03)], (0.06, 0.03), 7))
    parts.append(limb(Part.METAL, [away(crank, 0, 0.02, 0), away(crank, 0, 0.05, 0)], (0.08, 0.08), 10, (1.0, 0.4)))
    parts.append(limb(Part.HEAD_LAMP, [(0.41, 0, 0.92), (0.44, 0, 0.92)], (0.03, 0.034), 6))
    parts.append(limb(Part.TAIL_LAMP, [(-0.3, 0, 0.78), (-0.32, 0, 0.78)], (0.026, 0.026), 6))
    return parts


def _motorcycle() -> list[Mesh]:
    front, rear, radius = 0.72, -0.7, 0.31
    parts = [_ring(Part.RUBBER, front, radius, 0.055, 20, 7), _ring(Part.RUBBER, rear, radius, 0.07, 20, 7)]
    for x in (front, rear):
        disc = [(x, 0.02, radius), (x, 0.03, radius)]
        parts.append(limb(Part.METAL, disc, (0.14, 0.14), 10))
        for a in np.arange(0, math.pi, math.pi / 3):
            hub, spoke = np.array([x, 0.0, radius]), 0.25 * np.array([math.cos(a), 0.0, math.sin(a)])
            parts.append(rod(Part.METAL, hub + spoke, hub - spoke, 0.014, 4))
    for side in (1.0, -1.0):
        parts.append(rod(Part.METAL, (front, 0.09 * side, radius), (0.42, 0.09 * side, 0.98), 0.026, 6))
        parts.append(rod(Part.ENGINE, (rear, 0.1 * side, radius), (-0.2, 0.1 * side, 0.42), 0.03, 6))
        parts.append(limb(Part.RUBBER, [(0.4, 0.06 * side, 1.0), (0.36, 0.38 * side, 1.03)], (0.018, 0.02), 6))
        parts.append(rod(Part.ENGINE, (0.38, 0.3 * side, 1.03), (0.4, 0.36 * side, 1.17), 0.009, 4))
        parts.append(
            limb(Part.ENGINE, [(0.4, 0.33 * side, 1.18), (0.4, 0.39 * side, 1.18)], (0.045, 0.045), 8, (0.5, 1))
        )
        lamp = Part.LEFT_LAMP if side > 0 else Part.RIGHT_LAMP
        parts.append(limb(lamp, [(0.5, 0.13 * side, 0.88), (0.5, 0.18 * side, 0.88)], (0.028, 0.028), 6))
        parts.append(limb(lamp, [(-0.82, 0.1 * side, 0.72), (-0.82, 0.15 * side, 0.72)], (0.026, 0.026), 6))
    parts.append(
        limb(Part.METAL, [(0.1, -0.15, 0.3), (-0.3, -0.16, 0.3), (-0.8, -0.17, 0.45)], (0.035, 0.045, 0.055), 8)
    )
    parts.append(limb(Part.ENGINE, [(-0.12, 0, 0.44), (0.18, 0, 0.46)], (0.18, 0.16), 10, (1.0, 0.9)))
    parts.append(
        limb(Part.FRAME, [(-0.08, 0, 0.8), (0.14, 0, 0.86), (0.32, 0, 0.84)], (0.11, 0.16, 0.11), 12, (1.0, 0.95))
    )
    parts.append(
        limb(Part.FRAME, [(0.38, 0, 0.7), (0.46, 0, 0.9), (0.42, 0, 1.08)], (0.12, 0.15, 0.07), 12, (0.8, 1.1))
    )
    parts.append(
        limb(Part.RUBBER, [(-0.62, 0, 0.82), (-0.3, 0, 0.76), (-0.08, 0, 0.78)], (0.08, 0.12, 0.1), 10, (1.0, 1.1))
    )
    parts.append(limb(Part.FRAME, [(-0.84, 0, 0.82), (-0.5, 0, 0.72), (-0.2, 0, 0.66)], (0.05, 0.1, 0.12), 10))
    parts.append(limb(Part.FRAME, [(0.5, 0, 0.6), (0.72, 0, 0.66), (0.9, 0, 0.56)], (0.03, 0.06, 0.03), 8, (1, 1.2)))
    parts.append(limb(Part.HEAD_LAMP, [(0.54, 0, 0.88), (0.57, 0, 0.88)], (0.085, 0.08), 10))
    parts.append(limb(Part.TAIL_LAMP, [(-0.87, -0.04, 0.82), (-0.87, 0.04, 0.82)], (0.035, 0.035), 7))
    parts.append(stack(Part.RETRO, [(-0.9, 0.5, 0.01, 0.1), (-0.89, 0.62, 0.01, 0.1)], 6))
    parts.append(rod(Part.ENGINE, (-0.8, 0, 0.78), (-0.9, 0, 0.56), 0.02, 4))
    return parts
