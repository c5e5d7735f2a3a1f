"""The store of drives: one SQLite file in a folder. A run is in it whole or not at all, and never twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import apsw
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.index.run import Floats, Run
from crossmodal_narrator.bags.index.schema import FILE, connect, named
from crossmodal_narrator.bags.index.view import View
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.dialogue.understanding import language_of
from crossmodal_narrator.language.searching import read_search_words, words_of

_BITS = {side: 1 << k for k, side in enumerate(Side)}


class Outcome(str, Enum):
    """What `DriveStore.add` did."""

    ADDED = "added"
    KNOWN = "known already"
    COMPLETED = "completed from its bag"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vectors:
    """All vectors of one length: row k is of moment `moments[k]`, whose run and stamp stand beside it."""

    moments: NDArray[np.int64]
    runs: NDArray[np.int64]
    stamps_ns: NDArray[np.int64]
    vectors: Floats  # (moments, dimensions)


class DriveStore:
    """Not thread-safe; several processes may read and index at once, one after the other writes."""

    def __init__(self, folder: Path, *, make: bool = False) -> None:
        """Open the store in `folder`, or, with `make`, begin one where there is none.

        Raises:
            BagError: as `schema.connect`.
        """
        self.path = folder / FILE
        self._database = connect(folder, make=make)
        self._vectors: tuple[int, int, Vectors] | None = None  # of which state of the file, and how long

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> DriveStore:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def holds(self, digest: str, *, with_bag: bool) -> bool:
        """Whether a run is there, with what its bag adds where that is asked for.

        Raises:
            BagError: the store is damaged.
        """
        rows = self.rows("SELECT bag FROM run WHERE digest = ?", (digest,))
        return bool(rows) and not (with_bag and not rows[0][0])

    def add(self, run: Run, *, bag: Path | None = None, view: View | None = None) -> Outcome:
        """Put a run in, in one transaction. One that is there already is left, or replaced where its bag is new.

        Raises:
            BagError: the store is damaged, cannot be written, or somebody else writes for half a minute.
        """
        with named(self.path), self._database:
            known = self._database.execute("SELECT run, bag FROM run WHERE digest = ?", (run.digest,)).fetchall()
            if known and (bag is None or known[0][1]):
                return Outcome.KNOWN
            for old, _ in known:
                self._remove(int(str(old)))
            self._insert(run, "" if bag is None else str(bag), view or View())
        return Outcome.COMPLETED if known else Outcome.ADDED

    def rows(self, sql: str, bindings: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """What a query of the tables in `schema.py` gives.

        Raises:
            BagError: the store is damaged.
        """
        with named(self.path):
            found: list[tuple[object, ...]] = self._database.execute(sql, tuple(bindings)).fetchall()
        return found

    def vectors(self, dimensions: int) -> Vectors:
        """Read once, and again when somebody has written to the store.

        Raises:
            BagError: the store is damaged.
        """
        with named(self.path):
            state = int(self._database.pragma("data_version")) + self._database.total_changes()
        if self._vectors is None or self._vectors[:2] != (state, dimensions):
            self._vectors = state, dimensions, self._read_vectors(dimensions)
        return self._vectors[2]

    def _read_vectors(self, dimensions: int) -> Vectors:
        pieces, numbers, owners = (
            [np.empty((0, dimensions), np.float32)],
            [np.empty(0, np.int64)],
            [np.empty(0, np.int64)],
        )
        sql = "SELECT run, first_moment, moments, vectors FROM run WHERE dimensions = ? ORDER BY first_moment"
        with named(self.path):
            for run, first, count, blob in self._database.execute(sql, (dimensions,)):
                pieces.append(np.frombuffer(blob, "<f4").reshape(count, dimensions))
                numbers.append(np.arange(first, first + count))
                owners.append(np.full(count, run))
            stamps = np.array(
                self._database.execute(
                    "SELECT m.stamp_ns FROM moment m JOIN run r USING (run) WHERE r.dimensions = ? ORDER BY m.moment",
                    (dimensions,),
                ).fetchall(),
                np.int64,
            ).reshape(-1)
        return Vectors(
            moments=np.concatenate(numbers),
            runs=np.concatenate(owners),
            stamps_ns=stamps,
            vectors=np.concatenate(pieces),
        )

    def _remove(self, run: int) -> None:
        database = self._database
        database.execute("DELETE FROM said WHERE rowid IN (SELECT sentence FROM sentence WHERE run = ?)", (run,))
        database.execute("DELETE FROM run WHERE run = ?", (run,))

    def _insert(self, run: Run, bag: str, view: View) -> None:
        database = self._database
        first = int(database.execute("SELECT coalesce(max(moment), 0) + 1 FROM moment").get)
        vectors = _stacked(run)
        database.execute(
            "INSERT INTO run VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(run.digest, str(run.replay), bag, run.begin_ns, run.end_ns),
                *(first, len(run.moments), vectors.shape[1], vectors.astype("<f4").tobytes()),
            ),
        )
        key = database.last_insert_rowid()
        database.executemany(
            "INSERT INTO moment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (first + k, key, m.stamp_ns, m.speed_mps, *(view.place_at(m.stamp_ns) or (None, None)), *words)
                for k, m in enumerate(run.moments)
                for words in ((m.light, m.weather, m.place),)
            ),
        )
        _insert_events(database, key, run)
        _insert_sentences(database, key, run)
        database.executemany(
            "INSERT INTO thumbnail VALUES (?, ?, ?)", ((key, stamp, jpeg) for stamp, jpeg in view.thumbnails.items())
        )


def _insert_events(database: apsw.Connection, key: int, run: Run) -> None:
    database.executemany(
        "INSERT INTO event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(key, e.topic.value, e.value, e.label, bits_of(e.sides), e.in_path, e.colour, e.trend, e.weight),
                *(e.begin_ns, e.end_ns, e.subject),
            )
            for e in run.events
        ),
    )


def _insert_sentences(database: apsw.Connection, key: int, run: Run) -> None:
    for sentence in run.sentences:
        database.execute(
            "INSERT INTO sentence VALUES (NULL, ?, ?, ?, ?, ?)",
            (key, sentence.stamp_ns, sentence.language, sentence.text, " ".join(sentence.subjects)),
        )
        words = words_of(sentence.text, read_search_words(language_of(sentence.text, sentence.language)))
        rowid = database.last_insert_rowid()
        database.execute("INSERT INTO said (rowid, words) VALUES (?, ?)", (rowid, " ".join(words)))


def bits_of(sides: Iterable[Side]) -> int:
    return sum(_BITS[side] for side in set(sides))


def _stacked(run: Run) -> Floats:
    """A row a moment, zeros where there is no vector: nothing is similar to them."""
    dimensions = max((len(m.vector) for m in run.moments if m.vector is not None), default=0)
    rows = np.zeros((len(run.moments), dimensions), np.float32)
    for k, moment in enumerate(run.moments):
        if moment.vector is not None:
            rows[k] = moment.vector
    return rows
