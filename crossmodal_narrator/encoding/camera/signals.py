"""The state of a traffic light, from the pixels of its lamps."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import SignalState
from crossmodal_narrator.core.geometry import PixelBox

_MIN_WIDTH_PX, _MIN_HEIGHT_PX = 6.0, 12.0
_UPRIGHT = 1.3  # height over width from which lamps stand above each other; then each has its place
_LIT_VALUE, _LIT_SATURATION = 130, 70
_STANDS_OUT = 45.0  # by how much a lamp is brighter than its housing
_MIN_SHARE, _MAX_SHARE = 0.012, 0.4  # of the box: a spark is no lamp, and a lamp does not fill its housing
_MAX_SPAN = 0.46  # of the height: three lamps share a housing; what is taller is a banner
_CLEAR = 0.6  # share of the lit pixels that must agree
# OpenCV's hues, 0 to 180. A "green" lamp is bluish, for those who cannot tell red from green (CIE S 004).
_HUES = {SignalState.RED: ((0, 11), (165, 180)), SignalState.AMBER: ((12, 33),), SignalState.GREEN: ((50, 102),)}
_PLACES = {SignalState.RED: 0.22, SignalState.AMBER: 0.5, SignalState.GREEN: 0.78}  # from the top of the housing


def signal_state(rgb: NDArray[np.uint8], box: PixelBox) -> tuple[SignalState, float]:
    """Which lamp of the light in `box` is lit, and how sure that is; unknown where none is, or the box is too small."""
    if box.width < _MIN_WIDTH_PX or box.height < _MIN_HEIGHT_PX:
        return SignalState.UNKNOWN, 0.0
    patch = _inner(rgb, box)
    if patch.size == 0:
        return SignalState.UNKNOWN, 0.0
    hue, saturation, value = cv2.split(cv2.cvtColor(patch, cv2.COLOR_RGB2HSV))
    lit = (value >= max(_LIT_VALUE, float(np.median(value)) + _STANDS_OUT)) & (saturation >= _LIT_SATURATION)
    votes = {state: lit & _within(hue, ranges) for state, ranges in _HUES.items()}
    strength = {state: float(np.sum(value[mask], dtype=np.float64)) for state, mask in votes.items()}
    state = max(strength, key=lambda s: strength[s])
    share = float(votes[state].mean())
    if not _MIN_SHARE <= share <= _MAX_SHARE or _span(votes[state]) > _MAX_SPAN:
        return SignalState.UNKNOWN, 0.0
    agreement = strength[state] / sum(strength.values())
    if agreement < _CLEAR:
        return SignalState.UNKNOWN, 0.0
    confidence = agreement * _place_factor(votes[state], box, state) * min(1.0, 0.6 + box.height / 80.0)
    return (state, round(confidence, 3)) if confidence >= 0.35 else (SignalState.UNKNOWN, 0.0)


def _inner(rgb: NDArray[np.uint8], box: PixelBox) -> NDArray[np.uint8]:
    """The box without its sides, where walls and sky look past the housing."""
    margin = 0.12 * box.width
    rows = slice(max(0, round(box.y0)), max(0, round(box.y1)))
    patch: NDArray[np.uint8] = rgb[rows, max(0, round(box.x0 + margin)) : max(0, round(box.x1 - margin))]
    return np.ascontiguousarray(patch)


def _within(hue: NDArray[np.uint8], ranges: tuple[tuple[int, int], ...]) -> NDArray[np.bool_]:
    inside = np.zeros(hue.shape, dtype=np.bool_)
    for low, high in ranges:
        inside |= (hue >= low) & (hue <= high)
    return inside


def _span(mask: NDArray[np.bool_]) -> float:
    """The share of the height from the highest lit row to the lowest."""
    rows = np.flatnonzero(mask.any(axis=1))
    return float((rows[-1] - rows[0]) / len(mask))


def _place_factor(mask: NDArray[np.bool_], box: PixelBox, state: SignalState) -> float:
    """1 where the lamp is in its place, less where it is not; a light that lies on its side has no such order."""
    if box.height < _UPRIGHT * box.width:
        return 0.85
    height = float(np.median(np.nonzero(mask)[0])) / max(1, mask.shape[0] - 1)
    misplaced: float = min(0.8, 1.6 * max(0.0, abs(height - _PLACES[state]) - 0.18))
    return 1.0 - misplaced
