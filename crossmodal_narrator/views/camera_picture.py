"""What cameras see, with the boxes of the scene drawn through the calibration that the bag itself holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.scene import SceneObject, SceneState
from crossmodal_narrator.core.snapshot import PlacedCamera
from crossmodal_narrator.fusion.outlines import box_edges
from crossmodal_narrator.views import palette
from crossmodal_narrator.views.lettering import Image, width_of, write

_SHIFT = 4  # OpenCV takes sixteenths of a pixel
_FARTHEST_M, _OBSTACLE_M = 70.0, 15.0
_NEAR_M = 25.0  # up to here lines are thick
_LETTERS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the canvas, in pixels."""

    left: int
    top: int
    width: int
    height: int


def draw_cameras(
    canvas: Image, area: Area, cameras: Sequence[PlacedCamera], scene: SceneState, told: frozenset[int]
) -> None:
    """One large, or several in a grid. `told`: the tracks that the sentence is about."""
    for placed, tile in zip(cameras, tiles(area, len(cameras)), strict=True):
        _draw_camera(canvas, tile, placed, scene, told)


def tiles(area: Area, count: int) -> list[Area]:
    """As many equal parts of `area`, row by row, that leave images of 16 to 9 the largest."""
    columns = min(range(1, count + 1), key=lambda n: (-_image_width(area, n, math.ceil(count / n)), n), default=1)
    rows = math.ceil(count / columns)
    width, height = area.width // columns, area.height // max(rows, 1)
    return [
        Area(left=area.left + k % columns * width, top=area.top + k // columns * height, width=width, height=height)
        for k in range(count)
    ]


def _image_width(area: Area, columns: int, rows: int) -> float:
    return min(area.width / columns, area.height / rows * 16 / 9)


def _draw_camera(canvas: Image, tile: Area, placed: PlacedCamera, scene: SceneState, told: frozenset[int]) -> None:
    rgb = placed.frame.rgb
    scale = min(tile.width / rgb.shape[1], tile.height / rgb.shape[0])
    width, height = round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)
    left, top = tile.left + (tile.width - width) // 2, tile.top + (tile.height - height) // 2
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture: Image = np.ascontiguousarray(cv2.resize(np.asarray(rgb), (width, height), interpolation=way))
    _draw_things(picture, placed, scale, scene, told)
    name = placed.frame.camera
    cv2.rectangle(picture, (0, 0), (width_of(name, _LETTERS) + 16, 24), palette.PAPER, -1)
    write(picture, name, (8, 17), _LETTERS, palette.FAINT)
    canvas[top : top + height, left : left + width] = picture


def _draw_things(picture: Image, placed: PlacedCamera, scale: float, scene: SceneState, told: frozenset[int]) -> None:
    """The far ones first, so that the near ones lie over them; those that are spoken of last."""
    assert placed.frame.intrinsics is not None  # the synchroniser places no camera without them
    seen = sorted(
        (thing for thing in scene.objects if _is_drawn(thing, told)),
        key=lambda thing: (thing.track_id in told, -(thing.relation.distance_m or 0.0)),
    )
    drawn: list[tuple[SceneObject, NDArray[np.float64]]] = []
    for thing in seen:
        assert thing.box is not None
        edges = box_edges(thing.box, placed.camera_from_base, placed.frame.intrinsics) * scale
        if len(edges):
            is_told = thing.track_id in told
            colour = palette.TOLD if is_told else palette.colour_of(thing.label)
            _draw_edges(picture, edges, colour, _thickness(thing, is_told=is_told))
            drawn.append((thing, edges))
    _label(picture, [(thing, edges) for thing, edges in drawn if thing.label is not ObjectClass.OBSTACLE], told)


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
