"""From light to 8-bit values: exposure, the sensor's noise, and the curve of sRGB."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.sensors.camera.daylight import Illumination
from crossmodal_narrator.simulation.shapes.meshes import Floats

# A curve with a soft shoulder, by the square root of light in units of full white, up to _BRIGHTEST of them.
_BRIGHTEST, _STEPS = 8.0, 4095
_CURVE = 1.0 - np.exp(-1.3 * _BRIGHTEST * (np.arange(_STEPS + 1) / _STEPS) ** 2)
_TO_SRGB = (_CURVE ** (1 / 2.2) * 255.0 + 0.5).astype(np.uint8)
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_NOISE_MARGIN_PX = 64
_SHOT, _READ, _FLOOR = 1.6e-5, 2.0e-4, 1.0e-3  # of full white, at a gain of 1


def exposure_gain(image: Floats, light: Illumination) -> float:
    """From the image's own light (height, width, 3), so that frames need not be made in order.

    A darker scene is exposed more, never as much as to make a night a day.
    """
    luma = np.einsum("ijk,k->ij", image[4::8, 4::8], _LUMA)
    lower = luma[len(luma) // 4 :]  # the sky is not what matters
    level = float(np.exp(np.log(np.minimum(lower, 8.0 * np.median(lower) + 1e-4) + 1e-4).mean()))
    if not light.is_dark:
        return float(np.clip((0.17 / level) ** 0.6, 0.55, 1.5))
    return float(np.clip(0.45 * (0.2 / level) ** 0.75, 1.5, 24.0))


class Sensor:
    """Adds what a sensor adds."""

    def __init__(self, height: int, width: int) -> None:
        rng = np.random.default_rng(5)
        margin = _NOISE_MARGIN_PX
        grain = rng.standard_normal((height + margin, width + margin, 3), dtype=np.float32)
        # A sensor's colours are made from neighbours, so noise has a grain, and is more of brightness than of colour.
        grain = 0.75 * grain + 0.65 * grain[..., :1]
        self._grain = cv2.GaussianBlur(grain, (0, 0), 0.55) * np.float32(1.5)
        y, x = np.mgrid[:height, :width]
        from_middle2 = ((x - 0.5 * width) ** 2 + (y - 0.5 * height) ** 2) / (0.5 * width) ** 2
        self._falloff = (1.0 - 0.1 * np.minimum(from_middle2, 1.6)).astype(np.float32)[..., None]

    def developed(self, image: Floats, gain: float, rng: np.random.Generator) -> NDArray[np.uint8]:
        """(height, width, 3) in units of full white → 8 bit; `gain` is what was already multiplied."""
        height, width = image.shape[:2]
        seen = cv2.GaussianBlur(image, (0, 0), 0.6)
        seen *= self._falloff
        row, column = (int(v) for v in rng.integers(0, _NOISE_MARGIN_PX, 2))
        grain = self._grain[row : row + height, column : column + width]
        luma = cv2.transform(seen, _LUMA[None]).reshape(height, width, 1)
        sigma = np.sqrt(gain * _SHOT * np.maximum(luma, 0.0) + np.float32((gain * _READ) ** 2 + _FLOOR**2))
        seen += sigma * grain
        root = np.sqrt(np.clip(seen, 0.0, _BRIGHTEST) * np.float32(_STEPS**2 / _BRIGHTEST))
        developed: NDArray[np.uint8] = np.take(_TO_SRGB, root.astype(np.int16))
        return developed
