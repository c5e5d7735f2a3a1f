"""The `decoding` section of a detector's manifest: which family its outputs are of, and what that family needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TypeVar

from crossmodal_narrator.encoding.camera.decoders import (
    Activation,
    Decoding,
    DetrBoxes,
    DetrDecoding,
    DetrUnit,
    NanoDetDecoding,
    YoloxBoxes,
    YoloxDecoding,
)
from crossmodal_narrator.runtime.fields import Fields

E = TypeVar("E", bound=Enum)


def read_decoding(fields: Fields) -> Decoding:
    """The section as the value of its family.

    Raises:
        ModelError: an unknown kind, a key that is absent or unknown, or values that contradict each other.
    """
    kind = fields.text("kind")
    if kind not in _READERS:
        raise fields.refusal("kind", kind, "one of " + ", ".join(_READERS))
    decoding = _READERS[kind](fields)
    fields.finish()
    return decoding


def _nanodet(fields: Fields) -> NanoDetDecoding:
    outputs = _outputs(fields, {"joined"}, {"scores", "distances"})
    for key in {"scores", "distances"} & set(outputs):
        if "{stride}" not in outputs[key]:
            raise fields.refusal(f"outputs.{key}", outputs[key], "a name with {stride} in it, as scores_{stride}")
    return NanoDetDecoding(
        strides=_strides(fields),
        bins=_positive(fields, "bins"),
        cell_point=fields.number("cell_point"),
        activation=_chosen(fields, "activation", Activation, without=Activation.SOFTMAX),
        **outputs,
    )


def _yolox(fields: Fields) -> YoloxDecoding:
    return YoloxDecoding(
        output=_outputs(fields, {"joined"})["joined"],
        strides=_strides(fields),
        activation=_chosen(fields, "activation", Activation, without=Activation.SOFTMAX),
        boxes=_chosen(fields, "boxes", YoloxBoxes),
    )


def _detr(fields: Fields) -> DetrDecoding:
    outputs = _outputs(fields, {"logits", "boxes"}, {"scores", "labels", "boxes"})
    decoding = DetrDecoding(
        **outputs,
        activation=_chosen(fields, "activation", Activation),
        no_object=fields.boolean("no_object"),
        box_format=_chosen(fields, "box_format", DetrBoxes),
        box_unit=_chosen(fields, "box_unit", DetrUnit),
    )
    if decoding.logits is None:
        if decoding.activation is not Activation.NONE:
            raise fields.refusal("activation", decoding.activation.value, "none, where the graph gives scores")
        if decoding.no_object:
            raise fields.refusal("no_object", True, "false, where the graph gives labels")
    return decoding


_READERS: Mapping[str, Callable[[Fields], Decoding]] = {"nanodet": _nanodet, "yolox": _yolox, "detr": _detr}


def _outputs(fields: Fields, *allowed: set[str]) -> dict[str, str]:
    """Names of the model's outputs by what they mean to the family."""
    outputs = dict(fields.mapping("outputs"))
    if set(outputs) not in allowed:
        raise fields.refusal("outputs", outputs, " or ".join(", ".join(sorted(keys)) for keys in allowed))
    return outputs


def _strides(fields: Fields) -> tuple[int, ...]:
    strides = fields.dimensions("strides")
    whole = tuple(s for s in strides if isinstance(s, int) and s > 0)
    if not whole or whole != strides:
        raise fields.refusal("strides", list(strides), "whole numbers above 0, as [8, 16, 32]")
    return whole


def _positive(fields: Fields, key: str) -> int:
    value = fields.integer(key)
    if value < 1:
        raise fields.refusal(key, value, "1 or more")
    return value


def _chosen(fields: Fields, key: str, kinds: type[E], *, without: E | None = None) -> E:
    value = fields.text(key)
    allowed = {kind.value: kind for kind in kinds if kind is not without}
    if value not in allowed:
        raise fields.refusal(key, value, "one of " + ", ".join(allowed))
    return allowed[value]
