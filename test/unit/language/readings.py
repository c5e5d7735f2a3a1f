"""What a listener takes from a sentence, read with tables of this test's own.

The gate judges a sentence by `gives_away` of the very file whose words are on trial: a gap there hides the mistake that
it should find. So these tables were written anew, and each stretch of words is read once: what is left over is grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.speech import Claim

AHEAD, LEFT, RIGHT, BEHIND = "ahead", "left", "right", "behind"
ALL_AHEAD = {"ahead", "ahead_left", "ahead_right"}
VEHICLES = {"car", "van", "truck", "bus", "train", "motorcycle"}
NAMED = {"exists", "gone"}  # predicates whose claim names a kind of thing
Accepts = Callable[[Claim], bool]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Some words, and which claims would account for them. `may_repeat`: they tell it in passing, if it is claimed."""

    words: str
    accepts: Accepts
    may_repeat: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    pattern: re.Pattern[str]
    reads: Callable[[re.Match[str]], Iterable[tuple[Accepts, bool]]]


def says(*predicates: str, values: Iterable[str] = ()) -> Accepts:
    wanted = {str(v) for v in values}
    return lambda c: c.predicate in predicates and (not wanted or str(c.value) in wanted)


def rule(pattern: str, *told: Accepts, implies: Sequence[Accepts] = ()) -> Rule:
    read = [*((accepts, False) for accepts in told), *((accepts, True) for accepts in implies)]
    return Rule(pattern=re.compile(pattern), reads=lambda _: read)


def at(*sides: str) -> Accepts:
    return says("side", values=sides)


def sides(way: str) -> Accepts:
    """Left, or right, be it ahead or behind."""
    return at(way, f"ahead_{way}", f"behind_{way}")


def is_near(claim: Claim) -> bool:
    return claim.predicate == "distance" and float(claim.value) < 4.0


def metres(number: int) -> Accepts:
    """As people round: to metres, to fives from 20 on, to tens from 50 on."""
    step = 1 if number <= 20 else 5 if number <= 50 else 10
    return lambda c: c.predicate == "distance" and abs(float(c.value) - number) <= (2.5 if number == 20 else step / 2)


def kilometres(number: int) -> Accepts:
    return lambda c: c.predicate == "speed" and abs(abs(float(c.value)) * 3.6 - number) <= 2.5


def passed(low_s: float, high_s: float) -> Accepts:
    return lambda c: c.predicate == "ago" and low_s <= float(c.value) <= high_s


def ago(number: int, unit_s: float = 1.0) -> Accepts:
    """As people round: to seconds, to fives from 20 on, and to minutes."""
    step = 60.0 if unit_s > 1.0 else 1.0 if number < 20 else 5.0
    return passed(number * unit_s - step / 2, number * unit_s + step / 2)


def left(low_s: float, high_s: float) -> Accepts:
    """At least so much, and less than so much: it is rounded down."""
    return lambda c: c.predicate == "time_left" and low_s <= float(c.value) < high_s


def counts(number: int | None) -> Accepts:
    return lambda c: c.predicate == "count" and (int(c.value) >= 3 if number is None else int(c.value) == number)


def sense(name: str) -> Accepts:
    return lambda c: c.predicate in ("sense_trouble", "sense_works") and c.subject.split(":")[-1].split("/")[0] == name


def works(name: str) -> Accepts:
    return lambda c: c.predicate == "sense_works" and sense(name)(c)


def captured(pattern: str, reads: Callable[[re.Match[str]], Iterable[tuple[Accepts, bool]]]) -> Rule:
    return Rule(pattern=re.compile(pattern), reads=reads)


def read(text: str, rules: Sequence[Rule]) -> Iterator[Reading]:
    """Each rule takes its words out of the text before the next one looks."""
    left = text.lower()
    for one in rules:
        for match in one.pattern.finditer(left):
            for accepts, may_repeat in one.reads(match):
                yield Reading(words=match[0], accepts=accepts, may_repeat=may_repeat)
        left = one.pattern.sub(lambda m: "\0" * len(m[0]), left)


def faults(text: str, claims: Sequence[Claim], rules: Sequence[Rule]) -> Iterator[str]:
    """Words without a claim, claims without words, and what is told twice."""
    readings = list(read(text, rules))
    units = _units(claims)
    for reading in (r for r in readings if not r.may_repeat):
        if not any(reading.accepts(c) for unit in units for c in unit):
            yield f"no claim accounts for {reading.words!r}"
    for unit in units:
        if not any(r.accepts(c) for r in readings for c in unit):
            yield f"it does not tell {unit[0].predicate}({unit[0].subject}) = {unit[0].value}"
    told = [r for r in readings if not r.may_repeat and any(r.accepts(c) for unit in units for c in unit)]
    for extra in _unmatched(told, units):
        yield f"{extra.words!r} tells again what has been told"


def _units(claims: Sequence[Claim]) -> list[tuple[Claim, ...]]:
    """Claims that are told at once: the sides of a group's members."""
    groups = [set(c.subject.split(",")) for c in claims if c.predicate == "count"]
    units: list[tuple[Claim, ...]] = []
    for group in groups:
        beside = tuple(c for c in claims if c.predicate == "side" and set(c.subject.split(",")) <= group)
        units += [beside] if beside else []
    grouped = [c for unit in units for c in unit]
    return [*units, *((c,) for c in claims if c not in grouped)]


def _unmatched(readings: Sequence[Reading], units: Sequence[tuple[Claim, ...]]) -> list[Reading]:
    """Readings left without a claim of their own, when each claim serves one (bipartite matching)."""
    serves: dict[int, int] = {}

    def place(k: int, tried: set[int]) -> bool:
        for u, unit in enumerate(units):
            if u in tried or not any(readings[k].accepts(c) for c in unit):
                continue
            tried.add(u)
            if u not in serves or place(serves[u], tried):
                serves[u] = k
                return True
        return False

    return [readings[k] for k in range(len(readings)) if not place(k, set())]


SENSES = {
    "en": {"camera": "camera", "laser": "lidar", "microphone": "audio", "speed sensor": "odometry"},
    "zh": {"摄像头": "camera", "激光雷达": "lidar", "麦克风": "audio", "车速传感器": "odometry"},
}


def others(language: str) -> Callable[[re.Match[str]], Iterator[tuple[Accepts, bool]]]:
    """The senses that are named in what was matched, all of which work."""
    return lambda match: ((works(s), False) for word, s in SENSES[language].items() if word in match[0])


def tellers(language: str) -> Callable[[re.Match[str]], Iterator[tuple[Accepts, bool]]]:
    """The senses of which one each told what was said."""
    named = SENSES[language].items()
    return lambda match: ((_told_by(s), False) for word, s in named if word in match[0])


def _told_by(name: str) -> Accepts:
    return lambda c: (c.predicate, c.subject) == ("told_by", f"sense:{name}")


def in_trouble(language: str) -> Callable[[re.Match[str]], Iterator[tuple[Accepts, bool]]]:
    return lambda match: ((sense(s), True) for word, s in SENSES[language].items() if word in match[0])
