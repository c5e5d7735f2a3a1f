"""Average precision of answers with scores, as nuScenes' detection task has it (Caesar et al. 2020).

A match is one to one within a distance in plan, the surest answer first. Precision is taken at 101 recalls; recalls and
precisions below a tenth count as nothing.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MATCH_M = 2.0
_LEAST = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Of one class in one scene."""

    xy_m: NDArray[np.floating]  # (answers, 2)
    scores: NDArray[np.floating]  # (answers,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truths:
    """Of one class in one scene. What does not count may be found or not: neither is right or wrong."""

    xy_m: NDArray[np.floating]  # (truths, 2)
    counts: NDArray[np.bool_]  # (truths,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """Answers of all scenes, the surest first, less those that met what does not count."""

    scores: NDArray[np.float64]  # (answers,)
    is_right: NDArray[np.bool_]  # (answers,)
    total: int  # true things that count

    @property
    def average_precision(self) -> float:
        """From 0 to 1; 0 where there is nothing to find."""
        if not self.total or not len(self.scores):
            return 0.0
        right = np.cumsum(self.is_right)
        precision, recall = right / np.arange(1, len(right) + 1), right / self.total
        grid = np.linspace(0.0, 1.0, 101)
        sampled = np.interp(grid, recall, precision, right=0.0)[round(100 * _LEAST) + 1 :]
        return float(np.maximum(sampled - _LEAST, 0.0).mean() / (1.0 - _LEAST))

    def at(self, threshold: float) -> tuple[float, float]:
        """Recall and precision of the answers whose score is at least `threshold`; 1 where there are none of either."""
        taken = self.scores >= threshold
        right = int(self.is_right[taken].sum())
        recall = right / self.total if self.total else 1.0
        return recall, right / int(taken.sum()) if taken.any() else 1.0


class CurveBuilder:
    """Takes scenes one by one; of an answer it holds the score and whether it is right, 9 bytes."""

    def __init__(self, match_m: float = MATCH_M) -> None:
        self._match_m = match_m
        self._scores, self._is_right = array("d"), array("b")
        self._total = 0

    def push(self, answers: Answers, truths: Truths) -> None:
        """Match the answers of a scene to its truths."""
        self._total += int(truths.counts.sum())
        for score, met in zip(*_matched(answers, truths, self._match_m), strict=True):
            if met is None or truths.counts[met]:
                self._scores.append(score)
                self._is_right.append(met is not None)

    def curve(self) -> Curve:
        scores, is_right = np.array(self._scores, np.float64), np.array(self._is_right, np.bool_)
        order = np.argsort(-scores, kind="stable")
        return Curve(scores=scores[order], is_right=is_right[order], total=self._total)


def curve(scenes: Iterable[tuple[Answers, Truths]], match_m: float = MATCH_M) -> Curve:
    """Match the answers of each scene to its truths."""
    builder = CurveBuilder(match_m)
    for answers, truths in scenes:
        builder.push(answers, truths)
    return builder.curve()


def _matched(answers: Answers, truths: Truths, match_m: float) -> tuple[list[float], list[int | None]]:
    """Scores, the surest first, and the truth that each met: the nearest that is still free."""
    order = np.argsort(-answers.scores, kind="stable")
    free = np.ones(len(truths.xy_m), np.bool_)
    met: list[int | None] = []
    for k in order:
        away = np.hypot(*(truths.xy_m - answers.xy_m[k]).T)
        away[~free] = np.inf
        nearest = int(np.argmin(away)) if len(away) else -1
        if nearest >= 0 and away[nearest] <= match_m:
            free[nearest] = False
            met.append(nearest)
        else:
            met.append(None)
    return [float(answers.scores[k]) for k in order], met
