"""Which things are asked about all around the vehicle, and which answers are answers to that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from crossmodal_narrator.evaluation.detection import Record, match
from crossmodal_narrator.evaluation.truth import Kind, TrueObject, TrueScene, kind_of

KINDS = (Kind.VEHICLE, Kind.PERSON, Kind.CYCLIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """A thing counts within a range, and with so many LiDAR points that it can be seen at all."""

    max_range_m: float = 50.0
    min_lidar_points: int = 10

    def counts(self, thing: TrueObject) -> bool:
        is_asked = thing.kind in KINDS and thing.lidar_points >= self.min_lidar_points
        return is_asked and thing.range_m < self.max_range_m


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sweep:
    """One stamp: what was answered, what stands there, which of it counts, and who is whom (answer → thing).

    Answers that met what does not count, lie outside or have no class are left out: they are neither right nor wrong.
    """

    stamp_ns: int
    answers: tuple[Record, ...]
    things: tuple[TrueObject, ...]  # those that count
    pairs: Mapping[int, int]

    def kind(self, i: int) -> Kind:
        """Of an answer: that of the thing that it met, else its own."""
        return self.things[self.pairs[i]].kind if i in self.pairs else kind_of(self.answers[i]["label"])


def sweep_of(record: Record | None, real: TrueScene, arena: Arena) -> Sweep:
    """Of one moment; without a record all is missed."""
    placed = [o for o in record["objects"] if o["position_m"] is not None] if record else []
    met = match(placed, real.objects)
    counted = [j for j, thing in enumerate(real.objects) if arena.counts(thing)]
    place = {j: k for k, j in enumerate(counted)}
    answers: list[Record] = []
    pairs: dict[int, int] = {}
    for i, answer in enumerate(placed):
        if i in met:
            if met[i] not in place:
                continue
            pairs[len(answers)] = place[met[i]]
        elif not _is_answer(answer, arena):
            continue
        answers.append(answer)
    return Sweep(
        stamp_ns=real.stamp_ns,
        answers=tuple(answers),
        things=tuple(real.objects[j] for j in counted),
        pairs=pairs,
    )


def _is_answer(answer: Record, arena: Arena) -> bool:
    x, y = answer["position_m"][:2]
    return kind_of(answer["label"]) in KINDS and math.hypot(x, y) < arena.max_range_m
