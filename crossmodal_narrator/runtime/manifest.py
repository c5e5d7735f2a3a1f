"""A model's manifest, `models/<name>/manifest.yaml`: where its files come from, what they must be, what it takes.

The manifest is committed; the weights are not. Everything that reaches a runtime is checked against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import yaml

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.camera.decoders import Decoding
from crossmodal_narrator.runtime.artifacts import (
    DimensionRange,
    FileEntry,
    Precision,
    Variant,
    read_file_entry,
    read_path,
    read_ranges,
    read_variants,
    symbols_of,
)
from crossmodal_narrator.runtime.decoding import read_decoding
from crossmodal_narrator.runtime.fields import Fields
from crossmodal_narrator.runtime.preprocessing import Preprocessing, read_preprocessing

_DTYPES = ("float32", "float16", "int64", "int32", "uint8", "int8")


@dataclass(frozen=True, slots=True, kw_only=True)
class NpmSource:
    """A package of an npm registry; which registry is the user's own npm configuration."""

    package: str
    version: str
    archive: FileEntry
    files: tuple[FileEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """How the source's files become ONNX: a TensorFlow.js graph model, and what its inputs and outputs are called."""

    topology: PurePosixPath
    names: Mapping[str, str]
    any_image_size: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSpec:
    """One input or output. A dimension is a length or a symbol."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]

    def admits(self, shape: tuple[int, ...]) -> bool:
        return len(shape) == len(self.shape) and all(
            isinstance(want, str) or want == got for want, got in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """The golden sample's file, and how far an engine's answer may lie from it.

    The three add up: a constant, a share of the value itself, and a share of the largest value of its output.
    """

    file: FileEntry
    absolute: float
    relative: float
    of_largest: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A model. `classes` maps a label of the model to what the narrator calls it; other labels are not used.

    `artifact` is fp32; `variants` are the same network in other precisions, with `golden`'s file and their own
    tolerance. `ranges` says what lengths the free dimensions of the inputs take.
    """

    name: str
    folder: Path
    licence: str
    artifact: FileEntry
    source: NpmSource | None
    conversion: Conversion | None
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    labels: tuple[str, ...]
    classes: Mapping[str, ObjectClass]
    signal_label: str | None
    preprocessing: Preprocessing | None
    decoding: Decoding | None
    golden: Golden
    variants: Mapping[Precision, Variant] = field(default_factory=dict)
    ranges: Mapping[str, DimensionRange] = field(default_factory=dict)

    def has(self, precision: Precision) -> bool:
        return precision is Precision.FP32 or precision in self.variants

    def artifact_in(self, precision: Precision) -> FileEntry:
        return self.artifact if precision is Precision.FP32 else self.variants[precision].artifact

    def golden_in(self, precision: Precision) -> Golden:
        if precision is Precision.FP32:
            return self.golden
        variant = self.variants[precision]
        return replace(self.golden, file=variant.golden or self.golden.file, of_largest=variant.of_largest)


def read_manifest(path: Path) -> Manifest:
    """Read and check `manifest.yaml`.

    Raises:
        ModelError: absent, no YAML, an unknown or missing key, or a value that cannot be true; names file and key.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = "`crossmodal-narrator models list` names the models"
        raise ModelError(f"{path}: {error.strerror}", remedy=remedy) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: is not YAML: {error}", remedy="restore the manifest from the repository") from error
    top = Fields(document, source=str(path))
    source = top.optional("source")
    conversion = top.optional("conversion")
    preprocessing = top.optional("preprocessing")
    decoding = top.optional("decoding")
    labels = top.texts("labels")
    inputs = tuple(_tensor(section) for section in top.sections("inputs"))
    manifest = Manifest(
        name=_name(top),
        folder=path.parent,
        licence=top.text("licence"),
        artifact=read_file_entry(top.section("artifact")),
        source=None if source is None else _npm_source(source),
        conversion=None if conversion is None else _conversion(conversion),
        inputs=inputs,
        outputs=tuple(_tensor(section) for section in top.sections("outputs")),
        labels=labels,
        classes=_classes(top, labels),
        signal_label=_signal_label(top, labels),
        preprocessing=None if preprocessing is None else read_preprocessing(preprocessing),
        decoding=None if decoding is None else read_decoding(decoding),
        golden=_golden(top.section("golden")),
        variants=read_variants(top),
        ranges=read_ranges(top, symbols_of({spec.name: spec.shape for spec in inputs})),
    )
    top.finish()
    return manifest


def _name(fields: Fields) -> str:
    name = fields.text("name")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,63}", name):
        raise fields.refusal("name", name, "lower-case letters, digits and underscores")
    return name


def _npm_source(fields: Fields) -> NpmSource:
    registry = fields.text("registry")
    if registry != "npm":
        raise fields.refusal("registry", registry, "npm")
    package, version = fields.text("package"), fields.text("version")
    if not re.fullmatch(r"(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*", package):
        raise fields.refusal("package", package, "a name of an npm package")
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise fields.refusal("version", version, "an exact version, as 1.2.3")
    source = NpmSource(
        package=package,
        version=version,
        archive=read_file_entry(fields.section("archive")),
        files=tuple(read_file_entry(section) for section in fields.sections("files")),
    )
    fields.finish()
    return source


def _conversion(fields: Fields) -> Conversion:
    kind = fields.text("from")
    if kind != "tfjs_graph_model":
        raise fields.refusal("from", kind, "tfjs_graph_model")
    conversion = Conversion(
        topology=read_path(fields, "topology"),
        names=fields.mapping("names"),
        any_image_size=fields.boolean("any_image_size"),
    )
    fields.finish()
    return conversion


def _tensor(fields: Fields) -> TensorSpec:
    spec = TensorSpec(name=fields.text("name"), dtype=fields.text("dtype"), shape=fields.dimensions("shape"))
    if spec.dtype not in _DTYPES:
        raise fields.refusal("dtype", spec.dtype, "one of " + ", ".join(_DTYPES))
    fields.finish()
    return spec


def _classes(fields: Fields, labels: tuple[str, ...]) -> dict[str, ObjectClass]:
    classes: dict[str, ObjectClass] = {}
    for label, name in fields.mapping("classes").items():
        if label not in labels:
            raise fields.refusal("classes", label, "one of the model's labels")
        if name not in {c.value for c in ObjectClass}:
            raise fields.refusal(f"classes.{label}", name, "one of " + ", ".join(c.value for c in ObjectClass))
        classes[label] = ObjectClass(name)
    return classes


def _golden(fields: Fields) -> Golden:
    golden = Golden(
        file=read_file_entry(fields.section("file")),
        absolute=fields.number("absolute"),
        relative=fields.number("relative"),
    )
    fields.finish()
    return golden


def _signal_label(fields: Fields, labels: tuple[str, ...]) -> str | None:
    label = fields.optional_text("signal_label")
    if label is not None and label not in labels:
        raise fields.refusal("signal_label", label, "one of the model's labels")
    return label
