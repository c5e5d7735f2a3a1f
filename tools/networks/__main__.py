"""Draws the simulator's road networks anew: `python tools/networks [--out FOLDER]`. Needs eclipse-sumo (test.in)."""

from __future__ import annotations

import argparse
from pathlib import Path

from drawings import DRAWINGS

FOLDER = Path(__file__).resolve().parents[2] / "crossmodal_narrator" / "simulation" / "traffic" / "networks"


def netconvert() -> Path:
    """The program in eclipse-sumo's wheel."""
    import sumo

    return Path(sumo.SUMO_HOME, "bin", "netconvert")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, help="the package's folder, where it is not given")
    folder = parser.parse_args().out
    for name, draw in sorted(DRAWINGS.items()):
        text = draw().build(netconvert())
        (folder / f"{name}.net.xml").write_text(text)
        print(f"{name}.net.xml: {len(text) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
