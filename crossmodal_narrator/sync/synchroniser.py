"""Frames in, snapshots out: all by stamps, so that the order of arrival does not matter.

A snapshot stands at each stamp of the leading sense: the LiDAR where there is one, else the first camera, else the
microphone, else odometry. Every other sense gives its newest frame up to that stamp. The snapshot waits while such a
frame may still be on its way, which the stream's own period tells, and never longer than `max_wait_s` of sensor time.
Odometry counts up to that stamp too, or to the end of the sweep where that is later; beyond it motion is continued.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from crossmodal_narrator.core.errors import TransformError
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep, SensorFrame
from crossmodal_narrator.core.snapshot import Degradation, PlacedCamera, PlacedSweep, Sense, Snapshot, Trouble
from crossmodal_narrator.sync.compensation import EgoAt, place_camera, place_sweep
from crossmodal_narrator.sync.config import SyncConfig
from crossmodal_narrator.sync.ego import EgoHistory
from crossmodal_narrator.sync.source import ODOMETRY, Source
from crossmodal_narrator.sync.sources import Sources
from crossmodal_narrator.sync.transforms import TransformBuffer


class Synchroniser:
    """Push frames in any order, take snapshots when they are ready.

    `expected` names the sources that should be there: one that never comes is reported as missing.
    """

    def __init__(self, config: SyncConfig, expected: tuple[Source, ...] = ()) -> None:
        self._config = config
        self._transforms = TransformBuffer(max_extrapolation_s=config.max_extrapolation_s)
        self._ego = EgoHistory(config, self._transforms)
        self._sources = Sources(config, expected)
        self._last_ns: int | None = None
        self.clock_jumps = 0

    def push(self, frame: SensorFrame) -> None:
        """Take one frame. A stamp that jumps back by more than `jump_back_s` makes everything moving be forgotten."""
        if isinstance(frame, FrameTransform):
            self._push_transform(frame)
            return
        source = Source.of(frame)
        if self._sources.jumps_back(source, frame.stamp_ns):
            self._forget()
        is_right = self._sources.push(source, frame)
        if found := self._sources.found_ahead():
            self._set_right(found)
        if is_right and isinstance(frame, EgoMotion):
            self._ego.push(frame)

    def ready(self) -> Iterator[Snapshot]:
        """Snapshots that nothing more can change, the oldest first."""
        while (stamp_ns := self._sources.next_stamp_ns(self._last_ns)) is not None:
            if self._sources.may_change(stamp_ns):
                return
            yield self._snapshot(stamp_ns)

    def flush(self) -> Iterator[Snapshot]:
        """The snapshots that are left when no more frames will come, as at the end of a bag."""
        while (stamp_ns := self._sources.next_stamp_ns(self._last_ns, ended=True)) is not None:
            yield self._snapshot(stamp_ns)

    def _push_transform(self, edge: FrameTransform) -> None:
        if not edge.is_static:
            newest_ns = self._transforms.newest_ns(edge.child)
            if newest_ns is not None and newest_ns - edge.stamp_ns > self._config.jump_back_s * 1e9:
                self._forget()
            if edge.child == self._config.base_frame:
                self._sources.note_pose(edge.stamp_ns)
        self._transforms.push(edge)

    def _forget(self) -> None:
        self._sources.clear()
        self._ego.clear()
        self._transforms.forget_motion()
        self._last_ns = None
        self.clock_jumps += 1

    def _set_right(self, ahead: Collection[Source]) -> None:
        """The time was that of sources that are ahead of all others; what was taken from them is forgotten."""
        if ODOMETRY in ahead:
            self._ego.clear()
        if self._sources.has_led_ahead(self._last_ns):
            self._last_ns = None
            self.clock_jumps += 1

    def _snapshot(self, stamp_ns: int) -> Snapshot:
        ego_at = partial(self._ego.at, known_until_ns=self._sources.motion_until_ns(stamp_ns))
        taken = self._sources.take(stamp_ns)
        troubles = [*self._sources.troubles(stamp_ns)]
        lidar = self._place_lidar(taken.lidar, stamp_ns, ego_at, troubles)
        placed = (self._place_camera(frame, stamp_ns, ego_at, troubles) for frame in taken.cameras)
        cameras = tuple(camera for camera in placed if camera is not None)
        self._last_ns = stamp_ns
        stamps_ns = [c.frame.stamp_ns for c in cameras] + ([taken.lidar.stamp_ns] if taken.lidar else [])
        return Snapshot(
            stamp_ns=stamp_ns,
            cameras=cameras,
            lidar=lidar,
            audio=taken.audio,
            ego=ego_at(stamp_ns),
            missing=tuple(troubles),
            skew_ns=max((abs(s - stamp_ns) for s in stamps_ns), default=0),
        )

    def _place_lidar(
        self, sweep: LidarSweep | None, stamp_ns: int, ego_at: EgoAt, troubles: list[Degradation]
    ) -> PlacedSweep | None:
        if sweep is None:
            return None
        try:
            base_from_lidar = self._transforms.lookup(self._config.base_frame, sweep.frame_id, sweep.stamp_ns)
        except TransformError as error:
            troubles.append(_unplaced(Source.of(sweep), stamp_ns, error))
            return None
        return place_sweep(sweep, base_from_lidar, stamp_ns, ego_at)

    def _place_camera(
        self, frame: CameraFrame, stamp_ns: int, ego_at: EgoAt, troubles: list[Degradation]
    ) -> PlacedCamera | None:
        if frame.intrinsics is None:
            troubles.append(
                Degradation(
                    sense=Sense.CAMERA,
                    trouble=Trouble.UNPLACED,
                    source=frame.camera,
                    since_ns=stamp_ns,
                    remedy=f"publish the CameraInfo of camera {frame.camera}",
                )
            )
            return None
        try:
            camera_from_base = self._transforms.lookup(frame.frame_id, self._config.base_frame, frame.stamp_ns)
        except TransformError as error:
            troubles.append(_unplaced(Source.of(frame), stamp_ns, error))
            return None
        placed = place_camera(camera_from_base, ego_at(frame.stamp_ns), ego_at(stamp_ns))
        return PlacedCamera(frame=frame, camera_from_base=placed)


def _unplaced(source: Source, stamp_ns: int, error: TransformError) -> Degradation:
    return Degradation(
        sense=source.sense, trouble=Trouble.UNPLACED, source=source.name, since_ns=stamp_ns, remedy=str(error)
    )
