"""The report of one run: what was said, what it was said from, and how right it was, on one page.

The scenes are read twice, one after the other, and never all held: first for what lasts and how long the drive is, then
for the scenes that the page keeps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from crossmodal_narrator.bags import Bag
from crossmodal_narrator.bags.records import SCENES_FILE, Record, read_records
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation.evaluation import EVALUATION_FILE, Evaluation, read_evaluation
from crossmodal_narrator.evaluation.inputs import read_inputs
from crossmodal_narrator.evaluation.latency import PREFIX, score_latency
from crossmodal_narrator.evaluation.moments import moments
from crossmodal_narrator.evaluation.refusing import Refused, refused_in
from crossmodal_narrator.evaluation.replayed import refusals_of, times_of
from crossmodal_narrator.evaluation.report.content import (
    Clock,
    EvidenceList,
    error_entry,
    evenly,
    event_entries,
    figure_text,
    lane_entry,
    picture_entry,
    refusal_entries,
    sentence_entry,
    table_entries,
)
from crossmodal_narrator.evaluation.report.errors_by_range import ErrorsByRange
from crossmodal_narrator.evaluation.report.lanes import Lane, Lifetimes
from crossmodal_narrator.evaluation.report.page import render_page
from crossmodal_narrator.evaluation.report.pictures import Album, Moment, take_pictures
from crossmodal_narrator.evaluation.report.scenes import Words, boxes_of, scene_entry
from crossmodal_narrator.evaluation.report.sentences import Sentence, languages_of, read_sentences
from crossmodal_narrator.evaluation.report.thinning import Room, kept_stamps, pictured
from crossmodal_narrator.evaluation.truth import TrueScene
from crossmodal_narrator.wire import Intake

MOST_EVENTS = 2000
STYLES, SCRIPTS = ("page.css", "report.css"), ("page.js", "views.js", "timeline.js", "report.js")


@dataclass(slots=True)
class _Drive:
    """What the first look at the scenes tells."""

    stamps_ns: list[int] = field(default_factory=list)
    lanes: tuple[Lane, ...] = ()
    tracks: int = 0


def render_report(
    folder: Path,
    *,
    bag: Bag | None = None,
    intake: Intake | None = None,
    truth: Iterable[TrueScene] = (),
    room: Room | None = None,
    title: str = "",
    altered: Sequence[str] = (),
) -> str:
    """The page of a folder that `replay` wrote; with its evaluation.json, if it has one. The same input, the same page.

    Pictures are of `bag`, as `intake` reads it. `altered`: what in the folder is not what was written, a line each.

    Raises:
        BagError: a file of the folder is absent or damaged.
    """
    name = title or unquote(folder.resolve().name)  # as `fleet` quotes a bag's path
    try:
        content = _content(folder, bag, intake, truth, room or Room(), altered)
        body = {"title": name, **content}
        return render_page(f"{name}: drive report", "report.html", body, styles=STYLES, scripts=SCRIPTS)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        told = f"{folder}: a scene or a sentence is not as replays write them: {error!r}"
        raise BagError(told, remedy="replay the bag again") from error


def _content(
    folder: Path,
    bag: Bag | None,
    intake: Intake | None,
    truth: Iterable[TrueScene],
    room: Room,
    altered: Sequence[str],
) -> dict[str, Any]:
    sentences = read_sentences(folder)
    drive = _survey(folder, sentences)
    clock = Clock(drive.stamps_ns[0])
    kept = _Kept(
        room=room,
        clock=clock,
        stamps_ns=kept_stamps(drive.stamps_ns, sentences, room),
        pictured=frozenset(pictured(sentences, room)) if bag is not None else frozenset(),
        matter=_matter(sentences),
    )
    for scene, real in moments(_scenes(folder), truth):
        kept.push(scene, real)
    album = Album()
    if bag is not None and intake is not None:
        album = take_pictures(bag, intake, sorted(kept.moments, key=lambda m: m.stamp_ns), room)
    refusals = refusals_of(folder)
    refused = None if refusals is None else refused_in(refusals)
    evaluation = read_evaluation(folder / EVALUATION_FILE) if (folder / EVALUATION_FILE).is_file() else None
    return {
        "start": str(clock.start_ns),
        "length_s": clock.s(drive.stamps_ns[-1]),
        "counts": [len(drive.stamps_ns), len(sentences), drive.tracks],
        "languages": list(languages_of(sentences)),
        "words": kept.words.listed,
        "lanes": [lane_entry(lane, clock) for lane in drive.lanes],
        "scenes": sorted(kept.entries, key=lambda entry: entry["t"]),
        "errors": error_entry(kept.errors),
        "has_truth": kept.has_truth,
        "refused": None if refused is None else refusal_entries(evenly(refused, MOST_EVENTS), clock),
        "made_of": [[part, [*map(list, texts.items())]] for part, texts in read_inputs(folder).items()],
        **_said(sentences, clock, album),
        **_scored(folder, evaluation, clock),
        "left_out": [
            *(f"{line}." for line in altered),
            *_left_out(drive, sentences, len(kept.entries), album, room, bag, evaluation),
            *_refusals_left_out(refused),
        ],
    }


@dataclass(slots=True, kw_only=True)
class _Kept:
    """Takes every scene, and keeps of it what the page needs."""

    room: Room
    clock: Clock
    stamps_ns: frozenset[int]  # of the scenes that are kept
    pictured: frozenset[int]
    matter: Mapping[int, frozenset[int]]
    words: Words = field(default_factory=Words)
    errors: ErrorsByRange = field(default_factory=ErrorsByRange)
    entries: list[dict[str, Any]] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    has_truth: bool = False

    def push(self, scene: Record | None, real: TrueScene | None) -> None:
        self.has_truth = self.has_truth or real is not None
        if scene is None:
            return
        stamp_ns, seen_m = int(scene["stamp_ns"]), self.room.seen_m
        if real is not None:
            self.errors.push(scene, real)
        if stamp_ns in self.stamps_ns:
            entry = scene_entry(scene, real, self.words, start_ns=self.clock.start_ns, seen_m=seen_m)
            self.entries.append(entry)
        if stamp_ns in self.pictured:
            boxes = {k: box for k, box in boxes_of(scene).items() if math.hypot(*box.centre_m[:2]) <= seen_m}
            matter = self.matter.get(stamp_ns, frozenset())
            self.moments.append(Moment(stamp_ns=stamp_ns, boxes=boxes, matter=matter))


def _scenes(folder: Path) -> Iterator[Record]:
    path = folder / SCENES_FILE
    try:
        for record in read_records(path):
            _ = record["stamp_ns"], record["objects"]
            yield record
    except KeyError as error:
        raise BagError(f"{path}: a scene without {error}", remedy="replay the bag again") from error


def _survey(folder: Path, sentences: tuple[Sentence, ...]) -> _Drive:
    drive, lifetimes = _Drive(), Lifetimes()
    for scene in _scenes(folder):
        drive.stamps_ns.append(int(scene["stamp_ns"]))
        lifetimes.push(scene)
    if not drive.stamps_ns:
        raise BagError(f"{folder / SCENES_FILE} holds no scene", remedy="replay a bag with a sensor that can be read")
    told = frozenset(track for sentence in sentences for track in sentence.tracks)
    drive.stamps_ns.sort()  # a clock that jumped back leaves scenes out of order
    drive.lanes, drive.tracks = lifetimes.lanes(told), lifetimes.tracks
    return drive


def _matter(sentences: tuple[Sentence, ...]) -> Mapping[int, frozenset[int]]:
    """By stamp, the tracks that are spoken of then."""
    matter: dict[int, frozenset[int]] = {}
    for sentence in sentences:
        matter[sentence.stamp_ns] = matter.get(sentence.stamp_ns, frozenset()) | sentence.tracks
    return matter


def _said(sentences: tuple[Sentence, ...], clock: Clock, album: Album) -> dict[str, Any]:
    evidence = EvidenceList()
    order = {stamp_ns: k for k, stamp_ns in enumerate(sorted(album.pictures))}
    return {
        "sentences": [sentence_entry(sentence, clock, evidence, order) for sentence in sentences],
        "evidence": evidence.listed,
        "pictures": [picture_entry(album.pictures[stamp_ns], clock) for stamp_ns in order],
    }


def _scored(folder: Path, evaluation: Evaluation | None, clock: Clock) -> dict[str, Any]:
    tables = dict(evaluation.tables) if evaluation else {}
    if not any(name.startswith(PREFIX) for name in tables):
        latency = score_latency(times_of(folder)).tables
        tables |= {name: table for name, table in latency.items() if table.rows}
    return {
        "figures": {name: figure_text(value) for name, value in evaluation.figures.items()} if evaluation else {},
        "tables": table_entries(tables),
        "events": event_entries(evenly(evaluation.events, MOST_EVENTS), clock) if evaluation else [],
    }


def _left_out(
    drive: _Drive,
    sentences: tuple[Sentence, ...],
    kept: int,
    album: Album,
    room: Room,
    bag: Bag | None,
    evaluation: Evaluation | None,
) -> list[str]:
    """What the page does not show, in sentences for who reads it."""
    told = []
    if kept < len(drive.stamps_ns):
        told.append(f"{kept} of {len(drive.stamps_ns)} scenes are kept: those at sentences, and evenly between.")
    moments = len({sentence.stamp_ns for sentence in sentences})
    if bag is None:
        told.append("No pictures: the report was made without its bag (--bag).")
    elif len(album.pictures) < moments:
        told.append(f"{len(album.pictures)} of {moments} moments at which something was said have a picture.")
    told.append(f"The view from above shows what is within {room.seen_m:g} m.")
    if evaluation is None:
        told.append("No figures: there is no evaluation.json beside the transcript (crossmodal-narrator evaluate).")
    elif len(evaluation.events) > MOST_EVENTS:
        told.append(f"{MOST_EVENTS} of {len(evaluation.events)} events of the evaluation are listed.")
    return [*told, *(f"Not readable: {fault}" for fault in album.faults)]


def _refusals_left_out(refused: list[Refused] | None) -> list[str]:
    if refused is None:
        return ["What the gate refused is not known: this replay has no refusals.jsonl."]
    return [f"{MOST_EVENTS} of {len(refused)} refusals are listed."] if len(refused) > MOST_EVENTS else []
