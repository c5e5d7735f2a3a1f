"""Three ways to look for the same words, and one list of answers: facts, sentences and the cross-modal vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from crossmodal_narrator.bags.index.asked import Asked, Filters
from crossmodal_narrator.bags.index.facts import IN_MOMENTS, Span, spans_of
from crossmodal_narrator.bags.index.store import DriveStore
from crossmodal_narrator.core.errors import BagError

# Reciprocal rank fusion, with the constant of Cormack, Clarke and Buettcher (SIGIR 2009): ranks can be compared where
# a weight, a BM25 and a cosine cannot.
_RANK = 60
_CANDIDATES = 200
# A sentence tells of what has just begun; a vector shows one moment.
_SAID_NS = (2_000_000_000, 1_000_000_000)
_SHOWN_NS = 500_000_000


@dataclass(slots=True, kw_only=True)
class Answer:
    """A span, what it was found by, and all that joined it. `is_sure`: every fact that was named holds there."""

    span: Span
    is_sure: bool
    score: float = 0.0
    found_by: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    text: str = ""
    similarity: float | None = None

    def join(self, way: str, rank: int, span: Span) -> None:
        """Count a span of one of the ways; of several of one way the first."""
        self.subjects += [subject for subject in span.subjects if subject not in self.subjects]
        self.claims += [claim for claim in span.claims if claim not in self.claims]
        if way in self.found_by:
            return
        self.found_by.append(way)
        self.score += 1.0 / (_RANK + rank)
        self.text = self.text or span.text
        if way == "looks":
            self.similarity = span.weight


def answers(store: DriveStore, asked: Asked, *, most: int) -> list[Answer]:
    """The best first: those where all facts hold, then the others, by how high each way ranks them.

    Raises:
        BagError: the store is damaged, or its vectors are of another encoder than the words.
    """
    facts, is_sure = spans_of(store, asked.wanted, asked.filters)
    ways = (("facts", facts), ("words", by_words(store, asked)), ("looks", by_looks(store, asked)))
    found: list[Answer] = []
    by_run: dict[int, list[Answer]] = {}
    for way, spans in ways:
        for rank, span in enumerate(spans):
            near = by_run.setdefault(span.run, [])
            answer = next((a for a in near if _is_same(a.span, span)), None)
            if answer is None:
                if way != "facts" and asked.filters.event:
                    continue  # without an event there
                answer = Answer(span=span, is_sure=way == "facts" and is_sure)
                near.append(answer)
                found.append(answer)
            answer.join(way, rank, span)
    found.sort(key=lambda a: (not a.is_sure, -a.score, a.span.run, a.span.begin_ns))
    return found[:most]


def by_words(store: DriveStore, asked: Asked) -> list[Span]:
    """Sentences by BM25: the plain search that the others are measured against."""
    if not asked.words:
        return []
    match = " OR ".join('"' + word.replace('"', '""') + '"' for word in dict.fromkeys(asked.words))
    parts, bindings = ["said MATCH ?"], [match]
    if asked.filters.language:
        parts.append("language = ?")
        bindings.append(asked.filters.language)
    condition, bound = _in_moments(asked.filters)
    rows = store.rows(
        "SELECT run, begin_ns, end_ns, rank, text, subjects FROM "
        "(SELECT run, stamp_ns - ? AS begin_ns, stamp_ns + ? AS end_ns, said.rank, text, subjects, sentence AS id "
        f"FROM said JOIN sentence s ON s.sentence = said.rowid WHERE {' AND '.join(parts)}) e "
        f"{condition} ORDER BY rank, id LIMIT {_CANDIDATES}",
        (*_SAID_NS, *bindings, *bound),
    )
    return [
        Span(
            run=int(str(run)),
            begin_ns=int(str(begin_ns)),
            end_ns=int(str(end_ns)),
            weight=-float(str(rank)),
            subjects=tuple(str(subjects).split()),
            text=str(text),
        )
        for run, begin_ns, end_ns, rank, text, subjects in rows
    ]


def by_looks(store: DriveStore, asked: Asked) -> list[Span]:
    """Moments by what all senses showed, the most similar first.

    Raises:
        BagError: no vector of the store is of the words' length, though there are others.
    """
    if asked.vector is None:
        return []
    looks = store.vectors(len(asked.vector))
    if not len(looks.moments):
        _check_lengths(store, len(asked.vector))
        return []
    similar = looks.vectors @ asked.vector
    condition, bound = asked.filters.of_moments
    if condition:
        admitted = store.rows(f"SELECT moment FROM moment WHERE {condition}", bound)
        numbers = np.fromiter((int(str(number)) for (number,) in admitted), np.int64, len(admitted))
        similar = np.where(np.isin(looks.moments, numbers), similar, -np.inf)
    count = min(_CANDIDATES, len(similar))
    nearest = np.argpartition(-similar, count - 1)[:count]
    nearest = nearest[np.lexsort((looks.moments[nearest], -similar[nearest]))]
    return [
        Span(
            run=int(looks.runs[k]),
            begin_ns=int(looks.stamps_ns[k]) - _SHOWN_NS,
            end_ns=int(looks.stamps_ns[k]) + _SHOWN_NS,
            weight=float(similar[k]),
        )
        for k in nearest.tolist()
        if np.isfinite(similar[k])
    ]


def _in_moments(filters: Filters) -> tuple[str, Sequence[float | str]]:
    moments, bound = filters.of_moments
    return (f"WHERE EXISTS ({IN_MOMENTS} AND {moments})", bound) if moments else ("", ())


def _check_lengths(store: DriveStore, wanted: int) -> None:
    lengths = [length for (length,) in store.rows("SELECT DISTINCT dimensions FROM run WHERE dimensions > 0")]
    if lengths:
        raise BagError(
            f"{store.path} has vectors of {lengths[0]} dimensions, the words have {wanted}",
            remedy="replay the bags again with the encoder that belongs to the words, and index them",
        )


def _is_same(one: Span, other: Span) -> bool:
    """More than half of the shorter lies in the longer."""
    shorter_ns = min(one.end_ns - one.begin_ns, other.end_ns - other.begin_ns)
    return 2 * one.overlap_ns(other) >= shorter_ns
