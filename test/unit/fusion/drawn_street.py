"""A street of solids, seen by a camera that recognises all of them and a LiDAR that sees their faces."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from drawn_sweep import SENSOR_M, faces, ground, sweep
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import (
    Attribute,
    CameraFeatures,
    ImageDetection,
    LidarDetection,
    LidarFeatures,
    ObjectClass,
)
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion
from crossmodal_narrator.core.geometry import Intrinsics, OrientedBox, Pose
from crossmodal_narrator.core.scene import SceneObject, SceneState
from crossmodal_narrator.core.snapshot import PlacedCamera, Snapshot
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio import SoundEncoderConfig
from crossmodal_narrator.encoding.lidar import LidarGeometry, LidarGeometryConfig
from crossmodal_narrator.fusion import FusionConfig, SceneFusion, SoundTracker
from crossmodal_narrator.fusion.projection import CameraView

STEP_NS = 100_000_000
CAMERA = "front"
INTRINSICS = {
    CAMERA: Intrinsics(width=1920, height=1080, fx=1970.0, fy=1970.0, cx=960.0, cy=540.0),
    "wide": Intrinsics(width=1920, height=1080, fx=1000.0, fy=1000.0, cx=960.0, cy=540.0),
}
# Optical axes (x right, y down, z forward) of a camera that looks along base_link's x, 1.6 m up.
CAMERA_FROM_BASE = Pose(
    rotation=np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]]), translation_m=np.array([0.0, 1.6, 0.0])
)
_BLACK = np.zeros((1080, 1920, 3), np.uint8)


@dataclass(frozen=True, kw_only=True)
class Solid:
    """A thing in the street, in base_link now. `score` 0: no camera recognises it; `shape` 0: nor does the LiDAR."""

    box: OrientedBox
    label: ObjectClass = ObjectClass.CAR
    score: float = 0.7
    colour: str = ""
    shape: float = 0.0
    is_solid: bool = True  # the laser meets it; else it is what the network makes of something else


@dataclass
class Street:
    """Feeds a fusion step by step; every step is a tenth of a second."""

    config: FusionConfig = field(default_factory=FusionConfig)
    stamp_ns: int = 10_000_000_000_000

    def __post_init__(self) -> None:
        self.fusion = SceneFusion(self.config, SoundTracker(SoundEncoderConfig()))
        self.lidar = LidarGeometry(LidarGeometryConfig())
        self.timer = StageTimer(time.perf_counter_ns)

    def step(
        self,
        solids: Sequence[Solid],
        *,
        cameras: Sequence[str] = (CAMERA,),
        with_lidar: bool = True,
        blind: bool = False,
        ego: EgoMotion | None = None,
        ego_known: bool = True,
        age_s: float | NDArray[np.float32] = 0.0,
    ) -> SceneState:
        """`age_s`: how long before the stamp the laser met what it shows; of each of 72 sectors, or of all."""
        self.stamp_ns += STEP_NS
        placed = sweep(ground(), *(faces(s.box) for s in solids if s.is_solid), stamp_ns=self.stamp_ns)
        placed = replace(placed, ages_s=np.broadcast_to(np.asarray(age_s, np.float32), 72).copy())
        features = self.lidar.encode(placed, self.timer) if with_lidar else None
        if features is not None:
            shapes = tuple(_shape(s) for s in solids if s.shape)
            features = replace(features, detections=shapes, is_recognised=bool(shapes))
        placed_cameras = tuple(self._camera(name) for name in cameras)
        snapshot = Snapshot(
            stamp_ns=self.stamp_ns,
            cameras=placed_cameras,
            lidar=placed if with_lidar else None,
            audio=(),
            ego=(ego or self.standing()) if ego_known else None,
            missing=(),
            skew_ns=0,
        )
        self.regions = self.fusion.regions(snapshot, features)
        seen = tuple(self._recognised(camera, solids, features, blind) for camera in placed_cameras)
        return self.fusion.update(snapshot, seen, features, (), self.timer)

    def _camera(self, name: str) -> PlacedCamera:
        frame = CameraFrame(
            stamp_ns=self.stamp_ns, frame_id="optical", camera=name, rgb=_BLACK, intrinsics=INTRINSICS[name]
        )
        return PlacedCamera(frame=frame, camera_from_base=CAMERA_FROM_BASE)

    def standing(self) -> EgoMotion:
        return self.driving(0.0, 0.0)

    def driving(self, travelled_m: float, speed_mps: float) -> EgoMotion:
        return EgoMotion(
            stamp_ns=self.stamp_ns,
            odom_from_base=Pose.from_xy_yaw(100.0 + travelled_m, 50.0, 0.0),
            velocity_mps=(speed_mps, 0.0, 0.0),
            yaw_rate_rps=0.0,
        )

    def _recognised(
        self, camera: PlacedCamera, solids: Sequence[Solid], features: LidarFeatures | None, blind: bool
    ) -> CameraFeatures:
        view = CameraView.of(camera, np.empty((0, 3), np.float32))
        detections = []
        for solid in () if blind else solids:
            box = view.box_of(solid.box)
            if box is None or solid.score == 0.0 or not view.shows(solid.box.centre_m):
                continue
            attributes = (Attribute(name="colour", value=solid.colour, confidence=0.8),) if solid.colour else ()
            detections.append(
                ImageDetection(
                    label=solid.label,
                    score=solid.score,
                    box=box,
                    camera=camera.frame.camera,
                    stamp_ns=self.stamp_ns,
                    attributes=attributes,
                )
            )
        return CameraFeatures(
            camera=camera.frame.camera, stamp_ns=self.stamp_ns, detections=tuple(detections), is_blind=blind
        )


def _shape(solid: Solid) -> LidarDetection:
    return LidarDetection(label=solid.label, score=solid.shape, box=solid.box, points=100)


def only(scene: SceneState, label: ObjectClass) -> SceneObject:
    (thing,) = (o for o in scene.objects if o.label is label)
    return thing


def moved(solid: Solid, dx_m: float, dy_m: float = 0.0) -> Solid:
    x, y, z = solid.box.centre_m
    box = OrientedBox(centre_m=(x + dx_m, y + dy_m, z), size_lwh_m=solid.box.size_lwh_m, yaw_rad=solid.box.yaw_rad)
    return Solid(box=box, label=solid.label, score=solid.score, colour=solid.colour)


__all__ = ["SENSOR_M", "Solid", "Street", "moved", "only"]
