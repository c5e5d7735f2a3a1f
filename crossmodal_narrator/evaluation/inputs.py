"""What a replay was made of, from its run.json, as names and texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crossmodal_narrator.bags.manifest import RUN_NAME
from crossmodal_narrator.core.errors import BagError

OUTPUTS = "outputs"  # the part of it that is not what went in
Inputs = Mapping[str, Mapping[str, str]]


def read_inputs(folder: Path) -> Inputs:
    """By part (code, models, bag, configuration …), then by dotted name; empty where the replay has no run.json.

    It is read as it stands, whatever wrote it, so that runs of two versions compare.

    Raises:
        BagError: it is damaged.
    """
    path = folder / RUN_NAME
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise ValueError("it holds no object")
        return {part: dict(_flat(value)) or {"": "–"} for part, value in document.items()}
    except (OSError, ValueError) as error:
        raise BagError(f"{path}: {error}", remedy="replay the bag again, or remove the file") from error


def named(inputs: Inputs) -> dict[str, str]:
    """All that went in, flat, by part and name."""
    entries = ((part, name, text) for part, texts in inputs.items() if part != OUTPUTS for name, text in texts.items())
    return {f"{part}.{name}" if name else part: text for part, name, text in entries}


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Of a list whose entries have names, such as models and topics, each is found by its name."""
    if isinstance(value, list) and value and all(isinstance(entry, dict) and "name" in entry for entry in value):
        value = {str(entry["name"]): {k: v for k, v in entry.items() if k != "name"} for entry in value}
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif value not in ({}, []) or name:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
