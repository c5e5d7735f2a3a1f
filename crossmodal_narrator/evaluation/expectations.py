"""What a good narrator would have said of a drive, and by when, against what was said.

expectations.json lies beside truth.json. One claim that fits, in a sentence that begins within the window, meets an
expectation; each language is asked alone, since who hears one does not hear the other.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.moments import moments
from crossmodal_narrator.evaluation.shares import share
from crossmodal_narrator.evaluation.truth import TrueScene
from crossmodal_narrator.evaluation.verdicts import nearest_thing

GRACE_S = 5.0  # a fitting claim so far outside of its window was about this, but too early or too late
ANY_LANGUAGE = "any"  # of a transcript in which nothing is said

# (subject of a claim, stamp of its sentence) → the actor that it is about, "" nobody, None where nothing can tell.
Identify = Callable[[str, int], str | None]


class Verdict(str, Enum):
    MET = "met"
    LATE = "late"
    EARLY = "early"  # said when it was not yet true
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPattern:
    """Which claims fit; what is empty is not asked. `about`: how the subject's name begins (ego, sound:siren …).

    Of a `cause`, subject, label and side are those of what the cause is.
    """

    predicate: str
    about: str = ""
    label: tuple[str, ...] = ()
    side: tuple[str, ...] = ()
    value: tuple[str | bool | int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """A claim that fits one of `claims` is said from `from_s` to `by_s` of the drive; without `claims` none can be."""

    name: str
    from_s: float
    by_s: float
    words: str = ""
    actor: str = ""
    safety: bool = False
    claims: tuple[ClaimPattern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedDrive:
    """The content of an expectations.json."""

    scenario: str
    start_ns: int
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One expectation in one language. `lead_s`: how long before the last moment it was said; late, it is negative."""

    expectation: Expectation
    language: str
    verdict: Verdict
    said_s: float | None = None
    text: str = ""

    @property
    def lead_s(self) -> float | None:
        return None if self.said_s is None else self.expectation.by_s - self.said_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationScore:
    """Outcomes in the order of the expectations, for each in that of `languages`."""

    languages: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    for_people: tuple[Expectation, ...] = ()  # that no claim can meet, and nobody counted

    def summary(self) -> dict[str, float | int | None]:
        leads = [o.lead_s for o in self.outcomes if o.verdict is Verdict.MET and o.lead_s is not None]
        figures: dict[str, float | int | None] = {
            "expectations": len(self.outcomes) // len(self.languages),
            "expectations_for_people": len(self.for_people),
            "expectation_lead_median_s": statistics.median(leads) if leads else None,
        }
        for language in self.languages:
            mine = [o for o in self.outcomes if o.language == language]
            figures[f"expectations_met_{language}"] = _met(mine)
            figures[f"safety_recall_{language}"] = _met([o for o in mine if o.expectation.safety])
        return figures


def _met(outcomes: Sequence[Outcome]) -> float | None:
    return share(sum(o.verdict is Verdict.MET for o in outcomes), len(outcomes))


def read_expectations(path: Path) -> ExpectedDrive:
    """Read an expectations.json.

    Raises:
        BagError: the file is absent, or not of that form.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return ExpectedDrive(
            scenario=str(document["scenario"]),
            start_ns=int(document["start_ns"]),
            expectations=tuple(_expectation(entry) for entry in document["expectations"]),
        )
    except OSError as error:
        raise BagError(f"{path}: {error.strerror}", remedy="name the drive's expectations.json") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BagError(
            f"{path} tells no expectations: {error!r}", remedy="make the drive anew with simulate"
        ) from error


def _expectation(entry: Mapping[str, Any]) -> Expectation:
    from_s, by_s = float(entry["from_s"]), float(entry["by_s"])
    if not (math.isfinite(from_s) and math.isfinite(by_s) and from_s <= by_s):
        raise ValueError(f"from {from_s} to {by_s} is no time")
    return Expectation(
        name=str(entry["name"]),
        from_s=from_s,
        by_s=by_s,
        words=str(entry["words"]),
        actor=str(entry["actor"]),
        safety=bool(entry.get("safety", False)),
        claims=tuple(_pattern(pattern) for pattern in entry["claims"]),
    )


def _pattern(entry: Mapping[str, Any]) -> ClaimPattern:
    lists = {key: tuple(entry[key]) for key in ("label", "side", "value")}
    return ClaimPattern(predicate=str(entry["predicate"]), about=str(entry["about"]), **lists)


def score_expectations(
    lines: Sequence[Record],
    expectations: Sequence[Expectation],
    start_ns: int,
    *,
    languages: Sequence[str] = (),
    identify: Identify | None = None,
) -> ExpectationScore:
    """Score the lines of a transcript. Without `languages`, those in which anything is said are asked.

    With `identify`, an expectation of an actor is met only by a claim about a track that is this actor.
    """
    spoken = tuple(languages) or tuple(dict.fromkeys(line["language"] for line in lines)) or (ANY_LANGUAGE,)
    asked = [e for e in expectations if e.claims]
    heard = {language: [line for line in lines if line["language"] == language] for language in spoken}
    outcomes = [_outcome(e, language, heard[language], start_ns, identify) for e in asked for language in spoken]
    return ExpectationScore(
        languages=spoken, outcomes=tuple(outcomes), for_people=tuple(e for e in expectations if not e.claims)
    )


def _outcome(
    expectation: Expectation, language: str, lines: Sequence[Record], start_ns: int, identify: Identify | None
) -> Outcome:
    """The first fitting line of the window; else the nearest that came too late, else one that came too early."""
    found: dict[Verdict, tuple[float, str]] = {}
    for said_s, line in _fitting(expectation, lines, start_ns, identify):
        verdict = _verdict(expectation, said_s)
        if verdict is Verdict.EARLY or verdict not in found:
            found[verdict] = (said_s, line["text"])
    for verdict in (Verdict.MET, Verdict.LATE, Verdict.EARLY):
        if verdict in found:
            said_s, text = found[verdict]
            return Outcome(expectation=expectation, language=language, verdict=verdict, said_s=said_s, text=text)
    return Outcome(expectation=expectation, language=language, verdict=Verdict.MISSED)


def _verdict(expectation: Expectation, said_s: float) -> Verdict:
    if expectation.from_s <= said_s <= expectation.by_s:
        return Verdict.MET
    if expectation.from_s - GRACE_S <= said_s < expectation.from_s:
        return Verdict.EARLY
    return Verdict.LATE if expectation.by_s < said_s <= expectation.by_s + GRACE_S else Verdict.MISSED


def _fitting(
    expectation: Expectation, lines: Sequence[Record], start_ns: int, identify: Identify | None
) -> Iterator[tuple[float, Record]]:
    """Lines with a claim that fits, each with its second of the drive, in the order of time."""
    known: dict[str, str] = {}  # track → what it was called last
    for line in sorted(lines, key=lambda line: int(line["stamp_ns"])):
        known.update(_told(line["claims"], "exists"))
        fits = (
            _fits(pattern, claim, line["claims"], known) and _is_about(expectation.actor, claim, line, identify)
            for pattern in expectation.claims
            for claim in line["claims"]
        )
        said_s = (line["stamp_ns"] - start_ns) / 1e9
        if any(fits) and _verdict(expectation, said_s) is not Verdict.MISSED:
            yield said_s, line


def _thing(claim: Record) -> list[str]:
    """Of whom the claim speaks, one name each: of a cause, what the cause is."""
    return str(claim["value"] if claim["predicate"] == "cause" else claim["subject"]).split(",")


def _told(claims: Sequence[Record], predicate: str) -> dict[str, str]:
    return {name: str(c["value"]) for c in claims if c["predicate"] == predicate for name in _thing(c)}


def _fits(pattern: ClaimPattern, claim: Record, claims: Sequence[Record], known: Mapping[str, str]) -> bool:
    if claim["predicate"] != pattern.predicate or (pattern.value and not _has(pattern.value, claim["value"])):
        return False
    names = _thing(claim)
    if pattern.about and not any(_begins(name, pattern.about) for name in names):
        return False
    if pattern.label and not any(known.get(name) in pattern.label for name in names):
        return False
    sides = _told(claims, "side")
    return not pattern.side or any(sides.get(name) in pattern.side for name in names)


def _has(values: Sequence[str | bool | int], value: Any) -> bool:
    """True is not 1 here."""
    return any(type(wanted) is type(value) and wanted == value for wanted in values)


def _begins(name: str, about: str) -> bool:
    return name == about or name.startswith((f"{about}:", f"{about}/"))


def _is_about(actor: str, claim: Record, line: Record, identify: Identify | None) -> bool:
    tracks = [name for name in _thing(claim) if name.startswith("track:")]
    if identify is None or not actor or not tracks:
        return True
    found = [identify(track, int(line["stamp_ns"])) for track in tracks]
    return None in found or actor in found


class Identifier:
    """Takes each moment of a drive, and keeps who the tracks were of which something was said then."""

    def __init__(self, lines: Sequence[Record]) -> None:
        self._asked: dict[int, set[str]] = {}
        for line in lines:
            names = {name for claim in line["claims"] for name in _thing(claim) if name.startswith("track:")}
            self._asked.setdefault(int(line["stamp_ns"]), set()).update(names)
        self._known: dict[tuple[str, int], str] = {}

    def push(self, record: Record | None, real: TrueScene | None) -> None:
        if record is None or real is None:
            return
        for track in record["objects"]:
            subject = f"track:{track['track_id']}"
            if subject in self._asked.get(real.stamp_ns, ()) and track["position_m"] is not None:
                thing = nearest_thing(track, real)
                self._known[subject, real.stamp_ns] = "" if thing is None else thing.object_id

    def identify(self, subject: str, stamp_ns: int) -> str | None:
        """The one that stands where the track is."""
        return self._known.get((subject, stamp_ns))


def identify_by(lines: Sequence[Record], records: Iterable[Record], truth: Iterable[TrueScene]) -> Identify:
    """Whom `lines` of a transcript speak of, by the lines of scenes.jsonl and the labelled boxes."""
    identifier = Identifier(lines)
    for record, real in moments(records, truth):
        identifier.push(record, real)
    return identifier.identify
