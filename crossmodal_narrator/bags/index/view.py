"""What a bag adds to its replay: small pictures of the front camera, and where the vehicle was."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from crossmodal_narrator.bags.reader import Bag, BagMessage
from crossmodal_narrator.core.errors import BagError, FrameError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, SensorFrame
from crossmodal_narrator.wire import Intake
from crossmodal_narrator.wire.headers import stamp_ns as header_stamp_ns

_WIDTH = 320
_QUALITY = 80
_EVERY_NS = 1_000_000_000
_NEAR_NS = 500_000_000


@dataclass(slots=True)
class View:
    """Pictures by their stamp; places in odom by theirs, in metres."""

    thumbnails: dict[int, bytes] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)
    _stamps_ns: list[int] = field(default_factory=list)
    _places_m: list[tuple[float, float]] = field(default_factory=list)

    def place_at(self, stamp_ns: int) -> tuple[float, float] | None:
        """The nearest place that is known within half a second."""
        k = bisect.bisect_left(self._stamps_ns, stamp_ns)
        near = range(max(0, k - 1), min(len(self._stamps_ns), k + 1))
        best = min(near, key=lambda i: abs(self._stamps_ns[i] - stamp_ns), default=None)
        if best is None or abs(self._stamps_ns[best] - stamp_ns) > _NEAR_NS:
            return None
        return self._places_m[best]

    def note(self, motion: EgoMotion) -> None:
        k = bisect.bisect_right(self._stamps_ns, motion.stamp_ns)
        x, y, _ = motion.odom_from_base.transform_point((0.0, 0.0, 0.0))
        self._stamps_ns.insert(k, motion.stamp_ns)
        self._places_m.insert(k, (x, y))


def view_of(bag: Bag, intake: Intake) -> View:
    """Read the first camera (`front` where there is one) once a second, and the odometry; no other picture is decoded.

    What is damaged is named in `damage`, and the rest is taken.
    """
    topics = intake.topics
    cameras = sorted(topics.cameras, key=lambda name: (name != "front", name))[:1]
    seen = [topics.cameras[name] for name in cameras]
    names = [name for camera in seen for name in (camera.image, camera.compressed, camera.camera_info)]
    view, next_ns = View(), 0
    try:
        for message in bag.messages([name for name in (*names, topics.odometry) if name]):
            for frame in _readable(message, intake, next_ns, view.damage):
                if isinstance(frame, EgoMotion):
                    view.note(frame)
                elif isinstance(frame, CameraFrame):
                    view.thumbnails[frame.stamp_ns] = _jpeg(frame)
                    next_ns = frame.stamp_ns + _EVERY_NS
    except BagError as error:
        view.damage.append(str(error))
    return view


def _readable(message: BagMessage, intake: Intake, next_ns: int, damage: list[str]) -> Iterator[SensorFrame]:
    """What a message holds; nothing, if it is a picture from before `next_ns`."""
    try:
        if not intake.topics.is_image(message.topic) or header_stamp_ns(message.message.header.stamp) >= next_ns:
            yield from intake.frames(message.topic, message.message)
    except FrameError as error:
        damage.append(str(error))


def _jpeg(frame: CameraFrame) -> bytes:
    height, width = frame.rgb.shape[:2]
    scale = min(1.0, _WIDTH / width)
    small = cv2.resize(frame.rgb, (round(width * scale), max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return np.asarray(encoded).tobytes()
