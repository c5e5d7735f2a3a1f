"""Pictures of the cameras at the moments that sentences are about: few, small, and in memory alone."""

from __future__ import annotations

import base64
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.core.pictured import where_pictured
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.speech import Claim

LONGEST_PX, QUALITY = 640, 75  # some 40 kB
RECENT_NS = 5_000_000_000  # of each camera, until a sentence is said of them
MOST_RECENT = 160  # as many are 5.3 s at 30 Hz, some 6 MB
NAMED_FOR_EACH = 4  # moments that are remembered for each picture that is kept: of some there is none
SAME_MOMENT_NS = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG; `width` and `height` are those of the camera's own image, in whose pixels evidence speaks."""

    camera: str
    stamp_ns: int
    width: int
    height: int
    jpeg: bytes


class Pictures:
    """One thread takes what the cameras see, others name moments and ask for them. What no sentence is about is never
    given out, and is let go after RECENT_NS.
    """

    def __init__(self, kept: int) -> None:
        """`kept`: how many pictures that sentences are about. 0: none is taken."""
        self.are_on = kept > 0
        self._recent: dict[str, deque[Picture]] = {}
        self._kept: deque[Picture] = deque(maxlen=kept)
        self._named: deque[tuple[str, int]] = deque(maxlen=NAMED_FOR_EACH * kept)  # cameras and stamps
        self._lock = threading.Lock()

    def take(self, frame: CameraFrame) -> None:
        """Some milliseconds, in the caller's thread."""
        picture = _picture(frame)
        with self._lock:
            recent = self._recent.setdefault(frame.camera, deque())
            recent.append(picture)
            # A clock that jumps back makes what was before as old.
            while len(recent) > MOST_RECENT or abs(picture.stamp_ns - recent[0].stamp_ns) > RECENT_NS:
                self._let_go(recent.popleft())

    def name(self, claims: Iterable[Claim]) -> None:
        """Something was said: the moments of its evidence are worth keeping."""
        moments = dict.fromkeys(_moment(found) for claim in claims for found in claim.evidence)
        with self._lock:
            self._named.extend(moment for moment in moments if moment is not None and moment not in self._named)

    def of(self, key: str) -> Picture | None:
        """By the key that `where_shown` makes; None where there is none, or no sentence named it."""
        with self._lock:
            moment = next((named for named in self._named if _key(*named) == key), None)
            if moment is None:
                return None
            camera, stamp_ns = moment
            near = [p for p in (*self._kept, *self._recent.get(camera, ())) if p.camera == camera]
        best = min(near, key=lambda picture: abs(picture.stamp_ns - stamp_ns), default=None)
        return best if best is not None and _is_near(best, stamp_ns) else None

    def forget_recent(self) -> None:
        """Nobody looks any more: what nobody spoke of goes at once."""
        with self._lock:
            for picture in (p for recent in self._recent.values() for p in recent):
                self._let_go(picture)
            self._recent.clear()

    def _let_go(self, picture: Picture) -> None:
        """Or keep it, where a sentence was about it."""
        if any(camera == picture.camera and _is_near(picture, stamp_ns) for camera, stamp_ns in self._named):
            self._kept.append(picture)

    @property
    def size_bytes(self) -> int:
        with self._lock:
            return sum(len(p.jpeg) for pictures in (self._kept, *self._recent.values()) for p in pictures)


def picture_shown(key: str, pictures: Pictures) -> dict[str, Any]:
    """What a page gets that asks for it; `why` it gets none: they are `off`, or it is `gone`."""
    picture = pictures.of(key)
    if picture is None:
        return {"kind": "picture", "id": key, "why": "gone" if pictures.are_on else "off"}
    return {
        "kind": "picture",
        "id": key,
        "width": picture.width,
        "height": picture.height,
        "later": round((picture.stamp_ns - int(key.rpartition("/")[2])) / 1e9, 3),  # s, than its evidence
        "jpeg": base64.b64encode(picture.jpeg).decode(),
    }


def where_shown(evidence: Evidence) -> dict[str, Any]:
    """The picture's key, its camera, and the box in its pixels; empty for what is in no picture."""
    found = where_pictured(evidence.detail)
    if found is None:
        return {}
    camera, box = found
    key = _key(camera, evidence.stamp_ns)
    return {"picture": key, "camera": camera, "box": [box.x0, box.y0, box.x1, box.y1]}


def _moment(evidence: Evidence) -> tuple[str, int] | None:
    found = where_pictured(evidence.detail)
    return None if found is None else (found[0], evidence.stamp_ns)


def _key(camera: str, stamp_ns: int) -> str:
    """A text, because JavaScript's numbers do not hold nanoseconds."""
    return f"{camera}/{stamp_ns}"


def _is_near(picture: Picture, stamp_ns: int) -> bool:
    return abs(picture.stamp_ns - stamp_ns) <= SAME_MOMENT_NS


def _picture(frame: CameraFrame) -> Picture:
    height, width = frame.rgb.shape[:2]
    scale = min(1.0, LONGEST_PX / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(np.asarray(frame.rgb), size, interpolation=cv2.INTER_AREA) if scale < 1.0 else frame.rgb
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return Picture(camera=frame.camera, stamp_ns=frame.stamp_ns, width=width, height=height, jpeg=jpeg.tobytes())
