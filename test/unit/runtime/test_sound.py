"""Which models the sound encoder takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.audio.logmel import CHANNELS, MELS
from crossmodal_narrator.runtime import ModelStore, sound_spec


def test_the_repository_s_sound_model_says_what_it_wants_to_have_heard() -> None:
    spec = sound_spec(ModelStore().manifest("sound_events"))
    assert spec.labels == ("siren", "horn", "other", "wail", "yelp", "hi_lo")
    assert spec.context_frames == 161


def test_a_camera_detector_is_refused_with_what_is_wanted() -> None:
    with pytest.raises(ModelError, match=rf"nanodet_g is no sound encoder.*\[1, {CHANNELS}, frames, {MELS}\]"):
        sound_spec(ModelStore().manifest("nanodet_g"))


def test_an_open_context_is_refused() -> None:
    manifest = ModelStore().manifest("sound_events")
    loose = replace(manifest.inputs[0], shape=(1, CHANNELS, "frames", MELS))
    with pytest.raises(ModelError, match="leaves its context open: 'frames'"):
        sound_spec(replace(manifest, inputs=(loose,)))
