"""Spoken claims against truth: which hold, by predicate. `verdicts.py` says how one is judged.

What has no truth, such as colours and causes, is counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Cell, Evaluation, Event, Table
from crossmodal_narrator.evaluation.moments import moments
from crossmodal_narrator.evaluation.shares import share
from crossmodal_narrator.evaluation.truth import TrueScene
from crossmodal_narrator.evaluation.verdicts import Verdict, judge


@dataclass(slots=True)
class ClaimScore:
    """Counts by predicate; `wrong` tells each claim that does not hold, for a person to look at."""

    right: Counter[str] = field(default_factory=Counter)
    unsupported: Counter[str] = field(default_factory=Counter)
    contradicted: Counter[str] = field(default_factory=Counter)
    unchecked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def false(self) -> Counter[str]:
        return self.unsupported + self.contradicted

    def summary(self) -> dict[str, float | int | None]:
        right, false = self.right.total(), self.false.total()
        shares: dict[str, float | int | None] = {
            "claims_checked": right + false,
            "claims_right": share(right, right + false),
            "claims_unsupported": share(self.unsupported.total(), right + false),
            "claims_contradicted": share(self.contradicted.total(), right + false),
            "claims_without_truth": self.unchecked.total(),
        }
        for predicate in sorted({*self.right, *self.false}):
            checked = self.right[predicate] + self.false[predicate]
            shares[f"claims_right_{predicate}"] = self.right[predicate] / checked
        return shares

    def table(self) -> Table:
        counters = (self.right, self.unsupported, self.contradicted, self.unchecked)
        predicates = sorted({predicate for counter in counters for predicate in counter})
        rows: list[tuple[Cell, ...]] = [(p, *(counter[p] for counter in counters)) for p in predicates]
        return Table(columns=("predicate", *(verdict.value for verdict in Verdict)), rows=tuple(rows))


class ClaimScorer:
    """Takes each moment of a drive, and judges what was said then. `language` as in `in_language`."""

    def __init__(self, narrations: Sequence[Record], language: str = "") -> None:
        self._left = by_stamp(in_language(narrations, language))
        self._score = ClaimScore()

    def push(self, record: Record | None, real: TrueScene | None) -> None:
        if record is None or real is None:
            return
        for narration in self._left.pop(real.stamp_ns, ()):
            for claim in narration["claims"]:
                _count(self._score, narration, claim, judge(claim, record, real))

    def score(self) -> ClaimScore:
        """What was said at no moment that was pushed is not judged."""
        for narration in (n for narrations in self._left.values() for n in narrations):
            for claim in narration["claims"]:
                _count(self._score, narration, claim, Verdict.NOT_JUDGED)
        self._left.clear()
        return self._score

    def evaluation(self) -> Evaluation:
        score = self.score()
        return Evaluation(figures=score.summary(), tables={"claims": score.table()}, events=tuple(score.events))


def score_claims(
    narrations: Sequence[Record], records: Iterable[Record], truth: Iterable[TrueScene], language: str = ""
) -> ClaimScore:
    """Check each claim of a transcript. `language`: only sentences in it (all of them make the same claims)."""
    scorer = ClaimScorer(narrations, language)
    for record, real in moments(records, truth):
        scorer.push(record, real)
    return scorer.score()


def by_stamp(narrations: Iterable[Record]) -> dict[int, list[Record]]:
    found: dict[int, list[Record]] = {}
    for narration in narrations:
        found.setdefault(int(narration["stamp_ns"]), []).append(narration)
    return found


def in_language(narrations: Sequence[Record], language: str = "") -> Iterator[Record]:
    """Without `language`, in that of the first sentence."""
    wanted = language or (narrations[0]["language"] if narrations else "")
    return (narration for narration in narrations if narration["language"] == wanted)


def _count(score: ClaimScore, narration: Record, claim: Record, verdict: Verdict) -> None:
    counters = {
        Verdict.RIGHT: score.right,
        Verdict.UNSUPPORTED: score.unsupported,
        Verdict.CONTRADICTED: score.contradicted,
        Verdict.NOT_JUDGED: score.unchecked,
    }
    counters[verdict][claim["predicate"]] += 1
    if verdict in (Verdict.UNSUPPORTED, Verdict.CONTRADICTED):
        text = f"{narration['text']}: {claim['predicate']}({claim['subject']}) = {claim['value']}"
        score.wrong.append(text)
        score.events.append(
            Event(
                stamp_ns=int(narration["stamp_ns"]),
                kind=f"claim_{verdict.value}",
                text=text,
                subject=str(claim["subject"]),
                language=str(narration["language"]),
            )
        )
