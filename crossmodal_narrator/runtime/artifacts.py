"""What a manifest says of its files: the fp32 artifact, the same network in other precisions, and its free dimensions.

Precision is a property of a file and never a flag of a builder: each precision has its own ONNX file with its own
digest, and its own tolerance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from crossmodal_narrator.runtime.fields import Fields

MAX_BYTES = 4 * 1024**3
MAX_LENGTH = 1 << 24
FORBIDDEN_SUFFIXES = frozenset({".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".npz", ".npy"})


class Precision(str, Enum):
    """In what the weights and the work between the layers are kept; inputs and outputs are float32 in all of them."""

    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """A file by its path inside of a folder or archive, and what it must be."""

    path: PurePosixPath
    sha256: str
    size_bytes: int

    def yaml_lines(self, indent: str) -> list[str]:
        """As a manifest holds it."""
        return [
            f"{indent}path: {self.path}",
            f'{indent}sha256: "{self.sha256}"',
            f"{indent}size_bytes: {self.size_bytes}",
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The network in another precision.

    `golden` is its own golden sample, where that of fp32 says too little of it. Its answers may lie as far away as
    those of fp32, and `of_largest` times the largest answer of their output.
    """

    artifact: FileEntry
    golden: FileEntry | None
    of_largest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionRange:
    """The lengths that a free dimension takes: `typical` is what an engine is made fastest for."""

    least: int
    typical: int
    most: int


def read_file_entry(fields: Fields) -> FileEntry:
    entry = FileEntry(
        path=read_path(fields, "path"), sha256=fields.text("sha256"), size_bytes=fields.integer("size_bytes")
    )
    if not re.fullmatch(r"[0-9a-f]{64}", entry.sha256):
        raise fields.refusal("sha256", entry.sha256, "64 hexadecimal digits")
    if not 0 < entry.size_bytes <= MAX_BYTES:
        raise fields.refusal("size_bytes", entry.size_bytes, f"1 to {MAX_BYTES}")
    fields.finish()
    return entry


def read_path(fields: Fields, key: str) -> PurePosixPath:
    path = PurePosixPath(fields.text(key))
    if path.is_absolute() or ".." in path.parts or "\\" in str(path) or not path.parts:
        raise fields.refusal(key, str(path), "a path that stays inside of the model's folder")
    if path.suffix.lower() in FORBIDDEN_SUFFIXES:
        raise fields.refusal(key, str(path), "no file that can hold pickled code: weights are ONNX")
    return path


def read_variants(top: Fields) -> dict[Precision, Variant]:
    """The section `precisions`: fp16 and int8, where the model has them."""
    section = top.optional("precisions")
    variants: dict[Precision, Variant] = {}
    if section is None:
        return variants
    for precision in (Precision.FP16, Precision.INT8):
        fields = section.optional(precision.value)
        if fields is not None:
            variants[precision] = _variant(fields)
    section.finish()
    return variants


def _variant(fields: Fields) -> Variant:
    golden = fields.optional("golden")
    variant = Variant(
        artifact=read_file_entry(fields.section("artifact")),
        golden=None if golden is None else read_file_entry(golden),
        of_largest=fields.number("of_largest"),
    )
    if not 0.0 <= variant.of_largest <= 0.5:
        raise fields.refusal("of_largest", variant.of_largest, "0 to 0.5")
    fields.finish()
    return variant


def read_ranges(top: Fields, symbols: frozenset[str]) -> dict[str, DimensionRange]:
    """The section `dimensions`: for symbols of the inputs' shapes, the lengths that they take."""
    section = top.optional("dimensions")
    ranges: dict[str, DimensionRange] = {}
    if section is None:
        return ranges
    for symbol in sorted(symbols):
        fields = section.optional(symbol)
        if fields is not None:
            ranges[symbol] = _range(fields)
    section.finish()
    return ranges


def _range(fields: Fields) -> DimensionRange:
    lengths = DimensionRange(
        least=fields.integer("least"), typical=fields.integer("typical"), most=fields.integer("most")
    )
    if not 1 <= lengths.least <= lengths.typical <= lengths.most <= MAX_LENGTH:
        told = (lengths.least, lengths.typical, lengths.most)
        raise fields.refusal("least, typical, most", told, f"1 <= least <= typical <= most <= {MAX_LENGTH}")
    fields.finish()
    return lengths


def symbols_of(shapes: Mapping[str, tuple[int | str, ...]]) -> frozenset[str]:
    return frozenset(d for shape in shapes.values() for d in shape if isinstance(d, str))
