"""The `preprocessing` section of a detector's manifest: how pixels go in."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.encoding.camera.preparation import Fit
from crossmodal_narrator.runtime.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """`(pixel - mean) / std` for channels in `channel_order`, all in pixel values of 0 to 255.

    Sides are padded with `padding` to a multiple of `stride`, or to the model's own size where its input has one.
    """

    channel_order: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    stride: int
    fit: Fit = Fit.LETTERBOX
    padding: float = 0.0
    size_input: str | None = None
    mask_input: str | None = None


def read_preprocessing(fields: Fields) -> Preprocessing:
    """The section; `scale`, where it is given, is what pixels are multiplied by before mean and std count.

    Raises:
        ModelError: a key that is absent or unknown, or a value that cannot be true.
    """
    scale = fields.number("scale") if fields.holds("scale") else 1.0
    if scale <= 0.0:
        raise fields.refusal("scale", scale, "a number above 0, as 0.00392156862745098 (1/255)")
    mean, std = fields.triple("mean"), fields.triple("std")
    if min(std) <= 0.0:
        raise fields.refusal("std", list(std), "numbers above 0")
    preprocessing = Preprocessing(
        channel_order=fields.text("channel_order"),
        mean=(mean[0] / scale, mean[1] / scale, mean[2] / scale),
        std=(std[0] / scale, std[1] / scale, std[2] / scale),
        stride=fields.integer("stride") if fields.holds("stride") else 1,
        fit=_fit(fields),
        padding=fields.number("padding") if fields.holds("padding") else 0.0,
        size_input=fields.optional_text("size_input"),
        mask_input=fields.optional_text("mask_input"),
    )
    if preprocessing.channel_order not in ("bgr", "rgb"):
        raise fields.refusal("channel_order", preprocessing.channel_order, "bgr or rgb")
    if preprocessing.stride < 1:
        raise fields.refusal("stride", preprocessing.stride, "1 or more")
    if not 0.0 <= preprocessing.padding <= 255.0:
        raise fields.refusal("padding", preprocessing.padding, "a pixel value, 0 to 255")
    fields.finish()
    return preprocessing


def _fit(fields: Fields) -> Fit:
    if not fields.holds("fit"):
        return Fit.LETTERBOX
    name = fields.text("fit")
    if name not in {fit.value for fit in Fit}:
        raise fields.refusal("fit", name, "one of " + ", ".join(fit.value for fit in Fit))
    return Fit(name)
