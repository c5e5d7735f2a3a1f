"""results.parquet: a row for each bag, by name; the same bytes whoever did which bag, in which order, how often.

Nothing in it is of the machine or of the clock: times are in each bag's evaluation.json and timings.jsonl.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal_narrator.core.errors import BagError, ConfigError
from crossmodal_narrator.core.whole_file import write_whole
from crossmodal_narrator.evaluation.evaluation import Number
from crossmodal_narrator.fleet.fleet import Failure

if TYPE_CHECKING:
    import pyarrow

RESULTS = "results.parquet"


class State(str, Enum):
    WHOLE = "whole"
    DAMAGED = "damaged"  # narrated as far as it can be read
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BagResult:
    """What came of one bag. `damage`: what of it could not be read. Digests: of the bag's messages, of all parameters,
    and of the two files that say the same each time.
    """

    bag: str
    damage: tuple[str, ...]
    drive_s: float
    scenes: int
    narrations: int
    bag_sha256: str
    configuration_sha256: str
    transcript_sha256: str
    scenes_sha256: str
    figures: Mapping[str, Number]

    @property
    def state(self) -> State:
        return State.DAMAGED if self.damage else State.WHOLE

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> BagResult:
        """From the bag's result.json.

        Raises:
            BagError: it is not of this form.
        """
        try:
            values = {field.name: written[field.name] for field in fields(cls)}
            return cls(**{**values, "damage": tuple(values["damage"])})
        except (KeyError, TypeError) as error:
            raise BagError(f"a result lacks {error}", remedy="name a new folder with --out") from error


def require_parquet() -> None:
    """Raises ConfigError where pyarrow is not installed: asked for before hours are spent."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        remedy = "pip install 'crossmodal_narrator[fleet]'"
        raise ConfigError(f"results cannot be written as Parquet ({error})", remedy=remedy) from error


def write_results(folder: Path, results: Sequence[BagResult], failures: Sequence[Failure]) -> None:
    """Write results.parquet: there is the whole file, or the one before."""
    import pyarrow.parquet

    content = io.BytesIO()
    pyarrow.parquet.write_table(_table(results, failures), content, compression="zstd")
    write_whole(folder / RESULTS, content.getvalue())


def _table(results: Sequence[BagResult], failures: Sequence[Failure]) -> pyarrow.Table:
    """Columns of all bags, then figures, sorted; what a bag does not have is null."""
    import pyarrow

    rows = [_row(result) for result in results]
    rows += [{"bag": f.bag, "state": State.FAILED.value, "reason": f.reason} for f in failures]
    rows.sort(key=lambda row: str(row["bag"]))
    known = {"bag": pyarrow.string(), "state": pyarrow.string(), "reason": pyarrow.string()}
    known |= {"drive_s": pyarrow.float64(), "scenes": pyarrow.int64(), "narrations": pyarrow.int64()}
    known |= {name: pyarrow.string() for name in _DIGESTS}
    figures = sorted({name for result in results for name in result.figures})
    schema = pyarrow.schema([*known.items(), *((f"{_FIGURE}{name}", pyarrow.float64()) for name in figures)])
    return pyarrow.Table.from_pylist(rows, schema=schema)


_DIGESTS = ("bag_sha256", "configuration_sha256", "transcript_sha256", "scenes_sha256")
_FIGURE = "figure."  # so that no figure takes the name of a column


def _row(result: BagResult) -> dict[str, Any]:
    figures = {f"{_FIGURE}{k}": None if v is None else float(v) for k, v in result.figures.items()}
    return {
        "bag": result.bag,
        "state": result.state.value,
        "reason": "; ".join(result.damage) or None,
        "drive_s": result.drive_s,
        "scenes": result.scenes,
        "narrations": result.narrations,
        **{name: getattr(result, name) for name in _DIGESTS},
        **figures,
    }
