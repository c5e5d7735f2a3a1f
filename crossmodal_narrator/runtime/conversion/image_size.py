"""Frees a convolutional model from the image size it was exported with.

Only resizes hold it: their target sizes become scales. A wide road scene then needs no square with half of it padding.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper

from crossmodal_narrator.core.errors import ModelError


def free_image_size(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace resize targets by scales, and the image's height and width by symbols.

    Args:
        model: with inferred shapes; inputs are (1, channels, height, width).

    Raises:
        ModelError: a resize whose scale the inferred shapes do not tell.
    """
    freed = onnx.ModelProto()
    freed.CopyFrom(model)
    graph = freed.graph
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in graph.value_info}
    resizes = [node for node in graph.node if node.op_type == "Resize"]
    for node in resizes:
        before, after = shapes.get(node.input[0], []), shapes.get(node.output[0], [])
        if len(before) != 4 or len(after) != 4 or 0 in before[2:]:
            raise ModelError(f"{node.name} resizes {before} to {after}", remedy="convert this model at its own size")
        scales = np.array([after[2] / before[2], after[3] / before[3]], np.float32)
        graph.initializer.append(numpy_helper.from_array(scales, f"{node.name}_scales"))
        node.input[:] = [node.input[0], "", f"{node.name}_scales"]
    for value in graph.input:
        for axis, symbol in ((2, "height"), (3, "width")):
            value.type.tensor_type.shape.dim[axis].dim_param = symbol
    for value in graph.output:
        value.type.tensor_type.shape.dim[1].dim_param = f"rows_of_{value.name}"
    del graph.value_info[:]
    return _without_unused(freed)


def serialised(model: onnx.ModelProto) -> bytes:
    """Checked bytes that depend on the model alone: versions of onnx word inferred shapes differently, so they go.

    Raises:
        onnx.checker.ValidationError: the conversion made no valid model, which is a defect of this package.
    """
    plain = onnx.ModelProto()
    plain.CopyFrom(model)
    del plain.graph.value_info[:]
    onnx.checker.check_model(plain, full_check=True)
    return bytes(plain.SerializeToString(deterministic=True))


def _without_unused(model: onnx.ModelProto) -> onnx.ModelProto:
    read = {name for node in model.graph.node for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in read]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    return model
