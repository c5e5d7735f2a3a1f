"""YAML → dataclasses, driven by their type hints: whatever is unknown, of another type or out of range is refused.

A number whose field ends in `_rad` may be written in degrees, one in `_mps` in km/h, under a key that says so. One
value may stand where a list is expected.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.scenario import Within

C = TypeVar("C")
_OTHER_UNITS = {"_rad": ("_deg", math.radians(1.0)), "_mps": ("_kmh", 1.0 / 3.6)}
_HUGE = 10**300
_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in the file, for those who must mend it."""

    source: str
    path: str = ""

    def key(self, name: str) -> Spot:
        return Spot(source=self.source, path=f"{self.path}.{name}" if self.path else name)

    def item(self, number: int) -> Spot:
        return Spot(source=self.source, path=f"{self.path}[{number}]")

    def refuse(self, why: str, remedy: str) -> NoReturn:
        at = f"{self.source}: {self.path}" if self.path else self.source
        raise ScenarioError(f"{at} {why}", remedy=remedy)


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key stands once, and in which on, off, yes and no are words, as in YAML 1.2."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key is not a word", key_node.start_mark)
            if key_node.value in seen:
                problem = f"the key {key_node.value!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


_BOOL = "tag:yaml.org,2002:bool"
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """What the file holds.

    Raises:
        ScenarioError: absent, no text, no YAML, or a key that stands twice.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}", remedy="name a scenario's file that can be read") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no UTF-8, or a date that is none
        detail = " ".join(str(error).split())
        raise ScenarioError(f"{path} is not YAML: {detail}", remedy="mend the line that is named") from error


def read_as(kind: type[C], value: Any, source: str) -> C:
    """`value` as the dataclass `kind`.

    Raises:
        ScenarioError: it does not fit; the message names the file, the key, the value and what is allowed.
    """
    return typing.cast(C, _read(kind, value, Spot(source=source)))


def _read(hint: Any, value: Any, at: Spot) -> Any:
    kind, within = _bare(hint)
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _mapping(typing.cast("type[Any]", kind), value, at)
    if origin in (typing.Union, types.UnionType):
        return _either(typing.get_args(kind), value, at)
    if origin is tuple:
        return _list(typing.get_args(kind), within, value, at)
    if issubclass(kind, Enum):
        return _choice(kind, value, at)
    return _scalar(kind, within, value, at)


def _bare(hint: Any) -> tuple[Any, Within | None]:
    if typing.get_origin(hint) is typing.Annotated:
        kind, *notes = typing.get_args(hint)
        return kind, next((note for note in notes if isinstance(note, Within)), None)
    return hint, None


def _mapping(kind: type[Any], value: Any, at: Spot) -> Any:
    if not isinstance(value, dict):
        at.refuse(f"is {_shown(value)}", f"write keys of it: {', '.join(_hints(kind))}")
    keys = _keys(kind)
    arguments: dict[str, Any] = {}
    for key, inner in value.items():
        if key not in keys:
            at.refuse(f"has the unknown key {key!r}", _nearest(str(key), keys))
        name, factor = keys[key]
        if name in arguments:
            at.key(key).refuse("is told twice, in two units", "keep one of them")
        arguments[name] = _in_unit(_hints(kind)[name], inner, factor, at.key(key))
    missing = [name for name in _required(kind) if name not in arguments]
    if missing:
        at.refuse(f"lacks {', '.join(missing)}", f"write `{missing[0]}: …`")
    try:
        return kind(**arguments)
    except ScenarioError as error:
        at.refuse(f"does not hold: {error.what}", error.remedy)


def _in_unit(hint: Any, value: Any, factor: float, at: Spot) -> Any:
    """`value` times `factor`; where its unit is another one, the range is told in it too."""
    if factor == 1.0:
        return _read(hint, value, at)
    kinds = [_bare(inner) for inner in (hint, *typing.get_args(hint))]
    within = next((found for _, found in kinds if found is not None), None)
    scaled = None if within is None else Within(low=within.low / factor, high=within.high / factor)
    return factor * _scalar(float, scaled, value, at)


def _either(kinds: Iterable[Any], value: Any, at: Spot) -> Any:
    """Of several dataclasses the one whose own required keys are there; of several scalars the one that fits."""
    chosen = [kind for kind in kinds if kind is not type(None)]
    if value is None and len(chosen) < len(tuple(kinds)):
        return None
    if len(chosen) == 1:
        return _read(chosen[0], value, at)
    if not dataclasses.is_dataclass(chosen[0]):
        if type(value) in chosen:
            return value
        at.refuse(f"= {_shown(value)} has another type", f"allowed: {' or '.join(_NAMES[kind] for kind in chosen)}")
    given = set(value) if isinstance(value, dict) else set()
    shared = set.intersection(*(set(_required(kind)) for kind in chosen))
    own = {kind: [name for name in _required(kind) if name not in shared] for kind in chosen}
    told = [kind for kind, names in own.items() if given.intersection(names)]
    if len(told) != 1:
        ways = " or ".join(names[0] for names in own.values())
        at.refuse("does not tell which kind it is", f"give it {ways}, and only one of them")
    return _mapping(told[0], value, at)


def _list(kinds: tuple[Any, ...], within: Within | None, value: Any, at: Spot) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        items = value if isinstance(value, list) else [value]
        if value is None or isinstance(value, dict):
            at.refuse(f"is {_shown(value)}", "write a list")
        if within is not None and not within.low <= len(items) <= within.high:
            at.refuse(f"has {len(items)} entries", f"allowed: {within.low:g} to {within.high:g}")
        return tuple(_read(kinds[0], item, at.item(k)) for k, item in enumerate(items))
    if not isinstance(value, list) or len(value) != len(kinds):
        at.refuse(f"= {_shown(value)} is no list of {len(kinds)}", "write it as [" + ", ".join("…" * len(kinds)) + "]")
    return tuple(_read(kind, item, at.item(k)) for k, (kind, item) in enumerate(zip(kinds, value, strict=True)))


def _choice(kind: type[Enum], value: Any, at: Spot) -> Enum:
    allowed = {member.value: member for member in kind}
    if not isinstance(value, str) or value not in allowed:
        at.refuse(f"= {_shown(value)} is not known", f"allowed: {', '.join(allowed)}")
    return allowed[value]


def _scalar(kind: Any, within: Within | None, value: Any, at: Spot) -> Any:
    if kind is float and type(value) is int:
        value = float(value) if abs(value) < _HUGE else math.inf
    if type(value) is not kind:
        at.refuse(f"= {_shown(value)} must be {_NAMES[kind]}", _allowed(kind, within))
    if kind is str and not value.strip():
        at.refuse("is empty", "write something, or leave the key out")
    if not _holds(within, value):
        shown = f"{value:g}" if kind is float else _shown(value)
        at.refuse(f"= {shown} is out of range", _allowed(kind, within))
    return value


def _holds(within: Within | None, value: Any) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return within is None or within.low <= value <= within.high


def _allowed(kind: Any, within: Within | None) -> str:
    if within is None:
        return "any finite number" if kind in (int, float) else f"write {_NAMES[kind]}"
    return f"allowed: {within.low:g} to {within.high:g}"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _hints(kind: type[Any]) -> Mapping[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


def _required(kind: type[Any]) -> tuple[str, ...]:
    fields = dataclasses.fields(kind)
    absent = dataclasses.MISSING
    return tuple(f.name for f in fields if f.default is absent and f.default_factory is absent)


def _keys(kind: type[Any]) -> Mapping[str, tuple[str, float]]:
    """Key of the file → field, and what its number is multiplied with."""
    keys = {name: (name, 1.0) for name in _hints(kind)}
    for name in tuple(keys):
        for unit, (other, factor) in _OTHER_UNITS.items():
            if name.endswith(unit):
                keys[name.removesuffix(unit) + other] = (name, factor)
    return keys


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known keys: {', '.join(known)}"
