"""The range of shapes that an engine is built for, derived from the manifest alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.runtime.artifacts import DimensionRange
from crossmodal_narrator.runtime.manifest import Manifest, TensorSpec

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeRange:
    """Of one input: the smallest shape, the one to be fastest for, and the largest."""

    least: Shape
    typical: Shape
    most: Shape

    @property
    def is_fixed(self) -> bool:
        return self.least == self.most


ShapeProfile = Mapping[str, ShapeRange]


def shape_profile(manifest: Manifest) -> dict[str, ShapeRange]:
    """By input: its shapes.

    Raises:
        EngineError: a free dimension of an input that the manifest gives no lengths for.
    """
    return {spec.name: _shapes(manifest, spec) for spec in manifest.inputs}


def _shapes(manifest: Manifest, spec: TensorSpec) -> ShapeRange:
    ranges = [_lengths(manifest, spec, dimension) for dimension in spec.shape]
    return ShapeRange(
        least=tuple(r.least for r in ranges),
        typical=tuple(r.typical for r in ranges),
        most=tuple(r.most for r in ranges),
    )


def _lengths(manifest: Manifest, spec: TensorSpec, dimension: int | str) -> DimensionRange:
    if isinstance(dimension, int):
        return DimensionRange(least=dimension, typical=dimension, most=dimension)
    if dimension not in manifest.ranges:
        raise EngineError(
            f"{manifest.name}: nothing says how long {dimension} of input {spec.name} can be",
            remedy=f"add dimensions.{dimension} with least, typical and most to its manifest",
        )
    return manifest.ranges[dimension]
