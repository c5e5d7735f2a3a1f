"""Simulated snapshots: what the product's own encoders make of each, and the truth that it can be described by."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import CameraFeatures, LidarFeatures, ObjectClass, SoundFrame
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio import SoundEncoder, SoundEncoderConfig
from crossmodal_narrator.encoding.camera import CameraEncoder, CameraEncoderConfig
from crossmodal_narrator.encoding.crossmodal.painting import SHAPES, SOUND_FRAMES, Painted, Sensed, paint
from crossmodal_narrator.encoding.lidar import LidarDetector, LidarDetectorConfig, LidarEncoder, LidarGeometry
from crossmodal_narrator.encoding.lidar.config import LidarGeometryConfig
from crossmodal_narrator.runtime import EngineConfig, ModelStore, detector_spec, open_engine, sound_spec
from crossmodal_narrator.simulation.ground_truth import GroundTruth
from crossmodal_narrator.simulation.rollout import stamp_at
from crossmodal_narrator.simulation.sensors.camera import Camera
from crossmodal_narrator.simulation.sensors.rig import MicrophoneArray, Rig, camera_mount
from crossmodal_narrator.simulation.sensors.spinning_lidar import SpinningLidar
from crossmodal_narrator.simulation.sensors.spinning_lidar.turn import mount_pose
from crossmodal_narrator.simulation.shapes.appearance import paint_of
from crossmodal_narrator.simulation.sound.soundscape import Soundscape
from crossmodal_narrator.simulation.stage import Stage
from crossmodal_narrator.simulation.suite import TICK_S
from crossmodal_narrator.simulation.world import Moment
from crossmodal_narrator.sync.compensation import place_sweep
from crossmodal_narrator.training.crossmodal.drives import drive
from crossmodal_narrator.training.drives import TrainingDrive

_FIRST_S = 2.0
_IMAGE = (512, 288)
_BODIES = frozenset({ObjectClass.CAR, ObjectClass.VAN, ObjectClass.TRUCK, ObjectClass.BUS})
_NO_TIMER = StageTimer(lambda: 0)
_STORED = ("picture", "things", "plan", "sounds", "ego")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DescribedSnapshot:
    """One moment of a drive: arrays of `painting.SHAPES`, and what truth.json would say of it, with the drive's own."""

    painted: Painted
    truth: dict[str, Any]


class Encoders:
    """The product's own, as they are configured by default."""

    def __init__(self) -> None:
        store, config = ModelStore(), EngineConfig(engines=("onnxruntime_cpu",), threads=1)
        eyes, shapes, ears = (store.manifest(name) for name in ("nanodet_g", "bird_eye", "sound_events"))
        self.camera = CameraEncoder(CameraEncoderConfig(), open_engine(eyes, store, config), detector_spec(eyes))
        detector = LidarDetector(LidarDetectorConfig(), open_engine(shapes, store, config), shapes.labels)
        self.lidar = LidarEncoder(LidarGeometry(LidarGeometryConfig()), detector)
        self._sound = open_engine(ears, store, config)
        self._sound_spec = sound_spec(ears)

    def sound(self) -> SoundEncoder:
        """One that has heard nothing yet."""
        return SoundEncoder(SoundEncoderConfig(), self._sound, self._sound_spec)


class SensedDrive:
    """A training drive, sensed where it is asked for."""

    def __init__(self, made: TrainingDrive, encoders: Encoders) -> None:
        self._made, self._encoders = made, encoders
        rng = np.random.default_rng((made.number, 0xCA))
        mount = camera_mount(
            "front",
            width=_IMAGE[0],
            height=_IMAGE[1],
            field_of_view_rad=float(rng.uniform(1.1, 1.5)),
            position_m=(float(rng.uniform(1.3, 1.9)), 0.0, float(rng.uniform(1.3, 1.7))),
        )
        self._mount = mount
        rig = Rig(cameras=(mount,), lidar=made.lidar, microphones=MicrophoneArray(), has_cabin_microphone=False)
        self._stage = Stage(made.rollout)
        self._camera, self._lidar = Camera(mount), SpinningLidar(made.lidar)
        self._soundscape = Soundscape(made.rollout, self._stage.scenery, rig)
        self._truth = GroundTruth(made.rollout, rig)

    def snapshot(self, tick: int) -> DescribedSnapshot:
        """At the end of that tick of a tenth of a second."""
        end_s = round((tick + 1) * TICK_S, 1)
        moment = self._stage.moment(end_s)
        rgb, seen = self._seen(tick, moment)
        lidar, returns = self._swept(tick, moment)
        sensed = Sensed(rgb=rgb, camera=seen, lidar=lidar, sounds=self._heard(tick), ego=self._ego(stamp_at(end_s)))
        truth = self._truth.entry(end_s, stamp_at(end_s), returns, self._soundscape.true_sounds(end_s))
        return DescribedSnapshot(
            painted=paint(sensed),
            truth={
                "drive": self._made.number,
                "tick": tick,
                "network": self._made.scenario.network,
                "daylight": self._made.rollout.environment.daylight.value,
                "rain_mmph": self._made.rollout.environment.rain_mmph,
                "visibility_m": self._made.rollout.environment.visibility_m,
                "is_blind": seen.is_blind,
                "found": _found(seen, lidar),
                "paints": self._paints([entry["id"] for entry in truth["objects"]]),
                **truth,
            },
        )

    def _seen(self, tick: int, moment: Moment) -> tuple[NDArray[np.uint8], CameraFeatures]:
        rng = np.random.default_rng((self._made.number, tick, 0xCA))
        rgb = self._camera.render(moment, self._made.rollout.ego.pose(moment.time_s), rng)
        frame = CameraFrame(
            stamp_ns=stamp_at(moment.time_s),
            frame_id=self._mount.frame_id,
            camera=self._mount.name,
            rgb=rgb,
            intrinsics=self._mount.intrinsics,
        )
        return rgb, self._encoders.camera.encode(frame, lambda: (), _NO_TIMER)

    def _swept(self, tick: int, moment: Moment) -> tuple[LidarFeatures, dict[str, int]]:
        stamp_ns = stamp_at(moment.time_s)
        points = self._lidar.sweep(moment, np.random.default_rng((self._made.number, tick, 0x51)))
        sweep = points.sweep(stamp_ns, self._made.lidar.frame_id)
        placed = place_sweep(sweep, mount_pose(self._made.lidar), stamp_ns, self._ego)
        return self._encoders.lidar.encode(placed, _NO_TIMER), points.returns

    def _heard(self, tick: int) -> Sequence[SoundFrame]:
        encoder = self._encoders.sound()
        chunks = range(max(0, tick + 1 - SOUND_FRAMES), tick + 1)
        return [f for k in chunks for f in encoder.encode(self._soundscape.outside(k), _NO_TIMER)]

    def _paints(self, names: Sequence[str]) -> dict[str, Sequence[int]]:
        """Red, green and blue of the bodies of those that have one."""
        actors = {actor.actor_id: actor for actor in self._made.rollout.actors}
        return {
            name: paint_of(actors[name].look, actors[name].look_seed) for name in names if actors[name].label in _BODIES
        }

    def _ego(self, stamp_ns: int) -> EgoMotion:
        time_s, ego = (stamp_ns - stamp_at(0.0)) / 1e9, self._made.rollout.ego
        return EgoMotion(
            stamp_ns=stamp_ns,
            odom_from_base=ego.pose(time_s),
            velocity_mps=(ego.speed(time_s), 0.0, 0.0),
            yaw_rate_rps=ego.yaw_rate_rps(time_s),
        )


def snapshots(number: int, every_s: float, encoders: Encoders) -> Iterator[DescribedSnapshot]:
    """Of training drive `number`, one each `every_s`."""
    made = drive(number)
    sensed = SensedDrive(made, encoders)
    count = int((made.scenario.length_s - _FIRST_S) / every_s)
    for k in range(count):
        yield sensed.snapshot(round((_FIRST_S + k * every_s) / TICK_S) - 1)


def _found(seen: CameraFeatures, lidar: LidarFeatures) -> dict[str, Any]:
    """The list of objects that the encoders give, for what can be said without a picture of it all."""
    return {
        "camera": [
            [
                d.label.value,
                round(d.score, 3),
                *(round(v / s, 4) for v, s in zip((d.box.x0, d.box.y0, d.box.x1, d.box.y1), _IMAGE * 2, strict=True)),
                next((a.value for a in d.attributes if a.name == "colour"), ""),
            ]
            for d in seen.detections
        ],
        "signals": [[s.state.value, round(s.confidence, 3)] for s in seen.signals],
        "lidar": [
            [
                d.label.value,
                round(d.score, 3),
                *(round(v, 2) for v in (*d.box.centre_m, *d.box.size_lwh_m, d.box.yaw_rad)),
            ]
            for d in lidar.detections
        ],
    }


def write_snapshots(path: Path, many: Sequence[DescribedSnapshot]) -> None:
    """One file a drive, whole or not at all. Values are kept to a part in 255."""
    columns = {name: np.stack([_stored(name, one.painted[name]) for one in many]) for name in _STORED}
    columns["present"] = np.stack([one.painted["present"] for one in many])
    truth = np.frombuffer(json.dumps([one.truth for one in many]).encode(), np.uint8)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez_compressed(file, truth=truth, **columns)  # type: ignore[arg-type]
    Path(file.name).replace(path)


def read_snapshots(path: Path) -> list[DescribedSnapshot]:
    with np.load(path) as columns:
        truths = json.loads(columns["truth"].tobytes())
        arrays = {name: columns[name] for name in SHAPES}
    return [
        DescribedSnapshot(painted={name: values[k] for name, values in arrays.items()}, truth=truth)
        for k, truth in enumerate(truths)
    ]


def _stored(name: str, values: NDArray[np.float32]) -> NDArray[Any]:
    if name in ("sounds", "ego"):
        return values
    stored: NDArray[np.uint8] = np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)
    return stored


_encoders: Encoders | None = None  # of this process


def make_drive(number: int, folder: Path, every_s: float) -> Path:
    """The file of training drive `number` in `folder`; one that is there is left as it is."""
    global _encoders
    path = folder / f"drive_{number:05d}.npz"
    if not path.exists():
        cv2.setNumThreads(1)
        if _encoders is None:
            _encoders = Encoders()
        write_snapshots(path, list(snapshots(number, every_s, _encoders)))
    return path
