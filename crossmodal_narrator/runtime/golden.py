"""Golden samples: a seeded input and what the model must answer, so that a wrong engine is found before it is used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EngineError, ModelError
from crossmodal_narrator.encoding.engine import Arrays, Engine
from crossmodal_narrator.runtime.manifest import Golden


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedValues:
    """Some elements of one output, by their index in the flattened array."""

    shape: tuple[int, ...]
    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleInput:
    """One input as a recipe: `offset + scale * noise` in `dtype`, where the noise is that of `block_noise`."""

    shape: tuple[int, ...]
    seed: int
    block: int
    dtype: str = "float32"
    scale: float = 1.0
    offset: float = 0.0

    def array(self) -> NDArray[Any]:
        noise = block_noise(self.shape, self.seed, self.block)
        if (self.scale, self.offset, self.dtype) == (1.0, 0.0, "float32"):
            return noise
        values = self.offset + self.scale * noise.astype(np.float64)
        dtype = np.dtype(self.dtype)
        if dtype.kind in "iu":
            values = np.clip(np.rint(values), np.iinfo(dtype).min, np.iinfo(dtype).max)
        return values.astype(dtype)

    def described(self) -> dict[str, object]:
        """As golden.json holds it, without what is as usual."""
        described: dict[str, object] = {"shape": list(self.shape), "seed": self.seed, "block": self.block}
        usual = {"dtype": "float32", "scale": 1.0, "offset": 0.0}
        return described | {key: getattr(self, key) for key, value in usual.items() if getattr(self, key) != value}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenSample:
    """Inputs as recipes, expected outputs, and the tolerance of the manifest."""

    inputs: Mapping[str, SampleInput]
    outputs: Mapping[str, ExpectedValues]
    tolerance: Golden

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {name: recipe.array() for name, recipe in self.inputs.items()}


def block_noise(shape: tuple[int, ...], seed: int, block: int) -> NDArray[np.float32]:
    """Uniform noise in [-2, 2) that is constant over `block` x `block` elements of the last two axes.

    Integer arithmetic alone (Knuth's multiplicative hash with a final mix), the same everywhere.
    Blocks, because a detector answers white noise with nothing.
    """
    coarse = (*shape[:-2], -(-shape[-2] // block), -(-shape[-1] // block))
    state = np.arange(int(np.prod(coarse)), dtype=np.uint64) + np.uint64(seed) * np.uint64(1_000_003)
    state = (state * np.uint64(2_654_435_761)) & np.uint64(0xFFFFFFFF)
    state = ((state ^ (state >> np.uint64(15))) * np.uint64(2_246_822_519)) & np.uint64(0xFFFFFFFF)
    state ^= state >> np.uint64(13)
    noise = (state.astype(np.float64) / 2**32 * 4.0 - 2.0).astype(np.float32).reshape(coarse)
    fine = noise.repeat(block, axis=-2).repeat(block, axis=-1)
    return np.ascontiguousarray(fine[..., : shape[-2], : shape[-1]])


def read_golden(content: bytes, tolerance: Golden) -> GoldenSample:
    """Parse the JSON of a golden sample.

    Raises:
        ModelError: not a golden sample.
    """
    try:
        document = json.loads(content)
        return GoldenSample(
            inputs={name: _sample_input(entry) for name, entry in document["inputs"].items()},
            outputs={
                name: ExpectedValues(
                    shape=tuple(entry["shape"]),
                    indices=tuple(int(i) for i in entry["indices"]),
                    values=tuple(float(v) for v in entry["values"]),
                )
                for name, entry in document["outputs"].items()
            },
            tolerance=tolerance,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = "restore the golden sample from the repository"
        raise ModelError(f"{tolerance.file.path} is not a golden sample: {error!r}", remedy=remedy) from error


def _sample_input(entry: Mapping[str, Any]) -> SampleInput:
    return SampleInput(
        shape=tuple(int(length) for length in entry["shape"]),
        seed=int(entry["seed"]),
        block=int(entry["block"]),
        dtype=str(entry.get("dtype", "float32")),
        scale=float(entry.get("scale", 1.0)),
        offset=float(entry.get("offset", 0.0)),
    )


def record_golden(
    engine: Engine, shapes: Mapping[str, tuple[int, ...]], *, seed: int, block: int, count: int = 48
) -> str:
    """The JSON of a golden sample for `engine` whose inputs are plain noise of `shapes`."""
    inputs = {name: SampleInput(shape=shape, seed=seed, block=block) for name, shape in shapes.items()}
    return record_sample(engine, inputs, count=count)


def record_sample(engine: Engine, inputs: Mapping[str, SampleInput], *, count: int = 48) -> str:
    """The JSON of a golden sample for `engine`: the largest answers and some spread over each output."""
    outputs = {}
    for name, answer in sorted(engine.infer({name: recipe.array() for name, recipe in inputs.items()}).items()):
        flat = answer.reshape(-1)
        chosen = {
            *np.argsort(flat)[-count // 2 :].tolist(),
            *np.linspace(0, flat.size - 1, count // 2, dtype=int).tolist(),
        }
        indices = sorted(int(i) for i in chosen)
        values = [float(f"{flat[i]:.7g}") for i in indices]
        outputs[name] = {"shape": list(answer.shape), "indices": indices, "values": values}
    described = {name: recipe.described() for name, recipe in inputs.items()}
    return json.dumps({"inputs": described, "outputs": outputs}, separators=(",", ":")) + "\n"


def check_golden(engine: Engine, sample: GoldenSample) -> None:
    """Run the sample.

    Raises:
        EngineError: an output is absent, of another shape, or lies outside of the tolerance; says by how much.
    """
    answers = engine.infer(sample.arrays())
    for name, expected in sample.outputs.items():
        _check_output(engine.name, name, answers, expected, sample.tolerance)


def _check_output(engine: str, name: str, answers: Arrays, expected: ExpectedValues, tolerance: Golden) -> None:
    remedy = "use another engine for this model, and report the versions of both"
    answer = answers.get(name)
    if answer is None or answer.shape != expected.shape:
        shape = "nothing" if answer is None else str(answer.shape)
        raise EngineError(f"{engine} answers {name} with {shape} instead of {expected.shape}", remedy=remedy)
    got = answer.reshape(-1)[list(expected.indices)].astype(np.float64)
    wanted = np.array(expected.values)
    allowed = tolerance.absolute + tolerance.relative * np.abs(wanted) + tolerance.of_largest * np.abs(wanted).max()
    excess = np.abs(got - wanted) - allowed
    if not np.isfinite(got).all() or bool((excess > 0).any()):
        worst = int(np.nanargmax(np.where(np.isfinite(got), excess, np.inf)))
        raise EngineError(
            f"{engine} disagrees with the golden sample: {name}[{expected.indices[worst]}] is {got[worst]:.6g} "
            f"instead of {wanted[worst]:.6g}",
            remedy=remedy,
        )
