"""What a camera sees, with the boxes of the scene drawn through the calibration that the bag itself holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.scene import SceneObject, SceneState, SoundEvent
from crossmodal_narrator.core.snapshot import PlacedCamera
from crossmodal_narrator.fusion.outlines import box_edges
from crossmodal_narrator.views import palette
from crossmodal_narrator.views.about import About
from crossmodal_narrator.views.lettering import Image, width_of, write

_SHIFT = 4  # OpenCV takes sixteenths of a pixel
_FARTHEST_M, _OBSTACLE_M = 70.0, 15.0
_NEAR_M = 25.0  # up to here lines are thick
_LETTERS, _SMALL_LETTERS = 15, 12
_FAR_M = 1000.0  # a bearing, as a point


def draw_camera(
    placed: PlacedCamera, within: tuple[int, int], scene: SceneState, about: About, *, is_small: bool = False
) -> Image:
    """(height, width, 3), as large as `within` (width, height) allows. A small one has no names of things."""
    rgb = placed.frame.rgb
    scale = min(within[0] / rgb.shape[1], within[1] / rgb.shape[0])
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture: Image = np.ascontiguousarray(cv2.resize(np.asarray(rgb), size, interpolation=way))
    _draw_things(picture, placed, scale, scene, about.tracks, is_small=is_small)
    for sound in scene.sounds:
        _draw_sound(picture, placed, scale, sound)
    name, letters = placed.frame.camera, _SMALL_LETTERS if is_small else _LETTERS
    cv2.rectangle(picture, (0, 0), (width_of(name, letters) + 16, letters + 9), palette.PAPER, -1)
    write(picture, name, (8, letters + 2), letters, palette.FAINT)
    return picture


def image_edges(placed: PlacedCamera, thing: SceneObject, stamp_ns: int) -> NDArray[np.float64]:
    """(edges, 4) in pixels, as in `box_edges`, of where it was when the image was taken; `stamp_ns` is its scene's."""
    k, box = placed.frame.intrinsics, thing.box
    if k is None or box is None:
        return np.empty((0, 4))
    if thing.velocity_mps is not None:
        earlier_s = (placed.frame.stamp_ns - stamp_ns) / 1e9
        (x, y, z), (vx, vy, vz) = box.centre_m, thing.velocity_mps
        box = replace(box, centre_m=(x + vx * earlier_s, y + vy * earlier_s, z + vz * earlier_s))
    return box_edges(box, placed.camera_from_base, k)


def sound_column(placed: PlacedCamera, sound: SoundEvent) -> float | None:
    """The column of the image from which it comes, in pixels; None where it is not in view or has no direction."""
    if sound.azimuth_rad is None or placed.frame.intrinsics is None:
        return None
    far = _FAR_M * np.array([[math.cos(sound.azimuth_rad), math.sin(sound.azimuth_rad), 0.0]])
    pixels, seen = placed.frame.intrinsics.project(placed.camera_from_base.transform(far))
    return float(pixels[0, 0]) if seen[0] else None


def _draw_things(
    picture: Image, placed: PlacedCamera, scale: float, scene: SceneState, told: frozenset[int], *, is_small: bool
) -> None:
    """The far ones first, so that the near ones lie over them; those that are spoken of last."""
    seen = sorted(
        (thing for thing in scene.objects if _is_drawn(thing, told)),
        key=lambda thing: (thing.track_id in told, -(thing.relation.distance_m or 0.0)),
    )
    drawn: list[tuple[SceneObject, NDArray[np.float64]]] = []
    for thing in seen:
        edges = image_edges(placed, thing, scene.stamp_ns) * scale
        if len(edges):
            is_told = thing.track_id in told
            colour = palette.TOLD if is_told else palette.colour_of(thing.label)
            _draw_edges(picture, edges, colour, 1 if is_small else _thickness(thing, is_told=is_told))
            drawn.append((thing, edges))
    if not is_small:
        _label(picture, [(thing, edges) for thing, edges in drawn if thing.label is not ObjectClass.OBSTACLE], told)


def _draw_sound(picture: Image, placed: PlacedCamera, scale: float, sound: SoundEvent) -> None:
    """A line down the image where it comes from, faint, since a sound has no height."""
    column = sound_column(placed, sound)
    if column is None:
        return
    x, half = round(column * scale), max(2, picture.shape[1] // 120)
    strip = picture[:, max(x - half, 0) : x + half + 1]
    strip[:] = cv2.addWeighted(strip, 0.6, np.full_like(strip, palette.SOUND), 0.4, 0.0)


def _thickness(thing: SceneObject, *, is_told: bool) -> int:
    if is_told:
        return 3
    is_near = thing.relation.distance_m is not None and thing.relation.distance_m <= _NEAR_M
    return 2 if is_near and thing.label is not ObjectClass.OBSTACLE else 1


def _is_drawn(thing: SceneObject, told: frozenset[int]) -> bool:
    if thing.box is None or thing.track_id in told:
        return thing.box is not None
    farthest_m = _OBSTACLE_M if thing.label is ObjectClass.OBSTACLE else _FARTHEST_M
    return thing.box.nearest_in_plan_m() <= farthest_m


def _draw_edges(picture: Image, edges: NDArray[np.float64], colour: palette.Colour, thickness: int) -> None:
    ends = np.clip(np.round(edges * (1 << _SHIFT)), -(2**24), 2**24).astype(np.int32)
    lines = list(ends.reshape(-1, 2, 1, 2))
    cv2.polylines(picture, lines, False, colour, thickness, cv2.LINE_AA, _SHIFT)


def _label(picture: Image, drawn: Sequence[tuple[SceneObject, NDArray[np.float64]]], told: frozenset[int]) -> None:
    """Names, the last of `drawn` first; one that would lie over another is left out."""
    taken: list[PixelBox] = []
    for thing, edges in reversed(drawn):
        text = _name(thing)
        x, y = edges.reshape(-1, 2).min(axis=0)
        width = width_of(text, _LETTERS) + 10
        left = round(float(np.clip(x, 0, picture.shape[1] - width)))
        base = round(float(np.clip(y - 6, _LETTERS + 4, picture.shape[0] - 6)))
        place = PixelBox(x0=left, y0=base - _LETTERS - 2, x1=left + width, y1=base + 5)
        if any(place.intersection(other) > 0 for other in taken):
            continue
        taken.append(place)
        colour = palette.TOLD if thing.track_id in told else palette.colour_of(thing.label)
        cv2.rectangle(picture, (left, base - _LETTERS - 2), (left + width, base + 5), colour, -1)
        write(picture, text, (left + 5, base - 1), _LETTERS, palette.PAPER)


def _name(thing: SceneObject) -> str:
    painted = thing.attribute("colour")
    words = [painted.value] if painted is not None else []
    words.append(thing.label.value)
    if thing.relation.distance_m is not None:
        words.append(f"{thing.relation.distance_m:.0f} m")
    return " ".join(words)
