"""Snapshots: aligned by stamp, whatever the order of arrival; what is missing is named."""

from __future__ import annotations

import numpy as np
import pytest
import scripted_drive as drive
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal_narrator.core.frames import EgoMotion, FrameTransform, LidarSweep, SensorFrame
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.core.snapshot import Sense, Snapshot, Trouble
from crossmodal_narrator.sync import Source, SyncConfig, Synchroniser

FRONT, LIDAR, ODOMETRY = Source(Sense.CAMERA, "front"), Source(Sense.LIDAR, "lidar"), Source(Sense.ODOMETRY, "odometry")
EXPECTED = (FRONT, LIDAR, ODOMETRY)


def run(
    frames: list[SensorFrame],
    expected: tuple[Source, ...] = EXPECTED,
    flush: bool = True,
    config: SyncConfig | None = None,
) -> list[Snapshot]:
    synchroniser = Synchroniser(config or SyncConfig(), expected)
    snapshots: list[Snapshot] = []
    for frame in [*drive.static_transforms(), *frames]:
        synchroniser.push(frame)
        snapshots += synchroniser.ready()
    if flush:
        snapshots += synchroniser.flush()
    return snapshots


def told(snapshot: Snapshot) -> tuple[object, ...]:
    """What a snapshot says, in a form that compares."""
    assert snapshot.ego is not None
    return (
        snapshot.stamp_ns,
        snapshot.skew_ns,
        tuple((c.frame.stamp_ns, c.camera_from_base.translation_m.round(9).tolist()) for c in snapshot.cameras),
        None if snapshot.lidar is None else snapshot.lidar.xyz.tolist(),
        snapshot.ego.odom_from_base.translation_m.round(9).tolist(),
        snapshot.missing,
    )


def usual_drive(seconds: float = 2.0) -> list[tuple[int, SensorFrame]]:
    """Frames with their stamps in ms: LiDAR at 10 Hz, camera 50 ms before it, odometry at 50 Hz."""
    frames: list[tuple[int, SensorFrame]] = []
    for t in range(0, round(seconds * 1000), 10):
        if t % 20 == 0:
            frames.append((t, drive.ego(t)))
        if t % 100 == 50:
            frames.append((t, drive.image(t)))
        if t % 100 == 0:
            frames.append((t, drive.sweep(t)))
    return frames


def drive_on_transforms(seconds: float = 2.0) -> list[tuple[int, SensorFrame]]:
    """The usual drive of a vehicle that tells its motion by /tf only."""
    return [(t, drive.pose(t) if isinstance(f, EgoMotion) else f) for t, f in usual_drive(seconds)]


def ms(snapshot: Snapshot) -> int:
    return (snapshot.stamp_ns - drive.START_NS) // drive.MS


def waits_ms(frames: list[SensorFrame], expected: tuple[Source, ...] = EXPECTED) -> dict[int, int]:
    """By snapshot in ms: how much later, in sensor time, it was given."""
    synchroniser = Synchroniser(SyncConfig(), expected)
    now_ns = 0
    waits: dict[int, int] = {}
    for frame in [*drive.static_transforms(), *frames]:
        now_ns = max(now_ns, frame.stamp_ns)
        synchroniser.push(frame)
        waits |= {ms(s): (now_ns - s.stamp_ns) // drive.MS for s in synchroniser.ready()}
    return waits


def test_each_sweep_gets_the_newest_image_before_it_and_says_the_skew() -> None:
    snapshots = run([frame for _, frame in usual_drive()])
    assert [s.stamp_ns for s in snapshots] == [drive.START_NS + t * 100 * drive.MS for t in range(20)]
    assert all(s.skew_ns == 50 * drive.MS for s in snapshots[1:])
    assert all(len(s.cameras) == 1 for s in snapshots[1:])
    assert all(s.missing == () for s in snapshots)


def heard_drive() -> list[tuple[int, SensorFrame]]:
    """The usual drive with a microphone, whose chunks of 100 ms come when they end."""
    chunks = [(t + 100, drive.sound(t)) for t in range(0, 2000, 100)]
    return sorted([*usual_drive(), *chunks], key=lambda item: item[0])


def test_each_chunk_of_sound_belongs_to_the_first_snapshot_after_its_end() -> None:
    snapshots = run([frame for _, frame in heard_drive()])

    assert all(chunk.stamp_ns + chunk.length_ns <= s.stamp_ns for s in snapshots for chunk in s.audio)
    assert [len(s.audio) for s in snapshots[1:]] == [1] * 19


def test_sound_that_is_still_being_heard_is_not_waited_for() -> None:
    by_sight = waits_ms([frame for _, frame in usual_drive()])
    by_ear = waits_ms([frame for _, frame in heard_drive()], (*EXPECTED, Source(Sense.AUDIO, "outside")))

    assert max(by_ear[t] - by_sight[t] for t in list(by_ear)[3:]) <= 20  # the step of the odometry


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=200, max_size=200))
def test_the_order_of_arrival_does_not_matter(delays_ms: list[int]) -> None:
    frames = usual_drive()
    late = sorted(zip(frames, delays_ms[: len(frames)], strict=True), key=lambda item: item[0][0] + item[1])
    in_order = run([frame for _, frame in frames])
    out_of_order = run([frame for (_, frame), _ in late])
    assert [told(s) for s in out_of_order] == [told(s) for s in in_order]


def braking_drive(phase_ms: int, by_tf: bool) -> list[tuple[int, SensorFrame]]:
    """Odometry at 10 Hz between the sweeps' stamps, and sweeps whose points are taken from 50 ms before to 50 after."""
    offsets_s = np.linspace(-0.05, 0.05, 11, dtype=np.float32)
    points = np.column_stack([np.full(11, 20.0), np.linspace(-10, 10, 11), np.ones(11)]).astype(np.float32)
    frames: list[tuple[int, SensorFrame]] = []
    for t in range(0, 2000, 100):
        motion = drive.braking(t + phase_ms)
        frames.append((t, drive.sweep(t, points, offsets_s)))
        frames.append((t + phase_ms, drive.transform_of(motion) if by_tf else motion))
        frames.append((t + 50, drive.image(t + 50)))
    return sorted(frames, key=lambda frame: frame[0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9).map(lambda k: 10 * k), st.booleans(), st.lists(st.integers(0, 60), min_size=60, max_size=60))
def test_the_order_of_arrival_does_not_matter_to_a_vehicle_that_brakes_between_two_samples_of_odometry(
    phase_ms: int, by_tf: bool, delays_ms: list[int]
) -> None:
    frames = braking_drive(phase_ms, by_tf)
    late = sorted(zip(frames, delays_ms, strict=True), key=lambda item: item[0][0] + item[1])
    in_order = [told(s) for s in run([frame for _, frame in frames]) if ms(s) >= 200]
    out_of_order = [told(s) for s in run([frame for (_, frame), _ in late]) if ms(s) >= 200]
    assert len(in_order) == 18
    assert out_of_order == in_order


@pytest.mark.parametrize("phase_ms", [0, 10, 50])
def test_a_snapshot_does_not_wait_for_odometry_after_it(phase_ms: int) -> None:
    # As in the San Francisco drive: odometry at the sweep's pace, the image 50 ms before.
    frames: list[SensorFrame] = []
    for t in range(0, 2000, 100):
        frames += [drive.image(t - 50), drive.ego(t - phase_ms), drive.sweep(t)]
    frames.sort(key=lambda frame: frame.stamp_ns)
    assert {wait for stamp, wait in waits_ms(frames).items() if stamp >= 200} == {0}


def test_a_snapshot_does_not_wait_for_the_next_image_when_the_period_says_none_is_due() -> None:
    frames = [frame for t, frame in usual_drive() if t <= 1000]
    snapshots = run(frames, flush=False)
    assert snapshots[-1].stamp_ns == drive.START_NS + 1000 * drive.MS


def test_the_image_is_placed_where_the_camera_was_when_it_was_taken() -> None:
    snapshot = run([frame for _, frame in usual_drive()])[-1]
    ahead_now = np.array([[20.0, 0.0, 1.8]])
    (placed,) = snapshot.cameras
    depth_m = float(placed.camera_from_base.transform(ahead_now)[0, 2])
    # 50 ms before the sweep, at 5 m/s, the vehicle stood 0.25 m further back; the camera sits 0.9 m ahead of base_link.
    assert depth_m == pytest.approx(20.0 - 0.9 + 0.25, abs=1e-6)


def test_a_camera_that_never_comes_is_named_missing_and_the_rest_goes_on() -> None:
    snapshots = run([frame for t, frame in usual_drive() if t % 100 != 50])
    assert len(snapshots) >= 15
    assert [(d.sense, d.trouble, d.source) for d in snapshots[-1].missing] == [(Sense.CAMERA, Trouble.MISSING, "front")]
    assert "driver" in snapshots[-1].missing[0].remedy


def test_without_a_lidar_the_camera_leads() -> None:
    snapshots = run([frame for t, frame in usual_drive() if t % 100 != 0 or t % 20 != 0 or t % 100 == 50])
    stamps_ms = [(s.stamp_ns - drive.START_NS) // drive.MS for s in snapshots]
    assert stamps_ms[-1] % 100 == 50
    assert all(s.lidar is None and len(s.cameras) == 1 for s in snapshots)
    assert Trouble.MISSING in {d.trouble for d in snapshots[-1].missing}


def test_a_camera_lost_half_way_is_stale_until_it_comes_back() -> None:
    snapshots = run([frame for t, frame in usual_drive(6.0) if t % 100 != 50 or not 2000 < t < 4000])
    stale = [(s.stamp_ns - drive.START_NS) // drive.MS for s in snapshots if s.missing]
    assert stale[0] == pytest.approx(1950 + 500, abs=110)
    assert stale[-1] <= 4100
    assert {d.trouble for s in snapshots for d in s.missing} == {Trouble.STALE}


def test_a_lidar_lost_half_way_hands_the_lead_to_the_camera_and_takes_it_back() -> None:
    frames = [f for t, f in usual_drive(6.0) if not (f.__class__.__name__ == "LidarSweep" and 2000 < t < 4000)]
    snapshots = run(frames)
    blind = [s for s in snapshots if s.lidar is None]
    assert 12 <= len(blind) <= 20
    assert all(len(s.cameras) == 1 for s in blind)
    assert snapshots[-1].lidar is not None


def test_a_missing_transform_is_told_with_its_remedy_and_the_other_senses_stay() -> None:
    synchroniser = Synchroniser(SyncConfig(), EXPECTED)
    snapshots: list[Snapshot] = []
    for frame in [drive.static_transforms()[0], *(f for _, f in usual_drive())]:
        synchroniser.push(frame)
        snapshots += synchroniser.ready()
    (trouble,) = snapshots[-1].missing
    assert (trouble.sense, trouble.trouble) == (Sense.CAMERA, Trouble.UNPLACED)
    assert "front_optical" in trouble.remedy
    assert "/tf_static" in trouble.remedy
    assert snapshots[-1].lidar is not None


def test_stamps_that_jump_back_an_hour_start_a_new_drive() -> None:
    before = [frame for _, frame in usual_drive()]
    hour_ms = 3_600_000
    after: list[SensorFrame] = []
    for t in range(0, 3000, 50):
        after += [drive.ego(t - hour_ms), drive.image(t - hour_ms)]
        if t % 100 == 0:
            after.append(drive.sweep(t - hour_ms))
    synchroniser = Synchroniser(SyncConfig(), EXPECTED)
    stamps = []
    for frame in [*drive.static_transforms(), *before, *after]:
        synchroniser.push(frame)
        stamps += [s.stamp_ns for s in synchroniser.ready()]
    assert synchroniser.clock_jumps >= 1
    assert sum(s < drive.START_NS for s in stamps) >= 25
    assert sum(s >= drive.START_NS for s in stamps) >= 18


def test_points_of_a_sweep_are_brought_to_one_stamp_by_their_own_times() -> None:
    # A wall 20 m ahead, swept during 0.1 s while the ego drives and turns: each point as the sensor saw it then.
    offsets = np.linspace(-0.1, 0.0, 201, dtype=np.float32)
    wall = np.column_stack([np.full(201, 20.0), np.linspace(-10, 10, 201), np.ones(201)])  # in base_link at the stamp
    speed, yaw_rate = 15.0, 0.3
    ego = {t: drive.ego(t, speed, yaw_rate) for t in range(400, 1010, 10)}
    seen = np.empty((201, 3))
    at_stamp = drive.ego(1000, speed, yaw_rate).odom_from_base
    for k, offset in enumerate(offsets):
        t_s = 1.0 + float(offset)
        then = Pose.from_xy_yaw(speed * t_s, 0.0, yaw_rate * t_s)
        base_then = (then.inverse() @ at_stamp).transform(wall[k : k + 1])[0]
        seen[k] = base_then - [0.0, 0.0, 1.9]
    frames: list[SensorFrame] = [*ego.values(), drive.sweep(1000, seen.astype(np.float32), offsets)]
    snapshot = run(frames, expected=(LIDAR, ODOMETRY))[-1]
    assert snapshot.lidar is not None
    assert np.abs(snapshot.lidar.xyz - wall).max() < 0.005


def test_motion_that_comes_by_tf_only_is_called_stale_once_it_stops() -> None:
    frames = [f for t, f in drive_on_transforms(5.0) if not (isinstance(f, FrameTransform) and t > 2000)]
    for expected in (EXPECTED, (FRONT, LIDAR)):
        snapshots = run(frames, expected)
        assert all(s.missing == () and s.ego is not None for s in snapshots if 100 <= ms(s) <= 2000)
        silent = [s for s in snapshots if ms(s) > 2500]
        assert len(silent) >= 20
        for snapshot in silent:
            (trouble,) = snapshot.missing
            assert (trouble.sense, trouble.trouble) == (Sense.ODOMETRY, Trouble.STALE)
            assert snapshot.ego is None


def test_nothing_waits_for_tf_that_stopped() -> None:
    frames = [f for t, f in drive_on_transforms(5.0) if not (isinstance(f, FrameTransform) and t > 2000)]
    assert max(wait for stamp, wait in waits_ms(frames).items() if stamp > 2600) == 0


def test_a_vehicle_that_tells_its_motion_by_tf_starts_as_soon_as_one_with_odometry() -> None:
    assert waits_ms([f for _, f in drive_on_transforms()]) == waits_ms([f for _, f in usual_drive()])


@pytest.mark.parametrize(("max_skew_s", "enters"), [(0.12, False), (1.0, True)])
def test_a_sweep_that_comes_late_enters_only_within_the_skew_and_keeps_its_own_stamp(
    max_skew_s: float, enters: bool
) -> None:
    # The camera leads, as the LiDAR fell silent at 1 s; at 2 s comes a sweep that is 0.8 s old at the next image.
    frames = [f for t, f in usual_drive(2.8) if not (isinstance(f, LidarSweep) and t > 1000)]
    late = drive.sweep(1250)
    k = sum(f.stamp_ns <= drive.START_NS + 2000 * drive.MS for f in frames)
    snapshots = run([*frames[:k], late, *frames[k:]], config=SyncConfig(max_skew_s=max_skew_s))
    led_by_camera = [s for s in snapshots if ms(s) > 1000]
    sweeps = [(ms(s), s.lidar.stamp_ns, s.skew_ns) for s in led_by_camera if s.lidar is not None]
    assert sweeps == ([(2050, late.stamp_ns, 800 * drive.MS)] if enters else [])


def test_every_sweep_of_a_fast_lidar_leads_a_snapshot() -> None:
    frames: list[SensorFrame] = []
    for t in range(0, 2000, 10):
        frames += (
            [drive.ego(t)] + ([drive.image(t)] if t % 100 == 50 else []) + ([drive.sweep(t)] if t % 20 == 0 else [])
        )
    assert [ms(s) for s in run(frames)] == list(range(0, 2000, 20))


def test_one_pose_of_tf_tells_no_velocity_and_two_do() -> None:
    frames: list[SensorFrame] = [drive.pose(0), drive.sweep(0), drive.pose(20), drive.sweep(100), drive.pose(100)]
    first, second = run(frames, expected=(LIDAR,))
    assert first.ego is None
    assert second.ego is not None
    assert second.ego.velocity_mps == pytest.approx((5.0, 0.0, 0.0))
