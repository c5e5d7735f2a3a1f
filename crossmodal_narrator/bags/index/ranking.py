"""Three ways to look for the same words, and one list of answers: facts, sentences and the cross-modal vectors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from crossmodal_narrator.bags.index.asked import Asked
from crossmodal_narrator.bags.index.facts import Span, spans_of
from crossmodal_narrator.bags.index.loaded import Mask
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
    admitted = store.loaded().admitted(asked.filters)
    facts, is_sure = spans_of(store.loaded(), asked.wanted, asked.filters.event, admitted)
    ways = (("facts", facts), ("words", by_words(store, asked, admitted)), ("looks", by_looks(store, asked, admitted)))
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


def by_words(store: DriveStore, asked: Asked, admitted: Mask | None = None) -> list[Span]:
    """Sentences by BM25: the plain search that the others are measured against.

    Of the best two thousand those at `admitted` moments.
    """
    if not asked.words:
        return []
    loaded, rows = store.loaded(), store.said(asked.words, asked.filters.language)
    spans: list[Span] = []
    for run, stamp_ns, rank, text, subjects in rows:
        begin_ns, end_ns = stamp_ns - _SAID_NS[0], stamp_ns + _SAID_NS[1]
        if len(spans) == _CANDIDATES:
            break
        if admitted is None or loaded.is_admitted(admitted, run, begin_ns, end_ns):
            told = tuple(subjects.split())
            spans.append(Span(run=run, begin_ns=begin_ns, end_ns=end_ns, weight=-rank, subjects=told, text=text))
    return spans


def by_looks(store: DriveStore, asked: Asked, admitted: Mask | None = None) -> list[Span]:
    """Moments by what all senses showed, the most similar first; those that are `admitted`.

    Raises:
        BagError: no vector of the store is of the words' length, though there are others.
    """
    loaded = store.loaded()
    if asked.vector is None or not loaded.vectors:
        return []
    if len(asked.vector) not in loaded.vectors:
        raise BagError(
            f"{store.path} has vectors of {min(loaded.vectors)} dimensions, the words have {len(asked.vector)}",
            remedy="replay the bags again with the encoder that belongs to the words, and index them",
        )
    rows, vectors = loaded.vectors[len(asked.vector)]
    similar = vectors @ asked.vector
    if admitted is not None:
        similar = np.where(admitted[rows], similar, -np.inf)
    count = min(_CANDIDATES, len(similar))
    nearest = np.argpartition(-similar, count - 1)[:count]
    nearest = nearest[np.lexsort((rows[nearest], -similar[nearest]))]
    stamps, runs = loaded.moments["stamp_ns"][rows[nearest]].tolist(), loaded.moment_run[rows[nearest]].tolist()
    return [
        Span(run=loaded.runs[run], begin_ns=stamp - _SHOWN_NS, end_ns=stamp + _SHOWN_NS, weight=float(similar[k]))
        for k, stamp, run in zip(nearest.tolist(), stamps, runs, strict=True)
        if np.isfinite(similar[k])
    ]


def _is_same(one: Span, other: Span) -> bool:
    """More than half of the shorter lies in the longer."""
    shorter_ns = min(one.end_ns - one.begin_ns, other.end_ns - other.begin_ns)
    return 2 * one.overlap_ns(other) >= shorter_ns
