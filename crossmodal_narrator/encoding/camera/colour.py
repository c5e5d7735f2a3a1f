"""A vehicle's colour in a word, from the pixels of its body, judged by the light on the road."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import Attribute, ImageDetection, ObjectClass
from crossmodal_narrator.core.geometry import PixelBox

Floats = NDArray[np.float32]

_BODIES = frozenset({ObjectClass.CAR, ObjectClass.VAN, ObjectClass.TRUCK, ObjectClass.BUS})
_MIN_SIDE_PX = 28.0
_PATCH = (24, 14)  # width, height to which the body is resampled
_WIDE = 1.7  # width over height from which a vehicle is seen from its side, and its windows are a smaller part
_GLASS = frozenset({"black", "grey"})  # what the windows of a bus, its wheels and the shade under it look like
_MIN_VISIBLE = 0.5  # share of the patch that nothing nearer covers
_MIN_CONFIDENCE = 0.4
_DAY = 32.0  # lightness that a quarter of the image has by day; below, lamps colour what is seen
_MIN_ROAD = 10.0
_NEUTRAL = np.ones(3, np.float32)
_MIN_CHROMA = 14.0  # below, a surface has no colour of its own
# Lab hues in degrees: which paint's word ends where.
_HUE_LIMITS = np.array([48.0, 70.0, 105.0, 190.0, 315.0])
_HUE_WORDS = ("red", "orange", "yellow", "green", "blue", "red")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Light:
    """What the road says of the light: asphalt is grey, so its tint is the light's, and its lightness the exposure."""

    gain: Floats  # (3,) makes the road grey
    road_lightness: float  # 0 to 100
    is_day: bool


def light_of(rgb: NDArray[np.uint8]) -> Light:
    """The light in `rgb` (height, width, 3), from a grid of its pixels; the lower part is mostly road."""
    height, width = rgb.shape[:2]
    grid = np.ascontiguousarray(rgb[:: max(1, height // 60), :: max(1, width // 80)])
    lightness = _lab(grid, _NEUTRAL).reshape(*grid.shape[:2], 3)[..., 0]
    lower = grid.shape[0] * 55 // 100
    road = np.median(grid[lower:].reshape(-1, 3), axis=0)
    # A grey world is a guess: it may mend the light's tint, never invent one.
    gain = np.clip(road.mean() / np.maximum(road, 1.0), 0.85, 1.18).astype(np.float32)
    road_lightness = float(np.median(lightness[lower:]))
    is_day = float(np.percentile(lightness, 75)) >= _DAY and road_lightness >= _MIN_ROAD
    return Light(gain=gain, road_lightness=road_lightness, is_day=is_day)


def vehicle_colour(
    rgb: NDArray[np.uint8], detection: ImageDetection, others: Sequence[ImageDetection], light: Light
) -> ImageDetection:
    """`detection` with the attribute "colour" where its body shows one.

    Abstains on what has no body, is small, dark, covered by nearer `others`, or of several colours; and on buses that
    seem black or grey, as their windows and wheels do.
    """
    box = detection.box
    if detection.label not in _BODIES or min(box.width, box.height) < _MIN_SIDE_PX or not light.is_day:
        return detection
    is_bus = detection.label is ObjectClass.BUS
    window = _body(box, rgb.shape[1], rgb.shape[0], is_bus=is_bus)
    if window is None:
        return detection
    visible = _visible(window, detection, others)
    share = float(visible.mean())
    if share < _MIN_VISIBLE:
        return detection
    x0, y0, x1, y1 = window
    step = max(1, min((x1 - x0) // (3 * _PATCH[0]), (y1 - y0) // (3 * _PATCH[1])))
    patch = cv2.resize(rgb[y0:y1:step, x0:x1:step], _PATCH, interpolation=cv2.INTER_AREA)
    word, confidence = _named(_lab(patch, light.gain)[visible.ravel()], light)
    confidence *= min(1.0, 0.55 + box.height / 160.0) * (0.5 + 0.5 * share)
    if confidence < _MIN_CONFIDENCE or (is_bus and word in _GLASS):
        return detection
    colour = Attribute(name="colour", value=word, confidence=round(confidence, 3))
    return dataclasses.replace(detection, attributes=(*detection.attributes, colour))


def _body(box: PixelBox, width: int, height: int, *, is_bus: bool) -> tuple[int, int, int, int] | None:
    """Below the windows and above the wheels, away from the sides, in whole pixels of the image."""
    top, bottom, side = (0.44, 0.72, 0.12) if box.width > _WIDE * box.height else (0.42, 0.76, 0.16)
    if is_bus:
        top, bottom = 0.74, 0.9  # what of it is not glass
    x0, x1 = round(max(0.0, box.x0 + side * box.width)), round(min(float(width), box.x1 - side * box.width))
    y0, y1 = round(max(0.0, box.y0 + top * box.height)), round(min(float(height), box.y0 + bottom * box.height))
    return (x0, y0, x1, y1) if x1 - x0 >= 6 and y1 - y0 >= 5 else None


def _visible(
    window: tuple[int, int, int, int], detection: ImageDetection, others: Sequence[ImageDetection]
) -> NDArray[np.bool_]:
    """(height, width) of the patch: what no nearer thing covers. Who stands lower in the image stands nearer."""
    x0, y0, x1, y1 = window
    columns, rows = _PATCH
    seen = np.ones((rows, columns), dtype=np.bool_)
    per_x, per_y = columns / (x1 - x0), rows / (y1 - y0)
    farther = detection.box.y1 + 0.02 * detection.box.height
    for other in others:
        box = other.box
        misses = box.y1 <= farther or box.x0 >= x1 or box.x1 <= x0 or box.y0 >= y1 or box.y1 <= y0
        if misses or box.iou(detection.box) > 0.8:
            continue
        left, right = max(0, round((box.x0 - x0) * per_x)), max(0, round((box.x1 - x0) * per_x))
        low, high = max(0, round((box.y0 - y0) * per_y)), max(0, round((box.y1 - y0) * per_y))
        seen[low:high, left:right] = False
    return seen


def _lab(rgb: NDArray[np.uint8], gain: Floats) -> Floats:
    """(height, width, 3) pixels → (height * width, 3) lightness, a, b under neutral light."""
    balanced = rgb * (gain / np.float32(255.0))
    np.minimum(balanced, np.float32(1.0), out=balanced)
    lab: Floats = cv2.cvtColor(balanced, cv2.COLOR_RGB2Lab).reshape(-1, 3)
    return lab


def _named(lab: Floats, light: Light) -> tuple[str, float]:
    """The word for most of the pixels, and how much they agree."""
    lightness, a, b = lab.T
    chroma = np.hypot(a, b)
    # Dark pixels have little colour to show, so they need less to count as coloured.
    coloured = chroma > _MIN_CHROMA * np.minimum(np.maximum(lightness / 40.0, 0.6), 1.0)
    share = float(coloured.mean())
    if share > 0.5:
        return _hue_word(lab[coloured], share)
    return _grey_word(lightness[~coloured], share, light)


def _hue_word(lab: Floats, share: float) -> tuple[str, float]:
    lightness, a, b = lab.T
    weight = np.hypot(a, b)
    hues = np.degrees(np.arctan2(b, a)) % 360.0
    sectors = np.searchsorted(_HUE_LIMITS, hues) % (len(_HUE_WORDS) - 1)  # red lies on both sides of 0
    votes = np.bincount(sectors, weights=weight)
    best = int(votes.argmax())
    word, agreement = _HUE_WORDS[best], float(votes[best] / votes.sum())
    mine = sectors == best
    dull, dark = float(np.median(weight[mine])) < 30.0, float(np.median(lightness[mine])) < 55.0
    if word in ("orange", "yellow") and dull and dark:
        word = "brown"
    elif word == "yellow" and dull:
        word = "beige"
    return word, agreement * min(1.0, 0.35 + 0.75 * share)


def _grey_word(lightness: Floats, coloured: float, light: Light) -> tuple[str, float]:
    """From black to white by the lightness of the body beside that of the road, which is a middle grey."""
    ordered = np.sort(lightness)
    low, body, high = (float(ordered[int(k * len(ordered))]) for k in (0.4, 0.6, 0.8))
    word, margin = _grey_step(body, light.road_lightness)
    steadiness = 1.0 - min(0.6, max(0.0, high - low - 12.0) / 40.0)
    return word, min(1.0, 0.35 + margin / 0.3) * steadiness * max(0.0, 1.0 - 1.6 * coloured)


def _grey_step(body: float, road: float) -> tuple[str, float]:
    """The word for a lightness beside that of the road, and its distance (of logarithms) to the nearest other word.

    Dark roads are dark by exposure, and a white car then stays far below white; bright ones leave little room above.
    """
    limits = (
        ("black", 0.74 * road),
        ("grey", min(1.4 * road, road + 0.33 * (97.0 - road))),
        ("silver", min(1.8 * road, road + 0.6 * (97.0 - road))),
        ("white", 200.0),
    )
    level, previous = math.log(max(body, 1.0)), 0.0
    for word, limit in limits[:-1]:
        if level <= math.log(limit):
            return word, min(level - previous, math.log(limit) - level)
        previous = math.log(limit)
    return limits[-1][0], level - previous
