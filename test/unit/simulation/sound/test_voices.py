"""Sirens, horns and engines sound as they should, at whatever time they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sounding import RATE_HZ, driving

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS, EngineKind
from crossmodal_narrator.simulation.sound.bands import BANDS, Bands
from crossmodal_narrator.simulation.sound.engines import DrivingVoice, kind_of
from crossmodal_narrator.simulation.sound.route import Route
from crossmodal_narrator.simulation.sound.voices import TONES, ToneVoice, Voice
from crossmodal_narrator.simulation.traffic.actor import SoundKind
from crossmodal_narrator.simulation.traffic.timeline import Timeline

GRID_HZ = 2 * RATE_HZ


@pytest.fixture(scope="module")
def bands() -> Bands:
    return Bands(RATE_HZ, 0)


def tone(kind: SoundKind, bands: Bands, from_s: float = 0.0, to_s: float = 100.0) -> ToneVoice:
    return ToneVoice(TONES[kind], from_s, to_s, bands)


def fundamental_hz(voice: Voice, time_s: float, length_s: float = 0.05) -> float:
    """The strongest line of the spectrum between 300 and 2,000 Hz."""
    wave = voice.wave(round(time_s * GRID_HZ), round(length_s * GRID_HZ)).sum(axis=0)
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 16))
    frequency = np.fft.rfftfreq(1 << 16, 1.0 / GRID_HZ)
    spectrum[(frequency < 300) | (frequency > 2_000)] = 0.0
    return float(frequency[np.argmax(spectrum)])


def level_db(wave: NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(wave.sum(axis=0).astype(np.float64) ** 2) / 20e-6**2))


def driver(look: str, speed_mps: float, bands: Bands, engine: EngineKind | None = None) -> DrivingVoice:
    timeline = driving(0, 0, speed_mps=speed_mps)
    kind = kind_of(LOOKS[look].label, look)
    assert kind is not None
    return DrivingVoice(
        kind, engine or LOOKS[look].engine, timeline, Route(timeline, (0.0, 0.0, 0.4)), 10.0,
        rain_mmph=0.0, bands=bands, seed=(1,),
    )  # fmt: skip


def test_a_wail_sweeps_an_octave_and_more_a_dozen_times_a_minute(bands: Bands) -> None:
    voice = tone(SoundKind.WAIL, bands)
    track = np.array([fundamental_hz(voice, t) for t in np.arange(0.0, 9.6, 0.1)])
    assert 620 < track.min() < 720
    assert 1_550 < track.max() < 1_650
    assert track[48:96] == pytest.approx(track[:48], rel=0.02)  # a period is 4.8 s


def test_a_yelp_is_faster_than_a_wail_by_far(bands: Bands) -> None:
    voice = tone(SoundKind.YELP, bands)
    track = [fundamental_hz(voice, t, 0.02) for t in np.arange(0.0, 3.2, 0.02)]
    rises = np.flatnonzero(np.diff((np.array(track) > 1_100).astype(int)) > 0)
    assert 9 <= len(rises) <= 11  # 0.32 s each: 188 a minute


def test_hi_lo_has_the_two_tones_of_din_14610(bands: Bands) -> None:
    voice = tone(SoundKind.HI_LO, bands)
    assert fundamental_hz(voice, 0.3, 0.2) == pytest.approx(435.0, abs=3.0)
    assert fundamental_hz(voice, 1.0, 0.2) == pytest.approx(580.0, abs=3.0)
    assert fundamental_hz(voice, 1.8, 0.2) == pytest.approx(435.0, abs=3.0)


def test_a_horn_has_two_tones_at_once(bands: Bands) -> None:
    wave = tone(SoundKind.HORN, bands).wave(GRID_HZ, GRID_HZ).sum(axis=0)
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))  # 1 Hz a line
    for frequency in (420, 500, 840, 1_000):
        assert spectrum[frequency - 3 : frequency + 4].max() > 20 * np.median(spectrum[300:3_000])


@pytest.mark.parametrize("kind", list(SoundKind))
def test_a_tone_is_as_loud_as_it_says(kind: SoundKind, bands: Bands) -> None:
    voice = tone(kind, bands)
    count = round(TONES[kind].period_s * GRID_HZ)
    assert level_db(voice.wave(GRID_HZ, count)) == pytest.approx(TONES[kind].level_db, abs=0.3)
    told = voice.level_db(np.array([5.0]))[0]
    assert 10 * np.log10((10 ** (told / 10)).sum()) == pytest.approx(TONES[kind].level_db, abs=0.1)


def test_a_tone_sounds_from_its_beginning_to_its_end(bands: Bands) -> None:
    voice = tone(SoundKind.WAIL, bands, 2.0, 3.0)
    wave = np.abs(voice.wave(0, 4 * GRID_HZ).sum(axis=0))
    assert wave[: 2 * GRID_HZ - 200].max() < 1e-3 * wave.max()
    assert wave[round(2.05 * GRID_HZ) : round(2.95 * GRID_HZ)].max() == wave.max()
    assert wave[3 * GRID_HZ + 200 :].max() < 1e-3 * wave.max()
    assert (voice.level_db(np.array([1.9, 3.1])) < 0).all()


@pytest.mark.parametrize("voice_of", ["wail", "horn", "sedan", "semi_truck"])
def test_a_voice_is_the_same_whatever_part_is_asked_for(voice_of: str, bands: Bands) -> None:
    voice = driver(voice_of, 12.0, bands) if voice_of in LOOKS else tone(SoundKind(voice_of), bands)
    whole = voice.wave(1_000, 6_000)
    part = voice.wave(3_000, 1_500)
    assert whole.shape == (BANDS, 6_000)
    assert np.abs(part - whole[:, 2_000:3_500]).max() < 1e-5 * np.abs(whole).max()


def test_tyres_roar_by_thirty_to_forty_decibels_a_decade(bands: Bands) -> None:
    """Of an electric car, whose engine does not hide them: octaves of 1 and 2 kHz from 10 to 20 m/s."""
    slow, fast = (
        driver("hatchback", v, bands, EngineKind.ELECTRIC).level_db(np.array([2.0]))[0, 2:4] for v in (10.0, 20.0)
    )
    assert 30 * np.log10(2) < float((fast - slow).mean()) < 40 * np.log10(2)


def test_a_standing_electric_car_is_quieter_than_a_petrol_car_and_a_truck_is_loudest(bands: Bands) -> None:
    def idle_db(look: str, engine: EngineKind) -> float:
        return level_db(driver(look, 0.0, bands, engine).wave(GRID_HZ, GRID_HZ))

    electric, petrol = idle_db("sedan", EngineKind.ELECTRIC), idle_db("sedan", EngineKind.PETROL)
    assert electric < petrol - 10 < idle_db("semi_truck", EngineKind.DIESEL) - 20


def test_an_engine_sounds_in_its_orders(bands: Bands) -> None:
    """At 13 m/s a car is in third gear, 160 rpm per m/s; four cylinders fire twice a turn."""
    wave = driver("sedan", 13.0, bands).wave(GRID_HZ, 2 * GRID_HZ)[0]
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))  # half a hertz a line
    firing_hz = 13.0 * 160.0 / 60.0 * 2.0
    strongest_hz = 0.5 * float(np.argmax(spectrum[60:400]) + 60)
    assert strongest_hz / firing_hz == pytest.approx(round(strongest_hz / firing_hz), abs=0.03)


def test_who_drives_without_an_engine_is_silent() -> None:
    assert kind_of(ObjectClass.CYCLIST, "cyclist") is None
    assert kind_of(ObjectClass.PEDESTRIAN, "pedestrian") is None


def test_somebody_who_appears_is_faded_in(bands: Bands) -> None:
    late = driving(0, 0, speed_mps=10.0)
    late = Timeline(
        time_s=late.time_s + 3.0, xyz_m=late.xyz_m, yaw_rad=late.yaw_rad, speed_mps=late.speed_mps, lamps=late.lamps
    )
    kind = kind_of(ObjectClass.CAR, "sedan")
    assert kind is not None
    voice = DrivingVoice(
        kind, EngineKind.PETROL, late, Route(late, (0.0, 0.0, 0.4)), 10.0, rain_mmph=0.0, bands=bands, seed=(1,)
    )
    assert np.abs(voice.wave(0, 2 * GRID_HZ)).max() == 0.0
    assert level_db(voice.wave(4 * GRID_HZ, GRID_HZ)) > 80.0
