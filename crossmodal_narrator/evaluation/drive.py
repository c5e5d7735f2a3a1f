"""All that can be measured of a replayed drive, in parts that a person reads one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation.accuracy import AccuracyScorer
from crossmodal_narrator.evaluation.claims import ClaimScorer
from crossmodal_narrator.evaluation.consistency import ConsistencyScorer
from crossmodal_narrator.evaluation.detection import DetectionScorer, InView, Record
from crossmodal_narrator.evaluation.evaluation import Cell, Evaluation, Event, Table, merged
from crossmodal_narrator.evaluation.expectations import ExpectedDrive, Identifier, Verdict, score_expectations
from crossmodal_narrator.evaluation.hearing import HearingScorer
from crossmodal_narrator.evaluation.latency import score_latency
from crossmodal_narrator.evaluation.mentions import MentionScorer
from crossmodal_narrator.evaluation.moments import Scorer, moments
from crossmodal_narrator.evaluation.references import Reference, score_references
from crossmodal_narrator.evaluation.refusing import score_refusals
from crossmodal_narrator.evaluation.replayed import Replayed
from crossmodal_narrator.evaluation.speaking import score_speaking
from crossmodal_narrator.evaluation.tracking import TrackingScorer
from crossmodal_narrator.evaluation.truth import Speeds, TrueScene


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What really was, and what had to be said of it. `in_view` and `speeds` are the bag's part in it."""

    scenes: Iterable[TrueScene]  # read more than once
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
    """Parts by name, in the order in which they are read. Without truth: what scenes and words say of themselves.

    Scenes and truth are read once, side by side, and none is kept.

    Raises:
        BagError: no scene has the stamp of a labelled sweep, or a line of a file is damaged.
    """
    against = {} if truth is None else _against(drive, truth)
    length, identifier = _Length(), Identifier(drive.transcript)
    scorers: dict[str, Scorer] = {**against, "consistency": ConsistencyScorer(truth.in_view if truth else in_view)}
    for record, real in moments(drive.scenes, truth.scenes if truth else ()):
        length.push(record)
        identifier.push(record, real)
        for scorer in scorers.values():
            scorer.push(record, real)
    parts = {name: scorer.evaluation() for name, scorer in scorers.items()}
    if "mentions" in parts:
        parts["claims"] = merged((parts["claims"], parts.pop("mentions")))
    if truth is not None and truth.expected is not None:
        parts["expectations"] = _expectations(drive, truth.expected, identifier)
    parts["speech"] = score_speaking(drive.transcript, length.start_ns, length.length_s)
    parts["gate"] = score_refusals(drive.refusals, length.length_s)
    if references:
        parts["references"] = score_references(drive.transcript, references, length.start_ns)
    parts["latency"] = score_latency(drive.times)
    return parts


def _against(drive: Replayed, truth: Truth) -> dict[str, Scorer]:
    return {
        "objects": _Objects(truth),
        "accuracy": AccuracyScorer(truth.speeds),
        "tracks": TrackingScorer(),
        "sounds": HearingScorer(),
        "claims": ClaimScorer(drive.transcript),
        "mentions": MentionScorer(drive.transcript),
    }


@dataclass(slots=True)
class _Length:
    """Of the scenes: the stamp of the first, and from there to the last, in the order of the file."""

    start_ns: int = 0
    end_ns: int = 0

    def push(self, record: Record | None) -> None:
        if record is not None:
            self.end_ns = int(record["stamp_ns"])
            self.start_ns = self.start_ns or self.end_ns

    @property
    def length_s(self) -> float:
        return (self.end_ns - self.start_ns) / 1e9


class _Objects:
    """The score of detection, and whether truth and replay are of one drive."""

    def __init__(self, truth: Truth) -> None:
        self._scorer = DetectionScorer(in_view=truth.in_view, speeds=truth.speeds)
        self._scenes = self._sweeps = self._matched = 0

    def push(self, record: Record | None, real: TrueScene | None) -> None:
        self._scorer.push(record, real)
        self._scenes += record is not None
        self._sweeps += real is not None
        self._matched += record is not None and real is not None

    def evaluation(self) -> Evaluation:
        if not self._matched:
            found = f"none of {self._scenes} scenes has the stamp of one of {self._sweeps} labelled sweeps"
            raise BagError(
                f"{found}: this is the truth of another drive", remedy="name the truth of the drive that was replayed"
            )
        score = self._scorer.score
        events = [_at(line, "missed") for line in score.missed] + [_at(line, "invented") for line in score.invented]
        return Evaluation(figures={**score.summary(), "sweeps_with_scene": self._matched}, events=tuple(events))


def _at(line: str, kind: str) -> Event:
    """From the lines of a DetectionScore, which begin with their stamp."""
    stamp, text = line.split(": ", 1)
    return Event(stamp_ns=int(stamp), kind=kind, text=text)


def _expectations(drive: Replayed, expected: ExpectedDrive, identifier: Identifier) -> Evaluation:
    """A row for each expectation: when it had to be said, and in each language whether it was, and how early."""
    score = score_expectations(drive.transcript, expected.expectations, expected.start_ns, identify=identifier.identify)
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
            stamp_ns=expected.start_ns + round(o.expectation.by_s * 1e9),
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
