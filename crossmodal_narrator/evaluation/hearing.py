"""Sirens and horns against truth: from where, how soon, how long, and what nobody made.

A true sound begins when it is as loud as all other noise at the microphones and ends when it is so for the last time:
what is quieter need not be heard, and what is heard earlier has a negative delay. What is heard while nobody makes
such a sound at all is a false alarm.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.geometry import wrap_angle
from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Evaluation, Event, Number, Table, note
from crossmodal_narrator.evaluation.shares import median, percentile
from crossmodal_narrator.evaluation.truth import TrueScene

KINDS = ("siren", "horn")
GAP_S = 1.5  # so short a silence is a yelp between two others
MISSED_AFTER_S = 5.0  # heard so long after it ended, it was another one
HANGS_OVER_S = 2.0  # a tracker may hold a sound so long after its end

_NAMES = (
    *("sounds_true", "sounds_heard", "sounds_missed", "sound_azimuth_error_median_deg", "sound_azimuth_error_p95_deg"),
    *("sound_arrival_error_median_deg", "sound_azimuths", "sound_onset_delay_median_s", "sound_onset_delay_p95_s"),
    *("sound_offset_delay_median_s", "sound_offset_delay_p95_s", "sound_false_alarms", "sound_false_alarms_per_hour"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when a kind of sound was there, or was heard."""

    kind: str
    who: str
    from_ns: int
    to_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A true sound and when it was heard; None: it was not."""

    true: Span
    onset_delay_s: float | None
    offset_delay_s: float | None


def score_hearing(records: Sequence[Record], truth: Sequence[TrueScene]) -> Evaluation:
    """Of scene records. Nothing is judged where the drive has no microphone, or its truth no sounds."""
    listened = [r for r in records if "audio" in r.get("senses", ())]
    if not listened or not any(scene.sounds is not None for scene in truth):
        why = "the drive has no sound" if not listened else "the truth tells of no sounds"
        return Evaluation(figures=dict.fromkeys(_NAMES), events=(note(f"sounds are not scored: {why}"),))
    there, loud = _true_spans(truth, audible=False), _true_spans(truth, audible=True)
    heard = _spans((s["kind"], "", int(r["stamp_ns"])) for r in listened for s in r["sounds"] if s["kind"] in KINDS)
    found = [_heard(span, heard) for span in loud]
    alarms = [h for h in heard if not any(_overlap(h, t) for t in there)]
    azimuths = _azimuth_errors(listened, truth)
    return Evaluation(
        figures=_figures(found, alarms, azimuths, (listened[-1]["stamp_ns"] - listened[0]["stamp_ns"]) / 3.6e12),
        tables={"sounds": _table(found)},
        events=(*_missed(found), *(_alarm(a) for a in alarms)),
    )


def _true_spans(truth: Sequence[TrueScene], *, audible: bool) -> list[Span]:
    entries = ((scene.stamp_ns, sound) for scene in truth for sound in scene.sounds or ())
    return _spans(
        (sound.kind, sound.actor_id, stamp_ns)
        for stamp_ns, sound in entries
        if sound.kind in KINDS and (not audible or sound.level_db >= sound.noise_db)
    )


def _spans(moments: Iterable[tuple[str, str, int]]) -> list[Span]:
    """Moments of one kind and maker as spans without a longer gap."""
    spans: list[Span] = []
    for kind, who, stamp_ns in sorted(moments):
        last = spans[-1] if spans else None
        if last and (last.kind, last.who) == (kind, who) and stamp_ns - last.to_ns <= GAP_S * 1e9:
            spans[-1] = Span(kind=kind, who=who, from_ns=last.from_ns, to_ns=stamp_ns)
        else:
            spans.append(Span(kind=kind, who=who, from_ns=stamp_ns, to_ns=stamp_ns))
    return spans


def _heard(true: Span, heard: Sequence[Span]) -> Heard:
    """By the first span of its kind that lies within it, and the last one."""
    latest = true.to_ns + MISSED_AFTER_S * 1e9
    near = [h for h in heard if h.kind == true.kind and h.to_ns >= true.from_ns and h.from_ns <= latest]
    if not near:
        return Heard(true=true, onset_delay_s=None, offset_delay_s=None)
    return Heard(
        true=true,
        onset_delay_s=(near[0].from_ns - true.from_ns) / 1e9,
        offset_delay_s=(near[-1].to_ns - true.to_ns) / 1e9,
    )


def _overlap(heard: Span, true: Span) -> bool:
    over_ns = HANGS_OVER_S * 1e9
    return heard.kind == true.kind and heard.to_ns >= true.from_ns and heard.from_ns <= true.to_ns + over_ns


def _azimuth_errors(listened: Sequence[Record], truth: Sequence[TrueScene]) -> list[tuple[float, float]]:
    """Degrees from the source and from where its sound arrives: of each direction that was told, to the nearest."""
    scenes = {scene.stamp_ns: scene for scene in truth}
    errors = []
    for record in listened:
        scene = scenes.get(int(record["stamp_ns"]))
        for told in record["sounds"] if scene is not None else ():
            assert scene is not None
            near = [s for s in scene.sounds or () if s.kind == told["kind"]]
            if told["azimuth_rad"] is not None and near:
                errors.append(
                    (
                        min(_apart_deg(told["azimuth_rad"], s.azimuth_rad) for s in near),
                        min(_apart_deg(told["azimuth_rad"], s.arrival_azimuth_rad) for s in near),
                    )
                )
    return errors


def _apart_deg(a_rad: float, b_rad: float) -> float:
    return math.degrees(abs(wrap_angle(a_rad - b_rad)))


def _figures(
    found: Sequence[Heard], alarms: Sequence[Span], azimuths: Sequence[tuple[float, float]], hours: float
) -> dict[str, Number]:
    onsets = [f.onset_delay_s for f in found if f.onset_delay_s is not None]
    offsets = [f.offset_delay_s for f in found if f.offset_delay_s is not None]
    source, arrival = [a for a, _ in azimuths], [b for _, b in azimuths]
    values: tuple[Number, ...] = (
        *(len(found), len(onsets), len(found) - len(onsets), median(source), percentile(source, 95)),
        *(median(arrival), len(source), median(onsets), percentile(onsets, 95)),
        *(median(offsets), percentile(offsets, 95), len(alarms), len(alarms) / hours if hours else None),
    )
    return dict(zip(_NAMES, values, strict=True))


def _table(found: Sequence[Heard]) -> Table:
    rows = [
        (f.true.kind, f.true.who, (f.true.to_ns - f.true.from_ns) / 1e9, f.onset_delay_s, f.offset_delay_s)
        for f in found
    ]
    return Table(columns=("kind", "who", "lasts s", "onset delay s", "offset delay s"), rows=tuple(rows))


def _missed(found: Sequence[Heard]) -> list[Event]:
    return [
        Event(stamp_ns=f.true.from_ns, kind="sound_missed", text=f"{f.true.kind} of {f.true.who} was not heard")
        for f in found
        if f.onset_delay_s is None
    ]


def _alarm(span: Span) -> Event:
    lasts_s = (span.to_ns - span.from_ns) / 1e9
    text = f"a {span.kind} that nobody made, for {lasts_s:.1f} s"
    return Event(stamp_ns=span.from_ns, kind="sound_false_alarm", text=text)
