"""What stands out of a sound, and from where it comes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.geometry import Vec3, wrap_angle
from crossmodal_narrator.encoding.audio import SoundEncoderConfig
from crossmodal_narrator.encoding.audio.logmel import BLOCK, SAMPLE_RATE_HZ
from crossmodal_narrator.encoding.audio.tones import SOUND_MPS, Tones, is_in_line

SQUARE: tuple[Vec3, ...] = ((1.4, 0.1, 1.7), (1.2, 0.1, 1.7), (1.2, -0.1, 1.7), (1.4, -0.1, 1.7))
BLOCKS = 6


def chirp(at_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """A rising tone with two harmonics, as a wail has."""
    return sum(np.sin(2.0 * np.pi * k * (650.0 * at_s + 250.0 * at_s**2)) / k for k in (1, 2, 3)) / 3.0


def heard(azimuth_rad: float, capsules: tuple[Vec3, ...] = SQUARE, noise: float = 0.05) -> NDArray[np.float32]:
    """(samples, capsules) of a wave from there."""
    at_s = np.arange(BLOCKS * BLOCK)[:, None] / SAMPLE_RATE_HZ
    plan = np.array(capsules)[:, :2]
    early_s = plan @ [math.cos(azimuth_rad), math.sin(azimuth_rad)] / SOUND_MPS
    rng = np.random.default_rng(1)
    wave = 0.2 * chirp(at_s + early_s[None, :]) + noise * rng.standard_normal((len(at_s), len(plan)))
    return wave.astype(np.float32)


def pushed(tones: Tones, samples: NDArray[np.float32]) -> list[tuple[float, float | None, float]]:
    answers = [tones.push(samples[k : k + BLOCK]) for k in range(0, len(samples), BLOCK)]
    return [
        (one.level_dbfs, None if (b := one.bearing) is None else b.azimuth_rad, 0.0 if b is None else b.focus)
        for one in answers
    ]


@pytest.mark.parametrize("degrees", range(-170, 181, 35))
def test_a_tone_that_rises_is_found_where_it_comes_from(degrees: int) -> None:
    wanted = math.radians(degrees)
    for _, azimuth, focus in pushed(Tones(SQUARE), heard(wanted))[1:]:
        assert azimuth is not None
        assert abs(wrap_angle(azimuth - wanted)) < math.radians(3.0)
        assert 0.3 < focus <= 1.0


def test_the_capsules_height_and_place_do_not_matter_only_how_they_stand_to_each_other() -> None:
    moved = tuple((x - 3.0, y + 1.0, z + 0.5) for x, y, z in SQUARE)
    here, there = (pushed(Tones(array), heard(0.7)) for array in (SQUARE, moved))
    for (_, a, _), (_, b, _) in zip(here, there, strict=True):
        assert a is not None
        assert b is not None
        assert abs(wrap_angle(a - b)) < 1e-3


def test_noise_of_each_capsules_own_has_no_direction_that_is_believed() -> None:
    rng = np.random.default_rng(2)
    samples = rng.standard_normal((20 * BLOCK, 4)).astype(np.float32) * np.float32(0.1)
    assert max(focus for _, _, focus in pushed(Tones(SQUARE), samples)) < 0.3


def test_one_channel_claims_no_direction_and_the_level_is_that_of_its_tones() -> None:
    levels = []
    for gain in (1.0, 0.1):
        answers = pushed(Tones(), heard(0.0, SQUARE[:1], noise=0.001) * np.float32(gain))
        assert all(azimuth is None for _, azimuth, _ in answers)
        levels.append(answers[-1][0])
    # Three sines of 0.2 / 3, half and a third of it.
    power = sum((0.2 / 3.0 / k) ** 2 / 2.0 for k in (1, 2, 3))
    assert levels[0] == pytest.approx(10.0 * math.log10(power), abs=1.5)
    assert levels[0] - levels[1] == pytest.approx(20.0, abs=0.2)


def test_silence_is_no_tone() -> None:
    answers = pushed(Tones(SQUARE), np.zeros((3 * BLOCK, 4), np.float32))
    assert [azimuth for _, azimuth, _ in answers] == [None] * 3
    assert max(level for level, _, _ in answers) <= -119.0


def test_a_line_of_capsules_is_refused_as_it_knows_no_left_and_right() -> None:
    assert is_in_line(SQUARE[:2])
    assert is_in_line(((0.0, 0.0, 0.0), (0.1, 0.0, 0.0), (0.2, 0.001, 0.0)))
    assert not is_in_line(SQUARE)
    with pytest.raises(ConfigError, match="do not stand in one line"):
        SoundEncoderConfig(capsules_m=(0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.2, 0.0, 0.0))
    with pytest.raises(ConfigError, match="5 values that are no array"):
        SoundEncoderConfig(capsules_m=(0.0, 0.0, 0.0, 0.1, 0.0))
