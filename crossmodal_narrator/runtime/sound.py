"""What the sound encoder must know of a model, from the model's manifest."""

from __future__ import annotations

from crossmodal_narrator.core.detections import SirenPattern
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.audio import SoundModelSpec
from crossmodal_narrator.encoding.audio.logmel import CHANNELS, MELS
from crossmodal_narrator.runtime.manifest import Manifest

_LABELS = frozenset({"siren", "horn", "other", *(pattern.value for pattern in SirenPattern)})


def sound_spec(manifest: Manifest) -> SoundModelSpec:
    """Labels and context of `manifest`.

    Raises:
        ModelError: it is no sound model, because its labels or its input are not what the encoder gives and wants.
    """
    shape = manifest.inputs[0].shape if len(manifest.inputs) == 1 else ()
    if not set(manifest.labels) >= _LABELS or len(shape) != 4 or shape[1] != CHANNELS or shape[3] != MELS:
        raise ModelError(
            f"{manifest.name} is no sound encoder: labels {list(manifest.labels)}, input {list(shape)}",
            remedy=f"configure a model with labels {sorted(_LABELS)} and input [1, {CHANNELS}, frames, {MELS}]",
        )
    frames = shape[2]
    if not isinstance(frames, int):
        raise ModelError(
            f"{manifest.name} leaves its context open: {frames!r}", remedy="export it with a fixed context"
        )
    return SoundModelSpec(labels=manifest.labels, context_frames=frames)
