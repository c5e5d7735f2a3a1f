"""The files that a replay writes, and their lines, read one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.wire.from_records import Record

__all__ = ["REFUSALS_FILE", "SCENES_FILE", "TIMINGS_FILE", "TRANSCRIPT_FILE", "Record", "read_records"]

SCENES_FILE, TRANSCRIPT_FILE, TIMINGS_FILE = "scenes.jsonl", "transcript.jsonl", "timings.jsonl"
REFUSALS_FILE = "refusals.jsonl"  # of what the gate did not let pass
_ANEW = "replay the bag again: this file is cut or of another version"


def read_records(path: Path, needed: Sequence[str] = ()) -> Iterator[Record]:
    """The records of one of these files, each of which has what is `needed`.

    Lines end where the file says so: other marks that Python takes for ends of lines may stand in a sentence.

    Raises:
        BagError: the file is not there, or a line of it is cut or no such record.
    """
    number = 0
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise BagError(f"{path}, line {number}: {line[:40].rstrip()!r} is no record", remedy=_ANEW)
                if not all(key in record for key in needed):
                    raise BagError(f"{path}, line {number}: no object with {', '.join(needed)}", remedy=_ANEW)
                yield record
    except OSError as error:
        remedy = "give a folder that `replay BAG --out` wrote"
        raise BagError(f"{path}: {error.strerror}", remedy=remedy) from error
    except ValueError as error:  # UnicodeDecodeError, too
        raise BagError(f"{path}, line {max(number, 1)}: {error}", remedy=_ANEW) from error
