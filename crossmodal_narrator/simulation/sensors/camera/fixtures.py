"""Where the lamps of a body sit."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from crossmodal_narrator.simulation.sensors.camera.skin import skin_of
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material
from crossmodal_narrator.simulation.traffic.actor import Actor

_GRID_M = 0.04


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fixture:
    """A lamp of a body, in the body's axes; it shines along x, forwards or backwards, a beacon to all sides."""

    material: Material
    place_m: tuple[float, float, float]
    ahead: float  # 1 forwards, -1 backwards, 0 to all sides
    area_m2: float


_fixtures: WeakKeyDictionary[Matter, tuple[Fixture, ...]] = WeakKeyDictionary()  # a function of the matter alone


def fixtures_of(matter: Matter) -> tuple[Fixture, ...]:
    """The lamps of a body, found by looking at it from ahead and from behind."""
    found = _fixtures.get(matter)
    if found is None:
        found = _fixtures[matter] = _found(matter) if skin_of(matter).has_lamps else ()
    return found


def _found(matter: Matter) -> tuple[Fixture, ...]:
    skin, fixtures = skin_of(matter), []
    y, z = np.meshgrid(
        np.arange(float(skin.low[1]), float(skin.high[1]), _GRID_M),
        np.arange(float(skin.low[2]), float(skin.high[2]), _GRID_M),
    )
    for ahead, x in ((1.0, float(skin.high[0]) + 1.0), (-1.0, float(skin.low[0]) - 1.0)):
        starts = np.stack([np.full(y.size, x), y.ravel(), z.ravel()], axis=-1).astype(np.float32)
        rays = np.broadcast_to(np.array([-ahead, 0, 0], np.float32), starts.shape)
        hits = matter.scene.cast(starts, rays)
        met = np.flatnonzero(np.isfinite(hits.distance_m))
        texels, _ = skin.texels(hits.only(met), np.zeros(len(met), np.float32))
        points = starts[met] + rays[met] * hits.distance_m[met, None]
        for material in (Material(m) for m in range(Material.HEAD_LAMP, Material.BLUE_LAMP + 1)):
            fixtures += _of_material(points[texels[:, 3] == material], material, ahead)
    return tuple(fixtures)


def _of_material(points: Floats, material: Material, ahead: float) -> list[Fixture]:
    """One in the middle, or one on each side."""
    if len(points) == 0:
        return []
    is_narrow = float(np.abs(points[:, 1]).max()) < 0.3
    sides = [points] if is_narrow else [points[points[:, 1] > 0], points[points[:, 1] <= 0]]
    fixtures = []
    for side in sides:
        if len(side):
            x, y, z = (float(v) for v in side.mean(axis=0))
            direction = 0.0 if material is Material.BLUE_LAMP else ahead
            place = (x + 0.06 * ahead, y, z)
            fixtures.append(
                Fixture(material=material, place_m=place, ahead=direction, area_m2=len(side) * _GRID_M * _GRID_M)
            )
    return fixtures


def fixtures_by_size(actor: Actor) -> tuple[Fixture, ...]:
    """Of one whose matter is not at hand: a pair at each end, and beacons on the roof."""
    length, width, height = actor.size_lwh_m
    z, end = min(0.75, 0.5 * height), 0.5 * length + 0.05
    places = (
        (Material.HEAD_LAMP, 1.0, end, z),
        (Material.TAIL_LAMP, -1.0, -end, z),
        (Material.BRAKE_LAMP, -1.0, -end, z),
        (Material.BLUE_LAMP, 0.0, 0.25 * length, height + 0.05),
    )
    return tuple(
        Fixture(material=material, place_m=(x, side * 0.38 * width, up), ahead=ahead, area_m2=0.02)
        for material, ahead, x, up in places
        for side in (1.0, -1.0)
    )
