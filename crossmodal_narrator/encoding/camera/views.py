"""Which windows of an image the detector looks at, and at which scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.geometry import PixelBox


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A window in whole pixels of the image, and how many network pixels one of them becomes."""

    x0: int
    y0: int
    x1: int
    y1: int
    scale: float

    @property
    def content(self) -> tuple[int, int]:
        """(width, height) of the window in network pixels."""
        return max(1, round((self.x1 - self.x0) * self.scale)), max(1, round((self.y1 - self.y0) * self.scale))

    def padded(self, stride: int) -> tuple[int, int]:
        """(width, height) of the network's input: the content, up to the next multiple of `stride`."""
        width, height = self.content
        return -(-width // stride) * stride, -(-height // stride) * stride


def full_view(width: int, height: int, network_width: int) -> View:
    """The whole image, never enlarged."""
    return View(x0=0, y0=0, x1=width, y1=height, scale=min(1.0, network_width / width))


def far_road_view(width: int, height: int, horizon: tuple[float, float]) -> View:
    """Two thirds of the width and two fifths of the height around the vanishing point, at half of the image's scale.

    The proportions are those of a 1920 x 1080 image in which a car 30 to 60 m away is 60 to 120 pixels wide; a smaller
    image keeps its pixels instead of losing half of them.
    """
    scale = min(1.0, 0.5 * 1920 / width)
    return _window(width, height, horizon, (width * 2 / 3, height * 0.415), scale)


def crop_views(
    regions: Iterable[PixelBox], image: tuple[int, int], network: tuple[int, int], object_size_px: float, budget: int
) -> list[View]:
    """At most `budget` windows that show `regions`, the first the most deserving; neighbours share a window.

    Each window has the size of the network's input at one of a few scales, chosen so that the region it is made for
    appears at about `object_size_px`.
    """
    left = list(regions)
    views: list[View] = []
    while left and len(views) < budget:
        first = left.pop(0)
        scale = _crop_scale(max(first.width, first.height), object_size_px)
        size = (network[0] / scale, network[1] / scale)
        together = first
        for other in left:
            united = _united(together, other)
            similar = 0.4 <= max(other.width, other.height) * scale / object_size_px <= 1.6
            if similar and united.width <= 0.85 * size[0] and united.height <= 0.85 * size[1]:
                together = united
        view = _window(*image, together.centre, size, scale)
        views.append(view)
        left = [region for region in left if not _shows(view, region)]
    return views


def _crop_scale(side_px: float, object_size_px: float) -> float:
    """From a few fixed scales, so that windows have few sizes and their buffers are reused."""
    wanted = object_size_px / max(side_px, 1.0)
    return min((0.25, 0.35, 0.5, 0.7, 1.0, 1.4), key=lambda scale: abs(np.log(scale / wanted)))


def _window(width: int, height: int, centre: tuple[float, float], size: tuple[float, float], scale: float) -> View:
    """A window of `size` around `centre`, moved into the image, or cut to it where the image is smaller."""
    w, h = min(round(size[0]), width), min(round(size[1]), height)
    x0 = int(np.clip(round(centre[0] - w / 2), 0, width - w))
    y0 = int(np.clip(round(centre[1] - h / 2), 0, height - h))
    return View(x0=x0, y0=y0, x1=x0 + w, y1=y0 + h, scale=scale)


def _united(a: PixelBox, b: PixelBox) -> PixelBox:
    return PixelBox(x0=min(a.x0, b.x0), y0=min(a.y0, b.y0), x1=max(a.x1, b.x1), y1=max(a.y1, b.y1))


def _shows(view: View, box: PixelBox) -> bool:
    """Whether nearly all of `box` lies in `view`."""
    window = PixelBox(x0=view.x0, y0=view.y0, x1=view.x1, y1=view.y1)
    return window.intersection(box) >= 0.95 * max(box.area, 1.0)
