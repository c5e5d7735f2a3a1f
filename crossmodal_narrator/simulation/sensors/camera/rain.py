"""Rain before the lens: streaks that fall through the image, and drops on the glass."""

from __future__ import annotations

import cv2
import numpy as np

from crossmodal_narrator.simulation.shapes.meshes import Floats

_DROP_LIFE_S = 1.6  # until the wiper takes it
_STREAKS_PER_MMPH = 42


def with_rain(image: Floats, rain_mmph: float, wind_mps: float, time_s: float, rng: np.random.Generator) -> Floats:
    """(height, width, 3) in units of full white, seen through rain of `rain_mmph`."""
    streaks = _streaks(image.shape[:2], rain_mmph, wind_mps, rng)
    # A falling drop shows a blurred, upside-down image of all that lies before it: it takes the place's mean light.
    around = cv2.resize(image, (image.shape[1] // 16, image.shape[0] // 16), interpolation=cv2.INTER_AREA)
    around = cv2.GaussianBlur(np.minimum(around, 3.0), (0, 0), 2.5)
    light = cv2.resize(around, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    found: Floats = image + (light * np.float32(1.5) + np.float32(0.03) - image) * streaks[..., None]
    return _with_drops(found, rain_mmph, time_s)


def _streaks(shape: tuple[int, ...], rain_mmph: float, wind_mps: float, rng: np.random.Generator) -> Floats:
    """(height, width) how much of the light there comes from falling drops."""
    height, width = shape
    scale = width / 960.0
    layer = np.zeros(shape, np.uint8)
    count = round(_STREAKS_PER_MMPH * rain_mmph**0.8)
    near = rng.random(count) ** 3  # few are near, and long
    lengths = (6.0 + 60.0 * near) * scale
    starts = rng.random((count, 2)) * (width, height * 1.2) - (0, 0.1 * height)
    slants = rng.normal(0.03 * wind_mps, 0.04, count)
    for (x, y), length, slant, nearness in zip(starts, lengths, slants, near, strict=True):
        ends = [(round(a * 16), round(b * 16)) for a, b in ((x, y), (x + slant * length, y + length))]
        cv2.line(layer, ends[0], ends[1], int(70 + 90 * (1.0 - nearness)), 1, cv2.LINE_AA, 4)
    soft: Floats = cv2.GaussianBlur(layer, (0, 0), 0.8 * scale + 0.1).astype(np.float32) * np.float32(0.32 / 255.0)
    return soft


def _with_drops(image: Floats, rain_mmph: float, time_s: float) -> Floats:
    """Drops sit on the glass for a while; each is a small lens that turns what is behind it upside down."""
    height, width = image.shape[:2]
    scale = width / 960.0
    for number in range(round(min(26.0, 5.0 * rain_mmph**0.6))):
        turn = time_s / _DROP_LIFE_S + number * 0.618
        rng = np.random.default_rng((17, number, int(turn)))
        radius = (3.0 + 9.0 * rng.random() ** 2) * scale
        column, row = rng.random() * width, rng.random() * height
        _draw_drop(image, int(column), int(row), max(2, round(radius)))
    return image


def _draw_drop(image: Floats, column: int, row: int, radius: int) -> None:
    top, left = row - radius, column - radius
    if top < 0 or left < 0 or row + radius >= image.shape[0] or column + radius >= image.shape[1]:
        return
    window = image[top : row + radius + 1, left : column + radius + 1]
    wide = 4 * radius
    behind = image[max(0, row - wide) : row + wide + 1, max(0, column - wide) : column + wide + 1]
    small = cv2.resize(np.minimum(behind, 4.0), (window.shape[1], window.shape[0]), interpolation=cv2.INTER_AREA)
    turned = cv2.GaussianBlur(small[::-1, ::-1], (0, 0), 0.8 + 0.1 * radius)
    cover = _disc(radius)[..., None]
    shade = np.linspace(0.8, 1.12, window.shape[0], dtype=np.float32)[:, None, None]  # its upper rim is dark
    window += (turned * shade - window) * cover


def _disc(radius: int) -> Floats:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    away = np.hypot(x, y * 0.9) / radius
    cover: Floats = np.clip((1.0 - away) * 2.5, 0.0, 0.85).astype(np.float32)
    return cover
