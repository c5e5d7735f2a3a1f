"""Who somebody is: how they are built and what they wear. Heads are shared by those who walk and those who ride."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.simulation.shapes.limbs import Part, Point, dressed, limb, pitched, stack
from crossmodal_narrator.simulation.shapes.meshes import Mesh, Rgb, Texels

_SKINS: tuple[Rgb, ...] = ((224, 178, 150), (210, 162, 128), (198, 146, 112), (141, 96, 68), (92, 62, 45))
_HAIRS: tuple[Rgb, ...] = ((35, 26, 20), (70, 48, 30), (120, 90, 55), (176, 140, 90), (150, 150, 148))
_TOPS: tuple[Rgb, ...] = (
    (170, 30, 35),
    (30, 50, 110),
    (230, 230, 225),
    (40, 40, 44),
    (60, 110, 70),
    (200, 160, 60),
    (110, 130, 160),
    (90, 60, 50),
    (120, 122, 126),
)
_TROUSERS: tuple[Rgb, ...] = ((35, 45, 75), (28, 28, 30), (95, 90, 80), (60, 75, 110), (150, 138, 112))
_BAGS: tuple[Rgb, ...] = ((50, 30, 25), (25, 25, 60), (120, 40, 40), (40, 44, 46))
_SHOES: tuple[Rgb, ...] = ((30, 26, 24), (215, 214, 210), (90, 60, 40))


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The shape of a person: who is built alike shares triangles, whatever the colours."""

    garment: str = "trousers"  # or "skirt", "coat"
    bag: str = ""  # "", "backpack" or "handbag"
    has_long_hair: bool = False
    is_child: bool = False


_BUILDS = (
    Build(),
    Build(bag="backpack"),
    Build(has_long_hair=True),
    Build(garment="coat"),
    Build(garment="skirt", has_long_hair=True),
    Build(garment="skirt", bag="handbag", has_long_hair=True),
    Build(garment="coat", bag="handbag", has_long_hair=True),
)
_CHILDREN = (
    Build(is_child=True),
    Build(is_child=True, bag="backpack"),
    Build(is_child=True, garment="skirt", has_long_hair=True),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person:
    """Who it is; how they stand at a moment is made from it."""

    height_m: float
    build: Build
    colours: Texels

    @staticmethod
    def drawn_by(rng: np.random.Generator, *, is_child: bool = False, height_m: float | None = None) -> Person:
        builds = _CHILDREN if is_child else _BUILDS
        build = builds[int(rng.integers(len(builds)))]
        tall = float(rng.uniform(1.6, 1.88))
        return Person(height_m=tall if height_m is None else height_m, build=build, colours=_clothes(rng, build))


def _clothes(rng: np.random.Generator, build: Build) -> Texels:
    def pick(group: tuple[Rgb, ...]) -> Rgb:
        return group[int(rng.integers(len(group)))]

    skin, top, legs = pick(_SKINS), pick(_TOPS), pick(_TROUSERS)
    sleeves_are_short = rng.random() < 0.25 and build.garment != "coat"
    shorts = rng.random() < (0.5 if build.is_child else 0.12) and build.garment == "trousers"
    tights = skin if rng.random() < 0.5 else (38, 34, 36)
    shin = tights if build.garment == "skirt" else skin if shorts else legs
    return dressed(
        {
            Part.SKIN: skin,
            Part.HAIR: pick(_HAIRS[:-1] if build.is_child else _HAIRS),  # the last is grey
            Part.TOP: top,
            Part.FOREARM: skin if sleeves_are_short else top,
            Part.LEGS: pick(_TOPS) if build.garment == "skirt" else legs,
            Part.SHIN: shin,
            Part.SHOE: pick(_SHOES),
            Part.BAG: pick(_BAGS),
            Part.FRAME: pick(_TOPS),
            Part.HELMET: pick(_TOPS),
        }
    )


def head(neck: Point, *, has_long_hair: bool, scale: float = 1.0, lean_rad: float = 0.0) -> list[Mesh]:
    """Above `neck`, the foot of it."""
    x0, _, z0 = (float(v) for v in neck)

    def rows(table: tuple[tuple[float, float, float, float], ...]) -> list[tuple[float, float, float, float]]:
        # A larger head grows from the neck upwards.
        return [(x0 + scale * x, z0 + 0.06 + scale * (z - 0.06), scale * d, scale * w) for x, z, d, w in table]

    face = (
        (0.045, 0.085, 0.035, 0.03),
        (0.035, 0.11, 0.066, 0.055),
        (0.022, 0.17, 0.09, 0.07),
        (0.012, 0.23, 0.094, 0.075),
    )
    crown = ((0.005, 0.28, 0.08, 0.066), (0.0, 0.315, 0.045, 0.04))
    cap = (
        (-0.035, 0.13, 0.06, 0.068),
        (-0.028, 0.18, 0.085, 0.08),
        (-0.014, 0.24, 0.098, 0.085),
        (-0.006, 0.29, 0.084, 0.072),
        (0.0, 0.325, 0.048, 0.042),
    )
    parts = [
        limb(Part.SKIN, [(x0 - 0.012, 0.0, z0), (x0 + 0.005, 0.0, z0 + 0.12)], (0.058, 0.052), 9),
        stack(Part.SKIN, rows((*face, *crown)), 12),
        stack(Part.HAIR, rows(cap), 12),
    ]
    if has_long_hair:
        mane = (
            (-0.075, -0.03, 0.035, 0.07),
            (-0.075, 0.05, 0.05, 0.09),
            (-0.055, 0.16, 0.06, 0.092),
            (-0.03, 0.25, 0.06, 0.086),
        )
        parts.append(stack(Part.HAIR, rows(mane), 10))
    return [pitched(part, (x0, z0, lean_rad)) for part in parts] if lean_rad else parts
