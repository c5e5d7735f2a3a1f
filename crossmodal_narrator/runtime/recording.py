"""What a detector that somebody brings still lacks: the digest of its weights, and a golden sample."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.whole_file import replace_whole
from crossmodal_narrator.encoding.camera.detector import Detector
from crossmodal_narrator.encoding.camera.preparation import Preparation
from crossmodal_narrator.encoding.camera.views import View
from crossmodal_narrator.runtime.artifacts import FileEntry
from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.detector import detector_spec
from crossmodal_narrator.runtime.golden import SampleInput, record_sample
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine

_SEED, _BLOCK = 7, 8
_GREY, _SPREAD = 127.5, 64.0  # pixel values: the noise, -2 to 2, covers nearly all of them
_LOOK = View(x0=0, y0=0, x1=320, y1=256, scale=1.0)


def record_detector(manifest: Manifest) -> tuple[FileEntry, FileEntry]:
    """Write the golden sample that `manifest` names, as ONNX Runtime answers on the CPU; entries of weights and sample.

    The manifest's digests are not looked at: this is how they come about. Everything else is checked, so that what is
    recorded is a detector that works.

    Raises:
        ModelError: weights that are pulled, absent or refused, or answers that do not fit the manifest.
    """
    if manifest.source is not None:
        remedy = "record models whose weights lie beside their manifest"
        raise ModelError(f"{manifest.name} comes with a golden sample of its source", remedy=remedy)
    spec = detector_spec(manifest)
    content = _read(manifest.folder / manifest.artifact.path)
    engine = OnnxCpuEngine(manifest, content, EngineConfig())
    Detector(engine, spec, min_score=0.5)
    sample = record_sample(engine, _inputs(spec.preparation)).encode()
    replace_whole(manifest.folder / manifest.golden.file.path, sample)
    return _entry(manifest.artifact.path, content), _entry(manifest.golden.file.path, sample)


def _inputs(preparation: Preparation) -> dict[str, SampleInput]:
    """A noisy picture as the detector gets it."""
    placement = preparation.place(_LOOK)
    width, height = placement.size
    mean, std = sum(preparation.mean) / 3, sum(preparation.std) / 3
    inputs = {
        preparation.input_name: SampleInput(
            shape=(1, 3, height, width),
            seed=_SEED,
            block=_BLOCK,
            dtype=preparation.dtype,
            scale=_SPREAD / std,
            offset=(_GREY - mean) / std,
        )
    }
    if preparation.size_input is not None:
        inputs[preparation.size_input] = _constant((1, 2), width)
    if preparation.mask_input is not None:
        inputs[preparation.mask_input] = _constant((1, height, width), 1)
    return inputs


def _constant(shape: tuple[int, ...], value: int) -> SampleInput:
    return SampleInput(shape=shape, seed=0, block=1, dtype="int64", scale=0.0, offset=float(value))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}", remedy="put the ONNX file where artifact.path says") from error


def _entry(path: PurePosixPath, content: bytes) -> FileEntry:
    return FileEntry(path=path, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))
