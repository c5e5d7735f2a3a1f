"""Training that goes on from weights that are kept: from an exported file back to a network that can learn, and how
much of what it learnt is taken.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from crossmodal_narrator.core.errors import TrainingError
from crossmodal_narrator.runtime.graph_check import read_model
from crossmodal_narrator.training.export import fused_network, normalised

_NOTE = "begun_with.txt"


def note_beginning(folder: Path, start: bytes | None) -> None:
    """Keep in `folder`, which is made, what its training begins with: the content of a model.onnx, or drawn weights.

    Raises:
        TrainingError: the training there began with something else.
    """
    begins = "drawn weights" if start is None else f"sha256 {hashlib.sha256(start).hexdigest()}"
    note = folder / _NOTE
    folder.mkdir(parents=True, exist_ok=True)
    began = note.read_text(encoding="utf-8") if note.exists() else begins
    if began != begins:
        raise TrainingError(
            f"the training in {folder} began with {began} instead of {begins}",
            remedy="go on with that, or choose another folder",
        )
    note.write_text(begins, encoding="utf-8")


def warm(network: nn.Module, content: bytes, samples: Tensor) -> None:
    """Give `network` the weights of `content`, which `export` wrote of one like it.

    There, normalisation is folded into the convolutions. Here each gets the mean and deviation that its input has over
    `samples`, and a factor and an offset that undo both: the network answers as the file does, and learns as one whose
    normalisation was never folded.

    Raises:
        TrainingError: the file holds weights of another network.
        ModelError: it is no ONNX.
    """
    network.eval()
    folded = take_weights(network, content)
    with torch.no_grad():
        for norm in folded.values():
            norm.running_mean.zero_()
            norm.running_var.fill_(1.0 - norm.eps)
            norm.weight.fill_(1.0)
        inputs: dict[nn.Module, Tensor] = {}
        hooks = [n.register_forward_pre_hook(lambda m, args: inputs.update({m: args[0]})) for n in folded.values()]
        network(samples)
        for hook in hooks:
            hook.remove()
        for norm, seen in inputs.items():
            axes = [axis for axis in range(seen.ndim) if axis != 1]
            norm.running_mean.copy_(seen.mean(axes))
            norm.running_var.copy_(seen.var(axes))
            norm.weight.copy_(torch.sqrt(norm.running_var + norm.eps))
            norm.bias += norm.running_mean


def take_weights(network: nn.Module, content: bytes) -> dict[str, Any]:
    """Copy the convolutions of `content` into `network`; returns the normalisations that have their offsets, by name.

    Raises:
        TrainingError, ModelError: as `warm` does.
    """
    stored = {i.name: i for i in read_model(content, name="the file to go on from").graph.initializer}
    folded = {name: sequence[k + 1] for name, sequence, k in normalised(network)}
    with torch.no_grad():
        for name, module in network.named_modules():
            if isinstance(module, (nn.Conv1d, nn.Conv2d)):
                _copy(module.weight, stored, f"{name}.weight")
                offset = folded[name].bias if name in folded else module.bias
                _copy(offset, stored, f"{name}.bias")
    return folded


def blended(beginning: nn.Module, learnt: nn.Module, share: float) -> nn.Module:
    """A network for inference whose weights lie between those that it began with and those that were learnt on.

    Between both it answers as well as either, or better: it keeps what it knew, and has what is new (Wortsman et al.,
    "Robust fine-tuning of zero-shot models", CVPR 2022). `share`: of the learnt ones. Normalisation is folded before:
    its statistics are of different batches.
    """
    fused, known = fused_network(learnt), dict(fused_network(beginning).state_dict())
    with torch.no_grad():
        for name, weight in fused.state_dict().items():
            weight.copy_(torch.lerp(known[name], weight, share))
    return fused


def _copy(into: Tensor, stored: dict[str, onnx.TensorProto], name: str) -> None:
    found = stored.get(name, stored.get(f"network.{name}"))  # which may lie within one that only shapes its answers
    if found is None or tuple(found.dims) != tuple(into.shape):
        has = "has no" if found is None else f"has {list(found.dims)} for"
        raise TrainingError(f"the file {has} {name}", remedy=f"give one of this network: {list(into.shape)}")
    into.copy_(torch.from_numpy(numpy_helper.to_array(found).copy()))
