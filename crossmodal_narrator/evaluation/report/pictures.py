"""What a camera saw at given moments, small, with the outlines of the boxes that were tracked then."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from crossmodal_narrator.bags import Bag
from crossmodal_narrator.bags.reader import BagMessage
from crossmodal_narrator.core.errors import BagError, FrameError, TransformError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform
from crossmodal_narrator.core.geometry import Intrinsics, OrientedBox, Pose
from crossmodal_narrator.evaluation.report.thinning import Room
from crossmodal_narrator.fusion.outlines import box_edges
from crossmodal_narrator.sync import SyncConfig, TransformBuffer
from crossmodal_narrator.sync.compensation import place_camera
from crossmodal_narrator.sync.ego import EgoHistory
from crossmodal_narrator.wire import Intake
from crossmodal_narrator.wire.headers import stamp_ns as header_stamp_ns

Segment = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the small picture
_LATEST_NS = 150_000_000  # after a moment, until when its picture and poses may still be recorded
_OLDEST_NS = 500_000_000  # before a moment, since when a picture still shows it
_HELD = 8  # messages of each camera that are kept, not decoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a picture is wanted, what is tracked then, and which of the tracks matter."""

    stamp_ns: int
    boxes: Mapping[int, OrientedBox]  # by track
    matter: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A track's box in the image, as the edges of it that are in front of the lens."""

    track_id: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    camera: str
    stamp_ns: int  # the image's own
    width: int
    height: int
    jpeg: bytes
    outlines: tuple[Outline, ...]


@dataclass(slots=True)
class Album:
    """The pictures by moment, and what could not be had."""

    pictures: dict[int, Picture] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def take_pictures(bag: Bag, intake: Intake, moments: Sequence[Moment], room: Room) -> Album:
    """One picture for each moment (in the order of time), of the camera that shows most of what matters."""
    photographer = _Photographer(bag, intake, room)
    album = Album()
    waiting = deque(moments)
    try:
        for message in photographer.messages():
            while waiting and message.log_time_ns > waiting[0].stamp_ns + _LATEST_NS:
                photographer.take(waiting.popleft(), album)
            if not waiting:
                break
            photographer.see(message, album)
    except BagError as error:
        album.faults.append(str(error))
    for moment in waiting:
        photographer.take(moment, album)
    return album


class _Photographer:
    """Reads a bag once. Images stay as they were recorded until one is wanted: to decode all would take minutes."""

    def __init__(self, bag: Bag, intake: Intake, room: Room) -> None:
        self._bag = bag
        self._room = room
        self._config = SyncConfig()
        self._topics, self._intake = intake.topics, intake
        self._transforms = TransformBuffer(max_extrapolation_s=self._config.max_extrapolation_s)
        self._ego = EgoHistory(self._config, self._transforms)
        self._images: dict[str, deque[BagMessage]] = {}

    def messages(self) -> Iterator[BagMessage]:
        heard = {topic for m in self._topics.microphones.values() for topic in (m.chunks, m.data, m.info)}
        return self._bag.messages([n for n in self._topics.names if n != self._topics.lidar and n not in heard])

    def see(self, message: BagMessage, album: Album) -> None:
        if self._topics.is_image(message.topic):
            self._images.setdefault(message.topic, deque(maxlen=_HELD)).append(message)
        else:
            self._decoded(message, album)

    def take(self, moment: Moment, album: Album) -> None:
        shots = [shot for images in self._images.values() for shot in self._shots(images, moment, album)]
        if shots:
            _, frame, outlines = max(shots, key=lambda shot: shot[0])
            album.pictures[moment.stamp_ns] = _small(frame, outlines, self._room)

    def _shots(
        self, images: deque[BagMessage], moment: Moment, album: Album
    ) -> Iterator[tuple[tuple[int, bool, int], CameraFrame, list[Outline]]]:
        """The newest image of a topic at a moment, how much it shows of what matters, and the outlines in it."""
        latest_ns = moment.stamp_ns + round(self._config.lookahead_s * 1e9)
        before = [m for m in images if self._stamp_ns(m, album) <= latest_ns]
        if not before:
            return
        for frame in self._decoded(before[-1], album):
            if moment.stamp_ns - frame.stamp_ns <= _OLDEST_NS:
                outlines = self._outlines(frame, moment)
                shown = sum(outline.track_id in moment.matter for outline in outlines)
                yield (shown, "front" in frame.camera, len(outlines)), frame, outlines

    def _stamp_ns(self, message: BagMessage, album: Album) -> float:
        """Of an image that cannot be read: never."""
        try:
            return header_stamp_ns(message.message.header.stamp)
        except FrameError as error:
            self._note(error, album)
            return math.inf

    def _note(self, error: Exception, album: Album) -> None:
        if len(album.faults) < _HELD:
            album.faults.append(str(error))

    def _decoded(self, message: BagMessage, album: Album) -> list[CameraFrame]:
        """Take in what a message tells; its images are handed on."""
        images = []
        try:
            for frame in self._intake.frames(message.topic, message.message):
                if isinstance(frame, CameraFrame):
                    images.append(frame)
                elif isinstance(frame, FrameTransform):
                    self._transforms.push(frame)
                elif isinstance(frame, EgoMotion):
                    self._ego.push(frame)
        except (FrameError, TransformError) as error:
            self._note(error, album)
        return images[-1:]

    def _outlines(self, frame: CameraFrame, moment: Moment) -> list[Outline]:
        """As the synchroniser places a camera: the ego's motion between image and moment is undone."""
        k = frame.intrinsics
        try:
            pose = self._transforms.lookup(frame.frame_id, self._config.base_frame, frame.stamp_ns)
        except TransformError:
            return []  # a camera that nothing places: the picture is shown without boxes
        if k is None:
            return []
        pose = place_camera(pose, self._ego.at(frame.stamp_ns), self._ego.at(moment.stamp_ns))
        scale = self._room.picture_width_px / k.width
        drawn = ((track_id, _segments(box, pose, k, scale)) for track_id, box in moment.boxes.items())
        return [Outline(track_id=track_id, segments=segments) for track_id, segments in drawn if segments]


def _segments(box: OrientedBox, pose: Pose, k: Intrinsics, scale: float) -> tuple[Segment, ...]:
    rounded = np.clip(np.round(box_edges(box, pose, k) * scale), -9999, 9999).astype(int)
    return tuple((int(x0), int(y0), int(x1), int(y1)) for x0, y0, x1, y1 in rounded)


def _small(frame: CameraFrame, outlines: Sequence[Outline], room: Room) -> Picture:
    height, width = frame.rgb.shape[:2]
    size = (room.picture_width_px, max(1, round(height * room.picture_width_px / width)))
    shrunk = cv2.resize(np.asarray(frame.rgb), size, interpolation=cv2.INTER_AREA)
    is_written, jpeg = cv2.imencode(".jpg", shrunk[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, room.picture_quality])
    if not is_written:
        raise FrameError(f"a picture of {size[0]}x{size[1]} cannot be written as JPEG")
    return Picture(
        camera=frame.camera,
        stamp_ns=frame.stamp_ns,
        width=size[0],
        height=size[1],
        jpeg=jpeg.tobytes(),
        outlines=tuple(outlines),
    )
