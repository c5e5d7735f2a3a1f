"""Figures of two evaluations side by side, and which way is better."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from crossmodal_narrator.evaluation.evaluation import Number


class Direction(str, Enum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"  # a count, a rate of speech: more is not better


class Verdict(str, Enum):
    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"  # of a figure that has no better side
    CAME = "came"
    WENT = "went"


# Whole words of a name, split at _ . and /. What is bad decides: "recall_error" is an error.
_LOWER = """
error errors wrong false missed invented contradicted unsupported late latency delay switches switch fragments alarms
repetition repeated corrections corrected disagreement jumps flips misses fragmentations silence damage chair fp fn ms
"""
_HIGHER = """
recall precision ap map hota mota motp deta assa idf1 f1 right met lead bleu chrf rouge cider accuracy agreement
equality supported score similarity nds iou
"""
_NO_SIDE = ("_count", "_n")  # how often something was measured
_FLOOR = "_floor_"  # what a text that knows nothing of the drive would reach: no figure of ours
_WHOLE_NAMES = {"ass_a": Direction.HIGHER, "det_a": Direction.HIGHER, "loc_a": Direction.HIGHER}  # the parts of HOTA
_WORD = re.compile(r"[^_./@\s-]+")
_LOWER_WORDS, _HIGHER_WORDS = (frozenset(_WORD.findall(words)) for words in (_LOWER, _HIGHER))


def direction_of(name: str) -> Direction:
    """By the words of the name; NEITHER where they tell nothing."""
    if name in _WHOLE_NAMES:
        return _WHOLE_NAMES[name]
    if name.endswith(_NO_SIDE) or _FLOOR in name:
        return Direction.NEITHER
    words = frozenset(_WORD.findall(name.lower()))
    if words & _LOWER_WORDS:
        return Direction.LOWER
    return Direction.HIGHER if words & _HIGHER_WORDS else Direction.NEITHER


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """One figure before and after; None where it could not be had, or is in one run only."""

    name: str
    before: Number
    after: Number

    @property
    def direction(self) -> Direction:
        return direction_of(self.name)

    @property
    def is_time(self) -> bool:
        """Of the machine, and different each time."""
        return self.name.startswith("latency")

    @property
    def difference(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def verdict(self) -> Verdict:
        difference = self.difference
        if difference is None:
            return self._one_sided()
        if abs(difference) < 1e-9:
            return Verdict.SAME
        if self.direction is Direction.NEITHER:
            return Verdict.CHANGED
        is_better = (difference > 0) == (self.direction is Direction.HIGHER)
        return Verdict.BETTER if is_better else Verdict.WORSE

    def _one_sided(self) -> Verdict:
        if self.before is None and self.after is None:
            return Verdict.SAME
        return Verdict.CAME if self.before is None else Verdict.WENT


def compare_figures(before: Mapping[str, Number], after: Mapping[str, Number]) -> tuple[FigureChange, ...]:
    """All figures of either, sorted by name."""
    names = sorted({*before, *after})
    return tuple(FigureChange(name=name, before=before.get(name), after=after.get(name)) for name in names)
