"""Chunks follow each other without a gap, hold what happens, and do not depend on who made them in what order."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sounding import ARRAY, OPEN, RATE_HZ, RIG, actor, block, driving, lag_s, rollout

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.rollout import Environment, Utterance, stamp_at
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.sensors.rig import MicrophoneArray, Rig
from crossmodal_narrator.simulation.sound.microphones import CABIN, FULL_SCALE_DB, OUTSIDE, OwnNoise
from crossmodal_narrator.simulation.sound.soundscape import Soundscape
from crossmodal_narrator.simulation.sound.utterances import read_speech
from crossmodal_narrator.simulation.traffic.actor import SoundKind
from crossmodal_narrator.simulation.traffic.timeline import Timeline
from crossmodal_narrator.wire.sound import audio_message, decode_audio

CHUNK = 1_600
LOW_HZ, HIGH_HZ = (500.0, 1_600.0), (4_000.0, 7_000.0)


def siren(kind: SoundKind = SoundKind.WAIL, from_s: float = 0.0, to_s: float = 10.0, x_m: float = -60.0) -> Soundscape:
    """An ambulance comes from behind on the left, at 20 m/s; a bus comes towards us."""
    ambulance = actor(driving(x_m, 3.5, speed_mps=20.0), (kind, from_s, to_s))
    bus = actor(driving(80, 3.5, np.pi, 10.0), look="city_bus", actor_id="bus")
    return Soundscape(rollout(driving(0, 0, speed_mps=8.0), ambulance, bus, length_s=4.0), OPEN, RIG)


def own_noise(ego: Timeline, weather: Environment) -> NDArray[np.float32]:
    """(4, samples) pascals of half a second."""
    noise = OwnNoise(RATE_HZ, CHUNK, weather, ego, 0)
    return np.concatenate([noise.chunk(k, 4, OUTSIDE) for k in range(5)], axis=1)


def level_dbfs(samples: NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


def spoken(path: Path, rate_hz: int = 22_050, width: int = 2, channels: int = 1) -> Path:
    """Half a second of 440 Hz."""
    samples = 0.3 * np.sin(2 * np.pi * 440.0 * np.arange(rate_hz // 2) / rate_hz)
    scaled = np.rint(samples * 2.0 ** (8 * width - 1)).astype("<i4")
    raw = scaled.view(np.uint8).reshape(-1, 4)[:, :width] if width > 1 else (scaled + 128).astype(np.uint8)[:, None]
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate_hz, 0, "NONE", ""))
        file.writeframes(np.repeat(raw[:, None, :], channels, axis=1).tobytes())
    return path


def test_chunks_follow_each_other_and_are_stamped_at_their_first_sample() -> None:
    chunks = list(siren().chunks())
    outside, cabin = chunks[::2], chunks[1::2]
    assert [c.stamp_ns for c in outside] == [stamp_at(0.1 * k) for k in range(40)]
    assert [c.stamp_ns for c in cabin] == [c.stamp_ns for c in outside]
    assert {c.samples.shape for c in outside} == {(CHUNK, 4)}
    assert {c.samples.shape for c in cabin} == {(CHUNK, 1)}
    assert {(c.frame_id, c.microphone, c.sample_rate_hz) for c in chunks} == {
        ("microphones", "outside", RATE_HZ),
        ("cabin_microphone", "cabin", RATE_HZ),
    }


def test_chunks_do_not_depend_on_their_order_or_on_who_makes_them() -> None:
    forward, backward = siren(), siren()
    first = {k: (forward.outside(k).samples, forward.cabin(k).samples) for k in range(20, 26)}
    for k in reversed(range(20, 26)):
        assert np.array_equal(backward.cabin(k).samples, first[k][1])
        assert np.array_equal(backward.outside(k).samples, first[k][0])


def test_there_is_no_step_between_chunks() -> None:
    """What a chunk's border adds to the fourth difference is nothing beside what is there anyway."""
    scape = siren()
    heard = np.concatenate([scape.outside(k).samples[:, 0] for k in range(10, 30)])
    jump = np.abs(np.diff(heard, 4))
    usual = np.percentile(jump, 99.5)
    at_borders = [jump[k * CHUNK - 5 : k * CHUNK + 2].max() for k in range(1, 20)]
    assert np.mean(np.array(at_borders) > usual) < 0.2
    assert max(at_borders) < 2.5 * usual


def test_another_seed_is_another_noise() -> None:
    one, other = (
        Soundscape(rollout(driving(0, 0, speed_mps=8.0), seed=seed), OPEN, RIG).outside(3).samples for seed in (0, 1)
    )
    assert np.abs(one).max() > 0
    assert not np.array_equal(one, other)
    assert level_dbfs(one) == pytest.approx(level_dbfs(other), abs=3.0)


def test_capsules_have_noise_of_their_own() -> None:
    pressure = own_noise(driving(0, 0), Environment())
    assert np.abs(np.corrcoef(np.diff(pressure, axis=1)) - np.eye(4)).max() < 0.1


def test_a_passing_siren_gets_louder_and_quieter_and_never_beyond_full_scale() -> None:
    scape = siren(x_m=-25.0)
    levels = [level_dbfs(scape.outside(k).samples) for k in range(40)]
    nearest = int(np.argmax(levels))
    assert 17 <= nearest <= 26  # abreast after 2.1 s
    assert levels[nearest] > levels[0] + 12 < levels[nearest] + 12
    assert max(np.abs(scape.outside(k).samples).max() for k in range(17, 27)) <= 1.0


def test_in_the_cabin_the_siren_is_dull_and_quiet() -> None:
    loud, quiet = siren(x_m=-15.0), siren(x_m=-15.0, from_s=9.0, to_s=10.0)

    def heard(where: str, low_hz: float, high_hz: float) -> float:
        """Decibels of the siren alone between two frequencies: both drives have the same noise."""
        samples = np.concatenate(
            [getattr(loud, where)(k).samples[:, 0] - getattr(quiet, where)(k).samples[:, 0] for k in range(8, 16)]
        )
        frequency = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
        power = np.abs(np.fft.rfft(samples)) ** 2
        return float(10 * np.log10(power[(low_hz < frequency) & (frequency < high_hz)].sum()))

    gain_db = FULL_SCALE_DB[OUTSIDE] - FULL_SCALE_DB[CABIN]
    low_db, high_db = (heard("outside", *edges) - heard("cabin", *edges) + gain_db for edges in (LOW_HZ, HIGH_HZ))
    assert 22 < low_db < 34
    assert high_db > low_db + 5


def test_the_truth_says_where_a_siren_is_and_from_where_it_is_heard() -> None:
    scape = siren()
    (found,) = [s for s in scape.true_sounds(1.5) if s["kind"] == "siren"]
    x, y = -60 + 20 * 1.5 + 0.25 * 6.4 - 8 * 1.5, 3.5
    assert found["actor_id"] == "a"
    assert found["pattern"] == "wail"
    assert found["azimuth_rad"] == pytest.approx(np.arctan2(y, x), abs=1e-3)
    assert found["range_m"] == pytest.approx(np.hypot(x, y), abs=0.05)
    then_x = x - 20 * np.hypot(x, y) / 340.0 - ARRAY.position_m[0]  # where it was when this sound left it
    assert found["arrival_azimuth_rad"] == pytest.approx(np.arctan2(y, then_x), abs=0.01)
    assert found["level_db"] > found["noise_db"] + 10
    assert not found["is_occluded"]
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("azimuth_deg", [20, 110, -150, -70])
def test_a_sirens_arrival_times_across_the_array_agree_with_its_true_direction(azimuth_deg: float) -> None:
    """In all the noise of a drive, through the message's 16 bits, to one sample."""
    azimuth = np.deg2rad(azimuth_deg)
    ambulance = actor(driving(30 * np.cos(azimuth), 30 * np.sin(azimuth), speed_mps=10.0), (SoundKind.YELP, 0.0, 9.0))
    scape = Soundscape(rollout(driving(0, 0, speed_mps=10.0), ambulance), OPEN, RIG)
    samples = np.concatenate([decode_audio(audio_message(scape.outside(k))).samples for k in range(10, 14)])
    (truth,) = [s for s in scape.true_sounds(1.2) if s["kind"] == "siren"]
    # The array drives on while the wave passes it, by less than a tenth of a sample.
    toward = np.array([np.cos(truth["arrival_azimuth_rad"]), np.sin(truth["arrival_azimuth_rad"])])
    capsules = np.array(ARRAY.capsules_m)[:, :2]
    for k in range(1, 4):
        expected_s = -float((capsules[k] - capsules[0]) @ toward) / 340.3
        assert abs(lag_s(samples[:, k], samples[:, 0]) - expected_s) < 1.0 / RATE_HZ


def test_the_level_of_the_truth_is_that_of_the_samples() -> None:
    scape = siren()
    (found,) = [s for s in scape.true_sounds(2.0) if s["kind"] == "siren"]
    samples = np.concatenate([scape.outside(k).samples[:, 0] for k in range(18, 22)])
    measured_db = level_dbfs(samples - samples.mean()) + 120.0 + 3.0
    assert measured_db == pytest.approx(found["level_db"], abs=3.0)


def test_a_siren_is_in_the_truth_while_it_is_heard_not_while_it_sounds() -> None:
    scape = siren(from_s=1.0, to_s=2.0, x_m=-120.0)

    def hears(time_s: float) -> bool:
        return any(s["kind"] == "siren" for s in scape.true_sounds(time_s))

    (found,) = [s for s in scape.true_sounds(1.6) if s["kind"] == "siren"]
    assert found["heard_from_s"] == pytest.approx(1.0 + 109.0 / 340.0, abs=0.02)
    assert not hears(found["heard_from_s"] - 0.02)
    assert hears(found["heard_from_s"] + 0.02)
    assert hears(2.2)
    assert not hears(found["heard_to_s"] + 0.02)


def test_nobody_sounds_before_he_comes() -> None:
    parked = driving(30, 5)
    late = Timeline(
        time_s=parked.time_s + 2.0,
        xyz_m=parked.xyz_m,
        yaw_rad=parked.yaw_rad,
        speed_mps=parked.speed_mps,
        lamps=parked.lamps,
    )
    scape = Soundscape(rollout(driving(0, 0), actor(late, (SoundKind.YELP, 0.0, 10.0))), OPEN, RIG)
    assert not scape.true_sounds(2.0)
    assert scape.true_sounds(2.2)
    assert level_dbfs(scape.outside(23).samples) > level_dbfs(scape.outside(18).samples) + 20


def test_a_siren_behind_a_building_is_quieter_and_told_as_occluded() -> None:
    ego, ambulance = driving(0, 0), actor(driving(60, -40), (SoundKind.WAIL, 0.0, 10.0))
    found = []
    for walls in ((), (block(20, -60, 40, -5),)):
        scape = Soundscape(rollout(ego, ambulance), Scenery(meshes=(), paints=(), walls=walls), RIG)
        (truth,) = [s for s in scape.true_sounds(2.0) if s["kind"] == "siren"]
        samples = np.concatenate([scape.outside(k).samples for k in range(15, 25)])
        found.append((truth["level_db"], truth["is_occluded"], level_dbfs(samples)))
    (open_db, in_sight, open_dbfs), (hidden_db, hidden, hidden_dbfs) = found
    assert (in_sight, hidden) == (False, True)
    assert open_db - hidden_db > 10
    assert open_dbfs - hidden_dbfs == pytest.approx(open_db - hidden_db, abs=4.0)


def test_an_utterance_lies_where_it_was_put_and_only_in_the_cabin(tmp_path: Path) -> None:
    said = Utterance(file=str(spoken(tmp_path / "said.wav")), at_s=1.05)
    quiet, talking = (Soundscape(rollout(driving(0, 0), utterances=said_by), OPEN, RIG) for said_by in ((), (said,)))
    added = np.concatenate([talking.cabin(k).samples[:, 0] - quiet.cabin(k).samples[:, 0] for k in range(20)])
    where = np.flatnonzero(np.abs(added) > 1e-3) / RATE_HZ
    assert where[0] == pytest.approx(1.05, abs=0.002)
    assert where[-1] == pytest.approx(1.55, abs=0.002)
    tone = added[round(1.1 * RATE_HZ) : round(1.5 * RATE_HZ)]
    assert level_dbfs(tone) == pytest.approx(66.0 - 100.0 - 3.0, abs=0.3)
    assert np.argmax(np.abs(np.fft.rfft(tone))) * RATE_HZ / len(tone) == pytest.approx(440.0, abs=3.0)
    assert np.array_equal(talking.outside(12).samples, quiet.outside(12).samples)


@pytest.mark.parametrize(
    ("width", "channels", "rate_hz"), [(1, 1, 8_000), (2, 2, 44_100), (3, 1, 16_000), (4, 1, 48_000)]
)
def test_speech_files_are_read_whatever_their_format(tmp_path: Path, width: int, channels: int, rate_hz: int) -> None:
    speech = read_speech(spoken(tmp_path / "said.wav", rate_hz, width, channels), RATE_HZ)
    assert len(speech) == pytest.approx(RATE_HZ // 2, abs=2)
    assert np.abs(speech[400:-400]).max() == pytest.approx(0.3, abs=0.02)


def test_a_speech_file_that_cannot_be_read_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "said.flac").write_bytes(b"fLaC and more")
    for name, words in (("missing.wav", "is not there"), ("said.flac", "cannot be read")):
        said = Utterance(file=str(tmp_path / name), at_s=0.0)
        with pytest.raises(ScenarioError, match=f"{name}.* {words}"):
            Soundscape(rollout(driving(0, 0), utterances=(said,)), OPEN, RIG)


def test_a_chunk_must_hold_whole_samples() -> None:
    rig = Rig(cameras=(), lidar=None, microphones=MicrophoneArray(sample_rate_hz=11_025, chunk_s=0.01))
    with pytest.raises(ScenarioError, match=r"110\.25 samples"):
        Soundscape(rollout(driving(0, 0)), OPEN, rig)


def test_wind_rain_and_speed_make_noise() -> None:
    def noise_db(speed_mps: float, weather: Environment) -> float:
        return level_dbfs(own_noise(driving(0, 0, speed_mps=speed_mps), weather) / 20e-6)

    still = Environment(wind_mps=0.0)
    assert noise_db(0.0, still) == pytest.approx(44.3, abs=1.0)
    assert noise_db(0.0, Environment(wind_mps=12.0)) > 60
    assert noise_db(0.0, Environment(wind_mps=0.0, rain_mmph=8.0)) > 55
    assert noise_db(28.0, still) - noise_db(14.0, still) == pytest.approx(40 * np.log10(2), abs=1.0)


def test_a_rig_of_another_rate_and_without_a_cabin_is_heard_too() -> None:
    rig = Rig(cameras=(), lidar=None, microphones=MicrophoneArray(sample_rate_hz=48_000), has_cabin_microphone=False)
    ambulance = actor(driving(20, 3), (SoundKind.YELP, 0.0, 1.0))
    chunks = list(Soundscape(rollout(driving(0, 0), ambulance, length_s=0.5), OPEN, rig).chunks())
    assert [c.samples.shape for c in chunks] == [(4_800, 4)] * 5
    assert level_dbfs(chunks[3].samples) > -40
