"""The verbs of the narrator. Sensor frames become snapshots, snapshots a scene, and language only says facts of it.

SensorFrame → Snapshot → Features → SceneState → Narration
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from typing import Protocol

from crossmodal_narrator.core.detections import CameraFeatures, LidarFeatures, RegionOfInterest, Regions, SoundFrame
from crossmodal_narrator.core.errors import FrameError, NarratorError
from crossmodal_narrator.core.frames import AudioChunk, CameraFrame, EgoMotion, LidarSweep, SensorFrame
from crossmodal_narrator.core.scene import SceneState, Surroundings
from crossmodal_narrator.core.snapshot import Degradation, PlacedCamera, PlacedSweep, Snapshot, Trouble
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio import MicrophoneHealth
from crossmodal_narrator.encoding.crossmodal import Sensed
from crossmodal_narrator.fusion import SceneFusion
from crossmodal_narrator.language import Narrator
from crossmodal_narrator.sync import Source, Synchroniser

WHOLE = "perception"  # the stage that holds all others from a snapshot to its scene
_HEARD_FRAMES = 40
_HEARD_NS = 1_000_000_000
_AHEAD = 0.7  # of the cosine between a camera's axis and the vehicle's


class CameraEncoding(Protocol):
    """What turns an image into detections.

    `regions` are looked at again, the most deserving first. They are asked for only after the first look, because they
    come from the LiDAR, which is encoded meanwhile.
    """

    def encode(self, frame: CameraFrame, regions: Regions, timer: StageTimer) -> CameraFeatures: ...


class LidarEncoding(Protocol):
    """What turns a sweep into clusters, and recognises things among them."""

    def take_apart(self, sweep: PlacedSweep, timer: StageTimer) -> LidarFeatures: ...

    def recognise(self, features: LidarFeatures, timer: StageTimer) -> LidarFeatures: ...


class SoundEncoding(Protocol):
    """What turns the chunks of a microphone into what is heard in each 100 ms."""

    @property
    def engine_name(self) -> str: ...

    @property
    def healths(self) -> Mapping[str, MicrophoneHealth]: ...

    def encode(self, chunk: AudioChunk, timer: StageTimer) -> Sequence[SoundFrame]: ...


class SurroundingsEncoding(Protocol):
    """What says how the whole of a snapshot is; None where it is not time for it, or nothing shows it."""

    @property
    def engine_name(self) -> str: ...

    def look(self, sensed: Sensed, stamp_ns: int, timer: StageTimer) -> Surroundings | None: ...


class Perception:
    """From sensor frames to scenes. Not thread-safe: one worker owns it. Without a camera encoder images are let go."""

    def __init__(
        self,
        *,
        synchroniser: Synchroniser,
        camera: CameraEncoding | None,
        lidar: LidarEncoding,
        sound: SoundEncoding,
        fusion: SceneFusion,
        surroundings: SurroundingsEncoding,
        timer: StageTimer,
    ) -> None:
        self.timer = timer
        self.on_snapshot: Callable[[Snapshot], None] = lambda snapshot: None  # hears of each before its scene is made
        self._synchroniser = synchroniser
        self._camera = camera
        self._lidar = lidar
        self._sound = sound
        self._fusion = fusion
        self._surroundings = surroundings
        self._heard: deque[SoundFrame] = deque(maxlen=_HEARD_FRAMES)
        self._unreadable: dict[Source, Degradation] = {}
        # The sweep is taken apart while the camera takes its first look; known shapes are looked for in it during the
        # second, which goes where clusters are.
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
            yield self._timed(snapshot)

    def finish(self) -> Iterator[SceneState]:
        """The scenes that are left when no more frames will come."""
        for snapshot in self._synchroniser.flush():
            yield self._timed(snapshot)

    def close(self) -> None:
        """End the thread that takes sweeps apart: until it has ended, its memory cannot be given back."""
        self._beside.shutdown()

    def _timed(self, snapshot: Snapshot) -> SceneState:
        self.on_snapshot(snapshot)
        with self.timer.stage(WHOLE):
            return self._see(snapshot)

    def _see(self, snapshot: Snapshot) -> SceneState:
        heard = self._listen(snapshot.audio)
        if self._unreadable:
            snapshot = dataclasses.replace(snapshot, missing=(*snapshot.missing, *self._unreadable.values()))
        sweep = snapshot.lidar
        apart = None if sweep is None else self._beside.submit(self._lidar.take_apart, sweep, self.timer)
        whole = None if apart is None else self._beside.submit(self._recognise, apart)

        @cache
        def regions() -> Mapping[str, Sequence[RegionOfInterest]]:
            clusters = None if apart is None else apart.result()
            with self.timer.stage("fusion/regions"):
                return self._fusion.regions(snapshot, clusters)

        cameras = self._look(snapshot.cameras, lambda camera: regions().get(camera, ()))
        regions()  # fusion is told of every snapshot, looked at or not
        lidar = None if whole is None else whole.result()
        scene = self._fusion.update(snapshot, cameras, lidar, heard, self.timer)
        return dataclasses.replace(scene, surroundings=self._look_around(snapshot, cameras, lidar))

    def _recognise(self, apart: Future[LidarFeatures]) -> LidarFeatures:
        return self._lidar.recognise(apart.result(), self.timer)

    def _listen(self, chunks: Sequence[AudioChunk]) -> list[SoundFrame]:
        """What is heard in chunks that came since the last snapshot."""
        heard = [frame for chunk in chunks for frame in self._encoded(chunk)]
        self._heard += heard
        return heard

    def _encoded(self, chunk: AudioChunk) -> Sequence[SoundFrame]:
        """A chunk that cannot be true is refused, and what comes after it is heard again."""
        try:
            return self._sound.encode(chunk, self.timer)
        except FrameError as error:
            self.refuse(Source.of(chunk), error, chunk.stamp_ns)
            return ()

    def _recently_heard(self, stamp_ns: int) -> tuple[SoundFrame, ...]:
        """By one microphone, the first by name; what is older than a second is no part of now."""
        recent = [frame for frame in self._heard if 0 <= stamp_ns - frame.stamp_ns <= _HEARD_NS]
        first = min((frame.microphone for frame in recent), default="")
        return tuple(frame for frame in recent if frame.microphone == first)

    def _look_around(
        self, snapshot: Snapshot, cameras: Sequence[CameraFeatures], lidar: LidarFeatures | None
    ) -> Surroundings | None:
        """By the camera that looks ahead, if one does, and all else."""
        ahead = _that_looks_ahead(snapshot.cameras) if cameras else None
        sensed = Sensed(
            rgb=None if ahead is None else snapshot.cameras[ahead].frame.rgb,
            camera=None if ahead is None else cameras[ahead],
            lidar=lidar,
            sounds=self._recently_heard(snapshot.stamp_ns),
            ego=snapshot.ego,
        )
        return self._surroundings.look(sensed, snapshot.stamp_ns, self.timer)

    def _look(
        self, cameras: Sequence[PlacedCamera], regions: Callable[[str], Sequence[RegionOfInterest]]
    ) -> tuple[CameraFeatures, ...]:
        if self._camera is None:
            return ()
        return tuple(
            self._camera.encode(placed.frame, partial(regions, placed.frame.camera), self.timer) for placed in cameras
        )


def _that_looks_ahead(cameras: Sequence[PlacedCamera]) -> int | None:
    """Which of them, by where its optical axis points in base_link; None where none points within 45 degrees."""
    forward = [float(placed.camera_from_base.rotation[2, 0]) for placed in cameras]
    best = max(range(len(forward)), key=forward.__getitem__, default=None)
    return best if best is not None and forward[best] >= _AHEAD else None


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
