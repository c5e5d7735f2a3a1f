"""The sentences of two runs of one drive, paired: which are the same, which moved, were reworded, came or went.

Each language is aligned alone, since who hears one does not hear the other. Tracks are numbered anew by each run, so a
claim is known by its predicate, by what its subject is (track, sound, ego …) and by its value, not by the number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.pairing import pair_up
from crossmodal_narrator.evaluation.report.sentences import Sentence

REACH_NS = 3_000_000_000  # a sentence that moved further is another one
LIKE = 0.5  # pairs that are less alike are not about the same
FLOAT_SHARE = 0.02  # numbers of claims that differ by less are the same
_NUMBER = re.compile(r":\d+")
_CLAIMS_WEIGHT, _TRIGGER_WEIGHT, _TEXT_WEIGHT = 0.6, 0.15, 0.25


class Change(str, Enum):
    SAME = "same"
    MOVED = "moved"  # said as before, at another stamp
    REWORDED = "reworded"  # the same claims in other words
    CLAIMS = "claims"  # it claims something else
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One sentence before and after, in one language. `claims_lost`, `claims_new`: what only one of them says."""

    language: str
    change: Change
    before: Sentence | None
    after: Sentence | None
    claims_lost: tuple[str, ...] = ()
    claims_new: tuple[str, ...] = ()

    @property
    def stamp_ns(self) -> int:
        spoken = self.after or self.before
        assert spoken is not None  # a pair has at least one of them
        return spoken.stamp_ns

    @property
    def moved_s(self) -> float:
        """How much later it is said than before."""
        if self.before is None or self.after is None:
            return 0.0
        return (self.after.stamp_ns - self.before.stamp_ns) / 1e9


def align(before: Sequence[Sentence], after: Sequence[Sentence], language: str) -> tuple[Pair, ...]:
    """Pair what was said in one language, one to one, the most alike first; in the order of time."""
    said = [s for s in before if language in s.texts]
    says = [s for s in after if language in s.texts]
    partner = pair_up(_candidates(said, says, language))
    taken = set(partner.values())
    pairs = [_pair(s, says[partner[i]] if i in partner else None, language) for i, s in enumerate(said)]
    pairs += [_pair(None, s, language) for j, s in enumerate(says) if j not in taken]
    return tuple(sorted(pairs, key=lambda pair: (pair.stamp_ns, pair.change.value)))


def _candidates(said: Sequence[Sentence], says: Sequence[Sentence], language: str) -> Iterator[tuple[float, int, int]]:
    """(cost, index before, index after) of all pairs that may be about the same."""
    before, after = [_named(s) for s in said], [_named(s) for s in says]
    first = 0
    for i, old in enumerate(said):
        while first < len(says) and says[first].stamp_ns < old.stamp_ns - REACH_NS:
            first += 1
        for j in range(first, len(says)):
            apart_ns = abs(says[j].stamp_ns - old.stamp_ns)
            if says[j].stamp_ns > old.stamp_ns + REACH_NS:
                break
            alike = (
                _CLAIMS_WEIGHT * _overlap(before[i], after[j])
                + _TRIGGER_WEIGHT * (old.trigger == says[j].trigger)
                + _TEXT_WEIGHT * _alike(old.texts[language], says[j].texts[language])
            )
            if alike >= LIKE:
                yield 1.0 - alike + 0.2 * apart_ns / REACH_NS, i, j


def _pair(before: Sentence | None, after: Sentence | None, language: str) -> Pair:
    if before is None or after is None:
        change = Change.ADDED if before is None else Change.REMOVED
        return Pair(language=language, change=change, before=before, after=after)
    lost, new = _claims_apart(before.claims, after.claims)
    if lost or new:
        change = Change.CLAIMS
    elif before.texts[language] != after.texts[language]:
        change = Change.REWORDED
    else:
        change = Change.SAME if before.stamp_ns == after.stamp_ns else Change.MOVED
    return Pair(language=language, change=change, before=before, after=after, claims_lost=lost, claims_new=new)


def claim_text(claim: Record) -> str:
    """predicate(subject) = value, as engineers write it."""
    value = claim["value"]
    shown = f"{value:.3g}" if isinstance(value, float) else str(value)
    return f"{claim['predicate']}({claim['subject']}) = {shown}"


def _claims_apart(before: Sequence[Record], after: Sequence[Record]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What only one of them claims; a claim of the other meets one claim at most."""
    left = list(after)
    lost = []
    for claim in before:
        match = next((other for other in left if _says_the_same(claim, other)), None)
        if match is None:
            lost.append(claim_text(claim))
        else:
            left.remove(match)
    return tuple(lost), tuple(claim_text(claim) for claim in left)


def _says_the_same(a: Record, b: Record) -> bool:
    if (a["predicate"], _kind(a["subject"])) != (b["predicate"], _kind(b["subject"])):
        return False
    x, y = a["value"], b["value"]
    if isinstance(x, float) and isinstance(y, (int, float)):
        return abs(x - y) <= max(FLOAT_SHARE * abs(x), 0.05)
    return bool(_kind(x) == _kind(y))


def _kind(subject: object) -> str:
    """Without the numbers that a run gives: track:4,track:7 → track,track."""
    return _NUMBER.sub("", str(subject))


def _named(sentence: Sentence) -> Counter[str]:
    """What it claims, coarsely: a number only says that there is one."""
    return Counter(
        f"{claim['predicate']}|{_kind(claim['subject'])}|"
        + ("" if isinstance(claim["value"], float) else _kind(claim["value"]))
        for claim in sentence.claims
    )


def _alike(a: str, b: str) -> float:
    return 1.0 if a == b else SequenceMatcher(None, a, b, autojunk=False).ratio()


def _overlap(a: Counter[str], b: Counter[str]) -> float:
    union = sum((a | b).values())
    return sum((a & b).values()) / union if union else 1.0
