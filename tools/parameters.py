#!/usr/bin/env python3
"""Writes config/narrator.yaml and docs/reference/parameters.md from the declarations in the code.

    .venv/bin/python tools/parameters.py

A test holds that both are up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crossmodal_narrator.configuration import (
    DialogueConfig,
    DisplayNodeConfig,
    NarratorNodeConfig,
    PerceptionConfig,
    VoiceConfig,
)
from crossmodal_narrator.core.config import Parameter, Value, parameters_of

ROOT = Path(__file__).resolve().parents[1]
NODES: dict[str, type[Any]] = {
    "perception": PerceptionConfig,
    "narrator": NarratorNodeConfig,
    "dialogue": DialogueConfig,
    "voice": VoiceConfig,
    "display": DisplayNodeConfig,
}
MADE = "Made by tools/parameters.py from the declarations in the code: change it there."
MADE_HERE = (
    "Made by tools/parameters.py; copy it, keep what you change, and name the copy with --params or --params-file."
)
INTRODUCTION = """\
`config/narrator.yaml` holds all of them with their defaults. A file that names a parameter that does not exist, or a
value of another type or out of range, is refused with file, key and allowed range. Parameters are taken when a node is
configured: to change one later, deactivate and clean up the node, set it, and configure it again."""


def main() -> None:
    for path, text in made().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


def made() -> dict[Path, str]:
    """By file: what must be in it."""
    return {
        ROOT / "config" / "narrator.yaml": "\n".join(_yaml()) + "\n",
        ROOT / "docs" / "reference" / "parameters.md": "\n".join(_page()) + "\n",
    }


def _yaml() -> Iterator[str]:
    yield "# Every parameter of the nodes with its default. What a file does not hold keeps its default."
    yield f"# {MADE_HERE}"
    for node, config in NODES.items():
        yield from ("", f"{node}:", "  ros__parameters:")
        groups: tuple[str, ...] = ()
        for parameter in parameters_of(config):
            *path, leaf = parameter.name.split(".")
            for depth, group in enumerate(path):
                if groups[: depth + 1] != tuple(path[: depth + 1]):
                    yield f"{'  ' * (depth + 2)}{group}:"
            groups = tuple(path)
            indent = "  " * (len(path) + 2)
            allowed = f" ({parameter.allowed})" if _is_bounded(parameter) else ""
            yield f"{indent}# {parameter.help}{allowed}"
            yield f"{indent}{leaf}: {_scalar(parameter.default)}"


def _page() -> Iterator[str]:
    yield from ("# Parameters", "", MADE, "")
    yield from INTRODUCTION.splitlines()
    for node, config in NODES.items():
        yield from ("", f"## {node}", "", "| parameter | default | allowed | meaning |", "|---|---|---|---|")
        for parameter in parameters_of(config):
            yield _row(parameter)


def _row(parameter: Parameter) -> str:
    default = _scalar(parameter.default)
    allowed = parameter.allowed if _is_bounded(parameter) else parameter.allowed.removeprefix("any ")
    return f"| `{parameter.name}` | `{default}` | {allowed} | {parameter.help} |".replace("\n", " ")


def _is_bounded(parameter: Parameter) -> bool:
    """Whether its range says more than its type."""
    return not parameter.allowed.startswith("any ")


def _scalar(value: Value) -> str:
    """As YAML reads it back, with its type."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_scalar(element) for element in value)}]"
    if isinstance(value, float):
        mantissa, e, exponent = repr(value).partition("e")
        return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}{e}{exponent}"
    return repr(value) if isinstance(value, int) else value or '""'


if __name__ == "__main__":
    main()
