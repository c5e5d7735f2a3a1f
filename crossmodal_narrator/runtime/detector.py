"""What the camera encoder must know of a detector, from the detector's manifest."""

from __future__ import annotations

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.camera import DetectorSpec
from crossmodal_narrator.runtime.manifest import Manifest


def detector_spec(manifest: Manifest) -> DetectorSpec:
    """Labels and pre-processing of `manifest`.

    Raises:
        ModelError: it is no image detector, because it does not say how pixels go in.
    """
    preprocessing = manifest.preprocessing
    if preprocessing is None or not manifest.labels:
        raise ModelError(
            f"{manifest.name} is no camera detector", remedy="configure a model with labels and preprocessing"
        )
    signal = manifest.signal_label
    return DetectorSpec(
        classes=tuple(manifest.classes.get(label) for label in manifest.labels),
        signal_index=None if signal is None else manifest.labels.index(signal),
        channel_order=preprocessing.channel_order,
        mean=preprocessing.mean,
        std=preprocessing.std,
        stride=preprocessing.stride,
    )
