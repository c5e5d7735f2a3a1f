"""How far tracks are from where the labelled things stand, by how far those are from the vehicle."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from crossmodal_narrator.evaluation.detection import Record, Scope, match, plan_distance
from crossmodal_narrator.evaluation.truth import TrueScene

BIN_M = 10.0
MOST_POINTS = 1200


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
    """Pairs of a track and its labelled thing: (range, error) in metres, and the thing's kind."""

    scope: Scope = field(default_factory=Scope)
    pairs: list[tuple[float, float, str]] = field(default_factory=list)

    def push(self, scene: Record, truth: TrueScene) -> None:
        """Pair as the score of detection does: one to one, of one kind, within 2 m."""
        placed = [thing for thing in scene["objects"] if thing["position_m"] is not None]
        for i, j in match(placed, truth.objects).items():
            thing = truth.objects[j]
            if thing.lidar_points >= self.scope.min_lidar_points:
                error_m = plan_distance(placed[i]["position_m"], thing.position_m)
                self.pairs.append((thing.range_m, error_m, thing.kind.value))

    def bins(self) -> tuple[RangeBin, ...]:
        """Of ten metres each, those without a pair left out."""
        by_bin: dict[int, list[float]] = {}
        for range_m, error_m, _ in self.pairs:
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
        step = max(1, -(-len(self.pairs) // MOST_POINTS))
        return self.pairs[::step]


def _share_below(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
