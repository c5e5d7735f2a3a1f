"""expectations.json, which lies beside truth.json: what a good narrator says of a drive, for the evaluation to read."""

from __future__ import annotations

from enum import Enum
from typing import Any

from crossmodal_narrator.simulation.rollout import START_NS
from crossmodal_narrator.simulation.scenario import ClaimPattern, Expectation, Scenario


def expectations_document(
    scenario: Scenario, *, length_s: float | None = None, start_ns: int = START_NS
) -> dict[str, Any]:
    """The content of expectations.json, ready for `json.dumps`; stamps are `start_ns` + seconds of the drive.

    Of a drive that is cut to `length_s`, only what must be said by then is expected.
    """
    end_s = scenario.length_s if length_s is None else length_s
    return {
        "scenario": scenario.name,
        "summary": scenario.summary,
        "start_ns": start_ns,
        "length_s": end_s,
        "expectations": [_expectation(e) for e in scenario.expectations if e.by_s <= end_s],
    }


def _expectation(expectation: Expectation) -> dict[str, Any]:
    return {
        "name": expectation.name,
        "from_s": expectation.from_s,
        "by_s": expectation.by_s,
        "words": expectation.words,
        "actor": expectation.actor,
        "safety": expectation.safety,
        "claims": [_pattern(pattern) for pattern in expectation.claims],
    }


def _pattern(pattern: ClaimPattern) -> dict[str, Any]:
    return {
        "predicate": pattern.predicate.value,
        "about": pattern.about,
        "label": _values(pattern.label),
        "side": _values(pattern.side),
        "value": _values(pattern.value),
    }


def _values(values: tuple[Any, ...]) -> list[Any]:
    return [value.value if isinstance(value, Enum) else value for value in values]
