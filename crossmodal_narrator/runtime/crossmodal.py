"""Whether a model is one of the two halves of a cross-modal encoder, from its manifest."""

from __future__ import annotations

from collections.abc import Mapping

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.crossmodal.painting import SHAPES
from crossmodal_narrator.encoding.crossmodal.text import PLACES, TOKENS
from crossmodal_narrator.runtime.manifest import Manifest

_SCENE: Mapping[str, tuple[int, ...]] = {name: (1, *shape) for name, shape in SHAPES.items()}
_TEXT: Mapping[str, tuple[int, ...]] = {"bags": (1, TOKENS, PLACES)}


def check_scene_encoder(manifest: Manifest) -> int:
    """The dimensions of the vectors that it gives.

    Raises:
        ModelError: it does not take what `painting.SHAPES` says, or does not give one vector.
    """
    return _checked(manifest, _SCENE, "encoder of scenes")


def check_text_encoder(manifest: Manifest, space: int | None = None) -> int:
    """The dimensions of the vectors that it gives, which must be `space` where that is given.

    Raises:
        ModelError: it does not take what `text.bags` gives, or its vectors are of another space.
    """
    found = _checked(manifest, _TEXT, "encoder of texts")
    if space not in (None, found):
        remedy = "configure two models that were trained together"
        raise ModelError(f"{manifest.name} has {found} dimensions, the encoder of scenes {space}", remedy=remedy)
    return found


def _checked(manifest: Manifest, wanted: Mapping[str, tuple[int, ...]], what: str) -> int:
    inputs = {spec.name: spec.shape for spec in manifest.inputs}
    outputs = {spec.name: spec.shape for spec in manifest.outputs}
    vector = outputs.get("vector", ())
    if inputs != dict(wanted) or len(vector) != 2 or not isinstance(vector[1], int):
        asked = ", ".join(f"{name} {list(shape)}" for name, shape in wanted.items())
        given = ", ".join(f"{name} {list(shape)}" for name, shape in {**inputs, **outputs}.items())
        raise ModelError(
            f"{manifest.name} is no {what}: it has {given}",
            remedy=f"configure a model with the inputs {asked} and the output vector [1, dimensions]",
        )
    return vector[1]
