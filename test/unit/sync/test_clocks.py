"""One sensor whose clock is ahead costs that sensor alone, and is named; the others go on as if it were not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import scripted_drive as drive

from crossmodal_narrator.core.frames import SensorFrame
from crossmodal_narrator.core.snapshot import Sense, Snapshot, Trouble
from crossmodal_narrator.sync import Source, SyncConfig, Synchroniser

FRONT, LIDAR, ODOMETRY = Source(Sense.CAMERA, "front"), Source(Sense.LIDAR, "lidar"), Source(Sense.ODOMETRY, "odometry")
OUTSIDE = Source(Sense.AUDIO, "outside")
LENGTH_MS = 4_000
Ahead = Callable[[int], int]  # ms that a clock is ahead, by the time in ms
# Source → its frame at a time in ms, its period, and how late it comes.
SENSORS: dict[Source, tuple[Callable[[int], SensorFrame], int, int]] = {
    LIDAR: (drive.sweep, 100, 0),
    FRONT: (drive.image, 100, 40),
    OUTSIDE: (drive.sound, 100, 110),
    ODOMETRY: (drive.ego, 20, 5),
}


def snapshots(
    ahead: dict[Source, Ahead],
    sensors: Sequence[Source] = tuple(SENSORS),
    silent: Callable[[Source, int], bool] = lambda source, t: False,
) -> list[Snapshot]:
    """Of a drive in which some clocks are ahead, and some sensors silent at times."""
    arrivals: list[tuple[int, int, SensorFrame]] = []
    for number, source in enumerate(sensors):
        make, period_ms, late_ms = SENSORS[source]
        for t in range(0, LENGTH_MS, period_ms):
            if not silent(source, t):
                arrivals.append((t + late_ms, number, make(t + ahead.get(source, lambda _: 0)(t))))
    synchroniser = Synchroniser(SyncConfig(), tuple(sensors))
    found: list[Snapshot] = []
    for frame in drive.static_transforms():
        synchroniser.push(frame)
    for _, _, frame in sorted(arrivals, key=lambda arrival: arrival[:2]):
        synchroniser.push(frame)
        found += synchroniser.ready()
    return [*found, *synchroniser.flush()]


def times_ms(found: Sequence[Snapshot]) -> list[int]:
    return [(s.stamp_ns - drive.START_NS) // drive.MS for s in found]


def troubles(snapshot: Snapshot) -> list[tuple[str, Trouble]]:
    return [(d.source, d.trouble) for d in snapshot.missing]


@pytest.mark.parametrize("ahead_ms", [800, 5_000, 3_600_000])
@pytest.mark.parametrize("source", [OUTSIDE, ODOMETRY, FRONT])
def test_the_others_go_on_as_if_one_whose_clock_is_ahead_were_not_there(source: Source, ahead_ms: int) -> None:
    found = snapshots({source: lambda _: ahead_ms})
    begin = times_ms(found).index(200)  # until some frames of each have come, nobody knows who is right
    assert begin <= 5
    found = found[begin:]
    assert times_ms(found) == list(range(200, LENGTH_MS, 100))
    assert all(s.lidar is not None for s in found)
    assert all(bool(s.cameras) is (source is not FRONT) for s in found)
    assert all((s.ego is not None) is (source is not ODOMETRY) for s in found)
    assert {tuple(troubles(s)) for s in found[3:]} == {((source.name, Trouble.UNREADABLE),)}
    (told,) = found[-1].missing
    ahead = re.search(r"its stamps are ([\d.]+) s ahead of the other senses'", told.remedy)
    assert ahead is not None
    late_ms = SENSORS[source][2]  # its frames are so old when they come
    assert ahead_ms - late_ms - 100 <= 1e3 * float(ahead[1]) <= ahead_ms


@pytest.mark.parametrize("source", [OUTSIDE, ODOMETRY, FRONT])
def test_a_clock_that_is_set_forward_and_back_costs_its_sensor_the_time_between(source: Source) -> None:
    found = snapshots({source: lambda t: 5_000 if 1_500 <= t < 2_500 else 0})
    assert times_ms(found) == list(range(0, LENGTH_MS, 100))
    assert all(s.lidar is not None for s in found)
    assert {tuple(troubles(s)) for s in found[18:24]} == {((source.name, Trouble.UNREADABLE),)}
    assert all(not s.missing for s in found[:14] + found[28:])
    assert all(s.cameras and s.ego for s in found[28:])


def test_what_most_agree_on_is_right_also_where_the_lidar_does_not() -> None:
    found = snapshots({LIDAR: lambda _: 5_000})
    found = found[times_ms(found).index(200) :]
    assert times_ms(found) == list(range(200, LENGTH_MS, 100))
    assert all(s.cameras and s.ego for s in found)
    assert troubles(found[-1]) == [("lidar", Trouble.UNREADABLE)]


def test_who_is_ahead_leads_where_nobody_else_goes_on() -> None:
    """Else a vehicle whose other sensors have failed would be silent for ever."""
    found = snapshots({FRONT: lambda _: 3_000}, silent=lambda source, t: source is not FRONT and t >= 1_500)
    after = [s for s in found if s.stamp_ns - drive.START_NS >= 5_000 * drive.MS]
    assert len(after) >= 15
    assert all(s.cameras for s in after)
    assert ("lidar", Trouble.STALE) in troubles(after[-1])


def test_after_a_pause_of_all_sensors_each_is_back_with_its_next_frame() -> None:
    found = snapshots({}, silent=lambda source, t: 1_000 <= t < 2_500)
    assert [t for t in times_ms(found) if t > 1_000] == list(range(2_500, LENGTH_MS, 100))
    assert all(s.cameras and s.ego and not s.missing for s in found if s.stamp_ns - drive.START_NS >= 2_700 * drive.MS)


def test_who_came_first_and_was_ahead_has_not_the_time_once_others_come() -> None:
    found = snapshots({OUTSIDE: lambda _: 5_000}, silent=lambda source, t: source is not OUTSIDE and t < 1_800)
    assert [t for t in times_ms(found) if t < LENGTH_MS][-20:] == list(range(2_000, LENGTH_MS, 100))
    assert found[-1].lidar is not None
    assert found[-1].cameras


def jumps(arrivals: Sequence[tuple[int, SensorFrame]]) -> tuple[int, list[Snapshot]]:
    """How often the clock was taken to jump, and the snapshots, of frames by when they come in ms."""
    synchroniser = Synchroniser(SyncConfig())
    found: list[Snapshot] = []
    for frame in drive.static_transforms():
        synchroniser.push(frame)
    for _, frame in sorted(arrivals, key=lambda arrival: arrival[0]):
        synchroniser.push(frame)
        found += synchroniser.ready()
    return synchroniser.clock_jumps, found


def every(period_ms: int, make: Callable[[int], SensorFrame], late_ms: int = 0) -> list[tuple[int, SensorFrame]]:
    return [(t + late_ms, make(t)) for t in range(0, 2 * LENGTH_MS, period_ms)]


def long_sound(microphone: str) -> Callable[[int], SensorFrame]:
    """A second in one chunk, which comes when it is over and is stamped with its beginning."""
    return lambda t: replace(drive.sound(t), samples=np.zeros((16_000, 1), np.float32), microphone=microphone)


def test_long_chunks_of_sound_take_nothing_back() -> None:
    sounds = [one for name in ("outside", "cabin") for one in every(1_000, long_sound(name), 1_000)]
    for others in (every(20, drive.ego), every(100, drive.sweep), every(100, drive.sweep) + every(20, drive.ego)):
        count, found = jumps(others + sounds)
        assert count == 0
        assert times_ms(found) == sorted(times_ms(found))


def test_cameras_that_are_late_do_not_outvote_the_others() -> None:
    late = [one for name in ("front", "left", "right") for one in every(100, partial(drive.image, camera=name), 600)]
    count, found = jumps(every(100, drive.sweep) + every(20, drive.ego) + late)
    assert count == 0
    assert all(s.lidar is not None and s.ego is not None for s in found[1:])


def test_a_lidar_whose_clock_is_behind_takes_nobody_with_it() -> None:
    behind = [(t, drive.sweep(t - 10_000)) for t in range(10_000, 10_000 + LENGTH_MS, 100)]
    others = [*every(100, drive.image, 40), *every(20, drive.ego, 5), *every(100, drive.sound, 110)]
    _, found = jumps(behind + [(t + 10_000, frame) for t, frame in others])
    assert sum(s.ego is not None for s in found) >= 0.9 * LENGTH_MS // 100


@pytest.mark.parametrize("stalled_ms", [800, 1_000, 3_000])
def test_what_was_kept_and_comes_at_once_rewinds_nothing(stalled_ms: int) -> None:
    begin, end = 2_000, 2_000 + stalled_ms
    for make, others in (
        (drive.image, every(20, drive.ego)),
        (drive.sweep, every(100, drive.image, 40)),
        (drive.sweep, every(100, drive.image, 40) + every(20, drive.ego, 5)),
    ):
        kept = [(end - 1 if begin <= t < end else t, frame) for t, frame in every(100, make)]
        count, found = jumps(kept + others)
        assert count == 0
        assert times_ms(found) == sorted(times_ms(found))


def test_an_odometry_that_came_first_and_was_ahead_is_the_egos_once_it_is_set_right() -> None:
    found = snapshots({ODOMETRY: lambda t: 60_000 if t < 2_000 else 0})
    assert all(s.ego is not None and not s.missing for s in found[-15:])
