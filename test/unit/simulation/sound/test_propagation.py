"""Sound keeps to physics: delays, Doppler, distance, air, edges and façades."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from sounding import ARRAY, RATE_HZ, Bench, block, driving, lag_s

from crossmodal_narrator.simulation.rollout import Daylight, Environment
from crossmodal_narrator.simulation.sound.air import Air
from crossmodal_narrator.simulation.sound.bands import Bands
from crossmodal_narrator.simulation.sound.interpolation import knot_weights, read_between
from crossmodal_narrator.simulation.sound.propagation import DIRECT
from crossmodal_narrator.simulation.sound.voices import TONES, ToneVoice
from crossmodal_narrator.simulation.sound.walls import Walls, edge_loss_db
from crossmodal_narrator.simulation.traffic.actor import SoundKind

SOUND_MPS = Air().speed_mps


def level_db(pressure: NDArray[np.float32]) -> float:
    return float(10.0 * np.log10(np.mean(pressure.astype(np.float64) ** 2) / 20e-6**2))


def frequency_hz(pressure: NDArray[np.float32], near_hz: float) -> float:
    """Of a tone over a tenth of a second: the phase's slope after mixing it down."""
    time_s = np.arange(len(pressure)) / RATE_HZ
    mixed = pressure * np.exp(-2j * np.pi * near_hz * time_s)
    low = np.convolve(mixed, np.hanning(321) / np.hanning(321).sum(), mode="valid")
    slope = np.polyfit(np.arange(len(low)) / RATE_HZ, np.unwrap(np.angle(low)), 1)[0]
    return near_hz + float(slope) / (2.0 * np.pi)


def true_delay_s(bench: Bench, capsule: int, time_s: float) -> float:
    """From the source to one capsule, by bisection on the straight lines that both drive."""
    place = bench.ego.pose(time_s).transform_point(tuple(np.add(ARRAY.position_m, ARRAY.capsules_m[capsule])))

    def gap(delay_s: float) -> float:
        source = bench.source.route.at(np.array(time_s - delay_s))
        return float(np.linalg.norm(np.array(place) - source)) - SOUND_MPS * delay_s

    return float(brentq(gap, 0.0, 5.0, xtol=1e-12))


@pytest.mark.parametrize("azimuth_deg", [0, 37, 90, 135, 180, -60, -120])
def test_arrival_times_across_the_array_agree_with_geometry_to_a_sample(azimuth_deg: float) -> None:
    """While both drive. The yelp is broad enough for one peak."""
    azimuth = np.deg2rad(azimuth_deg)
    source = driving(25 * np.cos(azimuth), 25 * np.sin(azimuth), yaw_rad=1.0, speed_mps=15.0)
    bench = Bench.of(source, ego=driving(0, 0, speed_mps=12.0), only=("direct", "ground"))
    voice = ToneVoice(TONES[SoundKind.YELP], 0.0, 1e9, Bands(RATE_HZ, 0))
    bench = replace(bench, source=replace(bench.source, voice=voice))
    heard = bench.heard(5, 4)
    middle_s = 0.5 + 0.5 * heard.shape[1] / RATE_HZ
    delays = [true_delay_s(bench, k, middle_s) for k in range(4)]
    for k in range(1, 4):
        assert abs(lag_s(heard[k], heard[0]) - (delays[k] - delays[0])) < 0.5 / RATE_HZ


@pytest.mark.parametrize("first", [5, 14, 18, 20, 24, 35])
def test_doppler_agrees_with_the_formula(first: int) -> None:
    """f = f0 c / (c - v·n) by the motion when the sound left its source, which passes 4 m away at 20 m/s."""
    bench = Bench.of(driving(-40, 4, speed_mps=20.0), ego=driving(0, 0), only=("direct",))
    pressure = bench.heard(first, 1)[0]
    middle_s = (first + 0.5) * 0.1
    sent_s = middle_s - true_delay_s(bench, 0, middle_s)
    to_capsule = np.add(ARRAY.position_m, ARRAY.capsules_m[0]) - bench.source.route.at(np.array(sent_s))
    toward = 20.0 * to_capsule[0] / float(np.linalg.norm(to_capsule))
    assert frequency_hz(pressure, 1_000.0) == pytest.approx(1_000.0 * SOUND_MPS / (SOUND_MPS - toward), rel=1e-3)


def test_a_listener_who_drives_hears_doppler_too() -> None:
    bench = Bench.of(driving(200, 0), ego=driving(0, 0, speed_mps=20.0), only=("direct",))
    assert frequency_hz(bench.heard(10, 1)[0], 1_000.0) == pytest.approx(1_000.0 * (1 + 20.0 / SOUND_MPS), rel=1e-4)


def test_level_falls_six_decibels_per_doubling_of_distance() -> None:
    levels = []
    for range_m in (10.0, 20.0, 40.0, 80.0):
        bench = Bench.of(driving(range_m + 1.3, 0), ego=driving(0, 0), only=("direct",), frequency_hz=250.0)
        levels.append(level_db(bench.heard(5, 2)[0]))
    assert np.diff(levels) == pytest.approx([-6.02] * 3, abs=0.15)
    assert levels[0] == pytest.approx(120.0 - 20.0, abs=0.2)


def test_air_swallows_what_iso_9613_says() -> None:
    """Table of ISO 9613-2 for 10 °C and 70 %: dB a kilometre."""
    octaves = np.array([63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0])
    lost = Air(temperature_c=10.0, humidity=0.7).absorption_db_per_m(octaves) * 1_000.0
    assert lost == pytest.approx([0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117.0], rel=0.06, abs=0.06)
    assert Air(temperature_c=20.0).speed_mps == pytest.approx(343.2)
    assert Air.of(Environment(daylight=Daylight.NIGHT)).speed_mps < Air.of(Environment()).speed_mps


def test_a_far_tone_loses_to_air_what_its_band_loses() -> None:
    low, high = (
        level_db(Bench.of(driving(201.3, 0), ego=driving(0, 0), only=("direct",), frequency_hz=f).heard(20, 1)[0])
        for f in (500.0, 4_000.0)
    )
    lost = Air().absorption_db_per_m(np.array([500.0, 4_000.0])) * 200.0
    assert low - high == pytest.approx(lost[1] - lost[0], abs=0.3)


def test_what_is_read_between_samples_is_right_to_sixty_decibels() -> None:
    grid_hz, generator = 2 * RATE_HZ, np.random.default_rng(0)
    at = generator.uniform(20, 3_980, 5_000)
    for frequency in (300.0, 2_000.0, 5_000.0, 7_000.0):
        wave = np.sin(2 * np.pi * frequency * np.arange(4_000) / grid_hz).astype(np.float32)
        error = read_between(wave, at) - np.sin(2 * np.pi * frequency * at / grid_hz)
        assert 10 * np.log10(np.mean(error**2) / 0.5) < -60.0


def test_knots_add_up_to_one_and_straight_lines_stay_straight() -> None:
    weights = knot_weights(1_600)
    assert weights.sum(axis=0) == pytest.approx(1.0)
    assert np.arange(-1, 10) @ weights == pytest.approx(np.arange(1_600) / 200)


def test_bands_add_up_to_the_signal() -> None:
    bands = Bands(RATE_HZ, 0)
    time_s = np.arange(6_000) / bands.grid_hz
    wave = sum(np.sin(2 * np.pi * f * time_s) for f in (200.0, 900.0, 3_300.0, 6_500.0)).astype(np.float32)
    split = bands.split(wave)
    assert np.abs(split.sum(axis=0) - wave[bands.margin : -bands.margin]).max() < 1e-3


def test_edges_follow_maekawas_chart() -> None:
    """5 dB at the border of the shadow, about 13 at N = 1 and 23 at N = 10; none well in the light."""
    assert edge_loss_db(np.array([0.0, 1.0, 10.0, -0.3])) == pytest.approx([5.0, 13.0, 23.0, 0.0], abs=0.2)


def test_a_building_takes_away_more_of_short_waves() -> None:
    walls = Walls([block(18, -4, 22, 4)], SOUND_MPS)
    gains = walls.through(np.array([40.0, 0.0, 2.0]), np.array([0.0, 0.0, 1.7]))
    lost_db = -20.0 * np.log10(gains)
    assert (np.diff(lost_db)[:4] > 0.5).all()
    assert 9.0 < lost_db[0] < lost_db[-1] <= 27.5
    assert (walls.through(np.array([0.0, 40.0, 2.0]), np.array([0.0, 0.0, 1.7])) == 1.0).all()


def test_low_walls_are_looked_over() -> None:
    source, receiver = np.array([40.0, 0.0, 2.7]), np.array([0.0, 0.0, 1.7])
    assert Walls([block(10, -20, 20, 20, height_m=0.5)], SOUND_MPS).through(source, receiver)[2] > 0.95
    assert Walls([block(10, -20, 20, 20, height_m=3.0)], SOUND_MPS).through(source, receiver)[2] < 0.6


def test_who_comes_out_from_behind_a_corner_gets_loud_smoothly() -> None:
    walls = Walls([block(10, -50, 30, 0)], SOUND_MPS)
    levels = np.array(
        [
            20.0 * np.log10(walls.through(np.array([40.0, y, 2.0]), np.array([0.0, 3.0, 1.7])))
            for y in np.arange(-20.0, 20.0, 0.25)
        ]
    )
    steps = np.abs(np.diff(levels, axis=0)).max(axis=0)  # dB in a quarter of a metre
    assert steps[0] < 1.5
    assert steps.max() < 4.5
    assert levels[0].max() < -9.0
    assert levels[-1].min() == 0.0


def test_around_a_corner_sound_comes_from_the_corner() -> None:
    walls = Walls([block(10, -50, 30, 0)], SOUND_MPS)
    source, receiver = np.array([40.0, -4.0, 2.0]), np.array([0.0, 3.0, 1.7])
    straight, detours = walls.direct(source, receiver)
    toward = detours[0].image_m[:2] - receiver[:2]
    assert np.arctan2(toward[1], toward[0]) == pytest.approx(np.arctan2(-3.0, 30.0), abs=1e-6)
    assert np.linalg.norm(toward) == pytest.approx(np.hypot(30, 3) + np.hypot(10, 4))
    assert straight.max() < 0.5 * detours[0].gain.max()


def test_however_many_buildings_stand_between_the_town_scatters_some() -> None:
    row = Walls([block(10 + 10 * k, -20, 15 + 10 * k, 20) for k in range(5)], SOUND_MPS)
    lost_db = -20.0 * np.log10(row.through(np.array([70.0, 0.0, 2.0]), np.array([0.0, 0.0, 1.7])))
    assert (lost_db > 15).all()
    assert (lost_db < 25.5).all()


def test_a_reflection_arrives_later_by_the_longer_way() -> None:
    """A click of a tone that begins: first straight, then by the façade 20 m to the left."""
    bench = Bench.of(driving(51.3, 0), ego=driving(0, 0), walls=(block(-50, 20, 100, 30),), only=("direct", "face"))
    voice = ToneVoice(replace(TONES[SoundKind.YELP], rise_s=0.001, behind_db=0.0), 0.5, 0.52, Bands(RATE_HZ, 0))
    pressure = replace(bench, source=replace(bench.source, voice=voice)).heard(5, 3)[0]
    is_loud = np.convolve(np.abs(pressure), np.ones(16) / 16, mode="same") > 0.05
    begins_s = 0.5 + (np.flatnonzero(np.diff(is_loud.astype(int)) > 0) + 1) / RATE_HZ
    straight_s, longer_s = 0.5 + 50.0 / SOUND_MPS, 0.5 + np.hypot(50.0, 40.0) / SOUND_MPS
    assert begins_s[0] == pytest.approx(straight_s, abs=0.002)
    assert np.abs(begins_s - longer_s).min() < 0.002


def test_two_equal_facades_do_not_take_turns() -> None:
    """Between them both are heard; beside one, that one alone."""
    walls = Walls([block(-50, 20, 100, 30), block(-50, -30, 100, -20)], SOUND_MPS)
    source, receiver = np.array([50.0, 0.0, 2.0]), np.array([0.0, 0.0, 1.7])
    assert len(walls.reflections(source, receiver)) == 2
    aside = np.array([0.0, 12.0, 0.0])
    assert len(walls.reflections(source + aside, receiver + aside)) == 1


def test_nothing_is_reflected_by_the_back_of_a_facade_or_beside_its_end() -> None:
    walls = Walls([block(-10, 20, 10, 30)], SOUND_MPS)
    assert walls.reflections(np.array([100.0, 0.0, 2.0]), np.array([80.0, 0.0, 1.7])) == []


def test_the_direct_way_of_a_quiet_tone_is_left_out_under_the_floor() -> None:
    bench = Bench.of(driving(50, 0), ego=driving(0, 0))
    arrival = bench.propagation.arrival(bench.source, bench.middle(0.5), 0.5, 130.0)
    assert DIRECT not in arrival.ways
