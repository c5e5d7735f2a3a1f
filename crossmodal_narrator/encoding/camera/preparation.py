"""From a window of an image to a detector's input, and from the input's pixels back to the image's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.encoding.camera.candidates import Floats
from crossmodal_narrator.encoding.camera.views import View

Inputs = dict[str, NDArray[Any]]


class Fit(str, Enum):
    """How a window comes into an input of another shape."""

    LETTERBOX = "letterbox"  # keeps its aspect, in the top left corner; right and below is padding
    STRETCH = "stretch"  # fills the input, whatever becomes of its aspect


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """How pixels go into a detector: `(pixel - mean) / std`, with mean and std in pixel values of 0 to 255."""

    input_name: str
    dtype: str  # "float32" or "uint8"; the latter takes pixels as they are
    channel_order: str  # "bgr" or "rgb"
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    size: tuple[int, int] | None  # (width, height) where the network takes no other
    stride: int  # otherwise sides are multiples of it
    fit: Fit = Fit.LETTERBOX
    padding: float = 0.0  # pixel value of what the window does not fill
    size_input: str | None = None  # a second input that takes (width, height) of the first, int64 (1, 2)
    mask_input: str | None = None  # a second input that is 1 where the window is and 0 where padding is

    def place(self, view: View) -> Placement:
        """Where the pixels of `view` come to lie."""
        content, size = view.content, self.size or view.padded(self.stride)
        if self.fit is Fit.STRETCH:
            content = size
        elif self.size is not None:
            wide, high = view.x1 - view.x0, view.y1 - view.y0
            scale = min(size[0] / wide, size[1] / high)
            content = (max(1, round(wide * scale)), max(1, round(high * scale)))
        # A network that is told where padding is means fractions of the picture, not of the input: DETR's position
        # codes end where the mask does (facebookresearch/detr, models/position_encoding.py).
        extent = content if self.mask_input else size
        return Placement(view=view, content=content, size=size, extent=extent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A window in a network's input: sizes are (width, height) in the input's pixels."""

    view: View
    content: tuple[int, int]  # what the window fills, from the top left corner
    size: tuple[int, int]  # the whole input
    extent: tuple[int, int]  # what boxes are fractions of, where the network gives fractions

    def to_image_boxes(self, boxes: Floats) -> Floats:
        """(boxes, 4) from the input's pixels to those of the image, clipped to the window."""
        view, (width, height) = self.view, self.content
        factor = np.array([(view.x1 - view.x0) / width, (view.y1 - view.y0) / height] * 2, np.float32)
        moved = boxes * factor + np.array([view.x0, view.y0] * 2, np.float32)
        low = np.array([view.x0, view.y0] * 2, np.float32)
        high = np.array([view.x1, view.y1] * 2, np.float32)
        clipped: Floats = np.clip(moved, low, high)
        return clipped


class Preparer:
    """Fills input buffers, one per size: what it gives is valid until it is asked again."""

    def __init__(self, preparation: Preparation) -> None:
        self._preparation = preparation
        self._order = (0, 1, 2) if preparation.channel_order == "rgb" else (2, 1, 0)
        self._buffers: dict[tuple[int, int], NDArray[Any]] = {}

    def prepare(self, rgb: NDArray[np.uint8], view: View) -> tuple[Inputs, Placement]:
        """All inputs of the network for `view` of `rgb` (height, width, 3), and how they lie in it.

        Raises:
            FrameError: the view lies outside of the image.
        """
        placement = self._preparation.place(view)
        image = self._filled(_resized(rgb, view, placement.content), placement)
        return {self._preparation.input_name: image, **self._second_inputs(placement)}, placement

    def _filled(self, window: NDArray[np.uint8], placement: Placement) -> NDArray[Any]:
        """(1, 3, height, width): the window in the top left corner of the buffer, padding right and below."""
        buffer = self._buffer(placement.size)
        width, height = placement.content
        for channel, source in enumerate(self._order):
            mean, std = self._preparation.mean[channel], self._preparation.std[channel]
            plane = buffer[0, channel]
            plane[height:, :] = plane[:height, width:] = (self._preparation.padding - mean) / std
            if plane.dtype == np.uint8:
                plane[:height, :width] = window[:, :, source]
                continue
            np.multiply(window[:, :, source], np.float32(1.0 / std), out=plane[:height, :width], casting="unsafe")
            plane[:height, :width] -= np.float32(mean / std)
        return buffer

    def _buffer(self, size: tuple[int, int]) -> NDArray[Any]:
        if size not in self._buffers:
            width, height = size
            self._buffers[size] = np.empty((1, 3, height, width), np.dtype(self._preparation.dtype))
        return self._buffers[size]

    def _second_inputs(self, placement: Placement) -> Inputs:
        inputs: Inputs = {}
        if self._preparation.size_input is not None:
            inputs[self._preparation.size_input] = np.array([placement.size], np.int64)
        if self._preparation.mask_input is not None:
            mask = np.zeros((1, placement.size[1], placement.size[0]), np.int64)
            mask[:, : placement.content[1], : placement.content[0]] = 1
            inputs[self._preparation.mask_input] = mask
        return inputs


def _resized(rgb: NDArray[np.uint8], view: View, content: tuple[int, int]) -> NDArray[np.uint8]:
    """The window at `content`, (width, height): averaged where it shrinks, interpolated where it grows."""
    window = rgb[view.y0 : view.y1, view.x0 : view.x1]
    if window.shape[:2] != (view.y1 - view.y0, view.x1 - view.x0):
        raise FrameError(f"the view {view} lies outside of an image of {rgb.shape[1]}x{rgb.shape[0]}")
    if content == (window.shape[1], window.shape[0]):
        return window
    shrinks = content[0] < window.shape[1]
    resized = cv2.resize(window, content, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(resized, np.uint8)
