"""All cameras of a moment: large the one that shows what is spoken of, the others small along its upper edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import PlacedCamera
from crossmodal_narrator.views import palette
from crossmodal_narrator.views.about import About
from crossmodal_narrator.views.camera_picture import draw_camera, image_edges, sound_column
from crossmodal_narrator.views.lettering import Image

_INSET_WIDTH, _GAP = 216, 10
_AHEAD = 2  # row of camera_from_base's rotation: the optical axis in base_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the canvas, in pixels."""

    left: int
    top: int
    width: int
    height: int


def draw_cameras(canvas: Image, area: Area, cameras: Sequence[PlacedCamera], scene: SceneState, about: About) -> None:
    """Into `area` of `canvas`."""
    main = max(cameras, key=lambda placed: _worth(placed, scene, about))
    _lay(canvas, area, draw_camera(main, (area.width, area.height), scene, about))
    others = [placed for placed in cameras if placed is not main]
    for placed, place in zip(others, insets(area, len(others)), strict=True):
        _lay(canvas, place, draw_camera(placed, (place.width, place.height), scene, about, is_small=True), rim=2)


def insets(area: Area, count: int) -> list[Area]:
    """Places of 16 to 9 from right to left, smaller where there are many."""
    width = min(_INSET_WIDTH, (area.width - _GAP) // max(count, 1) - _GAP)
    right = area.left + area.width
    return [
        Area(left=right - (k + 1) * (width + _GAP), top=area.top + _GAP, width=width, height=width * 9 // 16)
        for k in range(count)
    ]


def _worth(placed: PlacedCamera, scene: SceneState, about: About) -> tuple[int, int, float]:
    """How much it shows of what is spoken of: things, else the sound; where that is alike, how far it looks ahead."""
    things = sum(
        thing.track_id in about.tracks and len(image_edges(placed, thing, scene.stamp_ns)) > 0
        for thing in scene.objects
    )
    sounds = sum(sound_column(placed, sound) is not None for sound in scene.sounds) if about.has_sound else 0
    return things, sounds, round(float(placed.camera_from_base.rotation[_AHEAD, 0]), 2)


def _lay(canvas: Image, place: Area, picture: Image, rim: int = 0) -> None:
    """In its middle, with a line around it."""
    height, width = picture.shape[:2]
    left, top = place.left + (place.width - width) // 2, place.top + (place.height - height) // 2
    if rim:
        ends = (left - rim, top - rim), (left + width + rim - 1, top + height + rim - 1)
        cv2.rectangle(canvas, *ends, palette.PAPER, -1)
    canvas[top : top + height, left : left + width] = picture
