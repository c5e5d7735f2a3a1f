"""All streams of a vehicle: which one leads, which ones are late, missing or silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crossmodal_narrator.core.frames import AudioChunk, CameraFrame, LidarSweep
from crossmodal_narrator.core.snapshot import Degradation, Sense, Trouble
from crossmodal_narrator.sync.clocks import Clocks, Time
from crossmodal_narrator.sync.compensation import end_ns
from crossmodal_narrator.sync.config import SyncConfig
from crossmodal_narrator.sync.source import LIDAR, ODOMETRY, SensedFrame, Source
from crossmodal_narrator.sync.streams import Stream

_POSES_APART_NS = 20_000_000  # of those that tell the time


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taken:
    """The frames of one snapshot, each of them given once."""

    lidar: LidarSweep | None
    cameras: tuple[CameraFrame, ...]
    audio: tuple[AudioChunk, ...]


class Sources:
    """The streams by source. Here "now" is the newest stamp of any that is not ahead."""

    def __init__(self, config: SyncConfig, expected: tuple[Source, ...]) -> None:
        self._config = config
        self._expected = expected
        self._streams: dict[Source, Stream[SensedFrame]] = {}
        self._poses: Stream[SensedFrame] = Stream()  # of /tf: only its stamps are noted
        self._chunk_ns: dict[Source, int] = {}  # how long the newest chunk of each microphone is
        self._clocks = Clocks(config.stale_after_s)
        self._known_ahead: frozenset[Source] = frozenset()
        self._first_ns: int | None = None

    @property
    def _now_ns(self) -> int:
        return self._clocks.now_ns

    def push(self, source: Source, frame: SensedFrame) -> bool:
        """Take a frame, and say whether its stamp is right: what is ahead of all others is not taken."""
        time = self._hear(source, frame.stamp_ns)
        if time is Time.AHEAD:
            return False
        self._streams.setdefault(source, Stream()).push(frame)
        if isinstance(frame, AudioChunk):
            self._chunk_ns[source] = frame.length_ns
        return time is Time.RIGHT

    def note_pose(self, stamp_ns: int) -> None:
        """A pose of the ego came by /tf; of many in a moment one tells the time."""
        newest_ns = self._poses.newest_ns
        is_near = newest_ns is not None and 0 <= stamp_ns - newest_ns < _POSES_APART_NS
        if is_near or self._hear(ODOMETRY, stamp_ns) is Time.RIGHT:
            self._poses.note(stamp_ns)

    def clear(self) -> None:
        self._streams.clear()
        self._poses = Stream()
        self._clocks = Clocks(self._config.stale_after_s)
        self._first_ns = None

    def found_ahead(self) -> frozenset[Source]:
        """Those that have been found to be ahead since this was asked last; what they gave is dropped."""
        ahead = frozenset(self._clocks.ahead_ns)
        found, self._known_ahead = ahead - self._known_ahead, ahead
        for source in found:
            self._streams.pop(source, None)
        if ODOMETRY in found:
            self._poses = Stream()
        return found

    def has_led_ahead(self, stamp_ns: int | None) -> bool:
        """Whether a snapshot at `stamp_ns` took the time of a source that is ahead, as it came first."""
        return stamp_ns is not None and stamp_ns - self._now_ns > self._config.stale_after_s * 1e9

    def _hear(self, source: Source, stamp_ns: int) -> Time:
        time = self._clocks.hear(source, stamp_ns)
        if time is Time.RIGHT:
            self._first_ns = stamp_ns if self._first_ns is None else min(self._first_ns, stamp_ns)
        return time

    def jumps_back(self, source: Source, stamp_ns: int) -> bool:
        stream = self._streams.get(source)
        newest_ns = None if stream is None else stream.newest_ns
        return newest_ns is not None and newest_ns - stamp_ns > self._config.jump_back_s * 1e9

    def next_stamp_ns(self, after_ns: int | None, *, ended: bool = False) -> int | None:
        """Where the next snapshot stands, or None while nobody leads."""
        if self._first_ns is None or (not ended and self._is_starting()):
            return None
        for source, stream in self._by_leadership():
            frame = stream.after(0 if after_ns is None else after_ns)
            if frame is not None and (self._is_alive(stream) or source.sense is Sense.LIDAR):
                return frame.stamp_ns
            if self._is_alive(stream):
                return None  # it leads, and its next frame has not come yet
        return None

    def may_change(self, stamp_ns: int) -> bool:
        """Whether a frame that belongs to the snapshot at `stamp_ns` can still come."""
        if self._now_ns >= stamp_ns + self._config.max_wait_s * 1e9:
            return False
        if self._motion_may_change(stamp_ns):
            return True
        return any(
            self._is_alive(stream) and stream.may_still_come(self._until_ns(source, stamp_ns))
            for source, stream in self._streams.items()
        )

    def _motion_may_change(self, stamp_ns: int) -> bool:
        until_ns = self.motion_until_ns(stamp_ns)
        motion = (self._poses, self._streams.get(ODOMETRY, self._poses))
        # Where all samples are later, there is no ego-motion for the snapshot: an earlier one may just be late.
        return any(self._is_alive(s) and (s.may_still_come(until_ns) or s.begins_after(until_ns)) for s in motion)

    def motion_until_ns(self, stamp_ns: int) -> int:
        """The latest stamp of odometry that counts for the snapshot: its own, or where its sweep ends after it."""
        lidar = self._streams.get(LIDAR)
        sweep = None if lidar is None else lidar.newest_until(stamp_ns)
        return max(stamp_ns, end_ns(sweep)) if isinstance(sweep, LidarSweep) else stamp_ns

    def take(self, stamp_ns: int) -> Taken:
        """The newest frame of each source up to the snapshot's stamp, within the allowed skew; older ones go."""
        oldest_ns = stamp_ns - round(self._config.max_skew_s * 1e9)
        lidar: LidarSweep | None = None
        cameras: list[CameraFrame] = []
        audio: list[AudioChunk] = []
        for source, stream in sorted(self._streams.items()):
            frames = stream.take_until(self._until_ns(source, stamp_ns))
            audio += [f for f in frames if isinstance(f, AudioChunk)]
            newest = frames[-1] if frames and frames[-1].stamp_ns >= oldest_ns else None
            if isinstance(newest, CameraFrame):
                cameras.append(newest)
            elif isinstance(newest, LidarSweep):
                lidar = newest
        return Taken(lidar=lidar, cameras=tuple(cameras), audio=tuple(audio))

    def troubles(self, stamp_ns: int) -> Iterator[Degradation]:
        """What is missing or silent at `stamp_ns`."""
        came = {*self._streams, *self._clocks.ahead_ns}
        came |= set() if self._poses.newest_ns is None else {ODOMETRY}
        for source in sorted({*self._expected, *came}):
            newest_ns = self._newest_ns(source)
            if (ahead_ns := self._clocks.ahead_ns.get(source)) is not None:
                what = f"its stamps are {ahead_ns / 1e9:.1f} s ahead of the other senses'"
                yield _trouble(source, Trouble.UNREADABLE, newest_ns or self._first_ns or stamp_ns, what)
            elif newest_ns is None:
                yield _trouble(source, Trouble.MISSING, self._first_ns or stamp_ns, "nothing has come yet")
            elif stamp_ns - newest_ns > self._config.stale_after_s * 1e9:
                age_s = (stamp_ns - newest_ns) / 1e9
                yield _trouble(source, Trouble.STALE, newest_ns, f"silent for {age_s:.1f} s of sensor time")

    def _until_ns(self, source: Source, stamp_ns: int) -> int:
        """The latest stamp of `source` that belongs to the snapshot at `stamp_ns`.

        A sweep or an odometry after it does not: it may lead the next snapshot, and would be lost for it. A chunk of
        sound is stamped with its first sample and comes with its last: to wait for one that is still being heard would
        make each scene later by as much.
        """
        if source.sense is Sense.CAMERA:
            return stamp_ns + round(self._config.lookahead_s * 1e9)
        if source.sense is Sense.AUDIO:
            return stamp_ns - self._chunk_ns.get(source, 0)
        return stamp_ns

    def _by_leadership(self) -> list[tuple[Source, Stream[SensedFrame]]]:
        return sorted(self._streams.items(), key=lambda item: (item[0].rank, item[0].name))

    def _newest_ns(self, source: Source) -> int | None:
        """When `source` was last heard of. Where no odometry is published, /tf stands in for it."""
        stream = self._streams.get(source, self._poses if source == ODOMETRY else None)
        return None if stream is None else stream.newest_ns

    def _is_alive(self, stream: Stream[SensedFrame]) -> bool:
        newest_ns = stream.newest_ns
        return newest_ns is not None and self._now_ns - newest_ns <= self._config.stale_after_s * 1e9

    def _is_starting(self) -> bool:
        """Until every expected source has come, or has had its time: else the first comer would lead for a moment."""
        seen = all(self._newest_ns(source) is not None for source in self._expected) and bool(self._expected)
        first_ns = self._now_ns if self._first_ns is None else self._first_ns
        return not seen and self._now_ns - first_ns < self._config.startup_wait_s * 1e9


def _trouble(source: Source, trouble: Trouble, since_ns: int, what: str) -> Degradation:
    name = f"{source.sense.value} {source.name}" if source.name != source.sense.value else source.name
    remedy = f"{name}: {what}; check that its driver runs, its topic name, and that its clock is the others'"
    return Degradation(sense=source.sense, trouble=trouble, source=source.name, since_ns=since_ns, remedy=remedy)
