"""What a precision costs and gains: differences of its answers on held-out inputs, and times, from one run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.errors import EngineError, ModelError
from crossmodal_narrator.core.timing import NowNs
from crossmodal_narrator.encoding.engine import Arrays, Engine

_WARM_UPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Of one output, over all held-out inputs; `largest_answer` is the magnitude to read it against."""

    output: str
    mean: float
    largest: float
    largest_answer: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An engine against the one that runs fp32. Times are medians of a run of a shared machine."""

    differences: tuple[Difference, ...]
    reference_ms: float
    candidate_ms: float

    @property
    def speed_up(self) -> float:
        return self.reference_ms / self.candidate_ms


def compare(reference: Engine, candidate: Engine, inputs: Sequence[Arrays], *, now_ns: NowNs) -> Comparison:
    """Run both in turn on `inputs`, which no range was calibrated with; `now_ns` only measures.

    Raises:
        ModelError: no inputs.
        EngineError: an answer of the candidate is not finite.
    """
    if not inputs:
        raise ModelError("no inputs were given to compare on", remedy="hold some out of the calibration")
    for engine in (reference, candidate):
        for _ in range(_WARM_UPS):
            engine.infer(inputs[0])
    wanted: list[Arrays] = []
    got: list[Arrays] = []
    reference_ms: list[float] = []
    candidate_ms: list[float] = []
    for feed in inputs:  # in turn, so that a busy moment of the machine meets both
        for engine, answers, times_ms in ((reference, wanted, reference_ms), (candidate, got, candidate_ms)):
            begun_ns = now_ns()
            answers.append(engine.infer(feed))
            times_ms.append((now_ns() - begun_ns) / 1e6)
    return Comparison(
        differences=tuple(_difference(name, wanted, got) for name in wanted[0]),
        reference_ms=statistics.median(reference_ms),
        candidate_ms=statistics.median(candidate_ms),
    )


def _difference(output: str, wanted: Sequence[Arrays], got: Sequence[Arrays]) -> Difference:
    if not all(np.isfinite(answers[output]).all() for answers in got):
        raise EngineError(f"answers of {output} are not finite", remedy="keep the layers before it in fp32")
    distances = [np.abs(g[output].astype(np.float64) - w[output]) for w, g in zip(wanted, got, strict=True)]
    return Difference(
        output=output,
        mean=statistics.fmean(float(distance.mean()) for distance in distances),
        largest=max(float(distance.max()) for distance in distances),
        largest_answer=max(float(np.abs(answers[output]).max()) for answers in wanted),
    )
