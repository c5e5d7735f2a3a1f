"""Spoken claims against truth: which hold, by predicate. `verdicts.py` says how one is judged.

What has no truth, such as colours and causes, is counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Cell, Event, Table
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


def score_claims(
    narrations: Sequence[Record], records: Sequence[Record], truth: Sequence[TrueScene], language: str = ""
) -> ClaimScore:
    """Check each claim of a transcript. `language`: only sentences in it (all of them make the same claims)."""
    scenes = {record["stamp_ns"]: record for record in records}
    labelled = {scene.stamp_ns: scene for scene in truth}
    score = ClaimScore()
    for narration in in_language(narrations, language):
        scene, real = scenes.get(narration["stamp_ns"]), labelled.get(narration["stamp_ns"])
        for claim in narration["claims"]:
            verdict = Verdict.NOT_JUDGED if scene is None or real is None else judge(claim, scene, real)
            _count(score, narration, claim, verdict)
    return score


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
