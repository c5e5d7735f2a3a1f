"""How often the gate had something to refuse, from refusals.jsonl, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from crossmodal_narrator.core.speech import Fate, Reason
from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Evaluation, Number, Table, note

AGAIN_S = 1.0  # what is proposed anew with each scene, and refused each time, was refused once
ABSENT = "what the gate refused is not known: this replay has no refusals.jsonl, replay the bag again"


@dataclass(slots=True)
class Refused:
    """A claim, or a wording, that was refused from then to then, and how often."""

    record: Record
    from_ns: int
    to_ns: int
    times: int = 1

    @property
    def about(self) -> str:
        """The wording, or the claim."""
        if self.record.get("text"):
            return str(self.record["text"])
        return ", ".join(f"{c['predicate']}({c['subject']}) = {c['value']}" for c in self.record["claims"])


def refused_in(records: Iterable[Record]) -> list[Refused]:
    """Lines of refusals.jsonl, in the order in which they began."""
    found: list[Refused] = []
    last: dict[tuple[object, ...], Refused] = {}
    for record in records:
        stamp_ns, key = int(record["stamp_ns"]), _key(record)
        before = last.get(key)
        if before is not None and 0 <= stamp_ns - before.to_ns <= AGAIN_S * 1e9:
            before.to_ns, before.times = stamp_ns, before.times + 1
        else:
            last[key] = Refused(record, stamp_ns, stamp_ns)
            found.append(last[key])
    return found


def score_refusals(records: Iterable[Record] | None, length_s: float) -> Evaluation:
    """Of a drive that lasted so long. None: the replay kept no refusals."""
    names = [f"gate_{fate.value}" for fate in Fate] + [f"gate_{reason.value}_per_minute" for reason in Reason]
    if records is None:
        return Evaluation(figures=dict.fromkeys(names), events=(note(ABSENT),))
    counts = Counter((str(r.record["reason"]), str(r.record["fate"])) for r in refused_in(records))
    by_fate = [sum(counts[reason.value, fate.value] for reason in Reason) for fate in Fate]
    by_reason = [sum(counts[reason.value, fate.value] for fate in Fate) for reason in Reason]
    rates: list[Number] = [60.0 * count / length_s if length_s else None for count in by_reason]
    rows = [
        (reason.value, *(counts[reason.value, fate.value] for fate in Fate), rate)
        for reason, count, rate in zip(Reason, by_reason, rates, strict=True)
        if count
    ]
    columns = ("reason", *(fate.value for fate in Fate), "per minute")
    return Evaluation(
        figures=dict(zip(names, (*by_fate, *rates), strict=True)),
        tables={"refusals": Table(columns=columns, rows=tuple(rows))} if rows else {},
    )


def _key(record: Record) -> tuple[object, ...]:
    claims = tuple((claim["predicate"], claim["subject"]) for claim in record["claims"])
    return record["fate"], record["reason"], record["topic"], record.get("language", ""), claims
