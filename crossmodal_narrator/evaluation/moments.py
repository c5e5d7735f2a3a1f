"""Scenes and truth side by side, one moment after the other, so that nothing has to hold a whole drive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from crossmodal_narrator.bags.records import Record
from crossmodal_narrator.evaluation.evaluation import Evaluation
from crossmodal_narrator.evaluation.truth import TrueScene, stamps_of


class Scorer(Protocol):
    """Takes each moment of a drive once, and keeps of it a few numbers."""

    def push(self, record: Record | None, real: TrueScene | None) -> None:
        """A line of scenes.jsonl and what really was then; one of them may be lacking."""
        ...

    def evaluation(self) -> Evaluation:
        """Of all that was pushed."""
        ...


def moments(records: Iterable[Record], truth: Iterable[TrueScene]) -> Iterator[tuple[Record | None, TrueScene | None]]:
    """Each scene with the truth of its stamp, and each truth that has no scene by itself; `truth` is read in its order.

    Of scenes with one stamp the first alone meets its truth, and one that comes after a later one does not: a clock
    jumped back.
    """
    place = {stamp_ns: k for k, stamp_ns in enumerate(stamps_of(truth))}
    left, passed = iter(truth), 0
    for record in records:
        k = place.get(int(record["stamp_ns"]), -1)
        if k < passed:
            yield record, None
            continue
        yield from ((None, real) for real in islice(left, k - passed))
        yield record, next(left)
        passed = k + 1
    yield from ((None, real) for real in left)
