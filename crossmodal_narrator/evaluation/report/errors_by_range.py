"""How far tracks are from where the labelled things stand, by how far those are from the vehicle."""

from __future__ import annotations

import statistics
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from crossmodal_narrator.evaluation.detection import Record, Scope, match, plan_distance
from crossmodal_narrator.evaluation.truth import Kind, TrueScene

BIN_M = 10.0
MOST_POINTS = 1200
_KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeBin:
    """Errors of things from `from_m` to `to_m` away."""

    from_m: float
    to_m: float
    pairs: int
    median_m: float
    p90_m: float


@dataclass(slots=True)
class ErrorsByRange:
    """Pairs of a track and its labelled thing: range and error in metres, and the thing's kind; 17 bytes each."""

    scope: Scope = field(default_factory=Scope)
    _ranges_m: array[float] = field(default_factory=lambda: array("d"))
    _errors_m: array[float] = field(default_factory=lambda: array("d"))
    _kinds: array[int] = field(default_factory=lambda: array("b"))

    @property
    def pairs(self) -> int:
        return len(self._kinds)

    def push(self, scene: Record, truth: TrueScene) -> None:
        """Pair as the score of detection does: one to one, of one kind, within 2 m."""
        placed = [thing for thing in scene["objects"] if thing["position_m"] is not None]
        for i, j in match(placed, truth.objects).items():
            thing = truth.objects[j]
            if thing.lidar_points >= self.scope.min_lidar_points:
                self._ranges_m.append(thing.range_m)
                self._errors_m.append(plan_distance(placed[i]["position_m"], thing.position_m))
                self._kinds.append(_KINDS.index(thing.kind))

    def bins(self) -> tuple[RangeBin, ...]:
        """Of ten metres each, those without a pair left out."""
        by_bin: dict[int, list[float]] = {}
        for range_m, error_m in zip(self._ranges_m, self._errors_m, strict=True):
            by_bin.setdefault(int(range_m // BIN_M), []).append(error_m)
        return tuple(
            RangeBin(
                from_m=k * BIN_M,
                to_m=(k + 1) * BIN_M,
                pairs=len(errors),
                median_m=statistics.median(errors),
                p90_m=_share_below(sorted(errors), 0.9),
            )
            for k, errors in sorted(by_bin.items())
        )

    def points(self) -> list[tuple[float, float, str]]:
        """Evenly many of the pairs, as many as a plot can show."""
        kept = range(0, self.pairs, max(1, -(-self.pairs // MOST_POINTS)))
        return [(self._ranges_m[k], self._errors_m[k], _KINDS[self._kinds[k]].value) for k in kept]


def _share_below(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
