"""Camera, LiDAR and microphones become one scene of tracked facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from crossmodal_narrator.core.detections import CameraFeatures, LidarFeatures, RegionOfInterest, SoundFrame
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.core.scene import SceneObject, SceneState
from crossmodal_narrator.core.snapshot import Degradation, Sense, Snapshot, Trouble
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.description import Describer
from crossmodal_narrator.fusion.points import ObstaclePoints
from crossmodal_narrator.fusion.projection import CameraView
from crossmodal_narrator.fusion.regions import regions_of
from crossmodal_narrator.fusion.signals import SignalTracker
from crossmodal_narrator.fusion.sounds import SoundTracker
from crossmodal_narrator.fusion.tracker import Tracker

_NOTHING = np.empty((0, 3), np.float32)
BLIND_REMEDY = "camera {}: the image shows nothing (glare, darkness or a covered lens); clean it, or wait for light"


class SceneFusion:
    """For each snapshot first `regions`, then `update`. Not thread-safe."""

    def __init__(self, config: FusionConfig, sounds: SoundTracker) -> None:
        self._config = config
        self._sounds = sounds
        self._tracker = Tracker(config)
        self._signals = SignalTracker()
        self._describer = Describer(config)
        self._views: dict[str, CameraView] = {}
        self._points = ObstaclePoints(_NOTHING)
        self._blind_since_ns: dict[str, int] = {}
        self._has_ego = False

    def regions(self, snapshot: Snapshot, lidar: LidarFeatures | None) -> Mapping[str, Sequence[RegionOfInterest]]:
        """By camera: the parts of its image that deserve a second look, the most deserving first."""
        has_ego = snapshot.ego is not None
        if has_ego is not self._has_ego:
            self._tracker.forget()  # places in odom mean nothing without it, nor those without it once it is back
        self._has_ego = has_ego
        self._tracker.predict(snapshot.stamp_ns)
        self._points = ObstaclePoints(_NOTHING if lidar is None else lidar.obstacle_points)
        self._views = {p.frame.camera: CameraView.of(p, self._points.xyz) for p in snapshot.cameras}
        if lidar is None:
            return {}
        base_from_odom = _odom_from_base(snapshot).inverse()
        return {
            camera: regions_of(view, lidar.clusters, self._tracker.tracks, base_from_odom, self._config)
            for camera, view in self._views.items()
        }

    def update(
        self,
        snapshot: Snapshot,
        cameras: Sequence[CameraFeatures],
        lidar: LidarFeatures | None,
        heard: Sequence[SoundFrame],
        timer: StageTimer,
    ) -> SceneState:
        """The scene at the snapshot's stamp; `regions` was called with the same snapshot before.

        `heard` is what the microphones heard since the snapshot before.
        """
        odom_from_base = _odom_from_base(snapshot)
        seeing = {f.camera: (f, self._views[f.camera]) for f in cameras if not f.is_blind}
        sweep = None
        if lidar is not None and snapshot.lidar is not None:
            sweep = lidar, snapshot.lidar
        self._tracker.update(snapshot.stamp_ns, odom_from_base, seeing, self._points, sweep, timer)
        with timer.stage("fusion/describe"):
            signals = self._signals.update(snapshot.stamp_ns, seeing)
            base_from_odom = odom_from_base.inverse()
            described = (
                self._describer.describe(track, snapshot, base_from_odom, self._views) for track in self._tracker.tracks
            )
            objects: tuple[SceneObject, ...] = tuple(thing for thing in described if thing is not None)
        with timer.stage("fusion/sounds"):
            sounds = self._sounds.update(snapshot.stamp_ns, heard, snapshot.ego, objects)
        return SceneState(
            stamp_ns=snapshot.stamp_ns,
            ego=snapshot.ego,
            objects=objects,
            sounds=sounds,
            signals=signals,
            degraded=(*snapshot.missing, *self._blindness(snapshot.stamp_ns, cameras)),
            senses=tuple(
                sense
                for sense, gave in (
                    (Sense.CAMERA, bool(seeing)),
                    (Sense.LIDAR, sweep is not None),
                    (Sense.AUDIO, bool(heard)),
                    (Sense.ODOMETRY, snapshot.ego is not None),
                )
                if gave
            ),
        )

    def _blindness(self, stamp_ns: int, cameras: Sequence[CameraFeatures]) -> list[Degradation]:
        blind = sorted(f.camera for f in cameras if f.is_blind)
        self._blind_since_ns = {camera: self._blind_since_ns.get(camera, stamp_ns) for camera in blind}
        return [
            Degradation(
                sense=Sense.CAMERA,
                trouble=Trouble.BLIND,
                source=camera,
                since_ns=since_ns,
                remedy=BLIND_REMEDY.format(camera),
            )
            for camera, since_ns in self._blind_since_ns.items()
        ]


def _odom_from_base(snapshot: Snapshot) -> Pose:
    """Without odometry things are followed as if the vehicle stood; their velocity is then not told."""
    return Pose.identity() if snapshot.ego is None else snapshot.ego.odom_from_base
