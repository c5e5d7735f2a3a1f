"""From a module of torch to the bytes of an ONNX file, as a fleet would make one."""

from __future__ import annotations

import io
from typing import Any


def exported(module: Any, example: Any, inputs: list[str], outputs: list[str]) -> bytes:
    """By the dynamo exporter at opset 18, in one file."""
    import torch

    program = torch.onnx.export(
        module.eval(),
        (example,),
        input_names=inputs,
        output_names=outputs,
        dynamo=True,
        opset_version=18,
        verbose=False,
    )
    file = io.BytesIO()
    program.save(file)
    return file.getvalue()
