"""What had to be said is met only by the right claim, about the right one, in time, in each language for itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation.expectations import (
    ClaimPattern,
    Expectation,
    Outcome,
    Verdict,
    identify_by,
    read_expectations,
    score_expectations,
)
from crossmodal_narrator.evaluation.truth import TrueObject, TrueScene

START_NS = 5_000_000_000


def claim(predicate: str, subject: str, value: Any) -> dict[str, Any]:
    return {"predicate": predicate, "subject": subject, "value": value, "confidence": 0.9, "evidence": []}


def line(at_s: float, *claims: dict[str, Any], language: str = "en", text: str = "…") -> dict[str, Any]:
    stamp_ns = START_NS + round(at_s * 1e9)
    return {"stamp_ns": stamp_ns, "kind": "narration", "language": language, "text": text, "claims": list(claims)}


def stepping_out(at_s: float, subject: str = "track:7", language: str = "en", side: str = "ahead_right") -> Any:
    claims = (
        claim("exists", subject, "pedestrian"),
        claim("side", subject, side),
        claim("motion", subject, "stepping_out"),
    )
    return line(at_s, *claims, language=language, text="Right side, person stepping out.")


STEPS_OUT = Expectation(
    name="steps_out",
    from_s=6.0,
    by_s=7.5,
    words="Right side, person stepping out.",
    actor="child-1",
    claims=(
        ClaimPattern(
            predicate="motion",
            label=("pedestrian",),
            side=("ahead", "ahead_right"),
            value=("stepping_out", "crossing"),
        ),
    ),
)


def outcome(lines: list[dict[str, Any]], expectation: Expectation = STEPS_OUT, **options: Any) -> Outcome:
    (only,) = score_expectations(lines, [expectation], START_NS, **options).outcomes
    return only


def asks(predicate: str, **fields: Any) -> Expectation:
    return Expectation(name="asked", from_s=0.0, by_s=10.0, claims=(ClaimPattern(predicate=predicate, **fields),))


def test_a_claim_that_fits_within_the_window_meets_it_and_tells_how_early_it_was() -> None:
    met = outcome([line(2.0, claim("speed", "ego", 8.0)), stepping_out(6.4)])

    assert (met.verdict, met.said_s, met.text) == (Verdict.MET, 6.4, "Right side, person stepping out.")
    assert met.lead_s == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("said_s", "verdict"),
    [
        (0.9, Verdict.MISSED),
        (1.0, Verdict.EARLY),
        (5.9, Verdict.EARLY),
        (6.0, Verdict.MET),
        (7.5, Verdict.MET),
        (7.6, Verdict.LATE),
        (12.5, Verdict.LATE),
        (12.6, Verdict.MISSED),
    ],
)
def test_only_the_window_counts_and_what_was_near_it_is_called_early_or_late(said_s: float, verdict: Verdict) -> None:
    assert outcome([stepping_out(said_s)]).verdict is verdict


def test_late_tells_how_late() -> None:
    assert outcome([stepping_out(8.5)]).lead_s == pytest.approx(-1.0)


def test_of_several_the_first_in_time_counts_and_being_early_too_does_no_harm() -> None:
    assert outcome([stepping_out(7.0), stepping_out(6.2), stepping_out(9.0), stepping_out(5.0)]).said_s == 6.2


def test_too_late_is_told_before_too_early() -> None:
    assert outcome([stepping_out(5.0), stepping_out(8.0)]).verdict is Verdict.LATE


def test_each_language_is_asked_for_itself() -> None:
    lines = [stepping_out(6.5, language="zh"), line(6.5, claim("speed", "ego", 8.0), language="en")]
    score = score_expectations(lines, [STEPS_OUT], START_NS)

    assert {o.language: o.verdict for o in score.outcomes} == {"zh": Verdict.MET, "en": Verdict.MISSED}
    assert score.summary()["expectations_met_zh"] == 1.0
    assert score.summary()["expectations_met_en"] == 0.0


def test_what_matters_for_safety_is_counted_apart() -> None:
    safe, other = replace(STEPS_OUT, safety=True), replace(STEPS_OUT, from_s=9.0, by_s=10.0)
    figures = score_expectations([stepping_out(6.5)], [safe, other], START_NS).summary()
    assert (figures["expectations_met_en"], figures["safety_recall_en"]) == (0.5, 1.0)
    assert score_expectations([stepping_out(6.5)], [other], START_NS).summary()["safety_recall_en"] is None


def test_a_language_in_which_nothing_is_said_misses_all() -> None:
    score = score_expectations([stepping_out(6.5, language="zh")], [STEPS_OUT], START_NS, languages=["en"])

    assert [o.verdict for o in score.outcomes] == [Verdict.MISSED]


def test_an_empty_transcript_misses_all() -> None:
    score = score_expectations([], [STEPS_OUT], START_NS)

    assert [o.verdict for o in score.outcomes] == [Verdict.MISSED]
    assert score.summary()["expectations"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        stepping_out(6.5, side="ahead_left"),
        line(6.5, claim("exists", "track:7", "car"), claim("motion", "track:7", "crossing")),
        line(6.5, claim("exists", "track:7", "pedestrian"), claim("motion", "track:7", "parked")),
        line(6.5, claim("exists", "track:7", "pedestrian"), claim("ttc", "track:7", 1.2)),
        line(6.5, claim("exists", "track:8", "pedestrian"), claim("motion", "track:7", "crossing")),
    ],
    ids=["side", "label", "value", "predicate", "another subject's label"],
)
def test_a_claim_that_differs_in_one_thing_does_not_fit(wrong: dict[str, Any]) -> None:
    assert outcome([wrong]).verdict is Verdict.MISSED


def test_what_was_introduced_before_need_not_be_named_again() -> None:
    lines = [line(1.0, claim("exists", "track:3", "bus")), line(6.0, claim("motion", "track:3", "pulling_away"))]

    assert outcome(lines, asks("motion", label=("bus",), value=("pulling_away",))).said_s == 6.0


def test_of_a_cause_the_thing_is_what_the_cause_is() -> None:
    because = line(3.0, claim("ego_motion", "ego", "slowing"), claim("cause", "ego", "track:4"))
    named = line(3.0, *because["claims"], claim("exists", "track:4", "bus"))

    assert outcome([named], asks("cause", label=("bus",))).verdict is Verdict.MET
    assert outcome([named], asks("cause", label=("car",))).verdict is Verdict.MISSED
    assert outcome([because], asks("cause", value=("unknown",))).verdict is Verdict.MISSED
    red = line(3.0, claim("cause", "ego", "signal:2"))
    assert outcome([red], asks("cause", about="signal")).verdict is Verdict.MET


@pytest.mark.parametrize(
    ("about", "subject", "fits"),
    [
        ("ego", "ego", True),
        ("signal", "signal:1,signal:2", True),
        ("sound:siren", "sound:siren", True),
        ("sound:siren", "sound:horn", False),
        ("sense:camera", "sense:camera/front", True),
        ("sense:camera/front", "sense:camera/rear", False),
        ("sense:cam", "sense:camera/front", False),
    ],
)
def test_the_subject_is_told_by_how_its_name_begins(about: str, subject: str, fits: bool) -> None:
    verdict = outcome([line(2.0, claim("heard", subject, "x"))], asks("heard", about=about)).verdict

    assert (verdict is Verdict.MET) is fits


def test_a_group_counts_for_each_of_its_members() -> None:
    group = "track:1,track:2,track:3"
    row = line(2.0, claim("exists", group, "car"), claim("side", group, "right"), claim("row", group, True))

    assert outcome([row], asks("row", label=("car",), side=("right",), value=(True,))).verdict is Verdict.MET
    assert outcome([row], asks("row", value=(1,))).verdict is Verdict.MISSED  # a number is not a yes


def scene(x_m: float, y_m: float) -> tuple[dict[str, Any], TrueScene]:
    """Track 7 stands at (12, -2); child-1 stands at (x_m, y_m), and at (12, 8) somebody else."""
    stamp_ns = START_NS + 6_500_000_000
    track = {"track_id": 7, "label": "pedestrian", "position_m": [12.0, -2.0, 0.6]}
    things = tuple(
        TrueObject(
            object_id=name,
            label="pedestrian",
            position_m=(x, y, 0.6),
            size_lwh_m=(0.5, 0.5, 1.2),
            yaw_rad=0.0,
            motion="Moving",
            lidar_points=20,
            in_front_image=True,
        )
        for name, x, y in (("child-1", x_m, y_m), ("walker", 12.0, 8.0))
    )
    return {"stamp_ns": stamp_ns, "objects": [track]}, TrueScene(stamp_ns=stamp_ns, ego_speed_mps=8.0, objects=things)


@pytest.mark.parametrize(
    ("place", "verdict"), [((12.3, -1.8), Verdict.MET), ((30.0, -2.0), Verdict.MISSED)], ids=["there", "elsewhere"]
)
def test_of_an_actor_the_claim_must_be_about_the_one_who_stands_there(place: Any, verdict: Verdict) -> None:
    record, truth = scene(*place)

    assert outcome([stepping_out(6.5)], identify=identify_by([stepping_out(6.5)], [record], [truth])).verdict is verdict


def test_where_nothing_tells_who_it_is_the_claim_counts() -> None:
    assert outcome([stepping_out(6.5)], identify=identify_by([], [], [])).verdict is Verdict.MET


def test_what_is_for_people_only_is_not_counted() -> None:
    score = score_expectations([], [STEPS_OUT, Expectation(name="tone", from_s=0.0, by_s=9.0)], START_NS)

    assert [e.name for e in score.for_people] == ["tone"]
    assert score.summary()["expectations"] == 1


def test_the_summary_tells_shares_and_the_usual_lead() -> None:
    second = Expectation(name="b", from_s=8.0, by_s=10.0, claims=(ClaimPattern(predicate="ego_motion", about="ego"),))
    third = Expectation(name="c", from_s=1.0, by_s=2.0, claims=(ClaimPattern(predicate="heard"),))
    lines = [stepping_out(6.5), line(8.5, claim("ego_motion", "ego", "stopped"))]
    figures = score_expectations(lines, [STEPS_OUT, second, third], START_NS).summary()

    assert figures["expectations"] == 3
    assert figures["expectations_met_en"] == pytest.approx(2 / 3)
    assert figures["expectation_lead_median_s"] == pytest.approx(1.25)


def document(**changes: Any) -> dict[str, Any]:
    pattern = {"predicate": "motion", "about": "", "label": ["car"], "side": [], "value": ["braking"]}
    entry = {"name": "a", "from_s": 1.0, "by_s": 2.0, "words": "…", "actor": "", "claims": [pattern], **changes}
    return {"scenario": "s", "summary": "…", "start_ns": START_NS, "length_s": 9.0, "expectations": [entry]}


def test_a_file_of_expectations_is_read(tmp_path: Path) -> None:
    path = tmp_path / "expectations.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    drive = read_expectations(path)

    assert (drive.scenario, drive.start_ns) == ("s", START_NS)
    assert drive.expectations[0].claims[0].label == ("car",)


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "{}", json.dumps(document(by_s=0.5)), json.dumps(document(by_s=None)), json.dumps(document(claims=3))],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "expectations.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(BagError, match=r"expectations\.json"):
        read_expectations(path)


def test_an_absent_file_is_told() -> None:
    with pytest.raises(BagError, match="No such file"):
        read_expectations(Path("absent") / "expectations.json")
