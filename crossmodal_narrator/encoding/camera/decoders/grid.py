"""Anchor-free heads: one row for each cell of a few grids, each laid over the whole input.

A side that is no multiple of the stride ends in a cell of its own, as a padded convolution makes it
(RangiLyu/nanodet, `nanodet_plus_head.py`: `math.ceil(input_height / stride)`).
"""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.encoding.camera.candidates import Floats


class Grid:
    """Cells of one stride, row by row; kept per size of the input, since windows have few sizes."""

    def __init__(self, stride: int, offset: float) -> None:
        """`offset`: where in a cell its point lies, in cells; 0.5 is the middle."""
        self.stride, self._offset = stride, offset
        self._points: dict[tuple[int, int], Floats] = {}

    def points(self, size: tuple[int, int]) -> Floats:
        """(cells, 2): x and y of each cell's point, in pixels of an input of `size` (width, height)."""
        if size not in self._points:
            across, down = (-(-side // self.stride) for side in size)
            rows, columns = np.mgrid[:down, :across]
            cells = np.stack([columns.ravel(), rows.ravel()], axis=1)  # (cells, 2)
            self._points[size] = ((cells + self._offset) * self.stride).astype(np.float32)
        return self._points[size]
