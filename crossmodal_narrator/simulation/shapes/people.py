"""People on foot: a walk is a cycle of phases."""

from __future__ import annotations

import dataclasses

import numpy as np

from crossmodal_narrator.simulation.shapes.figure import Build, Person, head
from crossmodal_narrator.simulation.shapes.limbs import Part, away, limb, pitched, stack
from crossmodal_narrator.simulation.shapes.meshes import Mesh, joined

STANDING_RAD, WALKING_RAD, RUNNING_RAD = 0.04, 0.34, 0.52  # how far the legs swing


def walker(person: Person, phase_rad: float, stride_rad: float) -> Mesh:
    """A person on foot; `stride_rad` is how far the legs swing, STANDING_RAD for one who stands."""
    mesh = on_foot(person.build, person.height_m, phase_rad, stride_rad)
    return dataclasses.replace(mesh, texture=person.colours)


def on_foot(build: Build, height_m: float, phase_rad: float, stride_rad: float) -> Mesh:
    """The same, in no colours yet."""
    lean = 0.02 + 0.18 * max(0.0, stride_rad - 0.3)
    upper = [
        *_trunk(build),
        *head((0.0, 0.0, 1.44), has_long_hair=build.has_long_hair, scale=1.3 if build.is_child else 1.0),
    ]
    for side in (1.0, -1.0):
        upper += _arm(build, side, phase_rad, stride_rad)
    upper += _luggage(build)
    parts = [pitched(part, (0.0, 0.9, lean)) for part in upper]
    parts += _below_the_waist(build, stride_rad, phase_rad)
    for side in (1.0, -1.0):
        parts += _leg(side, phase_rad, stride_rad)
    return _standing(joined(parts), height_m)


def _trunk(build: Build) -> list[Mesh]:
    chest = [
        (0.0, 0.93, 0.112, 0.168),
        (0.0, 1.0, 0.115, 0.166),
        (0.005, 1.1, 0.108, 0.152),
        (0.01, 1.22, 0.12, 0.168),
        (0.01, 1.33, 0.118, 0.186),
        (0.0, 1.39, 0.1, 0.182),
        (-0.01, 1.435, 0.078, 0.13),
        (-0.01, 1.47, 0.06, 0.068),
    ]
    if build.garment == "coat":
        chest = [(x, z, 1.1 * depth, 1.07 * width) for x, z, depth, width in chest]
    return [stack(Part.TOP, chest)]


def _below_the_waist(build: Build, stride: float, phase: float) -> list[Mesh]:
    """Hips, and what hangs from them; a coat and a skirt open with the step."""
    hips = [(0.0, 0.79, 0.085, 0.13), (0.0, 0.86, 0.115, 0.17), (0.0, 0.95, 0.116, 0.168), (0.0, 1.0, 0.1, 0.15)]
    parts = [stack(Part.LEGS, hips)]
    opened = 0.42 * stride * abs(float(np.sin(phase)))
    if build.garment == "skirt":
        skirt = [(0.0, 0.52, 0.15 + opened, 0.2), (0.0, 0.75, 0.15 + 0.4 * opened, 0.19), (0.0, 0.98, 0.118, 0.172)]
        parts.append(stack(Part.LEGS, skirt))
    if build.garment == "coat":
        coat = [(-0.01, 0.55, 0.16 + opened, 0.21), (0.0, 0.78, 0.14 + 0.4 * opened, 0.2), (0.0, 0.98, 0.128, 0.182)]
        parts.append(stack(Part.TOP, coat))
    return parts


def _leg(side: float, phase: float, stride: float) -> list[Mesh]:
    swing = 1.3 * stride * float(np.sin(phase)) * side
    bend = max(0.0, 1.375 * stride * float(np.sin(phase + 1.2 * side)))
    hip = np.array([0.0, 0.09 * side, 0.9])
    knee = hip + 0.43 * np.array([np.sin(swing), 0.0, -np.cos(swing)])
    ankle = knee + 0.41 * np.array([np.sin(swing - bend), 0.0, -np.cos(swing - bend)])
    middle = 0.45 * knee + 0.55 * ankle + (-0.015, 0.0, 0.0)
    toe = away(ankle, 0.15, 0.025 * side, -0.028)
    return [
        limb(Part.LEGS, [hip, 0.5 * (hip + knee), knee], (0.092, 0.08, 0.064), 9),
        limb(Part.SHIN, [knee, middle, ankle], (0.062, 0.06, 0.043), 9),
        limb(Part.SHOE, [away(ankle, -0.04, 0, -0.012), away(ankle, 0.05, 0, -0.015), toe], (0.046, 0.047, 0.036), 8),
    ]


def _arm(build: Build, side: float, phase: float, stride: float) -> list[Mesh]:
    carries = build.bag == "handbag" and side < 0
    swing = -1.17 * stride * float(np.sin(phase)) * side * (0.3 if carries else 1.0)
    bend = 0.3 + (1.2 if stride > 0.45 else 0.15 * stride)
    thick = 1.15 if build.garment == "coat" else 1.0
    shoulder = np.array([0.0, 0.187 * side, 1.365])
    elbow = shoulder + 0.29 * np.array([np.sin(swing), 0.16 * side, -np.cos(swing)])
    hand = elbow + 0.25 * np.array([np.sin(swing + bend), 0.0, -np.cos(swing + bend)])
    tip = hand + 0.3 * (hand - elbow)
    return [
        limb(Part.TOP, [shoulder, 0.5 * (shoulder + elbow), elbow], (0.064 * thick, 0.056 * thick, 0.047 * thick), 9),
        limb(Part.FOREARM, [elbow, hand], (0.046 * thick, 0.036 * thick), 8),
        limb(Part.SKIN, [hand, tip], (0.04, 0.028), 7),
    ]


def _luggage(build: Build) -> list[Mesh]:
    if build.bag == "backpack":
        return [limb(Part.BAG, [(-0.18, 0, 1.06), (-0.18, 0, 1.32)], (0.13, 0.115), 10, (0.75, 1.1))]
    if build.bag == "handbag":
        return [
            stack(Part.BAG, [(0.0, 0.66, 0.13, 0.045), (0.0, 0.86, 0.12, 0.05), (0.0, 0.9, 0.06, 0.03)], 10).moved(
                0.0, -0.27, 0.0
            )
        ]
    return []


def _standing(mesh: Mesh, height_m: float) -> Mesh:
    """On the ground, `height_m` tall."""
    corners = mesh.corners - np.array([0.0, 0.0, mesh.corners[..., 2].min()], np.float32)
    corners *= np.float32(height_m / corners[..., 2].max())
    return dataclasses.replace(mesh, corners=corners)
