"""One picture of a film: cameras, the scene from above, what is said, and what it is said from."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.views import palette
from crossmodal_narrator.views.about import About
from crossmodal_narrator.views.cameras import Area, draw_cameras
from crossmodal_narrator.views.from_above import FromAbove
from crossmodal_narrator.views.lettering import Image, shortened, width_of, wrapped, write
from crossmodal_narrator.views.moment import Moment

WIDTH, HEIGHT = 1280, 720
_HEAD = 36
CAMERAS = Area(left=0, top=_HEAD, width=896, height=504)
ABOVE = Area(left=896, top=_HEAD, width=WIDTH - 896, height=504)
_SAID_TOP, _EVIDENCE_BASE = _HEAD + 504, HEIGHT - 14
_LARGEST, _SMALLEST = 34, 18
_MARGIN = 28


class Picture:
    """Draws moments, each anew."""

    def __init__(self) -> None:
        self._above = FromAbove(ABOVE.width, ABOVE.height)

    def draw(self, moment: Moment) -> Image:
        """(HEIGHT, WIDTH, 3), red first."""
        canvas: Image = np.full((HEIGHT, WIDTH, 3), palette.PAPER, np.uint8)
        about = About.of(line.narration for line in moment.lines)
        if moment.snapshot.cameras:
            draw_cameras(canvas, CAMERAS, moment.snapshot.cameras, moment.scene, about)
        else:
            write(canvas, "no camera", (_MARGIN, _HEAD + 40), 20, palette.FAINT)
        above = self._above.draw(moment.scene, moment.snapshot, about.tracks)
        canvas[ABOVE.top : ABOVE.top + ABOVE.height, ABOVE.left :] = above
        _draw_head(canvas, moment.at_ns, moment.scene)
        if moment.lines:
            _draw_said(canvas, [line.narration for line in moment.lines])
        return canvas


def _draw_head(canvas: Image, at_ns: int, scene: SceneState) -> None:
    minutes, seconds = divmod(at_ns / 1e9, 60)
    write(canvas, f"{int(minutes)}:{seconds:04.1f}", (_MARGIN, 25), 18, palette.INK)
    if scene.ego is not None:
        write(canvas, f"{3.6 * scene.ego.speed_mps:.0f} km/h", (_MARGIN + 80, 25), 18, palette.FAINT)
    failing = ", ".join(f"{d.sense.value} {d.source} {d.trouble.value}" for d in scene.degraded)
    if failing:
        text = shortened(failing, 16, WIDTH - 400)
        write(canvas, text, (WIDTH - _MARGIN - width_of(text, 16), 25), 16, palette.TROUBLE)


def _draw_said(canvas: Image, narrations: Sequence[Narration]) -> None:
    """All languages below each other, as large as they fit; then the evidence, small."""
    width, height = WIDTH - 2 * _MARGIN, _EVIDENCE_BASE - 22 - _SAID_TOP
    sizes = range(_LARGEST, _SMALLEST - 1, -2)
    size = next((s for s in sizes if _lines(narrations, s, width) * _leading(s) <= height), _SMALLEST)
    mark = palette.URGENCIES[max((n.urgency for n in narrations), key=list(palette.URGENCIES).index)]
    cv2.rectangle(canvas, (0, _SAID_TOP + 6), (7, HEIGHT - 6), mark, -1)
    base = _SAID_TOP + (height - _lines(narrations, size, width) * _leading(size)) // 2 + size + 6
    for number, narration in enumerate(narrations):
        for line in wrapped(narration.text, size, width):
            write(canvas, line, (_MARGIN, base), size, palette.INK if number == 0 else (200, 206, 214))
            base += _leading(size)
    write(canvas, shortened(evidence_line(narrations[0]), 14, width), (_MARGIN, _EVIDENCE_BASE), 14, palette.FAINT)


def evidence_line(narration: Narration) -> str:
    """Each piece of evidence once, in the order of the claims."""
    pieces = (f"{e.modality.value}: {e.detail}" for claim in narration.claims for e in claim.evidence)
    return "  ·  ".join(dict.fromkeys(pieces))


def _lines(narrations: Sequence[Narration], size: int, width: int) -> int:
    return sum(len(wrapped(narration.text, size, width)) for narration in narrations)


def _leading(size: int) -> int:
    return round(1.32 * size)
