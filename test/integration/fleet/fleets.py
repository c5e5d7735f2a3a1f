"""`fleet` as it is typed, and whether two runs of it put the same together."""

from __future__ import annotations

from pathlib import Path

from crossmodal_narrator.cli.main import main


def fleet(prefix: Path | str, out: Path, *options: str) -> int:
    return main(["fleet", str(prefix), "--out", str(out), *options])


def same_results(one: Path, other: Path) -> None:
    """But for the page, which tells where the bags lie."""
    for name in ("results.parquet", "summary.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
