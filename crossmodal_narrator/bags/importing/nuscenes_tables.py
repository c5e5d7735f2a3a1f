"""The tables of nuScenes: JSON lists of rows with tokens, of which the rows of one scene are kept.

sample_data.json of the whole data set holds 2.6 million rows: what belongs to other scenes is dropped as it is parsed.
Source: docs/schema_nuscenes.md of the development kit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crossmodal_narrator.bags.importing.files import choose, read_json
from crossmodal_narrator.core.errors import BagError

_UNPACK = "unpack the metadata archive (v1.0-…) of the data set beside samples/ and sweeps/"


class Row(dict[str, Any]):
    """One row. A column that it lacks is an error that names the table."""

    def __init__(self, values: Mapping[str, Any], path: Path) -> None:
        super().__init__(values)
        self.path = path

    def __missing__(self, key: str) -> Any:
        raise BagError(f"{self.path}: row {self.get('token')!r} has no {key!r}", remedy=_UNPACK)

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """A list of `count` numbers.

        Raises:
            BagError: it is something else.
        """
        try:
            values = tuple(float(value) for value in self[key])
        except (TypeError, ValueError):
            values = ()
        if len(values) != count:
            raise BagError(
                f"{self.path}: {key} of row {self.get('token')!r} is {self[key]!r}, not {count} numbers", remedy=_UNPACK
            )
        return values


class Tables:
    """The tables of one version, as v1.0-mini."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def rows(self, name: str, keep: Callable[[Row], bool] | None = None) -> list[Row]:
        """All rows, or those to `keep`.

        Raises:
            BagError: the table is missing, or not a list of rows.
        """
        path = self.path(name)

        def wanted(values: dict[str, Any]) -> Row | None:
            row = Row(values, path)
            return row if keep is None or keep(row) else None

        rows = read_json(path, remedy=_UNPACK, hook=wanted)
        if not isinstance(rows, list):
            raise BagError(f"{path} is no list of rows", remedy=_UNPACK)
        return [row for row in rows if isinstance(row, Row)]

    def by_token(self, name: str, tokens: frozenset[str] | None = None) -> dict[str, Row]:
        """Rows by their token, of all or of those in `tokens`."""
        rows = self.rows(name, None if tokens is None else lambda row: row["token"] in tokens)
        return {str(row["token"]): row for row in rows}

    def get(self, rows: Mapping[str, Row], token: str, name: str) -> Row:
        """The row that a token of another table points to.

        Raises:
            BagError: there is none.
        """
        if token not in rows:
            raise BagError(f"{self.path(name)} has no row {token!r}, which another table points to", remedy=_UNPACK)
        return rows[token]


def find_scene(folder: Path, wanted: str | None) -> tuple[Tables, Row]:
    """The scene of that name, or the only one, in whichever version of the tables has it.

    Raises:
        BagError: no tables, no such scene, or several and none named.
    """
    inside = [folder, *sorted(folder.glob("v1.0-*"))]
    versions = [path for path in inside if (path / "scene.json").is_file()]
    if not versions:
        raise BagError(f"{folder} holds no v1.0-*/scene.json", remedy=_UNPACK)
    scenes: dict[str, tuple[Tables, Row]] = {}
    for path in versions:
        tables = Tables(path)
        for row in tables.rows("scene"):
            scenes.setdefault(str(row["name"]), (tables, row))
    return scenes[choose(list(scenes), wanted, folder, "scene")]
