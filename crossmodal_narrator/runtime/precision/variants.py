"""From a model's fp32 file and arrays that it meets to its other precisions: files, accuracy and speed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from crossmodal_narrator.core.timing import NowNs
from crossmodal_narrator.core.whole_file import replace_whole
from crossmodal_narrator.encoding.engine import Arrays, Engine
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.graph_check import check_graph
from crossmodal_narrator.runtime.manifest import Manifest, read_manifest
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine
from crossmodal_narrator.runtime.precision.accuracy import Comparison, compare
from crossmodal_narrator.runtime.precision.half import to_half
from crossmodal_narrator.runtime.precision.int8 import to_int8
from crossmodal_narrator.runtime.precision.observed import overflowing_nodes
from crossmodal_narrator.runtime.store import ModelStore, read_checked

# Engines round at other places of a network; another network is off by as much as its answers are large.
_OF_LARGEST = {Precision.FP32: 0.0, Precision.FP16: 0.02, Precision.INT8: 0.1}
_SECTION = re.compile(r"^precisions:.*\n(?:[ \t].*\n|\n)*", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeVariant:
    """A file in another precision, its own golden sample as JSON, and how it compares with fp32."""

    precision: Precision
    content: bytes
    golden: bytes
    comparison: Comparison

    @property
    def files(self) -> dict[str, tuple[str, bytes]]:
        """By key of the manifest: name and content."""
        precision = self.precision.value
        return {
            "artifact": (f"model.{precision}.onnx", self.content),
            "golden": (f"golden.{precision}.json", self.golden),
        }

    def section(self) -> dict[str, object]:
        """What the manifest says of it, below `precisions`."""
        entries = {
            key: {"path": name, "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
            for key, (name, content) in self.files.items()
        }
        return {self.precision.value: {**entries, "of_largest": _OF_LARGEST[self.precision]}}


def make_variant(
    store: ModelStore,
    manifest: Manifest,
    precision: Precision,
    *,
    calibration: Sequence[Arrays],
    held_out: Sequence[Arrays],
    now_ns: NowNs,
    threads: int = 1,
    keep: Sequence[str] = (),
) -> MadeVariant:
    """Make the fp32 file of `manifest` into `precision`, and measure it on the CPU.

    `calibration` shows the ranges that layers have to cover; `held_out` are further inputs, for the comparison. Nodes
    named in `keep` are not quantised.

    Raises:
        ModelError: no weights, no inputs, a graph that TensorRT must not be given, or answers that are not finite.
    """
    content = store.artifact(manifest)
    made = {
        Precision.FP32: lambda: content,
        Precision.FP16: lambda: to_half(content, keep=overflowing_nodes(content, calibration)),
        Precision.INT8: lambda: to_int8(content, calibration, keep=keep),
    }[precision]()
    check_graph(made, name=f"{manifest.name} in {precision.value}")
    config = EngineConfig(threads=threads)
    reference, candidate = OnnxCpuEngine(manifest, content, config), OnnxCpuEngine(manifest, made, config)
    return MadeVariant(
        precision=precision,
        content=made,
        golden=_golden(store, manifest, candidate),
        comparison=compare(reference, candidate, held_out, now_ns=now_ns),
    )


def _golden(store: ModelStore, manifest: Manifest, candidate: Engine) -> bytes:
    """The golden sample with `candidate`'s answers.

    Against fp32's, a quantised file would need so wide a tolerance that a wrong engine could pass: the sample's noise
    leaves the ranges that it was calibrated for. What an engine has to reproduce is the file.
    """
    document = json.loads(read_checked(manifest.folder, manifest.golden.file, remedy="restore it"))
    answers = candidate.infer(store.golden(manifest).arrays())
    for name, expected in document["outputs"].items():
        flat = answers[name].reshape(-1)
        expected["values"] = [float(f"{flat[k]:.7g}") for k in expected["indices"]]
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()


def write_variants(manifest: Manifest, made: Sequence[MadeVariant]) -> None:
    """Put the files into the model's folder, and `precisions` into its manifest, in place of what stood there.

    Raises:
        ModelError: the manifest does not hold together with it.
    """
    sections: dict[str, object] = {}
    for variant in made:
        for name, content in variant.files.values():
            replace_whole(manifest.folder / name, content)
        sections |= variant.section()
    path = manifest.folder / "manifest.yaml"
    others = _SECTION.sub("", path.read_text(encoding="utf-8"))
    text = f"{others.rstrip()}\n\n{yaml.safe_dump({'precisions': sections}, sort_keys=False)}"
    replace_whole(path, text.encode())
    read_manifest(path)
