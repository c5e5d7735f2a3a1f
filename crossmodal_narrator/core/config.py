"""Configuration, declared once: a frozen dataclass whose fields are made by `parameter`.

ROS parameters, YAML files and the reference pages are read from these declarations; nothing repeats a default.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class SyncConfig:
        max_wait_s: float = parameter(0.3, help="longest wait for a late sense", unit="s", low=0.0, high=5.0)

Dataclasses nest; the nested field's name becomes a prefix, as in `sync.max_wait_s`.
"""

from __future__ import annotations

import dataclasses
import math
import re
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from crossmodal_narrator.core.errors import ConfigError

Value = bool | int | float | str | tuple[str, ...] | tuple[float, ...]
C = TypeVar("C")
_KEY = "parameter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One declared value. `low` and `high` are inclusive; for tuples they bound each element."""

    name: str
    default: Value
    kind: type | Any
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    length: int | None = None

    @property
    def allowed(self) -> str:
        """The allowed range in words, as errors and reference pages print it."""
        if self.choices:
            text = "one of " + ", ".join(self.choices)
        elif self.low is not None or self.high is not None:
            low = "-inf" if self.low is None else f"{self.low:g}"
            high = "inf" if self.high is None else f"{self.high:g}"
            text = f"{low} to {high}{' ' + self.unit if self.unit else ''}"
        else:
            text = f"any {_kind_name(self.kind)}"
        return f"{self.length} values, each {text}" if self.length is not None else text

    def check(self, value: Any, *, source: str) -> Value:
        """Return `value` in its declared type.

        Raises:
            ConfigError: another type, or outside of the allowed range.
        """
        coerced = _coerce(value, self.kind)
        if coerced is None:
            raise self._refusal(value, f"must be {_kind_name(self.kind)}", source)
        elements = coerced if isinstance(coerced, tuple) else (coerced,)
        if self.length is not None and len(elements) not in (0, self.length):
            raise self._refusal(value, f"must have {self.length} values", source)
        for element in elements:
            if not self._holds(element):
                raise self._refusal(value, "is out of range", source)
        return coerced

    def _holds(self, element: Any) -> bool:
        if self.choices:
            return element in self.choices
        if isinstance(element, (int, float)) and not isinstance(element, bool):
            if not math.isfinite(element):
                return False
            return (self.low is None or element >= self.low) and (self.high is None or element <= self.high)
        return True

    def _refusal(self, value: Any, why: str, source: str) -> ConfigError:
        return ConfigError(f"{source}: {self.name} = {value!r} {why}", remedy=f"allowed: {self.allowed}")


def parameter(
    default: Any,
    *,
    help: str,  # noqa: A002 - the word that argparse and ROS descriptors use
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    length: int | None = None,
) -> Any:
    """Declare a field of a configuration dataclass: default, meaning, unit and allowed range."""
    declared = {"help": help, "unit": unit, "low": low, "high": high, "choices": choices, "length": length}
    return dataclasses.field(default=default, metadata={_KEY: declared})


def parameters_of(config: type[Any], prefix: str = "") -> Iterator[Parameter]:
    """Every parameter that `config` declares, in order, with its dotted name."""
    kinds = typing.get_type_hints(config)
    for field in dataclasses.fields(config):
        kind = kinds[field.name]
        if dataclasses.is_dataclass(kind):
            yield from parameters_of(typing.cast("type[Any]", kind), f"{prefix}{field.name}.")
            continue
        if _KEY not in field.metadata:
            raise TypeError(f"{config.__name__}.{field.name} must be declared with parameter(...)")
        default = typing.cast("Value", field.default)
        yield Parameter(name=prefix + field.name, default=default, kind=kind, **field.metadata[_KEY])


def build(config: type[C], values: Mapping[str, Any], *, source: str = "configuration") -> C:
    """Make a `config` from dotted names; what `values` does not hold keeps its default.

    Raises:
        ConfigError: an unknown name, a wrong type, a value out of range, or a contradiction that the
            dataclass's own `__post_init__` finds.
    """
    declared = {p.name: p for p in parameters_of(config)}
    for name in values:
        if name not in declared:
            raise ConfigError(f"{source}: {name} is not a parameter", remedy=_nearest(name, declared))
    checked = {name: declared[name].check(value, source=source) for name, value in values.items()}
    return typing.cast(C, _construct(config, checked, ""))


def flatten(config: Any, prefix: str = "") -> dict[str, Value]:
    """Every value of `config` by its dotted name, from which `build` makes an equal configuration again."""
    flat: dict[str, Value] = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            flat.update(flatten(value, f"{prefix}{field.name}."))
        else:
            flat[prefix + field.name] = value
    return flat


def read_parameter_file(path: Path, node: str, others: Collection[str] = ()) -> dict[str, Any]:
    """The parameters of `node` in a ROS 2 parameter file (`node: {ros__parameters: {...}}`, `/**` first), flattened.

    Sections of further nodes may stand beside it. `others`: those of them that are ours.

    Raises:
        ConfigError: the file is absent, is no YAML, has another shape, or misspells `node` or one of `others`.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", remedy="name a parameter file that exists") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not YAML: {error}", remedy="mend the line that is named") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: holds {type(document).__name__}", remedy="start it with `node_name:`")
    _refuse_misspelt(path, document, {node, *others})
    flat: dict[str, Any] = {}
    for key in ("/**", node, f"/{node}"):
        section = document.get(key)
        if section is None:
            continue
        inner = section.get("ros__parameters") if isinstance(section, dict) else None
        if not isinstance(inner, dict):
            raise ConfigError(f"{path}: {key} has no ros__parameters", remedy=f"write `{key}: {{ros__parameters: …}}`")
        flat.update(flatten_mapping(inner))
    return flat


def flatten_mapping(mapping: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings, as YAML gives them → values by dotted names."""
    flat: dict[str, Any] = {}
    for key, value in mapping.items():
        if isinstance(value, dict):
            flat.update(flatten_mapping(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _construct(config: type[Any], checked: Mapping[str, Value], prefix: str) -> Any:
    kinds = typing.get_type_hints(config)
    arguments: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        name = prefix + field.name
        if dataclasses.is_dataclass(kinds[field.name]):
            arguments[field.name] = _construct(kinds[field.name], checked, name + ".")
        elif name in checked:
            arguments[field.name] = checked[name]
    return config(**arguments)


def _coerce(value: Any, kind: Any) -> Value | None:
    """`value` as `kind`, or None where that would need a guess. Integers are taken for floats, never the reverse."""
    origin = typing.get_origin(kind)
    if origin is tuple:
        element = typing.get_args(kind)[0]
        if not isinstance(value, (list, tuple)):
            return None
        coerced = tuple(_coerce(v, element) for v in value)
        return None if any(v is None for v in coerced) else typing.cast("Value", coerced)
    if kind is bool or isinstance(value, bool):
        return value if kind is bool and isinstance(value, bool) else None
    if kind is float and isinstance(value, (int, float)):
        return float(value)
    return value if isinstance(value, kind) else None


def _kind_name(kind: Any) -> str:
    if typing.get_origin(kind) is tuple:
        return f"a list of {_kind_name(typing.get_args(kind)[0])}"
    return {bool: "true or false", int: "a whole number", float: "a number", str: "text"}.get(kind, str(kind))


def _refuse_misspelt(path: Path, sections: Iterable[Any], nodes: Collection[str]) -> None:
    """Raise ConfigError for a section nearly called as one of `nodes`: nobody would read it.

    One that has the name of a node as a word of its own, as narrator_2 or lidar_perception, is somebody else's.
    """
    import difflib

    for section in map(str, sections):
        name = section.rpartition("/")[2]  # a namespace may come before
        close = difflib.get_close_matches(name.lower(), nodes, n=1, cutoff=0.8)
        if close and close[0] not in re.split(r"[\d_]+", name):
            raise ConfigError(f"{path}: {section} is no node", remedy=f"did you mean {close[0]}?")


def _nearest(name: str, declared: Mapping[str, Parameter]) -> str:
    import difflib

    close = difflib.get_close_matches(name, declared, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else "docs/reference/parameters.md lists them"
