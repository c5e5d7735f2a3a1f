"""The scene from above, ahead up: points of the sweep, boxes with their courses, lights, and from where sounds come."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import FloatArray, Vec2
from crossmodal_narrator.core.scene import SceneObject, SceneState, SoundEvent
from crossmodal_narrator.core.snapshot import Snapshot
from crossmodal_narrator.views import palette
from crossmodal_narrator.views.lettering import Image, width_of, write

_SHIFT = 4  # OpenCV takes sixteenths of a pixel
_METRES_ACROSS = 56.0
_EGO_FROM_TOP = 0.6
_RINGS_M = (10, 20, 30)
_RING_NAMES_RAD = math.radians(50)  # beside the road, mostly
_LOW_M, _HIGH_M = 0.3, 3.0  # points between are drawn: the rest is road and roofs
_EGO = np.array([[3.7, 0.95], [-1.0, 0.95], [-1.0, -0.95], [3.7, -0.95]])  # of a car, base_link on its rear axle
_SOUND_FROM_M, _SOUND_TO_M = 24.0, 17.0
_UNSURE_RAD = math.radians(6)
_RIM_M = 25.0  # where things stand of which only the bearing is known
_COURSE_MPS = 0.8  # slower than that nothing has a course
_LETTERS = 14


class FromAbove:
    """Draws into pictures of one size."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._scale = width / _METRES_ACROSS
        self._middle = np.array([0.5 * width, _EGO_FROM_TOP * height])

    def draw(self, scene: SceneState, snapshot: Snapshot, told: frozenset[int]) -> Image:
        """(height, width, 3)."""
        picture: Image = np.full((self.height, self.width, 3), palette.PANEL, np.uint8)
        self._draw_rings(picture)
        if snapshot.lidar is not None:
            self._draw_points(picture, snapshot.lidar.xyz)
        self._draw_things(picture, scene.objects, told)
        for signal in scene.signals:
            r = signal.range_m if signal.range_m is not None else _RIM_M
            cv2.circle(
                picture, self._pixel(_polar(signal.azimuth_rad, r)), 5, palette.SIGNALS[signal.state], -1, cv2.LINE_AA
            )
        self._fill(picture, _EGO, palette.INK)
        for sound in scene.sounds:
            self._draw_sound(picture, sound)
        return picture

    def _draw_rings(self, picture: Image) -> None:
        middle = self._pixel((0.0, 0.0))
        for ring_m in _RINGS_M:
            cv2.circle(picture, middle, round(ring_m * self._scale), palette.RULE, 1, cv2.LINE_AA)
            x, y = self._pixel(_polar(_RING_NAMES_RAD, ring_m))
            write(picture, f"{ring_m} m", (x - 12, y), 12, palette.FAINT)

    def _draw_points(self, picture: Image, xyz: FloatArray) -> None:
        columns, rows = self._placed(xyz[(xyz[:, 2] > _LOW_M) & (xyz[:, 2] < _HIGH_M), :2]).astype(np.int32).T
        kept = (columns >= 0) & (columns < self.width) & (rows >= 0) & (rows < self.height)
        picture[rows[kept], columns[kept]] = palette.POINT

    def _draw_things(self, picture: Image, things: Sequence[SceneObject], told: frozenset[int]) -> None:
        filled = picture.copy()
        for thing in things:
            if thing.box is not None and thing.label is not ObjectClass.OBSTACLE:
                self._fill(filled, thing.box.footprint(), _colour(thing, told))
        cv2.addWeighted(filled, 0.4, picture, 0.6, 0.0, dst=picture)
        for thing in sorted(
            things, key=lambda thing: (thing.track_id in told, thing.label is not ObjectClass.OBSTACLE)
        ):
            self._draw_thing(picture, thing, _colour(thing, told), is_told=thing.track_id in told)

    def _draw_thing(self, picture: Image, thing: SceneObject, colour: palette.Colour, *, is_told: bool) -> None:
        """What has no place has a bearing: a short line at the rim."""
        if thing.box is None or thing.position_m is None:
            ends = [self._pixel(_polar(thing.azimuth_rad, r)) for r in (_RIM_M, _RIM_M + 3.0)]
            cv2.line(picture, ends[0], ends[1], colour, 2, cv2.LINE_AA)
            return
        corners = self._sixteenths(thing.box.footprint())
        cv2.polylines(picture, [corners], True, colour, 2 if is_told else 1, cv2.LINE_AA, _SHIFT)
        if thing.velocity_mps is not None and (thing.speed_mps or 0.0) >= _COURSE_MPS:
            x, y, _ = thing.position_m
            vx, vy, _ = thing.velocity_mps
            in_a_second = self._pixel((x + vx, y + vy))
            cv2.arrowedLine(picture, self._pixel((x, y)), in_a_second, colour, 2, cv2.LINE_AA, tipLength=0.25)

    def _draw_sound(self, picture: Image, sound: SoundEvent) -> None:
        """A sector, and in it an arrow towards us. What has no direction stands below the vehicle, as a word alone."""
        if sound.azimuth_rad is None:
            x, y = self._pixel((-4.0, 0.0))
            self._word(picture, f"{sound.kind}, from where?", (x, y))
            return
        self._draw_sector(picture, sound.azimuth_rad)
        start, end = (self._pixel(_polar(sound.azimuth_rad, r)) for r in (_SOUND_FROM_M, _SOUND_TO_M))
        cv2.arrowedLine(picture, start, end, palette.SOUND, 4, cv2.LINE_AA, tipLength=0.35)
        if sound.range_m is not None:
            cv2.circle(picture, self._pixel(_polar(sound.azimuth_rad, sound.range_m)), 7, palette.SOUND, 2, cv2.LINE_AA)
        x, y = self._pixel(_polar(sound.azimuth_rad, _SOUND_FROM_M + 1.8))
        self._word(picture, f"{sound.kind} {round(math.degrees(sound.azimuth_rad))}°", (x, y + 5))

    def _draw_sector(self, picture: Image, azimuth_rad: float) -> None:
        """About as wide as a bearing is unsure; what is in it stays to be seen."""
        rim = [_polar(azimuth_rad + turn, _SOUND_FROM_M) for turn in np.linspace(-_UNSURE_RAD, _UNSURE_RAD, 9)]
        filled = picture.copy()
        self._fill(filled, np.array([(0.0, 0.0), *rim]), palette.SOUND)
        cv2.addWeighted(filled, 0.22, picture, 0.78, 0.0, dst=picture)

    def _word(self, picture: Image, text: str, middle: tuple[int, int]) -> None:
        width = width_of(text, _LETTERS)
        left = min(max(middle[0] - width // 2, 6), self.width - width - 6)
        base = min(max(middle[1], 20), self.height - 8)
        cv2.rectangle(picture, (left - 5, base - 15), (left + width + 5, base + 5), palette.SOUND, -1)
        write(picture, text, (left, base), _LETTERS, palette.PAPER)

    def _fill(self, picture: Image, corners: FloatArray, colour: palette.Colour) -> None:
        cv2.fillPoly(picture, [self._sixteenths(corners)], colour, cv2.LINE_AA, _SHIFT)

    def _placed(self, xy: FloatArray) -> NDArray[np.float64]:
        """(points, 2) of base_link → pixels, to the right and down."""
        pixels: NDArray[np.float64] = self._middle - self._scale * np.asarray(xy, np.float64)[:, ::-1]
        return pixels

    def _sixteenths(self, xy: FloatArray) -> NDArray[np.int32]:
        return np.clip(np.round(self._placed(xy) * (1 << _SHIFT)), -(2**24), 2**24).astype(np.int32)

    def _pixel(self, xy: Vec2) -> tuple[int, int]:
        x, y = np.clip(self._placed(np.array([xy]))[0], -1e4, 1e4)
        return round(float(x)), round(float(y))


def _colour(thing: SceneObject, told: frozenset[int]) -> palette.Colour:
    return palette.TOLD if thing.track_id in told else palette.colour_of(thing.label)


def _polar(azimuth_rad: float, range_m: float) -> Vec2:
    return range_m * math.cos(azimuth_rad), range_m * math.sin(azimuth_rad)
