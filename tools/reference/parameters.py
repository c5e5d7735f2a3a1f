"""config/narrator.yaml and docs/reference/parameters.md, from the declarations in the code."""

from __future__ import annotations

from collections.abc import Iterator

from crossmodal_narrator.configuration import NODES
from crossmodal_narrator.core.config import Parameter, Value, parameters_of

MADE_HERE = "Made by tools/reference; copy it, keep what you change, and name the copy with --params or --params-file."
INTRODUCTION = """\
`config/narrator.yaml` holds all of them with their defaults. A file that misspells a node, names a parameter that does
not exist, or a value of another type or out of range, is refused with file, key and allowed range; sections of further
nodes may stand in it. Parameters are taken when a node is configured: to change one later, deactivate and clean up the
node, set it, and configure it again."""


def parameter_file() -> Iterator[str]:
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


def page() -> Iterator[str]:
    yield from ("# Parameters", "")
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
