"""All that can be measured of a replayed drive, in parts that a person reads one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossmodal_narrator.evaluation.accuracy import score_accuracy
from crossmodal_narrator.evaluation.claims import score_claims
from crossmodal_narrator.evaluation.consistency import score_consistency
from crossmodal_narrator.evaluation.detection import InView, Scope, score_detection
from crossmodal_narrator.evaluation.evaluation import Cell, Evaluation, Event, Table, merged, note
from crossmodal_narrator.evaluation.expectations import (
    ExpectationScore,
    ExpectedDrive,
    Verdict,
    identify_by,
    score_expectations,
)
from crossmodal_narrator.evaluation.hearing import score_hearing
from crossmodal_narrator.evaluation.latency import score_latency
from crossmodal_narrator.evaluation.mentions import score_mentions
from crossmodal_narrator.evaluation.references import Reference, score_references
from crossmodal_narrator.evaluation.replayed import Replayed
from crossmodal_narrator.evaluation.speaking import score_speaking
from crossmodal_narrator.evaluation.tracking import score_tracking
from crossmodal_narrator.evaluation.truth import TrueScene

Speeds = Mapping[tuple[int, str], float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What really was, and what had to be said of it. `in_view` and `speeds` are the bag's part in it."""

    scenes: Sequence[TrueScene]
    in_view: InView
    speeds: Speeds
    expected: ExpectedDrive | None = None


def evaluate_drive(
    drive: Replayed,
    truth: Truth | None = None,
    *,
    references: Sequence[Reference] = (),
    in_view: InView | None = None,
) -> dict[str, Evaluation]:
    """Parts by name, in the order in which they are read. Without truth: what scenes and words say of themselves."""
    parts: dict[str, Evaluation] = {}
    if truth is not None:
        in_view = truth.in_view
        parts |= _against(drive, truth)
    parts["consistency"] = score_consistency(drive.scenes, in_view)
    parts["speech"] = score_speaking(drive.transcript, drive.start_ns, drive.length_s)
    if references:
        parts["references"] = score_references(drive.transcript, references, drive.start_ns)
    parts["latency"] = score_latency(drive.times)
    return parts


def _against(drive: Replayed, truth: Truth) -> dict[str, Evaluation]:
    records, scenes = drive.scenes, truth.scenes
    parts = {
        "objects": _objects(drive, truth),
        "accuracy": score_accuracy(records, scenes, truth.speeds),
        "tracks": score_tracking(records, scenes),
        "sounds": score_hearing(records, scenes),
        "claims": merged((_claims(drive, scenes), score_mentions(drive.transcript, scenes))),
    }
    if truth.expected is not None:
        identify = identify_by(records, scenes)
        told = score_expectations(
            drive.transcript, truth.expected.expectations, truth.expected.start_ns, identify=identify
        )
        parts["expectations"] = _expectations(told, truth.expected.start_ns)
    return parts


def _objects(drive: Replayed, truth: Truth) -> Evaluation:
    score = score_detection(drive.scenes, truth.scenes, truth.in_view, truth.speeds, Scope())
    matched = {int(record["stamp_ns"]) for record in drive.scenes} & {scene.stamp_ns for scene in truth.scenes}
    events = [_at(line, "missed") for line in score.missed] + [_at(line, "invented") for line in score.invented]
    if not matched:
        events.append(note("no scene has the stamp of a labelled sweep: is this the truth of another drive?"))
    return Evaluation(figures={**score.summary(), "sweeps_with_scene": len(matched)}, events=tuple(events))


def _at(line: str, kind: str) -> Event:
    """From the lines of a DetectionScore, which begin with their stamp."""
    stamp, text = line.split(": ", 1)
    return Event(stamp_ns=int(stamp), kind=kind, text=text)


def _claims(drive: Replayed, scenes: Sequence[TrueScene]) -> Evaluation:
    score = score_claims(drive.transcript, drive.scenes, scenes)
    return Evaluation(figures=score.summary(), tables={"claims": score.table()}, events=tuple(score.events))


def _expectations(score: ExpectationScore, start_ns: int) -> Evaluation:
    """A row for each expectation: when it had to be said, and in each language whether it was, and how early."""
    rows: list[tuple[Cell, ...]] = []
    for expectation in dict.fromkeys(outcome.expectation for outcome in score.outcomes):
        outcomes = [outcome for outcome in score.outcomes if outcome.expectation is expectation]
        verdicts = [o.verdict.value + (f" {o.lead_s:+.1f} s" if o.lead_s is not None else "") for o in outcomes]
        rows.append((expectation.name, expectation.from_s, expectation.by_s, *verdicts, expectation.words))
    for expectation in score.for_people:
        blanks = ["not counted"] * len(score.languages)
        rows.append((expectation.name, expectation.from_s, expectation.by_s, *blanks, expectation.words))
    columns = ("expected", "from s", "by s", *score.languages, "in words")
    events = tuple(
        Event(
            stamp_ns=start_ns + round(o.expectation.by_s * 1e9),
            kind=f"expectation_{o.verdict.value}",
            text=f"{o.expectation.name}: {o.expectation.words}",
            language=o.language,
        )
        for o in score.outcomes
        if o.verdict is not Verdict.MET
    )
    return Evaluation(
        figures=score.summary(), tables={"expectations": Table(columns=columns, rows=tuple(rows))}, events=events
    )
