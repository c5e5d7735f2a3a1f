"""The verbs of the narrator. Sensor frames become snapshots, snapshots a scene, and language only says facts of it.

SensorFrame → Snapshot → Features → SceneState → Narration
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Protocol

from crossmodal_narrator.core.detections import CameraFeatures, LidarFeatures, RegionOfInterest, Regions
from crossmodal_narrator.core.errors import NarratorError
from crossmodal_narrator.core.frames import AudioChunk, CameraFrame, EgoMotion, LidarSweep, SensorFrame
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import Degradation, PlacedCamera, PlacedSweep, Snapshot, Trouble
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.fusion import SceneFusion
from crossmodal_narrator.language import Narrator
from crossmodal_narrator.sync import Source, Synchroniser


class CameraEncoding(Protocol):
    """What turns an image into detections.

    `regions` are looked at again, the most deserving first. They are asked for only after the first look, because they
    come from the LiDAR, which is encoded meanwhile.
    """

    def encode(self, frame: CameraFrame, regions: Regions, timer: StageTimer) -> CameraFeatures: ...


class LidarEncoding(Protocol):
    """What turns a sweep into clusters."""

    def encode(self, sweep: PlacedSweep, timer: StageTimer) -> LidarFeatures: ...


class Perception:
    """From sensor frames to scenes. Not thread-safe: one worker owns it. Without a camera encoder images are let go."""

    def __init__(
        self,
        *,
        synchroniser: Synchroniser,
        camera: CameraEncoding | None,
        lidar: LidarEncoding,
        fusion: SceneFusion,
        timer: StageTimer,
    ) -> None:
        self.timer = timer
        self._synchroniser = synchroniser
        self._camera = camera
        self._lidar = lidar
        self._fusion = fusion
        self._unreadable: dict[Source, Degradation] = {}
        # The sweep is taken apart while the camera takes its first look; neither needs the other for that.
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="lidar")

    @property
    def clock_jumps(self) -> int:
        """How often the sensors' clock jumped back and everything moving was forgotten."""
        return self._synchroniser.clock_jumps

    def push(self, frame: SensorFrame) -> None:
        """Take one sensor frame, in any order."""
        self._synchroniser.push(frame)
        if self._unreadable and isinstance(frame, (CameraFrame, LidarSweep, AudioChunk, EgoMotion)):
            self._unreadable.pop(Source.of(frame), None)

    def refuse(self, source: Source, error: NarratorError, stamp_ns: int) -> None:
        """A message of `source` could not be read: scenes say so until one can."""
        self._unreadable[source] = Degradation(
            sense=source.sense,
            trouble=Trouble.UNREADABLE,
            source=source.name,
            since_ns=stamp_ns,
            remedy=str(error),
        )

    def observe(self) -> Iterator[SceneState]:
        """The scenes of all snapshots that are ready, the oldest first."""
        for snapshot in self._synchroniser.ready():
            yield self._see(snapshot)

    def finish(self) -> Iterator[SceneState]:
        """The scenes that are left when no more frames will come."""
        for snapshot in self._synchroniser.flush():
            yield self._see(snapshot)

    def _see(self, snapshot: Snapshot) -> SceneState:
        if self._unreadable:
            snapshot = dataclasses.replace(snapshot, missing=(*snapshot.missing, *self._unreadable.values()))
        sweep = snapshot.lidar
        encoding = None if sweep is None else self._beside.submit(self._lidar.encode, sweep, self.timer)

        @cache
        def lidar_and_regions() -> tuple[LidarFeatures | None, Mapping[str, Sequence[RegionOfInterest]]]:
            lidar = None if encoding is None else encoding.result()
            with self.timer.stage("fusion/regions"):
                return lidar, self._fusion.regions(snapshot, lidar)

        cameras = self._look(snapshot.cameras, lambda camera: lidar_and_regions()[1].get(camera, ()))
        return self._fusion.update(snapshot, cameras, lidar_and_regions()[0], self.timer)

    def _look(
        self, cameras: Sequence[PlacedCamera], regions: Callable[[str], Sequence[RegionOfInterest]]
    ) -> tuple[CameraFeatures, ...]:
        if self._camera is None:
            return ()
        return tuple(
            self._camera.encode(placed.frame, partial(regions, placed.frame.camera), self.timer) for placed in cameras
        )


class Pipeline:
    """Perception and narrator in one process, as replay and tests use them."""

    def __init__(self, perception: Perception, narrator: Narrator) -> None:
        self.perception = perception
        self.narrator = narrator

    def run(self, frames: Iterable[SensorFrame]) -> Iterator[tuple[SceneState, tuple[Narration, ...]]]:
        """Each scene of a recorded drive, with what is said of it."""
        for frame in frames:
            self.perception.push(frame)
            for scene in self.perception.observe():
                yield scene, self.narrator.narrate(scene)
        for scene in self.perception.finish():
            yield scene, self.narrator.narrate(scene)
