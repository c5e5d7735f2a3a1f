"""Sirens and horns against truth: from where, how soon, how long, and what nobody made.

A true sound begins when it is as loud as all other noise at the microphones and ends when it is so for the last time:
what is quieter need not be heard, and what is heard earlier has a negative delay. What is heard while nobody makes
such a sound at all is a false alarm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
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


class _Spans:
    """Moments of one kind and maker, in the order of time, become spans without a longer gap."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Span] = {}
        self._over: list[Span] = []

    def push(self, kind: str, who: str, stamp_ns: int) -> None:
        last = self._open.get((kind, who))
        if last is not None and stamp_ns - last.to_ns <= GAP_S * 1e9:
            self._open[kind, who] = Span(kind=kind, who=who, from_ns=last.from_ns, to_ns=stamp_ns)
            return
        if last is not None:
            self._over.append(last)
        self._open[kind, who] = Span(kind=kind, who=who, from_ns=stamp_ns, to_ns=stamp_ns)

    def all(self) -> list[Span]:
        return sorted((*self._over, *self._open.values()), key=lambda s: (s.kind, s.who, s.from_ns))


class HearingScorer:
    """Takes each moment of a drive; of each direction that is told it holds two errors."""

    def __init__(self) -> None:
        self._there, self._loud, self._heard = _Spans(), _Spans(), _Spans()
        self._azimuths: list[tuple[float, float]] = []
        self._listened_ns: tuple[int, int] | None = None
        self._is_told = False  # by the truth, of sounds

    def push(self, record: Record | None, real: TrueScene | None) -> None:
        if real is not None:
            self._take(real)
        if record is None or "audio" not in record.get("senses", ()):
            return
        stamp_ns = int(record["stamp_ns"])
        first_ns = stamp_ns if self._listened_ns is None else self._listened_ns[0]
        self._listened_ns = first_ns, stamp_ns
        for kind in {sound["kind"] for sound in record["sounds"]} & set(KINDS):
            self._heard.push(kind, "", stamp_ns)
        if real is not None:
            self._azimuths += _azimuth_errors(record, real)

    def _take(self, real: TrueScene) -> None:
        self._is_told = self._is_told or real.sounds is not None
        for sound in real.sounds or ():
            if sound.kind in KINDS:
                self._there.push(sound.kind, sound.actor_id, real.stamp_ns)
                if sound.level_db >= sound.noise_db:
                    self._loud.push(sound.kind, sound.actor_id, real.stamp_ns)

    def evaluation(self) -> Evaluation:
        """Nothing is judged where the drive has no microphone, or its truth no sounds."""
        if self._listened_ns is None or not self._is_told:
            why = "the drive has no sound" if self._listened_ns is None else "the truth tells of no sounds"
            return Evaluation(figures=dict.fromkeys(_NAMES), events=(note(f"sounds are not scored: {why}"),))
        there, heard = self._there.all(), self._heard.all()
        found = [_heard(span, heard) for span in self._loud.all()]
        alarms = [h for h in heard if not any(_overlap(h, t) for t in there)]
        first_ns, last_ns = self._listened_ns
        return Evaluation(
            figures=_figures(found, alarms, self._azimuths, (last_ns - first_ns) / 3.6e12),
            tables={"sounds": _table(found)},
            events=(*_missed(found), *(_alarm(a) for a in alarms)),
        )


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


def _azimuth_errors(record: Record, real: TrueScene) -> Iterator[tuple[float, float]]:
    """Degrees from the source and from where its sound arrives: of each direction that was told, to the nearest."""
    for told in record["sounds"]:
        azimuth_rad, near = told["azimuth_rad"], [s for s in real.sounds or () if s.kind == told["kind"]]
        if azimuth_rad is not None and near:
            yield (
                min(_apart_deg(azimuth_rad, s.azimuth_rad) for s in near),
                min(_apart_deg(azimuth_rad, s.arrival_azimuth_rad) for s in near),
            )


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
