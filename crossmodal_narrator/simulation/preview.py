"""A recorded drive as a film for people: what the camera sees, what stands around, and from where sounds come.

The boxes are those of truth.json, drawn through the calibration and the transforms that the bag itself holds. They are
of the sweep's stamp, the picture is 50 ms older: on what stands still beside a vehicle that stands they lie exactly.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.frames import CameraFrame, FrameTransform, LidarSweep
from crossmodal_narrator.core.geometry import OrientedBox, Pose
from crossmodal_narrator.fusion.outlines import box_edges
from crossmodal_narrator.wire import Intake, guess_topics

Image = NDArray[np.uint8]
FRAMES_A_SECOND = 10.0
HEIGHT, WIDTH = 480, 1280
_CAMERA_WIDTH = 800
_METRES_ACROSS = 80.0  # of the view from above, whose middle is the vehicle
_SEEN_M = 60.0
# By label, RGB.
_COLOURS = {
    "pedestrian": (255, 200, 60),
    "cyclist": (120, 230, 120),
    "motorcycle": (120, 230, 120),
    "bus": (255, 140, 90),
    "truck": (255, 140, 90),
}
_VEHICLE, _SOUND, _INK, _PAPER = (90, 190, 255), (255, 80, 120), (235, 238, 240), (22, 25, 28)
_SIGNALS = {"red": (235, 60, 50), "red_amber": (250, 130, 40), "amber": (250, 190, 40), "green": (60, 210, 110)}
_FILMS = {".mp4": "mp4v", ".webm": "VP80"}
SUFFIXES = (*_FILMS, ".gif", ".png")


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What the bag has told so far."""

    images: dict[str, CameraFrame] = field(default_factory=dict)
    mounts: dict[str, Pose] = field(default_factory=dict)  # base_from_sensor by frame
    sweep: LidarSweep | None = None


def write_preview(drive: Path, path: Path, on_progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Draw the drive in the folder `drive` (bag/ and truth.json) to `path`: .mp4, .webm, .gif, or one picture as .png.

    Raises:
        BagError: the drive cannot be read, or `path` cannot be written.
    """
    check_preview_path(path)
    try:
        truth = json.loads((drive / "truth.json").read_text(encoding="utf-8"))
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BagError(f"{error.filename}: {error.strerror}", remedy=_remedy()) from error

    def drawn() -> Iterator[Image]:
        for done, image in enumerate(preview_frames(drive / "bag", truth), start=1):
            yield image
            on_progress(done, len(truth))

    if path.suffix == ".png":
        is_written = cv2.imwrite(str(path), _sheet(drawn(), len(truth))[:, :, ::-1])
    elif path.suffix == ".gif":
        is_written = _write_gif(path, drawn())
    else:
        is_written = _write_film(path, drawn())
    if not is_written:
        raise BagError(f"{path} cannot be written", remedy=_remedy())


def check_preview_path(path: Path) -> None:
    """Raise BagError where `path` has a suffix that no preview has."""
    if path.suffix not in SUFFIXES:
        raise BagError(f"{path}: a preview cannot be a {path.suffix or 'file without suffix'}", remedy=_remedy())
    if any(parent.is_file() for parent in path.parents):
        raise BagError(f"{path} would lie in a file", remedy=_remedy())


def preview_frames(bag_path: Path, truth: Sequence[Mapping[str, Any]]) -> Iterator[Image]:
    """One picture (HEIGHT, WIDTH, 3) for each entry of the truth."""
    bag = open_bag(bag_path)
    topics = guess_topics([(topic.name, topic.msgtype) for topic in bag.topics])
    intake, seen, entries = Intake(topics), _Seen(), iter(truth)
    entry = next(entries, None)
    for message in bag.messages(topics.names):
        while entry is not None and message.log_time_ns > entry["stamp_ns"]:
            yield _picture(seen, entry, truth[0]["stamp_ns"])
            entry = next(entries, None)
        for frame in intake.frames(message.topic, message.message):
            _take(seen, frame)
    while entry is not None:
        yield _picture(seen, entry, truth[0]["stamp_ns"])
        entry = next(entries, None)


def _take(seen: _Seen, frame: object) -> None:
    if isinstance(frame, CameraFrame):
        seen.images[frame.camera] = frame
    elif isinstance(frame, LidarSweep):
        seen.sweep = frame
    elif isinstance(frame, FrameTransform) and frame.is_static:
        seen.mounts[frame.child] = frame.parent_from_child


def _picture(seen: _Seen, entry: Mapping[str, Any], first_ns: int) -> Image:
    canvas: Image = np.full((HEIGHT, WIDTH, 3), _PAPER, np.uint8)
    cameras = [_camera_view(frame, seen, entry) for frame in seen.images.values()]
    if cameras:
        _lay_out(canvas[30:, :_CAMERA_WIDTH], cameras)
    _draw_from_above(canvas[:, _CAMERA_WIDTH:], seen, entry)
    second = (entry["stamp_ns"] - first_ns) / 1e9 + 0.1
    events = ", ".join(f"{e['subject']} {e['event']}" for e in entry.get("events", ()))
    speed = 3.6 * entry["ego_speed_mps"]
    told = f"{second:5.1f} s   {speed:3.0f} km/h   {entry.get('ego_manoeuvre', '')}   {events}"
    cv2.putText(canvas, told, (10, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _INK, 1, cv2.LINE_AA)
    return canvas


def _lay_out(area: Image, views: Sequence[Image]) -> None:
    """One large, or several in a grid."""
    columns = 1 if len(views) == 1 else 2 if len(views) <= 4 else 3
    rows = math.ceil(len(views) / columns)
    for k, view in enumerate(views):
        scale = min(area.shape[1] / columns / view.shape[1], area.shape[0] / rows / view.shape[0])
        small = cv2.resize(view, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        top, left = k // columns * (area.shape[0] // rows), k % columns * (area.shape[1] // columns)
        area[top : top + small.shape[0], left : left + small.shape[1]] = small


def _boxes(entry: Mapping[str, Any]) -> Iterator[tuple[OrientedBox, tuple[int, int, int], Mapping[str, Any]]]:
    for thing in entry["objects"]:
        x, y, z = thing["position_m"]
        length, width, height = thing["size_lwh_m"]
        box = OrientedBox(centre_m=(x, y, z), size_lwh_m=(length, width, height), yaw_rad=thing["yaw_rad"])
        yield box, _COLOURS.get(thing["label"], _VEHICLE), thing


def _camera_view(frame: CameraFrame, seen: _Seen, entry: Mapping[str, Any]) -> Image:
    image: Image = np.array(frame.rgb)
    mount = seen.mounts.get(frame.frame_id)
    if frame.intrinsics is None or mount is None:
        return image
    camera_from_base = mount.inverse()
    for box, colour, thing in _boxes(entry):
        if thing["lidar_points"] == 0 or box.nearest_in_plan_m() > _SEEN_M:
            continue
        for edge in box_edges(box, camera_from_base, frame.intrinsics):
            cv2.line(image, _pixel(edge[:2]), _pixel(edge[2:]), colour, 1, cv2.LINE_AA)
    return image


def _draw_from_above(area: Image, seen: _Seen, entry: Mapping[str, Any]) -> None:
    """Ahead is up. Points, boxes, traffic lights, and an arrow for each sound."""
    scale = area.shape[1] / _METRES_ACROSS
    middle = np.array([0.5 * area.shape[1], 0.6 * area.shape[0]])

    def placed(xy: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        pixels: NDArray[np.float64] = middle + scale * np.stack([-xy[..., 1], -xy[..., 0]], axis=-1)
        return pixels

    if seen.sweep is not None and seen.sweep.frame_id in seen.mounts:
        points = seen.mounts[seen.sweep.frame_id].transform(seen.sweep.xyz)
        columns, rows = placed(points[points[:, 2] > 0.3]).astype(int).T
        kept = (columns >= 0) & (columns < area.shape[1]) & (rows >= 0) & (rows < area.shape[0])
        area[rows[kept], columns[kept]] = (105, 112, 118)
    for box, colour, _ in _boxes(entry):
        cv2.polylines(area, [placed(box.footprint()).astype(np.int32)], True, colour, 1, cv2.LINE_AA)
    for signal in entry.get("signals", ()):
        at = placed(np.array(signal["stop_line_m"]))
        cv2.circle(area, _pixel(at), 3, _SIGNALS.get(signal["state"], _INK), -1, cv2.LINE_AA)
    ego = placed(np.array([[3.7, 0.95], [-1.0, 0.95], [-1.0, -0.95], [3.7, -0.95]]))
    cv2.fillPoly(area, [ego.astype(np.int32)], _INK, cv2.LINE_AA)
    for sound in (s for s in entry.get("sounds", ()) if s["kind"] != "vehicle"):
        _draw_sound(area, placed(np.zeros(2)), sound)


def _draw_sound(area: Image, middle: NDArray[np.float64], sound: Mapping[str, Any]) -> None:
    """An arrow from the vehicle to where it sounds, faint where a building is between."""
    azimuth = float(sound["azimuth_rad"])
    away = np.array([-math.sin(azimuth), -math.cos(azimuth)])
    colour = (140, 70, 90) if sound.get("is_occluded") else _SOUND
    cv2.arrowedLine(area, _pixel(middle + 30 * away), _pixel(middle + 90 * away), colour, 2, cv2.LINE_AA, tipLength=0.2)
    label = f"{sound['kind']} {sound['range_m']:.0f} m"
    cv2.putText(area, label, _pixel(middle + 100 * away), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.clip(point, -1e4, 1e4)
    return round(float(x)), round(float(y))


def _sheet(pictures: Iterator[Image], count: int) -> Image:
    """At most six of them, from the first to the last, below each other."""
    chosen = {round(k) for k in np.linspace(0, count - 1, 6)}
    return np.concatenate([picture for k, picture in enumerate(pictures) if k in chosen])


def _write_film(path: Path, pictures: Iterator[Image]) -> bool:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*_FILMS[path.suffix]), FRAMES_A_SECOND, (WIDTH, HEIGHT))
    if not writer.isOpened():
        return False
    for picture in pictures:
        writer.write(np.ascontiguousarray(picture[:, :, ::-1]))
    writer.release()
    return True


def _write_gif(path: Path, pictures: Iterator[Image]) -> bool:
    """Half as large, five a second: a GIF is for looking, and large anyway."""
    film = cv2.Animation()
    film.frames = [
        cv2.resize(picture[:, :, ::-1], (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
        for k, picture in enumerate(pictures)
        if k % 2 == 0
    ]
    film.durations = [200] * len(film.frames)
    return bool(cv2.imwriteanimation(str(path), film))


def _remedy() -> str:
    return f"name a file in a folder that can be written, ending with {', '.join(SUFFIXES)}"
