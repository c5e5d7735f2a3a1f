"""The trained encoder: recorded clips, simulated traffic, and the same frames however sound comes."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio import SoundEncoder, SoundEncoderConfig
from crossmodal_narrator.runtime import EngineConfig, ModelStore, open_engine, sound_spec
from crossmodal_narrator.simulation.sound.bands import Bands
from crossmodal_narrator.simulation.sound.voices import TONES, ToneVoice
from crossmodal_narrator.simulation.traffic.actor import SoundKind

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def benchmark(repository: Path) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(repository / "test" / "benchmark")
        yield importlib.import_module("sounds")


@pytest.fixture(scope="module")
def benchmark_delays(benchmark: ModuleType) -> ModuleType:
    return importlib.import_module("sound_delays")


def encoder() -> SoundEncoder:
    store = ModelStore()
    manifest = store.manifest("sound_events")
    return SoundEncoder(
        SoundEncoderConfig(), open_engine(manifest, store, EngineConfig(threads=1)), sound_spec(manifest)
    )


def yelp(seconds: float) -> np.ndarray:
    """(samples, 1): the simulator's, over faint noise, from the middle on."""
    bands = Bands(RATE_HZ, 0)
    voice = ToneVoice(TONES[SoundKind.YELP], 0.5 * seconds, 1e9, bands)
    wave = voice.wave(0, round(seconds * bands.grid_hz)).sum(axis=0)[::2]
    hiss = np.random.default_rng(0).standard_normal(len(wave)).astype(np.float32)
    return np.ascontiguousarray((0.1 * wave / np.abs(wave).max() + 0.002 * hiss)[:, None])


def frames(heard: SoundEncoder, samples: np.ndarray, cuts: list[int], microphone: str = "outside") -> list[object]:
    found, at = [], 0
    for cut in [*cuts, len(samples)]:
        if at < len(samples):
            chunk = AudioChunk(
                stamp_ns=1_000_000_000 + at * 62_500,
                frame_id="microphones",
                samples=samples[at : at + cut],
                sample_rate_hz=RATE_HZ,
                microphone=microphone,
            )
            found += heard.encode(chunk, StageTimer(time.perf_counter_ns))
        at += cut
    return found


@settings(max_examples=8, deadline=None)
@given(cuts=st.lists(st.integers(1, 7_000), max_size=12))
def test_cuts_change_no_frame(cuts: list[int]) -> None:
    samples = yelp(1.2)
    assert frames(encoder(), samples, cuts) == frames(encoder(), samples, [])


def test_a_yelp_is_heard_as_one_whatever_its_gain() -> None:
    samples = yelp(6.0)
    for gain in (0.01, 1.0, 8.0):
        found = frames(encoder(), samples * np.float32(gain), [1_600] * 60)
        assert len(found) == 60
        assert max(f.siren for f in found[:28]) < 0.5
        assert np.mean([f.siren for f in found[40:]]) > 0.9
        assert [f.pattern for f in found[45:]].count("yelp") >= 12


def test_microphones_have_streams_of_their_own() -> None:
    samples = yelp(4.0)
    heard = encoder()
    alone = frames(encoder(), samples, [1_600] * 40)
    mixed = []
    for k in range(40):
        part = samples[k * 1_600 : (k + 1) * 1_600]
        for name, sound in (("outside", part), ("cabin", np.zeros_like(part))):
            chunk = AudioChunk(
                stamp_ns=1_000_000_000 + k * 100_000_000,
                frame_id=name,
                samples=sound,
                sample_rate_hz=RATE_HZ,
                microphone=name,
            )
            mixed += [f for f in heard.encode(chunk, StageTimer(time.perf_counter_ns)) if f.microphone == "outside"]
    assert mixed == alone


@pytest.mark.shared
def test_real_sirens_are_heard_and_hardly_anything_else_is(benchmark: ModuleType, shared_dir: Path) -> None:
    """UrbanSound8K, fold 1. Neither weights nor the rule of sirens were fitted to it; that of horns was."""
    heard = benchmark.clips(shared_dir / "sounds" / "urbansound8k_fold1")
    reached = benchmark.figures(heard)
    assert len(heard) == 282
    # The marks are 0.98, 0.01 and 0.80 (horn); what is reached stands in models/sound_events/README.md.
    assert reached["siren_foreground_recall"] >= 0.98
    assert reached["siren_false_alarms"] <= 0.01
    assert reached["siren_background_recall"] >= 0.74
    assert reached["horn_recall"] >= 0.8
    assert reached["horn_false_alarms"] <= 0.01


def test_a_siren_as_loud_as_the_street_is_known_after_half_a_second(benchmark_delays: ModuleType) -> None:
    """Of a few cases: the median of all is 0.46 s, and its mark 0.5 s."""
    found = benchmark_delays.delays(encoder(), seeds=range(1))
    times_s = [np.inf if d.alarm_s is None else d.alarm_s for d in found]
    assert len(found) == 9
    assert min(times_s) > 0.0
    assert np.median(times_s) <= 0.5
    assert max(times_s) <= 1.35
    assert sum(d.pattern is benchmark_delays.KINDS[d.kind] for d in found) >= 8
