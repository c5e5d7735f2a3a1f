"""How much of a pulse comes back from a surface, by its material, its colour and the angle at which it is met.

Reflectance is counted as LiDARs are calibrated: 1 is a white surface met at a right angle, in the near infrared. Rough
surfaces answer by Oren and Nayar's model ("Generalization of Lambert's reflectance model", 1994), taken where eye and
light are in one place, so that asphalt is still seen at a grazing angle; smooth ones have a lobe about the normal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.scenery.ground_paint import GroundPaint
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material
from crossmodal_narrator.simulation.shapes.raycasting import Hits

_KINDS = 256  # a material is one byte of a texel
_LINEAR = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)  # sRGB to reflectance, roughly
_BEAM_RAD = np.float32(0.003)  # how wide a spot grows; 0.17° as Velodyne and Hesai give for their divergence
_ROUGHNESS_RAD = 0.3  # of walls and paint: the standard deviation of their slopes
_ASPHALT_ROUGHNESS_RAD = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """What a surface scatters is `base` + `colour` × the colour's reflectance; met head on it adds `lobe`."""

    base: float = 0.0
    colour: float = 1.0
    lobe: float = 0.0
    roughness_rad: float = _ROUGHNESS_RAD


# Near infrared: leaves return half of it, whatever their green (Knipling 1970); black paint 3 to 5 %; a retroreflective
# sheet hundreds of times a white wall, so that it saturates the scale; lamps have reflectors behind their glass.
_LAMP = Finish(base=0.3, colour=0.3, lobe=0.5)
_LENS = Finish(base=0.15, colour=0.2, lobe=0.2)
_FINISHES = {
    Material.MATTE: Finish(base=0.01, colour=0.6),
    Material.PAINT: Finish(base=0.004, colour=0.25, lobe=0.6),
    Material.GLASS: Finish(base=0.004, colour=0.02, lobe=0.4),
    Material.LIT_WINDOW: Finish(base=0.004, colour=0.02, lobe=0.4),
    Material.GROUND: Finish(base=0.03, colour=1.0, roughness_rad=_ASPHALT_ROUGHNESS_RAD),
    Material.RETRO: Finish(base=8.0, colour=0.0),
    Material.FOLIAGE: Finish(base=0.35, colour=0.4, roughness_rad=_ASPHALT_ROUGHNESS_RAD),
    Material.METAL: Finish(base=0.1, colour=0.3, lobe=0.4),
    Material.TAIL_LAMP: Finish(base=1.2, colour=0.3, lobe=0.5),  # the reflectors that the law asks for
    Material.BRAKE_LAMP: _LAMP,
    Material.HEAD_LAMP: _LAMP,
    Material.LAMP: _LAMP,
    Material.LEFT_LAMP: _LAMP,
    Material.RIGHT_LAMP: _LAMP,
    Material.BLUE_LAMP: _LENS,
    Material.SIGNAL_RED: _LENS,
    Material.SIGNAL_AMBER: _LENS,
    Material.SIGNAL_GREEN: _LENS,
    Material.STREET_LAMP: _LENS,
}
_PAINTED_LINE = 0.25  # what the glass beads of a road mark add, at any angle


def _oren_nayar(roughness_rad: float) -> tuple[float, float]:
    """A and B of the model; where eye and light are one, a surface answers A cos θ + B sin² θ."""
    square = roughness_rad * roughness_rad
    return 1.0 - 0.5 * square / (square + 0.33), 0.45 * square / (square + 0.09)


def _table(column: str) -> Floats:
    values = np.full(_KINDS, getattr(_FINISHES[Material.MATTE], column), np.float32)
    for material, finish in _FINISHES.items():
        values[material] = getattr(finish, column)
    return values


_BASE, _COLOUR, _LOBE = (_table(name) for name in ("base", "colour", "lobe"))
_UPRIGHT, _GRAZING = (
    np.array(column, np.float32) for column in zip(*(_oren_nayar(r) for r in _table("roughness_rad")), strict=True)
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Of each hit."""

    reflectance: Floats  # (hits,)
    material: NDArray[np.uint8]  # (hits,) Material
    body: NDArray[np.int32]  # (hits,) which mesh of the matter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What the texels of Material.GROUND do not tell: their colour by place, and how wet they are."""

    paint: GroundPaint | None = None
    wetness: float = 0.0  # 0 dry, 1 under a film of water


DRY = Ground()


def answered(matter: Matter, hits: Hits, rays: Floats, points: Floats, ground: Ground = DRY) -> Answers:
    """What comes back of `hits`, met along `rays` (hits, 3) at `points` (hits, 3), all in the frame of `matter`."""
    texels, body = matter.texels_at(hits)
    material = texels[:, 3]
    colour = _reflectance(texels)
    painted = np.flatnonzero(material == Material.PAINT)
    colour[painted] *= _reflectance(matter.paint)[body[painted]]
    cosine = np.minimum(np.abs(np.einsum("ij,ij->i", matter.normals_at(hits), rays)), np.float32(1.0))
    scattered = _BASE[material] + _COLOUR[material] * colour
    sine_squared = 1.0 - cosine * cosine
    reflectance = scattered * (_UPRIGHT[material] * cosine + _GRAZING[material] * sine_squared)
    reflectance += _LOBE[material] * _gloss(cosine)
    floor = np.flatnonzero(material == Material.GROUND)
    if len(floor) and (ground.paint is not None or ground.wetness > 0.0):
        reflectance[floor] = _of_ground(ground, texels[floor], points[floor], hits.distance_m[floor], cosine[floor])
    return Answers(reflectance=reflectance, material=material, body=body)


def _of_ground(ground: Ground, texels: NDArray[np.uint8], points: Floats, distance_m: Floats, cosine: Floats) -> Floats:
    """Water fills the pores: less is scattered, and of that less goes back at a grazing angle."""
    beads = np.zeros(len(texels), np.float32)
    if ground.paint is not None:
        texels = ground.paint.texels(points[:, :2], distance_m * _BEAM_RAD, np.zeros((len(points), 2), np.float32))
        beads = texels[:, 3].astype(np.float32) * np.float32(_PAINTED_LINE / 255.0)
    finish = _FINISHES[Material.GROUND]
    upright, grazing = _oren_nayar(finish.roughness_rad * (1.0 - 0.6 * ground.wetness))
    scattered = (finish.base + finish.colour * _reflectance(texels)) * np.float32(1.0 - 0.5 * ground.wetness)
    rough = np.float32(upright) * cosine + np.float32(grazing) * (1.0 - cosine * cosine)
    back: Floats = scattered * rough + beads * np.float32(1.0 - 0.8 * ground.wetness)
    return back


def _reflectance(colours: NDArray[np.uint8]) -> Floats:
    """(n, 3 or more) sRGB → (n,) of grey that is as light."""
    mean = (colours[:, 0].astype(np.uint16) + colours[:, 1] + colours[:, 2]) // 3
    found: Floats = _LINEAR[mean]
    return found


def _gloss(cosine: Floats) -> Floats:
    """The 128th power: half at 6° from the normal."""
    found = cosine * cosine
    for _ in range(6):
        found *= found
    return found
