"""From frames of 100 ms to the sounds of the scene: when, from where, and whose."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest

from crossmodal_narrator.core.detections import Bearing, ObjectClass, SirenPattern, SoundFrame
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose, wrap_angle
from crossmodal_narrator.core.scene import Evidence, Motion, Relation, SceneObject, Side, SoundEvent, SoundTrend
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.encoding.audio import SoundEncoderConfig
from crossmodal_narrator.fusion import SoundTracker
from crossmodal_narrator.fusion.binding import Binder

START_NS, STEP_NS = 1_700_000_000_000_000_000, 100_000_000


def frame(
    number: int,
    *,
    siren: float = 0.0,
    siren_before: float | None = None,
    horn: float = 0.0,
    azimuth: float | None = None,
    level_db: float = -30.0,
) -> SoundFrame:
    return SoundFrame(
        stamp_ns=START_NS + number * STEP_NS,
        microphone="outside",
        siren_before=siren if siren_before is None else siren_before,
        siren=siren,
        horn=horn,
        other=0.0,
        pattern=SirenPattern.WAIL if siren > 0.5 else None,
        level_dbfs=level_db,
        tones_dbfs=level_db,
        pitch_hz=900.0,
        bearing=None if azimuth is None else Bearing(azimuth_rad=wrap_angle(azimuth), focus=0.6),
    )


def ego(number: int, yaw_rate_rps: float = 0.0, speed_mps: float = 0.0) -> EgoMotion:
    return EgoMotion(
        stamp_ns=START_NS + number * STEP_NS,
        odom_from_base=Pose.from_xy_yaw(0.0, 0.0, yaw_rate_rps * number / 10.0),
        velocity_mps=(speed_mps, 0.0, 0.0),
        yaw_rate_rps=yaw_rate_rps,
    )


def thing(
    track_id: int,
    x: float,
    y: float,
    *,
    label: ObjectClass = ObjectClass.TRUCK,
    motion: Motion = Motion.MOVING,
    velocity: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> SceneObject:
    return SceneObject(
        track_id=track_id,
        label=label,
        attributes=(),
        azimuth_rad=math.atan2(y, x),
        position_m=(x, y, 1.0),
        size_lwh_m=(5.0, 2.0, 2.5),
        yaw_rad=0.0,
        velocity_mps=velocity,
        relation=Relation(side=Side.BEHIND, in_path=False, distance_m=math.hypot(x, y)),
        motion=motion,
        confidence=0.9,
        age_s=3.0,
        evidence=(Evidence(modality=Sense.LIDAR, stamp_ns=START_NS, detail="drawn"),),
    )


Things = Callable[[int], tuple[SceneObject, ...]]


def followed(
    frames: Iterable[SoundFrame], *, yaw_rate_rps: float = 0.0, things: Things = lambda k: ()
) -> list[tuple[SoundEvent, ...]]:
    tracker = SoundTracker(SoundEncoderConfig())
    return [
        tracker.update(START_NS + k * STEP_NS, (one,), ego(k, yaw_rate_rps), things(k)) for k, one in enumerate(frames)
    ]


def sirens(steps: list[tuple[SoundEvent, ...]]) -> list[SoundEvent | None]:
    return [next((e for e in step if e.kind == "siren"), None) for step in steps]


def test_a_siren_begins_with_its_alarm_bridges_its_dips_and_ends_a_second_after() -> None:
    dips = {8, 9, 10, 11, 12}
    steps = sirens(followed(frame(k, siren=0.95 if 3 <= k < 20 and k not in dips else 0.05) for k in range(40)))

    assert [k for k, e in enumerate(steps) if e is not None] == list(range(3, 33))
    first = steps[4]
    assert first is not None
    assert first.azimuth_rad is None  # one channel
    assert first.range_m is None
    assert first.evidence[0].modality is Sense.AUDIO
    assert "wail" in first.evidence[0].detail


def test_a_horn_is_a_horn() -> None:
    steps = followed(frame(k, horn=0.9 if 3 <= k < 8 else 0.0) for k in range(12))
    assert {e.kind for step in steps for e in step} == {"horn"}


def test_what_no_alarm_confirms_is_no_sound() -> None:
    single = (frame(k, siren=0.95 if k % 3 == 0 else 0.0, siren_before=0.0, azimuth=1.0) for k in range(30))
    assert not any(followed(single))


@pytest.mark.parametrize("yaw_rate_rps", [0.0, 0.5, -0.5])
def test_a_turn_of_the_vehicle_turns_the_direction_and_not_the_sound(yaw_rate_rps: float) -> None:
    """The bearing of a frame is that of a tenth of a second before."""
    world = 2.0
    frames = (frame(k, siren=0.95, azimuth=world - yaw_rate_rps * (k - 1) / 10.0) for k in range(30))
    for k, event in enumerate(sirens(followed(frames, yaw_rate_rps=yaw_rate_rps))):
        if k >= 5:
            assert event is not None
            assert event.azimuth_rad is not None
            assert abs(wrap_angle(event.azimuth_rad - (world - yaw_rate_rps * k / 10.0))) < 0.02


def test_a_bearing_that_moves_is_followed_without_lag() -> None:
    """As one that passes at arm's length: a bearing is a tenth of a second old, and half a radian a second faster."""
    steps = sirens(followed(frame(k, siren=0.95, azimuth=-1.0 + 0.05 * k) for k in range(40)))
    for k, event in enumerate(steps[10:], 10):
        assert event is not None
        assert event.azimuth_rad is not None
        assert abs(event.azimuth_rad - (-1.0 + 0.05 * k)) < 0.03


def test_single_wrong_bearings_move_nothing_and_without_agreement_no_direction_is_told() -> None:
    strays = sirens(followed(frame(k, siren=0.95, azimuth=-2.0 if k % 4 == 0 else 1.0) for k in range(30)))
    for event in strays[8:]:
        assert event is not None
        assert event.azimuth_rad == pytest.approx(1.0, abs=0.02)
    around = sirens(followed(frame(k, siren=0.95, azimuth=2.4 * k) for k in range(30)))
    assert [e.azimuth_rad for e in around if e is not None] == [None] * 30


PASSING = [math.atan2(4.0, -12.0 + 1.2 * k) for k in range(30)]  # the bearing of one who overtakes us at 12 m/s


def passing(k: int) -> SceneObject:
    return thing(7, -12.0 + 1.2 * k, 4.0, velocity=(12.0, 0.0, 0.0))


def whose(azimuths: Sequence[float], things: Things) -> list[int | None]:
    steps = followed((frame(k, siren=0.95, azimuth=azimuth) for k, azimuth in enumerate(azimuths)), things=things)
    return [None if e is None else e.track_id for e in sirens(steps)]


def test_a_siren_and_a_track_that_pass_us_together_are_one_within_a_second() -> None:
    other = thing(8, 20.0, -3.0, label=ObjectClass.CAR)
    steps = sirens(
        followed((frame(k, siren=0.95, azimuth=a) for k, a in enumerate(PASSING)), things=lambda k: (passing(k), other))
    )

    bound = [k for k, e in enumerate(steps) if e is not None and e.track_id is not None]
    assert bound[0] <= 10
    assert {e.track_id for e in steps[bound[0] :] if e is not None} == {7}
    event = steps[bound[0]]
    assert event is not None
    assert event.range_m == pytest.approx(math.hypot(-12.0 + 1.2 * bound[0], 4.0))
    assert {e.modality for e in event.evidence} == {Sense.AUDIO, Sense.LIDAR}


def test_who_is_seen_to_pass_comes_nearer_and_goes_away_as_one_sees() -> None:
    """By its level alone a siren is told to come nearer for a second after it has passed."""
    frames = (frame(k, siren=0.95, azimuth=a, level_db=-40.0 + k) for k, a in enumerate(PASSING))
    steps = sirens(followed(frames, things=lambda k: (passing(k),)))

    bound = [(k, e.trend) for k, e in enumerate(steps) if e is not None and e.track_id is not None]
    abreast = 10  # scenes; then it is beside us
    assert {trend for k, trend in bound if k < abreast - 1} <= {SoundTrend.APPROACHING}
    assert {trend for k, trend in bound if k > abreast + 1} == {SoundTrend.RECEDING}


def test_they_are_one_when_they_come_together() -> None:
    level = (frame(k, siren=0.95, azimuth=math.pi, level_db=-60.0 + 0.4 * k) for k in range(40))
    steps = sirens(followed(level, things=lambda k: (thing(7, -70.0 + 1.5 * k, 0.0, velocity=(15.0, 0.0, 0.0)),)))
    assert [e.track_id for e in steps[-5:] if e is not None] == [7] * 5


@pytest.mark.parametrize("rate_hz", [5, 20, 50])
def test_how_soon_they_are_one_does_not_depend_on_how_often_they_are_looked_at(rate_hz: int) -> None:
    """At first the siren is elsewhere, which counts against the thing; a LiDAR of 20 Hz looks twice as often."""

    def bound_s(rate_hz: int) -> float:
        binder = Binder(())
        for k in range(3 * rate_hz):
            number = 10.0 * k / rate_hz
            seen = thing(7, -12.0 + 1.2 * number, 4.0, velocity=(12.0, 0.0, 0.0))
            azimuth = seen.azimuth_rad + (2.0 if number < 10.0 else 0.0)
            stamp_ns = START_NS + k * 1_000_000_000 // rate_hz
            if binder.bind(stamp_ns, azimuth, SoundTrend.UNKNOWN, ego(0), (seen,)) is not None:
                return k / rate_hz
        return math.inf

    assert bound_s(rate_hz) == pytest.approx(bound_s(10), abs=1.1 * max(0.1, 1.0 / rate_hz))


def test_who_only_stands_between_us_and_a_siren_is_not_its_source() -> None:
    """A bus behind us, and an ambulance behind the bus: one direction, and nothing moves."""
    assert set(whose([math.pi] * 60, lambda k: (thing(7, -10.0, 0.0, label=ObjectClass.BUS),))) == {None}


def test_who_slowly_turns_before_a_siren_that_turns_more_is_not_its_source() -> None:
    """The bus behind us goes to the right as the road bends, and the ambulance behind it begins to overtake: within
    three seconds the one has turned by 14 degrees and the other by 20, and all the time their directions agree.
    """
    bus = [math.pi + math.radians(5.0 - 14.0 * k / 30.0) for k in range(30)]
    siren = [math.pi + math.radians(4.0 - 20.0 * (k / 30.0) ** 2) for k in range(30)]
    owners = whose(
        siren, lambda k: (thing(1, 11.0 * math.cos(bus[k]), 11.0 * math.sin(bus[k]), label=ObjectClass.BUS),)
    )
    assert set(owners) == {None}


def test_in_a_bend_all_turn_that_are_behind_us_and_nobody_is_the_source_for_that() -> None:
    """A bus follows us through a bend, and the siren behind it as well: 12 degrees in a second, and so do we."""
    binder = Binder(())
    for k in range(40):
        moved = ego(k, yaw_rate_rps=math.radians(12.0))
        azimuth = math.pi - 0.1
        bus = thing(1, 11.0 * math.cos(azimuth), 11.0 * math.sin(azimuth), label=ObjectClass.BUS)
        assert binder.bind(moved.stamp_ns, azimuth + 0.01, SoundTrend.UNKNOWN, moved, (bus,)) is None


@pytest.mark.parametrize(
    "things",
    [
        lambda k: (thing(7, -20.0, 8.0),),  # elsewhere
        lambda k: (passing(k), thing(8, -18.0 + 1.8 * k, 6.0, velocity=(18.0, 0.0, 0.0))),  # two in one direction
        lambda k: (replace(passing(k), label=ObjectClass.PEDESTRIAN),),
    ],
)
def test_what_is_not_clear_stays_a_sound(things: Things) -> None:
    assert set(whose(PASSING, things)) == {None}


def test_they_part_again() -> None:
    azimuths = [a if k < 20 else a - 0.8 for k, a in enumerate(PASSING + [PASSING[-1]] * 20)]
    owners = whose(azimuths, lambda k: (passing(min(k, 29)),))
    assert owners[19] == 7
    assert owners[40:] == [None] * 10


def test_what_drives_away_while_the_siren_comes_nearer_is_not_its_source() -> None:
    """Along x: what is behind us goes away, or comes."""
    steps = {}
    for speed in (-15.0, 15.0):
        level = (frame(k, siren=0.95, azimuth=math.pi - 0.13, level_db=-60.0 + 0.4 * k) for k in range(80))
        things = (thing(7, -20.0, 0.0, velocity=(speed, 0.0, 0.0)),)
        steps[speed] = [e.track_id for e in sirens(followed(level, things=lambda k: things))[60:] if e is not None]  # noqa: B023
    assert set(steps[15.0]) == {7}
    assert set(steps[-15.0]) == {None}


def test_a_clock_that_jumps_back_forgets_what_was_heard() -> None:
    tracker = SoundTracker(SoundEncoderConfig())
    for k in range(10):
        tracker.update(START_NS + k * STEP_NS, (frame(k, siren=0.95),), None, ())
    back = START_NS - 3_600_000_000_000
    assert tracker.update(back, (), None, ()) == ()


def test_a_siren_goes_on_when_odometry_comes_and_goes_and_no_bearing_of_the_other_frame_is_mixed_in() -> None:
    """Half a turn away from odom's x axis; without odometry bearings are those of the vehicle."""
    tracker = SoundTracker(SoundEncoderConfig())
    turned = replace(ego(0), odom_from_base=Pose.from_xy_yaw(0.0, 0.0, 3.0))
    for k in range(40):
        motion = turned if 15 <= k < 30 else None
        event = tracker.update(START_NS + k * STEP_NS, (frame(k, siren=0.95, azimuth=1.0),), motion, ())
        if k >= 4:
            assert event[0].azimuth_rad is None or abs(event[0].azimuth_rad - 1.0) < 0.02
