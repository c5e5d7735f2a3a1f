#!/usr/bin/env python3
"""Writes the pages of docs/reference, and config/narrator.yaml, from the declarations in the code.

    .venv/bin/python tools/reference [FOLDER]

Into this checkout, or into another folder, which the tests compare with it. Needs ROS 2, as nodes do.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import commands
import nodes
import parameters

ROOT = Path(__file__).resolve().parents[2]
MADE = "Made by `tools/reference` from the code: change it there."


def made() -> dict[str, str]:
    """By the file's place in the checkout: what must be in it."""
    pages = {"parameters": parameters.page(), "commands": commands.page(), "nodes": nodes.page()}
    reference = {f"docs/reference/{name}.md": _page(list(lines)) for name, lines in pages.items()}
    return {"config/narrator.yaml": "\n".join(parameters.parameter_file()) + "\n", **reference}


def _page(lines: list[str]) -> str:
    """With where it comes from under its heading."""
    return "\n".join([lines[0], "", MADE, *lines[1:]]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=ROOT, help="where they are written (default: this checkout)"
    )
    root: Path = parser.parse_args().folder
    for place, text in made().items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(place)


if __name__ == "__main__":
    main()
