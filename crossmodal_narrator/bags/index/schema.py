"""The tables of a store, and the file that they are in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from crossmodal_narrator.core.errors import BagError

FILE = "drives.sqlite"
VERSION = 1
_APPLICATION = 0x63_6D_6E_31  # "cmn1": another program's database is refused
_WAIT_MS = 30_000  # for somebody else who indexes into the same store

# What every search looks at lies in one piece a run, as columns (columns.py): half a million events are read in 50 ms
# that as rows of a table take seconds. Sentences are rows, for SQLite's full-text search.
_TABLES = f"""
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE word (word INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
INSERT INTO word VALUES (0, '');
CREATE TABLE run (
    run INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, replay TEXT NOT NULL, bag TEXT NOT NULL,
    begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL);
CREATE TABLE columns (
    run INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE, dimensions INTEGER NOT NULL,
    moments BLOB NOT NULL, events BLOB NOT NULL, vectors BLOB NOT NULL);
CREATE TABLE sentence (
    sentence INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, stamp_ns INTEGER NOT NULL,
    language TEXT NOT NULL, text TEXT NOT NULL, subjects TEXT NOT NULL);
CREATE INDEX sentence_of_run ON sentence (run, stamp_ns);
CREATE VIRTUAL TABLE said USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'porter unicode61');
CREATE TABLE thumbnail (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, stamp_ns INTEGER NOT NULL, jpeg BLOB NOT NULL,
    PRIMARY KEY (run, stamp_ns));
"""


@contextmanager
def named(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, with the file and what mends it.

    Raises:
        BagError: the file is cut, is no database, is locked, or cannot be written.
    """
    try:
        yield
    except apsw.BusyError as error:
        raise BagError(f"{path} is being written to", remedy="wait for the other `index` to end") from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise BagError(f"{path}: {error}", remedy="remove the store and `index` its replays again") from error
    except apsw.Error as error:
        raise BagError(f"{path}: {error}", remedy="see that the folder can be written and has room") from error


def connect(folder: Path, *, make: bool) -> apsw.Connection:
    """Open the store in `folder`, or make a new one there.

    Raises:
        BagError: there is none and none is to be made, it is cut, or it is another program's or version's.
    """
    path = folder / FILE
    if not make and not path.is_file():
        raise BagError(f"{path} is not there", remedy="make a store: `crossmodal-narrator index REPLAY --store DIR`")
    # Also to read: what a killed `index` left half written is rolled back by who comes next.
    flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if make else 0)
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BagError(f"{folder}: {error.strerror}", remedy="name a folder that can be made") from error
    with named(path):
        database = apsw.Connection(str(path), flags=flags)
        database.setbusytimeout(_WAIT_MS)
        database.transaction_mode = "IMMEDIATE"  # who would write waits at once, and not after it has read
        if make:
            database.execute("PRAGMA foreign_keys = ON")
            with database:
                if not database.execute("SELECT count(*) FROM sqlite_schema").get:
                    database.execute(_TABLES)
        _check(database, path)
    return database


def _check(database: apsw.Connection, path: Path) -> None:
    """That it is ours, and of this version."""
    application, version = (database.pragma(name) for name in ("application_id", "user_version"))
    if application != _APPLICATION:
        raise BagError(f"{path} is no store of drives", remedy="name another folder with --store")
    if version != VERSION:
        remedy = "remove the store and `index` its replays again"
        raise BagError(f"{path} is of version {version}, this program's is {VERSION}", remedy=remedy)
