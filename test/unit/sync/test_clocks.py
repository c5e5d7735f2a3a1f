"""One sensor whose clock is ahead costs that sensor alone, and is named; the others go on as if it were not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

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
    assert times_ms(found) == list(range(0, LENGTH_MS, 100))
    assert all(s.lidar is not None for s in found)
    assert all(bool(s.cameras) is (source is not FRONT) for s in found)
    assert all((s.ego is not None) is (source is not ODOMETRY) for s in found[1:])
    assert {tuple(troubles(s)) for s in found[12:]} == {((source.name, Trouble.UNREADABLE),)}
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
    assert {tuple(troubles(s)) for s in found[17:24]} == {((source.name, Trouble.UNREADABLE),)}
    assert all(not s.missing for s in found[:14] + found[28:])
    assert all(s.cameras and s.ego for s in found[28:])


def test_of_two_senses_that_differ_the_one_that_sees_more_has_the_time() -> None:
    found = snapshots({OUTSIDE: lambda _: 5_000}, [LIDAR, OUTSIDE])
    assert times_ms(found) == list(range(0, LENGTH_MS, 100))
    assert troubles(found[-1]) == [("outside", Trouble.UNREADABLE)]


def test_what_most_agree_on_is_right_also_where_the_lidar_does_not() -> None:
    found = snapshots({LIDAR: lambda _: 5_000})
    assert all(s.cameras and s.ego for s in found[1:])
    assert len(found) >= LENGTH_MS // 100 - 2
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
