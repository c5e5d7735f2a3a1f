"""Scenes → events: what the narrator could have claimed, and from when until when it held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crossmodal_narrator.core.detections import Attribute
from crossmodal_narrator.core.scene import SceneState, Side
from crossmodal_narrator.language.claims.drawing import ClaimDrawer
from crossmodal_narrator.language.claims.facts import LEFT_SIDES, RIGHT_SIDES, Facts, Sound, Thing
from crossmodal_narrator.language.claims.hearing import TRENDS
from crossmodal_narrator.language.claims.predicates import EGO, Movement
from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.searching import Topic

# Longer gaps end an event. Surroundings are looked at once a second, everything else with each scene.
_GAP_NS, _LOOK_GAP_NS = 700_000_000, 2_500_000_000
_LEAST_NS = 200_000_000  # what a thing does for less has only flickered
_ROW = 3  # parked vehicles on one side make a row
_NEAR_M = 15.0  # what comes nearer than this counts in full
_SIDES = tuple(Side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact and its interval. `sides` are those that it held for a third of its time, or for three scenes."""

    topic: Topic
    subject: str  # as in claims: track:3, sound:siren, ego
    value: str  # of the vocabulary of its topic
    begin_ns: int
    end_ns: int
    label: str = ""
    sides: tuple[Side, ...] = ()
    in_path: bool = False
    colour: str = ""
    trend: str = ""
    weight: float = 1.0  # how sure and how near it is: what is found first


Key = tuple[Topic, str, str, str]  # topic, subject, value, and of a sound its trend or its side


@dataclass(slots=True)
class _Growing:
    begin_ns: int
    end_ns: int
    scenes: int = 0
    confidence: float = 0.0
    nearest_m: float = _NEAR_M
    in_path: bool = False
    labels: Counter[str] = field(default_factory=Counter)
    sides: Counter[Side] = field(default_factory=Counter)
    colours: Counter[str] = field(default_factory=Counter)


class EventGatherer:
    """Call `observe` in stamp order, then `events` once."""

    def __init__(self) -> None:
        self._drawer = ClaimDrawer(NarratorConfig())
        self._open: dict[Key, _Growing] = {}
        self._closed: list[Event] = []

    def observe(self, scene: SceneState) -> None:
        facts = self._drawer.draw(scene)
        self._close_before(scene.stamp_ns)
        for thing in facts.things.values():
            self._see(thing, facts.stamp_ns)
        self._see_rows(facts)
        for sound in facts.sounds:
            self._hear(sound, facts.stamp_ns)
        if facts.ego.state is not None:
            self._grow((Topic.EGO, EGO, facts.ego.state.value, ""), facts.stamp_ns)
        if facts.signal is not None:
            self._grow((Topic.SIGNAL, "signal", facts.signal.state.value, ""), facts.stamp_ns, facts.signal.confidence)
        if scene.surroundings is not None:
            self._look(scene.surroundings.attributes, facts.stamp_ns)

    def events(self) -> tuple[Event, ...]:
        """All of them, by their beginning."""
        self._closed += [event for key, grown in self._open.items() for event in _event(key, grown)]
        self._open.clear()
        return tuple(sorted(self._closed, key=lambda e: (e.begin_ns, e.end_ns, e.topic.value, e.subject, e.value)))

    def _see(self, thing: Thing, stamp_ns: int) -> None:
        grown = self._grow((Topic.THING, thing.subject, thing.movement.value, ""), stamp_ns, thing.confidence)
        grown.labels[thing.label.value] += 1
        grown.sides[thing.side] += 1
        grown.in_path |= thing.in_path
        if thing.distance_m is not None:
            first = grown.scenes == 1
            grown.nearest_m = thing.distance_m if first else min(grown.nearest_m, thing.distance_m)
        if thing.colour is not None:
            grown.colours[thing.colour] += 1

    def _see_rows(self, facts: Facts) -> None:
        parked = [t for t in facts.things.values() if t.movement is Movement.PARKED and t.label.is_vehicle]
        for name, hand in (("left", LEFT_SIDES), ("right", RIGHT_SIDES)):
            beside = [thing for thing in parked if thing.side in hand]
            if len(beside) >= _ROW:
                grown = self._grow((Topic.ROW, f"row:{name}", "parked", ""), facts.stamp_ns)
                grown.sides.update({thing.side for thing in beside})

    def _hear(self, sound: Sound, stamp_ns: int) -> None:
        """As a whole, by side and by trend: "a siren", "a siren behind us" and "coming closer" end at other times."""
        for detail in dict.fromkeys(("", sound.side.value if sound.side else "", sound.trend or "")):
            grown = self._grow((Topic.SOUND, sound.subject, sound.kind, detail), stamp_ns, sound.confidence)
            if sound.side is not None and detail:
                grown.sides[sound.side] += 1

    def _look(self, attributes: Sequence[Attribute], stamp_ns: int) -> None:
        for told in attributes:
            if told.name in (Topic.LIGHT.value, Topic.WEATHER.value, Topic.PLACE.value):
                self._grow((Topic(told.name), "surroundings", told.value, ""), stamp_ns, told.confidence)

    def _grow(self, key: Key, stamp_ns: int, confidence: float = 1.0) -> _Growing:
        grown = self._open.setdefault(key, _Growing(stamp_ns, stamp_ns))
        grown.end_ns = stamp_ns
        grown.scenes += 1
        grown.confidence += confidence
        return grown

    def _close_before(self, stamp_ns: int) -> None:
        for key in [key for key, grown in self._open.items() if _has_ended(key, grown, stamp_ns)]:
            self._closed += _event(key, self._open.pop(key))


def _has_ended(key: Key, grown: _Growing, stamp_ns: int) -> bool:
    gap_ns = _LOOK_GAP_NS if key[1] == "surroundings" else _GAP_NS
    return not 0 <= stamp_ns - grown.end_ns <= gap_ns


def _event(key: Key, grown: _Growing) -> Iterator[Event]:
    topic, subject, value, detail = key
    lasted_ns = grown.end_ns - grown.begin_ns
    if topic in (Topic.THING, Topic.ROW) and lasted_ns < _LEAST_NS:
        return
    nearness = min(1.0, _NEAR_M / max(grown.nearest_m, 1.0)) * (
        1.0 if grown.in_path or topic is not Topic.THING else 0.8
    )
    enough = min(3.0, grown.scenes / 3)
    yield Event(
        topic=topic,
        subject=subject,
        value=value,
        begin_ns=grown.begin_ns,
        end_ns=grown.end_ns,
        label=_most(grown.labels),
        sides=tuple(side for side in _SIDES if grown.sides[side] >= max(enough, 1.0)),
        in_path=grown.in_path,
        colour=_most(grown.colours),
        trend=detail if detail in TRENDS.values() else "",
        weight=grown.confidence / grown.scenes * nearness * min(1.0, (lasted_ns + 2e8) / 1e9),
    )


def _most(counted: Counter[str]) -> str:
    """The most frequent; of several the first by name."""
    return min(counted, key=lambda name: (-counted[name], name)) if counted else ""
