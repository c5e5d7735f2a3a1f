"""Answers as they are shown: which bag, from when until when, which tracks, what was said, what matches, a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossmodal_narrator.bags.index.asked import Asked
from crossmodal_narrator.bags.index.ranking import Answer, answers
from crossmodal_narrator.bags.index.store import DriveStore

_SAID_BEFORE_NS, _SAID_AFTER_NS = 1_000_000_000, 3_000_000_000
_PICTURE_NS = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One answer. `begin_s` and `end_s` count from the replay's first scene; `is_sure`: all facts that the words name
    hold there. The score only orders the hits of one search.
    """

    replay: str
    bag: str
    run: int
    begin_ns: int
    end_ns: int
    begin_s: float
    end_s: float
    tracks: tuple[int, ...]
    sentence: str
    claims: tuple[str, ...]
    is_sure: bool
    found_by: tuple[str, ...]  # facts, words, looks
    similarity: float | None
    score: float

    def record(self) -> Mapping[str, Any]:
        """As a line of JSON; the run's number is the store's own affair."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "run"}


def search(store: DriveStore, asked: Asked, *, most: int) -> list[Hit]:
    """The best answers first.

    Raises:
        BagError: as `ranking.answers`.
    """
    return [_hit(store, answer, asked) for answer in answers(store, asked, most=most)]


def thumbnail(store: DriveStore, hit: Hit) -> bytes | None:
    """The JPEG nearest to the middle of a hit; None where the run was indexed without its bag, or it has no camera.

    Raises:
        BagError: the store is damaged.
    """
    middle_ns = (hit.begin_ns + hit.end_ns) // 2
    rows = store.rows(
        "SELECT jpeg FROM thumbnail WHERE run = ? AND stamp_ns BETWEEN ? AND ? ORDER BY abs(stamp_ns - ?) LIMIT 1",
        (hit.run, middle_ns - _PICTURE_NS, middle_ns + _PICTURE_NS, middle_ns),
    )
    return bytes(rows[0][0]) if rows else None


def _hit(store: DriveStore, answer: Answer, asked: Asked) -> Hit:
    span = answer.span
    ((replay, bag, start_ns, last_ns),) = store.rows(
        "SELECT replay, bag, begin_ns, end_ns FROM run WHERE run = ?", (span.run,)
    )
    begin_ns, end_ns = max(span.begin_ns, start_ns), min(span.end_ns, last_ns)
    tracks = (subject for joined in answer.subjects for subject in joined.split(","))
    return Hit(
        replay=str(replay),
        bag=str(bag),
        run=span.run,
        begin_ns=begin_ns,
        end_ns=end_ns,
        begin_s=round((begin_ns - start_ns) / 1e9, 3),
        end_s=round((end_ns - start_ns) / 1e9, 3),
        tracks=tuple(sorted({int(t.partition(":")[2]) for t in tracks if t.startswith("track:")})),
        sentence=answer.text or _said(store, answer, asked),
        claims=tuple(answer.claims),
        is_sure=answer.is_sure,
        found_by=tuple(answer.found_by),
        similarity=None if answer.similarity is None else round(answer.similarity, 3),
        score=round(answer.score, 5),
    )


def _said(store: DriveStore, answer: Answer, asked: Asked) -> str:
    """The first sentence of that time about whom the hit is about; in the language of the words where there is one."""
    span, language = answer.span, asked.filters.language
    rows = store.rows(
        "SELECT text, subjects FROM sentence WHERE run = ? AND stamp_ns BETWEEN ? AND ? AND (? = '' OR language = ?) "
        "ORDER BY language = ? DESC, stamp_ns, sentence",
        (
            *(span.run, span.begin_ns - _SAID_BEFORE_NS, span.end_ns + _SAID_AFTER_NS),
            *(language, language, asked.language),
        ),
    )
    about = set(answer.subjects)
    return next((str(text) for text, subjects in rows if about & set(str(subjects).replace(",", " ").split())), "")
