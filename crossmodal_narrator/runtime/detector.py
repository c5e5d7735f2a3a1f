"""What the camera encoder must know of a detector, from the detector's manifest."""

from __future__ import annotations

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.camera import DetectorSpec
from crossmodal_narrator.encoding.camera.decoders import Decoding
from crossmodal_narrator.encoding.camera.decoders.protocol import fits, shape_text
from crossmodal_narrator.encoding.camera.preparation import Preparation
from crossmodal_narrator.runtime.manifest import Manifest, TensorSpec
from crossmodal_narrator.runtime.preprocessing import Preprocessing

_GUIDE = "docs/encoders/camera.md shows a manifest of each family"


def detector_spec(manifest: Manifest) -> DetectorSpec:
    """Labels, pre-processing and decoding of `manifest`, after checking that they fit its inputs and outputs.

    Raises:
        ModelError: it is no image detector, or its sections contradict each other; says what was found.
    """
    preprocessing, decoding = manifest.preprocessing, manifest.decoding
    if preprocessing is None or decoding is None or not manifest.labels:
        parts = {"labels": manifest.labels, "preprocessing": preprocessing, "decoding": decoding}
        absent = ", ".join(name for name, part in parts.items() if not part)
        raise ModelError(f"{manifest.name} is no camera detector: its manifest has no {absent}", remedy=_GUIDE)
    _check_outputs(manifest, decoding)
    preparation = _preparation(manifest, preprocessing)
    _check_strides(manifest, decoding, preparation)
    signal = manifest.signal_label
    return DetectorSpec(
        name=manifest.name,
        classes=tuple(manifest.classes.get(label) for label in manifest.labels),
        signal_index=None if signal is None else manifest.labels.index(signal),
        preparation=preparation,
        decoding=decoding,
    )


def _check_outputs(manifest: Manifest, decoding: Decoding) -> None:
    found = {spec.name: spec.shape for spec in manifest.outputs}
    for name, wanted in decoding.outputs(len(manifest.labels)).items():
        if name not in found or not fits(found[name], wanted):
            has = ", ".join(f"{spec.name} {list(spec.shape)}" for spec in manifest.outputs)
            raise ModelError(
                f"{manifest.name}: decoding {decoding.kind} needs an output {name} of {shape_text(wanted)} for "
                f"{len(manifest.labels)} labels; the manifest has {has}",
                remedy=f"correct decoding.kind, decoding.outputs or labels; {_GUIDE}",
            )


def _preparation(manifest: Manifest, preprocessing: Preprocessing) -> Preparation:
    second = {"size_input": preprocessing.size_input, "mask_input": preprocessing.mask_input}
    specs = {spec.name: spec for spec in manifest.inputs}
    for key, name in second.items():
        if name is not None and (name not in specs or specs[name].dtype != "int64"):
            found = specs[name].dtype if name in specs else f"only {', '.join(specs)}"
            raise ModelError(
                f"{manifest.name}: preprocessing.{key} = {name!r}, and inputs has {found}",
                remedy="name an input of the model with dtype int64",
            )
    images = [spec for spec in manifest.inputs if spec.name not in second.values()]
    if len(images) != 1:
        raise ModelError(
            f"{manifest.name}: its inputs are {', '.join(specs)}",
            remedy="a detector takes one image; preprocessing.size_input and mask_input may name two more",
        )
    image = images[0]
    return Preparation(
        input_name=image.name,
        dtype=_dtype(manifest, image, preprocessing),
        channel_order=preprocessing.channel_order,
        mean=preprocessing.mean,
        std=preprocessing.std,
        size=_size(manifest, image),
        stride=preprocessing.stride,
        fit=preprocessing.fit,
        padding=preprocessing.padding,
        size_input=preprocessing.size_input,
        mask_input=preprocessing.mask_input,
    )


def _dtype(manifest: Manifest, image: TensorSpec, preprocessing: Preprocessing) -> str:
    plain = preprocessing.mean == (0.0, 0.0, 0.0) and preprocessing.std == (1.0, 1.0, 1.0)
    if image.dtype == "float32" or (image.dtype == "uint8" and plain):
        return image.dtype
    raise ModelError(
        f"{manifest.name}: input {image.name} is {image.dtype}, with mean {list(preprocessing.mean)} and std "
        f"{list(preprocessing.std)}",
        remedy="export the model with a float32 input; a uint8 input takes pixels as they are: mean 0, std 1",
    )


def _size(manifest: Manifest, image: TensorSpec) -> tuple[int, int] | None:
    """(width, height) where the model takes one size only, None where both are symbols."""
    if fits(image.shape, (1, 3, None, None)):
        height, width = image.shape[2:]
        if isinstance(height, int) and isinstance(width, int):
            return width, height
        if isinstance(height, str) and isinstance(width, str):
            return None
    raise ModelError(
        f"{manifest.name}: input {image.name} has the shape {list(image.shape)}",
        remedy="an image goes in as [1, 3, height, width], with two lengths or two symbols for the last two",
    )


def _check_strides(manifest: Manifest, decoding: Decoding, preparation: Preparation) -> None:
    """At any size a grid must fill the input; at one size the network itself shows how many cells it has."""
    if preparation.size is None and preparation.stride % decoding.grid_step:
        raise ModelError(
            f"{manifest.name}: preprocessing.stride = {preparation.stride} is no multiple of {decoding.grid_step}, the "
            "common multiple of decoding's strides",
            remedy=f"set it to {decoding.grid_step}",
        )
