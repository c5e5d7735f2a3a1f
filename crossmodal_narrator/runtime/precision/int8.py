"""fp32 → int8: static quantisation (QDQ, symmetric, weights by channel) with ranges that calibration inputs show."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.runtime.graph_check import read_model

_OPERATORS = ["Conv", "ConvTranspose", "MatMul", "Gemm"]
# TensorRT knows no other quantisation than symmetric s8 with biases in floating point.
_OPTIONS = {"ActivationSymmetric": True, "WeightSymmetric": True, "QuantizeBias": False}


class ArraysReader(CalibrationDataReader):  # type: ignore[misc]
    """Calibration inputs from memory, by the names of the model's inputs."""

    def __init__(self, inputs: Sequence[Arrays]) -> None:
        self._inputs: Iterator[Arrays] = iter(inputs)

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        feed = next(self._inputs, None)
        return None if feed is None else dict(feed)


def to_int8(content: bytes, calibration: Sequence[Arrays], *, keep: Sequence[str] = ()) -> bytes:
    """The model in int8, with the ranges of `calibration`; nodes named in `keep` stay in fp32.

    Convolutions and matrix products are quantised, everything else works in fp32. What few inputs do not show, the
    ranges do not cover: some tens of inputs of every kind that the model will meet are the least.

    Weights take seven of their eight bits (-64 to 64): a CPU without VNNI adds two products of u8 and s8 in 16 bits
    (x86's vpmaddubsw), and 2 · 255 · 127 does not fit, so that full weights give other, clipped answers there
    (ONNX Runtime, "Quantize ONNX models": when and why to try U8U8 and reduce_range).

    Raises:
        ModelError: no ONNX, no calibration inputs, inputs that are not finite, or names in `keep` that no node has.
    """
    model = read_model(content, name="the model")
    unknown = set(keep) - {node.name for node in model.graph.node}
    if unknown:
        raise ModelError(f"no node is called {', '.join(sorted(unknown))}", remedy="name nodes of the graph")
    if not calibration:
        raise ModelError("no inputs were given to calibrate with", remedy="give some tens that it will meet")
    for feed in calibration:
        if not all(np.isfinite(array).all() for array in feed.values()):
            raise ModelError("a calibration input is not finite", remedy="leave it out")
    with tempfile.TemporaryDirectory(prefix="crossmodal_narrator-int8-") as folder:
        path = Path(folder) / "model.int8.onnx"
        quantize_static(
            model,
            str(path),
            ArraysReader(calibration),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            activation_type=QuantType.QInt8,
            op_types_to_quantize=_OPERATORS,
            nodes_to_exclude=list(keep),
            calibrate_method=CalibrationMethod.MinMax,
            extra_options=_OPTIONS,
        )
        return path.read_bytes()
