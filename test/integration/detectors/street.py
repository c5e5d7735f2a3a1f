"""A drawn street with one red car and one green traffic light, whose places are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import PixelBox

WIDTH, HEIGHT = 640, 360
CAR = PixelBox(x0=200.0, y0=150.0, x1=296.0, y1=222.0)
LIGHT = PixelBox(x0=430.0, y0=60.0, x1=462.0, y1=140.0)


def street() -> NDArray[np.uint8]:
    """(height, width, 3) RGB: blocks of grey, so that no camera is blind and no colour is taken for a thing."""
    grey = np.random.default_rng(3).integers(70, 150, (HEIGHT // 20, WIDTH // 20, 1), dtype=np.uint8)
    rgb = np.ascontiguousarray(np.broadcast_to(grey.repeat(20, 0).repeat(20, 1), (HEIGHT, WIDTH, 3)))
    paint(rgb, CAR, (220, 20, 20))
    paint(rgb, LIGHT, (15, 15, 125))
    lamp = PixelBox(x0=LIGHT.x0 + 10, y0=LIGHT.y1 - 24, x1=LIGHT.x1 - 10, y1=LIGHT.y1 - 12)
    paint(rgb, lamp, (30, 255, 130))
    return rgb


def paint(rgb: NDArray[np.uint8], box: PixelBox, colour: tuple[int, int, int]) -> None:
    rgb[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)] = colour
