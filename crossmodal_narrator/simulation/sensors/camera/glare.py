"""Light that goes astray in the lens: halos around lamps, and the veil of a low sun."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.simulation.sensors.camera.daylight import Illumination
from crossmodal_narrator.simulation.sensors.camera.lamps import Shining
from crossmodal_narrator.simulation.sensors.camera.lens import Lens
from crossmodal_narrator.simulation.sensors.camera.sight import Subjects
from crossmodal_narrator.simulation.sensors.camera.vectors import along, rotated
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material

# Share of a point's light that lands in halos of so many pixels (standard deviation, in an image 960 wide).
_HALOS = ((1.6, 0.12), (5.0, 0.035), (26.0, 0.04))
_MOST_LIGHT = 3_000.0  # of one lamp, in pixels at full white
_MOST_OF_PIXEL = 6.0
_VEIL_NEAR_RAD, _VEIL_FAR_RAD = 0.16, 0.62


def with_halos(image: Floats, sparks: Floats, haze: float) -> Floats:
    """(height, width, 3) in units of full white; `sparks` the light of lamps, half as large, summed in its pixels.

    `haze`, 0 to 1, widens the halos, as fog and a wet lens do.
    """
    height, width = image.shape[:2]
    size = (sparks.shape[1], sparks.shape[0])
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    source = np.clip(small - 1.0, 0.0, _MOST_OF_PIXEL) + sparks
    scale = width / 960.0
    halo = np.zeros_like(source)
    for sigma, share in _HALOS:
        shrink = max(1, round(sigma * scale / 3.0))
        coarse = cv2.resize(source, (size[0] // shrink, size[1] // shrink), interpolation=cv2.INTER_AREA)
        blurred = cv2.GaussianBlur(coarse, (0, 0), 0.5 * sigma * scale * (1.0 + 0.5 * haze) / shrink)
        weight = share * (1.0 + haze * (3.0 if sigma > 2 else 0.0))
        halo += np.float32(weight) * cv2.resize(blurred, size, interpolation=cv2.INTER_LINEAR)
    found: Floats = image + cv2.resize(halo, (width, height), interpolation=cv2.INTER_LINEAR)
    return found


def sparks_of(
    lamps: Sequence[Shining], lens: Lens, world_from_camera: Pose, distance_m: Floats, light: Illumination
) -> Floats:
    """(height / 2, width / 2, 3): the light of lamps that are seen; `distance_m` (height, width) of what is seen."""
    height, width = lens.shape
    sparks = np.zeros((height // 2, width // 2, 3), np.float32)
    if not lamps:
        return sparks
    places = np.array([lamp.place_m for lamp in lamps], np.float64)
    seen_from = world_from_camera.inverse()
    pixels, seen = lens.intrinsics.project(seen_from.transform(places))
    for lamp, (u, v), is_seen in zip(lamps, pixels, seen, strict=True):
        if not is_seen:
            continue
        away = world_from_camera.translation_m.astype(np.float32) - lamp.place_m
        distance = float(np.linalg.norm(away))
        shown = _shown(distance_m, int(u), int(v), distance)
        power = _towards(lamp, away / distance) * lamp.area_m2 / (distance * lens.pixel_rad) ** 2
        power *= shown * np.exp(-light.extinction_per_m * distance)
        if power > 0:
            _splat(sparks, 0.5 * u - 0.5, 0.5 * v - 0.5, lamp.radiance * np.float32(power))
    return sparks


def _shown(distance_m: Floats, column: int, row: int, lamp_m: float) -> float:
    """The share of the pixels around that look at the lamp, or past it."""
    window = distance_m[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
    return float((window > lamp_m - 0.5).mean())


def _towards(lamp: Shining, towards: Floats) -> float:
    """How much of a lamp's light goes there: headlamps bundle it, others do not."""
    if not lamp.ahead.any():
        return 1.0
    cosine = max(float(lamp.ahead @ towards), 0.0)
    return float(0.4 * cosine + 2.4 * cosine**12) if lamp.material is Material.HEAD_LAMP else cosine**0.7


def _splat(sparks: Floats, u: float, v: float, power: Floats) -> None:
    """A point of light over the four pixels around it."""
    column, row = int(np.floor(u)), int(np.floor(v))
    for r, share_r in ((row, 1.0 - (v - row)), (row + 1, v - row)):
        for c, share_c in ((column, 1.0 - (u - column)), (column + 1, u - column)):
            if 0 <= r < sparks.shape[0] and 0 <= c < sparks.shape[1]:
                sparks[r, c] += power * np.float32(share_r * share_c)


def limited(sparks: Floats, gain: float) -> Floats:
    """Sparks in units of full white, none brighter than a lens can stand."""
    bright = sparks * np.float32(0.25 * gain)  # a pixel of theirs covers four of the image
    peak = bright.max(axis=2, keepdims=True)
    found: Floats = bright / (1.0 + peak / np.float32(_MOST_LIGHT))
    return found


def sun_veil(subjects: Subjects, light: Illumination, lens: Lens, world_from_camera: Pose) -> Floats | None:
    """(height, width, 3) light that a sun in front of the lens scatters over the image; None where there is none.

    Dust on the glass scatters about as the eye does, by one over the angle's square (Stiles and Holladay); the roof's
    edge shades the lens from a sun that stands high.
    """
    towards = light.towards_sun
    elevation = np.degrees(np.arcsin(float(towards[2])))
    forward = float(world_from_camera.rotation[:, 2] @ towards)
    if not light.has_sun or forward < 0.2 or elevation > 28.0 or elevation < 0.0:
        return None
    rays = rotated(lens.tile_rays, world_from_camera.rotation.astype(np.float32))
    angle = np.arccos(np.clip(along(rays, towards), -1.0, 1.0))
    outside = max(0.0, float(angle.min()) - lens.tile_slack_rad)
    strength = np.clip((28.0 - elevation) / 18.0, 0.0, 1.0) * np.exp(-((outside / 0.12) ** 2))
    strength *= _sun_share(subjects, light, world_from_camera)
    if strength < 0.003:
        return None
    near = 1.0 / (1.0 + (angle / _VEIL_NEAR_RAD) ** 2)
    spread = 6.0 * near + 5.0 * np.exp(-((angle / _VEIL_FAR_RAD) ** 2))
    veil = (spread * strength).astype(np.float32).reshape(*lens.tile_grid, 1) * np.sqrt(light.sun / light.sun.max())
    large = cv2.resize(veil, None, fx=8, fy=8, interpolation=cv2.INTER_LINEAR)
    found: Floats = large[: lens.shape[0], : lens.shape[1]]
    return found


def _sun_share(subjects: Subjects, light: Illumination, world_from_camera: Pose) -> float:
    """How much of the sun's light reaches the lens, by rays to its disc and close beside it."""
    right, down = (world_from_camera.rotation[:, k].astype(np.float32) for k in (0, 1))
    eye = world_from_camera.translation_m.astype(np.float32)
    offsets = [(a, b) for a in (-0.012, 0.0, 0.012) for b in (-0.012, 0.0, 0.012)]
    hidden = [
        bool(subjects.is_hidden(eye[None], _unit(light.towards_sun + right * np.float32(a) + down * np.float32(b)))[0])
        for a, b in offsets
    ]
    return 1.0 - sum(hidden) / len(hidden)


def _unit(vector: Floats) -> Floats:
    unit: Floats = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
