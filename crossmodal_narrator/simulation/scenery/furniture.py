"""Lamp posts, shelters, cones, barriers, guard rails and what else stands in streets.

Axes: x along the lane, y to its left; what is meant for drivers looks to -x, at those who come along the lane.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.simulation.scenery.instances import Kit
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh, Texels

LAMP_HEIGHT_M, LAMP_ARM_M = 7.3, 2.4
RAIL_M, PANEL_M = 4.0, 4.0  # lengths of pieces of guard rails and noise barriers
_STEEL, _DARK, _ORANGE, _WHITE, _RED, _GLASS, _WOOD, _LAMP, _GREY, _BLUE, _AMBER, _STONE, _BOARD = range(13)
_COLOURS = (
    ((104, 108, 110), Material.METAL),
    ((48, 50, 52), Material.MATTE),
    ((214, 84, 28), Material.MATTE),
    ((222, 222, 218), Material.RETRO),
    ((186, 38, 34), Material.RETRO),
    ((58, 64, 66), Material.GLASS),
    ((122, 92, 62), Material.MATTE),
    ((216, 212, 196), Material.STREET_LAMP),
    ((138, 140, 138), Material.MATTE),
    ((42, 72, 128), Material.RETRO),
    ((206, 142, 34), Material.RETRO),
    ((150, 146, 138), Material.MATTE),
    ((112, 104, 88), Material.MATTE),
)


def furniture_kit() -> Kit:
    """A new kit in the colours of all furniture, so that pieces can be joined."""
    return Kit(_palette())


@cache
def _palette() -> Texels:
    return Kit.of(_COLOURS).texture


@cache
def lamp_post() -> Mesh:
    """Its arm reaches to -y."""
    kit = furniture_kit()
    kit.tube([(0, 0, 0), (0, 0, 1.0), (0, 0, 7.0)], (0.1, 0.08, 0.05), _STEEL)
    kit.tube([(0, 0, 7.0), (0, -LAMP_ARM_M + 0.5, LAMP_HEIGHT_M)], (0.05, 0.04), _STEEL, sides=6)
    y = -LAMP_ARM_M
    kit.box((-0.13, y - 0.3, LAMP_HEIGHT_M - 0.05), (0.13, y + 0.5, LAMP_HEIGHT_M + 0.07), _STEEL)
    kit.box((-0.1, y - 0.25, LAMP_HEIGHT_M - 0.08), (0.1, y + 0.2, LAMP_HEIGHT_M - 0.05), _LAMP)
    return kit.mesh()


@cache
def cone() -> Mesh:
    """75 cm, with two retroreflective bands (EN 13422)."""
    kit = furniture_kit()
    kit.box((-0.2, -0.2, 0.0), (0.2, 0.2, 0.04), _DARK)
    rings = [(0.04, 0.15), (0.22, 0.123), (0.34, 0.105), (0.44, 0.09), (0.56, 0.072), (0.75, 0.035)]
    for k, ((z0, r0), (z1, r1)) in enumerate(pairwise(rings)):
        for side in range(10):
            a, b = (math.tau * (side + s) / 10 for s in (0, 1))
            lower = [(r0 * math.cos(w), r0 * math.sin(w), z0) for w in (a, b)]
            upper = [(r1 * math.cos(w), r1 * math.sin(w), z1) for w in (b, a)]
            kit.fan([*lower, *upper], _WHITE if k in (1, 3) else _ORANGE)
    z, radius = rings[-1]
    kit.fan([(radius * math.cos(w), radius * math.sin(w), z) for w in (0.0, 1.57, 3.14, 4.71)], _ORANGE)
    return kit.mesh()


@cache
def barrier() -> Mesh:
    """A striped board two metres long, on feet; it stands along x."""
    kit = furniture_kit()
    for x in (-0.8, 0.8):
        kit.box((x - 0.1, -0.35, 0.0), (x + 0.1, 0.35, 0.1), _DARK)
        kit.box((x - 0.03, -0.03, 0.1), (x + 0.03, 0.03, 1.05), _STEEL)
    for z in (0.4, 0.8):
        for k in range(8):
            x = -1.0 + 0.25 * k
            kit.box((x, -0.05, z), (x + 0.25, -0.03, z + 0.25), _RED if k % 2 else _WHITE)
            kit.box((x, 0.03, z), (x + 0.25, 0.05, z + 0.25), _RED if k % 2 else _WHITE)
    for x in (-0.8, 0.8):
        kit.box((x - 0.09, -0.04, 1.05), (x + 0.09, 0.04, 1.23), _AMBER)
    return kit.mesh()


@cache
def beacon() -> Mesh:
    """A guide beacon: an upright striped board that looks to -x."""
    kit = furniture_kit()
    kit.box((-0.25, -0.2, 0.0), (0.25, 0.2, 0.1), _DARK)
    for k in range(5):
        kit.box((-0.02, -0.125, 0.1 + 0.2 * k), (0.02, 0.125, 0.3 + 0.2 * k), _RED if k % 2 else _WHITE)
    return kit.mesh()


@cache
def bus_stop() -> Mesh:
    """A shelter open to the left, with a bench, and the stop's post at its far end."""
    kit = furniture_kit()
    for x in (-1.9, 0.0, 1.9):
        kit.box((x - 0.04, -0.64, 0.0), (x + 0.04, -0.56, 2.35), _DARK)
    for x in (-1.9, 1.9):
        kit.box((x - 0.04, 0.46, 0.0), (x + 0.04, 0.54, 2.35), _DARK)
        kit.box((x - 0.01, -0.5, 0.25), (x + 0.01, 0.4, 2.1), _GLASS)
    for x in (-0.95, 0.95):
        kit.box((x - 0.85, -0.61, 0.25), (x + 0.85, -0.59, 2.1), _GLASS)
    kit.box((-2.05, -0.75, 2.35), (2.05, 0.75, 2.5), _GREY)
    kit.box((-1.2, -0.5, 0.42), (1.2, -0.15, 0.48), _WOOD)
    for x in (-1.0, 1.0):
        kit.box((x - 0.04, -0.45, 0.0), (x + 0.04, -0.2, 0.42), _DARK)
    kit.tube([(2.9, 0.5, 0.0), (2.9, 0.5, 2.8)], (0.035, 0.035), _STEEL, sides=6)
    kit.box((2.88, 0.25, 2.3), (2.92, 0.75, 2.8), _AMBER)
    kit.box((2.87, 0.38, 1.3), (2.93, 0.62, 1.7), _WHITE)
    return kit.mesh()


@cache
def bench() -> Mesh:
    kit = furniture_kit()
    for x in (-0.7, 0.7):
        kit.box((x - 0.04, -0.25, 0.0), (x + 0.04, 0.2, 0.42), _DARK)
    kit.box((-0.9, -0.25, 0.42), (0.9, 0.22, 0.47), _WOOD)
    kit.box((-0.9, -0.3, 0.55), (0.9, -0.25, 0.85), _WOOD)
    return kit.mesh()


@cache
def bin_() -> Mesh:
    kit = furniture_kit()
    kit.tube([(0, 0, 0.1), (0, 0, 0.8)], (0.2, 0.22), _DARK)
    return kit.mesh()


@cache
def container() -> Mesh:
    """A skip for rubble, open at the top, its ends slanted."""
    kit = furniture_kit()
    low = [(-1.2, -0.85, 0.1), (1.2, -0.85, 0.1), (1.2, 0.85, 0.1), (-1.2, 0.85, 0.1)]
    high = [(-1.7, -0.85, 1.3), (1.7, -0.85, 1.3), (1.7, 0.85, 1.3), (-1.7, 0.85, 1.3)]
    for k in range(4):
        kit.fan([low[k], low[(k + 1) % 4], high[(k + 1) % 4], high[k]], _GREY)
    kit.fan([(x, y, 1.0) for x, y, _ in high], _STONE)
    kit.fan(low, _DARK)
    return kit.mesh()


@cache
def bollard() -> Mesh:
    kit = furniture_kit()
    kit.tube([(0, 0, 0), (0, 0, 0.9)], (0.06, 0.06), _DARK, sides=6)
    kit.tube([(0, 0, 0.7), (0, 0, 0.8)], (0.065, 0.065), _WHITE, sides=6)
    return kit.mesh()


@cache
def delineator() -> Mesh:
    """A white post one metre tall with a dark band and a reflector."""
    kit = furniture_kit()
    kit.box((-0.05, -0.06, 0.0), (0.05, 0.06, 1.0), _STONE)
    kit.box((-0.055, -0.065, 0.65), (0.055, 0.065, 0.85), _DARK)
    kit.box((-0.06, -0.025, 0.67), (0.06, 0.025, 0.83), _WHITE)
    return kit.mesh()


@cache
def guard_rail() -> Mesh:
    """A piece RAIL_M long along x from the origin, its beam on the side of -y."""
    kit = furniture_kit()
    _sides(kit, (0.0, -0.02, 0.0), (0.1, 0.1, 0.72), _STEEL)
    profile = [(0.02, 0.44), (-0.06, 0.5), (0.0, 0.59), (-0.06, 0.68), (0.02, 0.75)]  # y, z of the W-beam (EN 1317)
    for (y0, z0), (y1, z1) in pairwise(profile):
        kit.fan([(0.0, y0, z0), (RAIL_M, y0, z0), (RAIL_M, y1, z1), (0.0, y1, z1)], _STEEL)
    return kit.mesh()


@cache
def noise_barrier() -> Mesh:
    """A piece PANEL_M long along x from the origin, 3.5 m high."""
    kit = furniture_kit()
    _sides(kit, (-0.1, -0.12, 0.0), (0.1, 0.12, 3.6), _STEEL)
    for k, colour in enumerate((_STONE, _BOARD, _BOARD, _GREY)):
        low, high = 0.875 * k, 0.875 * (k + 1)
        for y in (-0.07, 0.07):
            kit.fan([(0.0, y, low), (PANEL_M, y, low), (PANEL_M, y, high), (0.0, y, high)], colour)
    return kit.mesh()


def _sides(kit: Kit, low: Vec3, high: Vec3, colour: int) -> None:
    """A post without its ends."""
    corners = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
    for (x0, y0), (x1, y1) in pairwise([*corners, corners[0]]):
        kit.fan([(x0, y0, low[2]), (x1, y1, low[2]), (x1, y1, high[2]), (x0, y0, high[2])], colour)
