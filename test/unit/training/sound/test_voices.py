"""What is synthesised: whole clips at one level, from the seed alone, and sirens that play what they say."""

from __future__ import annotations

import numpy as np
import pytest

from crossmodal_narrator.encoding.audio.logmel import BLOCK, SAMPLE_RATE_HZ
from crossmodal_narrator.training.sound.components import BACKGROUNDS, OTHERS, Role, component, heard
from crossmodal_narrator.training.sound.rooms import echoing, moving
from crossmodal_narrator.training.sound.signal import CLIP_S, SAMPLES, harmonics, place
from crossmodal_narrator.training.sound.voices import horns, sirens

GENERATORS = {generator.__name__: generator for _, generator in (*OTHERS, *BACKGROUNDS)} | {"horn": horns.horn}


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_a_voice_fills_a_clip_at_unit_level_and_repeats(name: str) -> None:
    wave = GENERATORS[name](np.random.default_rng(4))
    assert wave.shape == (SAMPLES,)
    assert wave.dtype == np.float32
    assert np.isfinite(wave).all()
    assert 0.05 < np.sqrt(np.mean(wave**2)) < 1.2  # one while it sounds
    assert np.array_equal(wave, GENERATORS[name](np.random.default_rng(4)))
    assert not np.array_equal(wave, GENERATORS[name](np.random.default_rng(5)))


def test_harmonics_are_multiples_that_stay_below_the_nyquist_frequency() -> None:
    wave = harmonics(np.full(SAMPLE_RATE_HZ, 1_000.0), [1.0, 0.5, 0.25] + [1.0] * 12)
    spectrum = np.abs(np.fft.rfft(wave)) * 2.0 / len(wave)
    assert spectrum[[1_000, 2_000, 3_000]] == pytest.approx([1.0, 0.5, 0.25], abs=1e-3)
    lines = np.flatnonzero(spectrum > 1e-3)
    assert set(lines) <= {k * 1_000 for k in range(1, 8)}


def turns(pattern: str) -> list[float]:
    """How often the loudest tone of sirens that play one pattern alone goes up, each second."""
    rates = []
    for seed in range(40):
        wave, played = sirens.siren(np.random.default_rng(seed))
        if np.all(played == sirens.PATTERNS.index(pattern)):
            frames = wave[: SAMPLES // 512 * 512].reshape(-1, 512) * np.hanning(512)
            peak_hz = np.abs(np.fft.rfft(frames, 4_096)).argmax(axis=1) * SAMPLE_RATE_HZ / 4_096
            rising = np.diff(peak_hz) > 0.0
            rates.append(float((rising[1:] & ~rising[:-1]).sum()) / CLIP_S)
    return rates


def test_a_yelp_turns_more_often_than_a_wail() -> None:
    wails, yelps = turns("wail"), turns("yelp")
    assert len(wails) >= 5
    assert len(yelps) >= 3
    assert np.median(yelps) > np.median(wails)


def test_what_passes_falls_in_pitch() -> None:
    tone = harmonics(np.full(SAMPLES, 1_000.0), [1.0])
    for seed in range(20):
        rng = np.random.default_rng(seed)
        state = rng.bit_generator.state
        speed, _, nearest_s = rng.uniform(3.0, 40.0), rng.uniform(), rng.uniform(-4.0, 12.0)
        rng.bit_generator.state = state
        if not (3.0 < nearest_s < 5.0 and speed > 15.0):
            continue
        passed, _ = moving(rng, tone)
        early, late = (np.abs(np.fft.rfft(part)).argmax() for part in (passed[:16_000], passed[-16_000:]))
        assert early > 1_000 + 500 * speed / 343.0
        assert late < 1_000 - 500 * speed / 343.0
        return
    pytest.fail("no seed of twenty passes in the middle of its clip")


def test_an_echo_outlasts_its_sound() -> None:
    wave = np.zeros(SAMPLES, np.float32)
    place(wave, harmonics(np.full(8_000, 700.0), [1.0]), 1.0)
    echoed = [echoing(np.random.default_rng(seed), wave) for seed in range(5)]
    tails = [float(np.abs(e[round(1.52 * SAMPLE_RATE_HZ) :]).max()) for e in echoed]
    assert min(tails) > 0.0
    assert all(np.abs(e[: SAMPLE_RATE_HZ - 1]).max() < 1e-3 for e in echoed)


def test_silence_between_short_gaps_counts_as_sound_only_up_to_the_hold() -> None:
    wave = np.zeros(SAMPLES, np.float32)
    for step in (10, 12, 20, 25):
        wave[step * BLOCK : (step + 1) * BLOCK] = 1.0
    assert np.flatnonzero(heard(wave, hold=1)).tolist() == [10, 11, 12, 20, 25]
    assert np.flatnonzero(heard(wave, hold=4)).tolist() == [10, 11, 12, 20, 21, 22, 23, 24, 25]


@pytest.mark.parametrize("role", list(Role))
def test_a_component_is_made_by_its_seed_alone(role: Role) -> None:
    first, second = (component(role, np.random.default_rng((1, 2))) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
