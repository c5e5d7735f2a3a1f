"""What the gate refused, counted by reason."""

from __future__ import annotations

from typing import Any

import pytest
from evaluated_scenes import stamp

from crossmodal_narrator.evaluation.refusing import refused_in, score_refusals


def refusal(k: int, fate: str, reason: str, predicate: str = "colour", topic: str = "t") -> dict[str, Any]:
    claim = {"predicate": predicate, "subject": "track:1", "value": "white", "confidence": 0.9}
    told = {"fate": fate, "reason": reason, "detail": "", "trigger": "context", "topic": topic, "claims": [claim]}
    return {"stamp_ns": stamp(k), **told}


def test_what_is_refused_scene_after_scene_is_refused_once() -> None:
    again = [refusal(k, "dropped", "cannot_be_sensed") for k in (0, 1, 2, 3, 30)]
    first, second = refused_in(again)
    assert (first.from_ns, first.to_ns, first.times) == (stamp(0), stamp(3), 4)
    assert (second.from_ns, second.times) == (stamp(30), 1)
    assert first.about == "colour(track:1) = white"


def test_refusals_are_counted_by_fate_and_their_rate_by_reason() -> None:
    lines = [
        refusal(0, "dropped", "cannot_be_sensed"),
        refusal(0, "softened", "unsure", "exists"),
        refusal(5, "withheld", "unsure", "exists"),
        refusal(9, "softened", "unsure", "exists", topic="u"),
    ]
    scored = score_refusals(lines, 30.0)
    figures = scored.figures
    assert [figures[f"gate_{fate}"] for fate in ("softened", "dropped", "withheld")] == [2, 1, 1]
    assert figures["gate_unsure_per_minute"] == pytest.approx(6.0)
    assert figures["gate_cannot_be_sensed_per_minute"] == pytest.approx(2.0)
    assert figures["gate_does_not_hold_per_minute"] == 0.0
    assert scored.tables["refusals"].rows == (
        ("unsure", 2, 0, 1, pytest.approx(6.0)),
        ("cannot_be_sensed", 0, 1, 0, pytest.approx(2.0)),
    )


def test_a_replay_that_kept_no_refusals_is_not_taken_for_one_that_had_none() -> None:
    scored = score_refusals(None, 30.0)
    assert set(scored.figures.values()) == {None}
    assert "refusals.jsonl" in scored.events[0].text
    assert set(score_refusals((), 30.0).figures.values()) == {0}
