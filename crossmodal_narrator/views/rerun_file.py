"""A replay as a recording for Rerun: written while it is made, with a layout of its own.

world                           odom; x forward, y left, z up
world/vehicle                   base_link, as odometry has it
world/vehicle/lidar             points of the sweep
world/vehicle/things            boxes, by track
world/vehicle/courses           where each thing is in a second
world/vehicle/sounds            arrows towards us
world/vehicle/signals           traffic lights
world/vehicle/camera/NAME       calibration, image, and beneath it `boxes`, drawn through its distortion too
said/LANGUAGE, said/evidence    sentences, and what they are said from
figures/speed, figures/things   over time
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import BagError, ConfigError
from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.core.scene import SceneObject, SceneState, SoundEvent, TrafficSignal
from crossmodal_narrator.core.snapshot import PlacedCamera, PlacedSweep
from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.views import palette
from crossmodal_narrator.views.camera_picture import image_edges
from crossmodal_narrator.views.moment import Line, Moment
from crossmodal_narrator.views.picture import evidence_line

APPLICATION = "crossmodal_narrator"
VEHICLE = "world/vehicle"
_POINTS = 40_000  # of a sweep, evenly taken: a file with all of them is several times as large
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 85)
_UNRANGED_M, _SOUND_FROM_M, _SOUND_TO_M, _EAR_M = 30.0, 16.0, 4.0, 1.7
_EGO = {"centers": [(1.35, 0.0, 0.75)], "sizes": [(4.7, 1.9, 1.5)]}  # of a car, base_link on its rear axle
_EYE_M, _LOOKED_AT_M = (-36.0, 0.0, 24.0), (4.0, 0.0, 0.0)  # above and behind, looking ahead
_FIGURES = {"speed": "speed, m/s", "things": "things"}
_LEVELS = {Urgency.CALM: "INFO", Urgency.NOTABLE: "WARN", Urgency.URGENT: "CRITICAL"}


class RerunFile:
    """One recording. The same replay gives the same content; the file's own row numbers differ.

    Raises:
        ConfigError: Rerun is not installed, or the name does not end with .rrd.
        BagError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._rr = check_rerun(path)
        self._cameras: dict[str, tuple[int, int]] = {}  # width and height of its images
        self._log = self._rr.RecordingStream(APPLICATION, recording_id=path.stem, send_properties=False)
        self._log.set_log_time_enabled(False)  # no clock of this machine
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb"):  # Rerun's own complaint is a thread's, and names no remedy
                pass
            self._log.save(str(path), write_footer=True)
        except (OSError, RuntimeError) as error:
            raise BagError(f"{path} cannot be written: {error}", remedy="name a file elsewhere") from error
        self._log.log("world", self._rr.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
        self._log.log(f"{VEHICLE}/body", self._rr.Boxes3D(**_EGO, colors=[palette.INK], labels=["we"]), static=True)

    def show(self, moment: Moment) -> None:
        self._log.set_time("drive", duration=moment.at_ns / 1e9)
        self._log.set_time("stamp", timestamp=np.datetime64(moment.scene.stamp_ns, "ns"))
        self._log_ego(moment.scene)
        self._log_things(moment.scene.objects)
        self._log_sounds(moment.scene.sounds)
        self._log_signals(moment.scene.signals)
        if moment.snapshot.lidar is not None:
            self._log_points(moment.snapshot.lidar)
        for placed in moment.snapshot.cameras:
            self._log_camera(placed, moment.scene)
        self._log_said(moment.begun)

    def finish(self, over: tuple[Line, ...]) -> None:
        self._send_layout()  # now that all cameras have been seen
        self._log.flush()

    def close(self) -> None:
        self._log.disconnect()

    def _log_ego(self, scene: SceneState) -> None:
        if scene.ego is None:
            return
        pose = scene.ego.odom_from_base
        self._log.log(VEHICLE, self._rr.Transform3D(translation=pose.translation_m, mat3x3=pose.rotation))
        self._log.log("figures/speed", self._rr.Scalars(scene.ego.speed_mps))

    def _log_things(self, things: Sequence[SceneObject]) -> None:
        placed = [(thing, thing.box) for thing in things if thing.box is not None]
        half = [0.5 * box.yaw_rad for _, box in placed]
        self._log.log(
            f"{VEHICLE}/things",
            self._rr.Boxes3D(
                centers=_rows([box.centre_m for _, box in placed]),
                sizes=_rows([box.size_lwh_m for _, box in placed]),
                quaternions=[(0.0, 0.0, math.sin(h), math.cos(h)) for h in half],
                colors=[palette.colour_of(thing.label) for thing, _ in placed],
                labels=[_name(thing) for thing, _ in placed],
            ),
        )
        moving = [(box.centre_m, thing) for thing, box in placed if (thing.speed_mps or 0.0) >= 0.5]
        arrows = self._rr.Arrows3D(
            origins=_rows([centre_m for centre_m, _ in moving]),
            vectors=_rows([thing.velocity_mps for _, thing in moving if thing.velocity_mps is not None]),
            colors=[palette.colour_of(thing.label) for _, thing in moving],
        )
        self._log.log(f"{VEHICLE}/courses", arrows)
        self._log.log("figures/things", self._rr.Scalars(len(things)))

    def _log_sounds(self, sounds: Sequence[SoundEvent]) -> None:
        heard = [(sound, sound.azimuth_rad) for sound in sounds if sound.azimuth_rad is not None]
        arrows = self._rr.Arrows3D(
            origins=_rows([_polar(azimuth_rad, _SOUND_FROM_M) for _, azimuth_rad in heard]),
            vectors=_rows([_polar(azimuth_rad, _SOUND_TO_M - _SOUND_FROM_M, 0.0) for _, azimuth_rad in heard]),
            colors=[palette.SOUND] * len(heard),
            labels=[f"{sound.kind}, {sound.trend.value}" for sound, _ in heard],
            radii=[0.15] * len(heard),
        )
        self._log.log(f"{VEHICLE}/sounds", arrows)

    def _log_signals(self, signals: Sequence[TrafficSignal]) -> None:
        points = self._rr.Points3D(
            _rows([_polar(s.azimuth_rad, s.range_m if s.range_m is not None else _UNRANGED_M, 4.0) for s in signals]),
            colors=[palette.SIGNALS[s.state] for s in signals],
            radii=[0.4] * len(signals),
            labels=[s.state.value for s in signals],
        )
        self._log.log(f"{VEHICLE}/signals", points)

    def _log_points(self, sweep: PlacedSweep) -> None:
        points = sweep.xyz[:: max(1, math.ceil(len(sweep.xyz) / _POINTS))]
        self._log.log(f"{VEHICLE}/lidar", self._rr.Points3D(points, colors=[palette.FAINT], radii=[0.03]))

    def _log_camera(self, placed: PlacedCamera, scene: SceneState) -> None:
        frame, base_from_camera = placed.frame, placed.camera_from_base.inverse()
        k = frame.intrinsics
        assert k is not None  # the synchroniser places no camera without them
        name = f"{VEHICLE}/camera/{frame.camera}"
        if frame.camera not in self._cameras:
            self._cameras[frame.camera] = (k.width, k.height)
            matrix = [[k.fx, 0.0, k.cx], [0.0, k.fy, k.cy], [0.0, 0.0, 1.0]]
            pinhole = self._rr.Pinhole(image_from_camera=matrix, width=k.width, height=k.height)
            self._log.log(name, pinhole, static=True)
        at = self._rr.Transform3D(translation=base_from_camera.translation_m, mat3x3=base_from_camera.rotation)
        self._log.log(name, at)
        _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(np.asarray(frame.rgb), cv2.COLOR_RGB2BGR), _JPEG)
        self._log.log(f"{name}/image", self._rr.EncodedImage(contents=jpeg.tobytes(), media_type="image/jpeg"))
        edges = [(thing, edge) for thing in scene.objects for edge in image_edges(placed, thing, scene.stamp_ns)]
        drawn = [(thing, part) for thing, edge in edges if (part := _in_image(edge, k.width, k.height))]
        colours = [palette.colour_of(thing.label) for thing, _ in drawn]
        self._log.log(f"{name}/image/boxes", self._rr.LineStrips2D([part for _, part in drawn], colors=colours))

    def _log_said(self, narrations: Sequence[Narration]) -> None:
        for narration in narrations:
            level = _LEVELS[narration.urgency]
            self._log.log(f"said/{narration.language}", self._rr.TextLog(narration.text, level=level))
        if narrations and (evidence := evidence_line(narrations[0])):
            self._log.log("said/evidence", self._rr.TextLog(evidence, level="DEBUG"))

    def _send_layout(self) -> None:
        """Cameras and sentences to the left, the scene and its figures to the right, along the drive's own seconds."""
        import rerun.blueprint as rrb

        cameras = [
            rrb.Spatial2DView(
                origin=f"{VEHICLE}/camera/{name}/image",
                name=name,
                # Else Rerun leaves room for what is drawn on them.
                visual_bounds=rrb.VisualBounds2D(x_range=(0.0, width), y_range=(0.0, height)),
            )
            for name, (width, height) in sorted(self._cameras.items())
        ]
        left = rrb.Vertical(*cameras, rrb.TextLogView(origin="said", name="said"))
        eye = rrb.EyeControls3D(position=_EYE_M, look_target=_LOOKED_AT_M, eye_up=(0.0, 0.0, 1.0))
        scene = rrb.Spatial3DView(origin=VEHICLE, name="scene", eye_controls=eye)
        # Of their own, as metres a second and numbers of things have no scale in common.
        figures = [rrb.TimeSeriesView(origin=f"figures/{name}", name=unit) for name, unit in _FIGURES.items()]
        right = rrb.Vertical(scene, rrb.Horizontal(*figures), row_shares=[3, 1])
        time = rrb.TimePanel(timeline="drive", state="collapsed")
        self._log.send_blueprint(rrb.Blueprint(rrb.Horizontal(left, right), time, collapse_panels=True))


def check_rerun(path: Path) -> Any:
    """The module `rerun`.

    Raises:
        ConfigError: it is not installed, or the name does not end with .rrd.
    """
    if path.suffix != ".rrd":
        raise ConfigError(f"{path} is no name of a recording for Rerun", remedy="let it end with .rrd")
    try:
        import rerun
    except ImportError as error:
        remedy = "pip install 'crossmodal_narrator[rerun]'"
        raise ConfigError(f"{path}: Rerun is not installed", remedy=remedy) from error
    return rerun


def _name(thing: SceneObject) -> str:
    return f"{thing.label.value} {thing.track_id} {thing.motion.value} {thing.confidence:.2f}"


def _in_image(edge: NDArray[np.float64], width: int, height: int) -> list[Sequence[int]]:
    """Of an edge (4,), in pixels: where what is in the image begins and ends; empty where nothing of it is."""
    begin, end = edge.round().astype(int).reshape(2, 2).tolist()
    is_in, *part = cv2.clipLine((0, 0, width, height), begin, end)
    return part if is_in else []


def _rows(vectors: Sequence[Vec3]) -> Any:
    """(vectors, 3), also of none: an empty list clears what was drawn before."""
    return np.array(vectors, np.float32).reshape(-1, 3)


def _polar(azimuth_rad: float, range_m: float, z_m: float = _EAR_M) -> Vec3:
    return range_m * math.cos(azimuth_rad), range_m * math.sin(azimuth_rad), z_m
