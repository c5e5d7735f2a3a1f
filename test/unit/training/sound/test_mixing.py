"""Scenes: what is asked for is there, as loud as it was drawn, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from crossmodal_narrator.encoding.audio.logmel import BLOCK_FRAMES, CHANNELS, MELS
from crossmodal_narrator.training.sound.components import FRAMES, STEPS, Pool, PoolSizes, make_pool
from crossmodal_narrator.training.sound.mixing import LABELS, MixingConfig, mix


@pytest.fixture(scope="module")
def pool() -> Pool:
    return make_pool(PoolSizes(siren=6, horn=4, other=6, background=3), seed=8)


def test_a_component_does_not_depend_on_how_many_there_are(pool: Pool) -> None:
    fewer = make_pool(PoolSizes(siren=6, horn=1, other=0, background=0), seed=8)
    assert np.array_equal(fewer.level_db, pool.level_db[:7])
    assert np.array_equal(fewer.pattern, pool.pattern[:7])


def test_a_batch_has_the_network_s_shape_and_repeats_with_its_seed(pool: Pool) -> None:
    first, again = (mix(pool, np.random.default_rng(3), 5) for _ in range(2))
    assert first.features.shape == (5, CHANNELS, FRAMES, MELS)
    assert first.targets.shape == first.weights.shape == (5, STEPS, len(LABELS))
    assert np.isfinite(first.features).all()
    assert np.array_equal(first.features, again.features)
    assert np.array_equal(first.targets, again.targets)
    assert not np.array_equal(first.features, mix(pool, np.random.default_rng(4), 5).features)


def test_scenes_of_sirens_alone_ask_for_sirens_and_their_patterns(pool: Pool) -> None:
    batch = mix(pool, np.random.default_rng(1), 12, MixingConfig(siren=1.0, horn=0.0, cue_snr_db=(10.0, 20.0)))
    asked = batch.weights[:, :, 0] > 0.0
    sounding = asked & (batch.targets[:, :, 0] > 0.5)
    assert sounding.any(axis=1).sum() >= 11
    assert not batch.targets[:, :, 1].any()
    assert (batch.targets[:, :, 3:].sum(axis=2)[sounding] == 1.0).all()
    with_siren = sounding.any(axis=1)
    assert (batch.weights[with_siren][:, :, 3:][~sounding[with_siren]] == 0.0).all()


def test_a_loud_cue_is_seen_where_it_is_asked_for(pool: Pool) -> None:
    """Against its running level a scene is higher while a loud siren sounds than before it begins."""
    config = MixingConfig(siren=1.0, horn=0.0, company=0.0, cue_snr_db=(25.0, 25.0))
    batch = mix(pool, np.random.default_rng(2), 24, config)
    compared = 0
    for features, targets, weights in zip(batch.features, batch.targets[:, :, 0], batch.weights[:, :, 0], strict=True):
        peak = features[1, :, 4:].max(axis=1).reshape(STEPS, BLOCK_FRAMES).mean(axis=1)
        on, off = (targets > 0.5) & (weights > 0.0), (targets < 0.5) & (weights > 0.0)
        on[:20] = off[:20] = False  # the floor is young
        if on[:40].sum() >= 3 and off.sum() >= 5:
            compared += 1
            assert peak[on].max() > peak[off].mean()
    assert compared >= 3


def test_what_can_hardly_be_heard_is_not_asked_for(pool: Pool) -> None:
    quiet, loud = (
        mix(pool, np.random.default_rng(5), 8, MixingConfig(siren=1.0, horn=0.0, cue_snr_db=(snr_db, snr_db)))
        for snr_db in (-30.0, 20.0)
    )
    assert quiet.targets[:, :, 0].sum() <= 0.1 * loud.targets[:, :, 0].sum()
    was_asked = loud.targets[:, :, 0] > 0.5
    unasked = quiet.weights[:, :, 0][was_asked & (quiet.targets[:, :, 0] < 0.5)]
    assert (unasked == 0.0).all()
