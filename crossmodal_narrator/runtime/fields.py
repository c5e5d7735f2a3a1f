"""Typed reading of a YAML mapping, where every refusal names the file, the key, the value and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from crossmodal_narrator.core.errors import ModelError

T = TypeVar("T")


class Fields:
    """One mapping of a manifest. Each key is read once; `finish` refuses what nobody read."""

    def __init__(self, document: Any, *, source: str, prefix: str = "") -> None:
        self._source, self._prefix = source, prefix
        if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
            where = prefix.rstrip(".") or "the file"
            raise ModelError(
                f"{source}: {where} must hold `key: value` pairs", remedy="compare it with its last version"
            )
        self._left: dict[str, Any] = dict(document)

    def refusal(self, key: str, value: object, allowed: str) -> ModelError:
        return ModelError(f"{self._source}: {self._prefix}{key} = {value!r}", remedy=f"allowed: {allowed}")

    def finish(self) -> None:
        for key, value in self._left.items():
            raise self.refusal(key, value, "only keys that a manifest knows")

    def holds(self, key: str) -> bool:
        """Whether `key` is there and was not read yet."""
        return key in self._left

    def text(self, key: str) -> str:
        return self._take(key, str, "text")

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if key in self._left else None

    def integer(self, key: str) -> int:
        return self._take(key, int, "a whole number")

    def boolean(self, key: str) -> bool:
        return self._take(key, bool, "true or false")

    def number(self, key: str) -> float:
        value = self._left.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            self._left[key] = float(value)
        return self._take(key, float, "a number")

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(self._elements(key, str, "a list of texts"))

    def triple(self, key: str) -> tuple[float, float, float]:
        values = [float(v) for v in self._elements(key, (int, float), "three numbers")]
        if len(values) != 3:
            raise self.refusal(key, values, "three numbers")
        return values[0], values[1], values[2]

    def dimensions(self, key: str) -> tuple[int | str, ...]:
        return tuple(self._elements(key, (int, str), "a list of lengths or symbols"))

    def mapping(self, key: str) -> Mapping[str, str]:
        value = self._take(key, dict, "a mapping of texts")
        if not all(isinstance(k, str) and isinstance(v, str) for k, v in value.items()):
            raise self.refusal(key, value, "a mapping of texts")
        return value

    def section(self, key: str) -> Fields:
        return Fields(self._take(key, dict, "a section"), source=self._source, prefix=f"{self._prefix}{key}.")

    def optional(self, key: str) -> Fields | None:
        return self.section(key) if key in self._left else None

    def sections(self, key: str) -> list[Fields]:
        values = self._take(key, list, "a list of sections")
        return [Fields(v, source=self._source, prefix=f"{self._prefix}{key}[{k}].") for k, v in enumerate(values)]

    def _elements(self, key: str, kind: type | tuple[type, ...], allowed: str) -> list[Any]:
        values = self._take(key, list, allowed)
        for value in values:
            if not isinstance(value, kind) or isinstance(value, bool):
                raise self.refusal(key, value, allowed)
        return values

    def _take(self, key: str, kind: type[T], allowed: str) -> T:
        if key not in self._left:
            raise ModelError(f"{self._source}: {self._prefix}{key} is absent", remedy=f"allowed: {allowed}")
        value = self._left.pop(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.refusal(key, value, allowed)
        return value
