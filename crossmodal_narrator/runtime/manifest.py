"""A model's manifest, `models/<name>/manifest.yaml`: where its files come from, what they must be, what it takes.

The manifest is committed; the weights are not. Everything that reaches a runtime is checked against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime.fields import Fields

MAX_BYTES = 4 * 1024**3
FORBIDDEN_SUFFIXES = frozenset({".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".npz", ".npy"})
_DTYPES = ("float32", "float16", "int64", "int32", "uint8", "int8")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """A file by its path inside of a folder or archive, and what it must be."""

    path: PurePosixPath
    sha256: str
    size_bytes: int


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
    """The golden sample's file, and how far an engine's answer may lie from it."""

    file: FileEntry
    absolute: float
    relative: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """`(pixel - mean) / std` for channels in `channel_order`; sides are padded with 0 to a multiple of `stride`."""

    channel_order: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    stride: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A model. `classes` maps a label of the model to what the narrator calls it; other labels are not used."""

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
    golden: Golden


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
    labels = top.texts("labels")
    manifest = Manifest(
        name=_name(top),
        folder=path.parent,
        licence=top.text("licence"),
        artifact=_file_entry(top.section("artifact")),
        source=None if source is None else _npm_source(source),
        conversion=None if conversion is None else _conversion(conversion),
        inputs=tuple(_tensor(section) for section in top.sections("inputs")),
        outputs=tuple(_tensor(section) for section in top.sections("outputs")),
        labels=labels,
        classes=_classes(top, labels),
        signal_label=_signal_label(top, labels),
        preprocessing=None if preprocessing is None else _preprocessing(preprocessing),
        golden=_golden(top.section("golden")),
    )
    top.finish()
    return manifest


def _name(fields: Fields) -> str:
    name = fields.text("name")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,63}", name):
        raise fields.refusal("name", name, "lower-case letters, digits and underscores")
    return name


def _file_entry(fields: Fields) -> FileEntry:
    entry = FileEntry(path=_path(fields, "path"), sha256=fields.text("sha256"), size_bytes=fields.integer("size_bytes"))
    if not re.fullmatch(r"[0-9a-f]{64}", entry.sha256):
        raise fields.refusal("sha256", entry.sha256, "64 hexadecimal digits")
    if not 0 < entry.size_bytes <= MAX_BYTES:
        raise fields.refusal("size_bytes", entry.size_bytes, f"1 to {MAX_BYTES}")
    fields.finish()
    return entry


def _path(fields: Fields, key: str) -> PurePosixPath:
    path = PurePosixPath(fields.text(key))
    if path.is_absolute() or ".." in path.parts or "\\" in str(path) or not path.parts:
        raise fields.refusal(key, str(path), "a path that stays inside of the model's folder")
    if path.suffix.lower() in FORBIDDEN_SUFFIXES:
        raise fields.refusal(key, str(path), "no file that can hold pickled code: weights are ONNX")
    return path


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
        archive=_file_entry(fields.section("archive")),
        files=tuple(_file_entry(section) for section in fields.sections("files")),
    )
    fields.finish()
    return source


def _conversion(fields: Fields) -> Conversion:
    kind = fields.text("from")
    if kind != "tfjs_graph_model":
        raise fields.refusal("from", kind, "tfjs_graph_model")
    conversion = Conversion(
        topology=_path(fields, "topology"),
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


def _preprocessing(fields: Fields) -> Preprocessing:
    preprocessing = Preprocessing(
        channel_order=fields.text("channel_order"),
        mean=fields.triple("mean"),
        std=fields.triple("std"),
        stride=fields.integer("stride"),
    )
    if preprocessing.channel_order not in ("bgr", "rgb"):
        raise fields.refusal("channel_order", preprocessing.channel_order, "bgr or rgb")
    fields.finish()
    return preprocessing


def _golden(fields: Fields) -> Golden:
    golden = Golden(
        file=_file_entry(fields.section("file")), absolute=fields.number("absolute"), relative=fields.number("relative")
    )
    fields.finish()
    return golden


def _signal_label(fields: Fields, labels: tuple[str, ...]) -> str | None:
    label = fields.optional_text("signal_label")
    if label is not None and label not in labels:
        raise fields.refusal("signal_label", label, "one of the model's labels")
    return label
