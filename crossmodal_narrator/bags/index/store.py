"""The store of drives: one SQLite file in a folder. A run is in it whole or not at all, and never twice."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import apsw
import numpy as np

from crossmodal_narrator.bags.index.columns import events_of, moments_of
from crossmodal_narrator.bags.index.loaded import Loaded, RunRow, load
from crossmodal_narrator.bags.index.run import Floats, Run
from crossmodal_narrator.bags.index.schema import FILE, connect, named
from crossmodal_narrator.bags.index.view import View
from crossmodal_narrator.language.dialogue.understanding import language_of
from crossmodal_narrator.language.searching import read_search_words, words_of

_MOST_SAID = 2000
_LARGE = 10_000  # sentences


class Outcome(str, Enum):
    """What `DriveStore.add` did."""

    ADDED = "added"
    KNOWN = "known already"
    COMPLETED = "completed from its bag"
    REPLACED = "its bag replaced"


class DriveStore:
    """Not thread-safe; several processes may read and index at once, one after the other writes."""

    def __init__(self, folder: Path, *, make: bool = False) -> None:
        """Open the store in `folder`, or, with `make`, begin one where there is none.

        Raises:
            BagError: as `schema.connect`.
        """
        self.path = folder / FILE
        self._database = connect(folder, make=make)
        self._loaded: tuple[tuple[int, int], Loaded] | None = None  # of which state of the file
        self._codes: dict[str, int] = {}

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> DriveStore:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def holds(self, digest: str, bag: str = "") -> bool:
        """Whether a run is there, with what `bag` adds where one is named.

        Raises:
            BagError: the store is damaged.
        """
        rows = self.rows("SELECT bag FROM run WHERE digest = ?", (digest,))
        return bool(rows) and bag in ("", rows[0][0])

    def add(self, run: Run, *, bag: str = "", view: View | None = None) -> Outcome:
        """Put a run in, in one transaction; `bag` is the path or the URL of its bag.

        One that is there already is left, or replaced where it has no bag or another one.

        Raises:
            BagError: the store is damaged, cannot be written, or somebody else writes for half a minute.
        """
        self._codes.clear()  # what was rolled back is not there
        with named(self.path), self._database:
            known = self._database.execute("SELECT run, bag FROM run WHERE digest = ?", (run.digest,)).fetchall()
            if known and bag in ("", known[0][1]):
                return Outcome.KNOWN
            for old, _ in known:
                self._remove(int(str(old)))
            self._insert(run, bag, view or View())
        if not known:
            return Outcome.ADDED
        return Outcome.REPLACED if known[0][1] else Outcome.COMPLETED

    def rows(self, sql: str, bindings: Sequence[object] = ()) -> list[Any]:
        """What a query of the tables in `schema.py` gives, a tuple a row.

        Raises:
            BagError: the store is damaged.
        """
        with named(self.path):
            return list(self._database.execute(sql, tuple(bindings)).fetchall())

    def said(self, words: Sequence[str], language: str = "") -> list[tuple[int, int, float, str, str]]:
        """Sentences with any of these words: run, stamp, rank (the least is the best), text and subjects.

        Raises:
            BagError: the store is damaged.
        """
        telling = self._telling([f'"{word}"' for word in dict.fromkeys(words) if '"' not in word])
        sql = (
            "SELECT s.run, s.stamp_ns, best.rank, s.text, s.subjects "
            "FROM (SELECT rowid, rank FROM said WHERE said MATCH ? ORDER BY rank LIMIT ?) best "
            "JOIN sentence s ON s.sentence = best.rowid WHERE ? IN ('', s.language) ORDER BY best.rank, s.sentence"
        )
        found: list[tuple[int, int, float, str, str]] = self.rows(sql, (" OR ".join(telling), _MOST_SAID, language))
        return found

    def _telling(self, terms: Sequence[str]) -> list[str]:
        """In a large store, the terms that not every tenth sentence has: others cost much and order nothing."""
        total = self.rows("SELECT coalesce(max(sentence), 0) FROM sentence")[0][0]
        if total < _LARGE:
            return list(terms)
        sql = "SELECT count(*) FROM (SELECT 1 FROM said WHERE said MATCH ? LIMIT ?)"
        enough = total // 10 + 1
        counts = {term: self.rows(sql, (term, enough))[0][0] for term in terms}
        return [term for term in terms if counts[term] < enough] or [min(terms, key=lambda term: counts[term])]

    def loaded(self) -> Loaded:
        """What every search looks at: read once, and again when somebody has written to the store.

        Raises:
            BagError: the store is damaged.
        """
        with named(self.path):
            state = int(self._database.pragma("data_version")), self._database.total_changes()
            if self._loaded is None or self._loaded[0] != state:
                self._loaded = state, self._load()
            return self._loaded[1]

    def _load(self) -> Loaded:
        sql = (
            "SELECT run, begin_ns, dimensions, moments, events, vectors FROM run JOIN columns USING (run) ORDER BY run"
        )
        rows = [
            RunRow(run=run, begin_ns=begin, dimensions=length, moments=moments, events=events, vectors=vectors)
            for run, begin, length, moments, events, vectors in self._database.execute(sql)
        ]
        return load(rows, dict(self.rows("SELECT text, word FROM word")))

    def _remove(self, run: int) -> None:
        database = self._database
        database.execute("DELETE FROM said WHERE rowid IN (SELECT sentence FROM sentence WHERE run = ?)", (run,))
        database.execute("DELETE FROM run WHERE run = ?", (run,))

    def _insert(self, run: Run, bag: str, view: View) -> None:
        database = self._database
        database.execute(
            "INSERT INTO run VALUES (NULL, ?, ?, ?, ?, ?)",
            (run.digest, str(run.replay), bag, run.begin_ns, run.end_ns),
        )
        key, vectors = database.last_insert_rowid(), _stacked(run)
        pieces = (moments_of(run, view, self._code), events_of(run, self._code), vectors.astype("<f4"))
        database.execute(
            "INSERT INTO columns VALUES (?, ?, ?, ?, ?)",
            (key, vectors.shape[1], *(piece.tobytes() for piece in pieces)),
        )
        _insert_sentences(database, key, run)
        database.executemany(
            "INSERT INTO thumbnail VALUES (?, ?, ?)", ((key, stamp, jpeg) for stamp, jpeg in view.thumbnails.items())
        )

    def _code(self, word: str) -> int:
        """The number of a word, a new one if need be."""
        if word not in self._codes:
            self._database.execute("INSERT OR IGNORE INTO word (text) VALUES (?)", (word,))
            found = self._database.execute("SELECT word FROM word WHERE text = ?", (word,)).get
            self._codes[word] = int(str(found))
        return self._codes[word]


def _insert_sentences(database: apsw.Connection, key: int, run: Run) -> None:
    for sentence in run.sentences:
        database.execute(
            "INSERT INTO sentence VALUES (NULL, ?, ?, ?, ?, ?)",
            (key, sentence.stamp_ns, sentence.language, sentence.text, " ".join(sentence.subjects)),
        )
        words = words_of(sentence.text, read_search_words(language_of(sentence.text, sentence.language)))
        rowid = database.last_insert_rowid()
        database.execute("INSERT INTO said (rowid, words) VALUES (?, ?)", (rowid, " ".join(words)))


def _stacked(run: Run) -> Floats:
    """A row a moment, zeros where there is no vector: nothing is similar to them."""
    dimensions = max((len(m.vector) for m in run.moments if m.vector is not None), default=0)
    rows = np.zeros((len(run.moments), dimensions), np.float32)
    for k, moment in enumerate(run.moments):
        if moment.vector is not None:
            rows[k] = moment.vector
    return rows
