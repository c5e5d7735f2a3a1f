"""Words of a search → facts. Each table takes its words out of the text, so that no word means two things."""

from __future__ import annotations

from collections.abc import Iterable

from crossmodal_narrator.core.detections import LOOKALIKES, ObjectClass
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.claims.areas import AREAS, AROUND, KINDS, LANE, MOVEMENTS
from crossmodal_narrator.language.claims.predicates import Movement
from crossmodal_narrator.language.dialogue.understanding import plain
from crossmodal_narrator.language.dialogue.words import Pattern
from crossmodal_narrator.language.searching.wanted import Topic, Wanted
from crossmodal_narrator.language.searching.words import SearchWords, Table

_ANY_KIND = ("", "anyone", "anything")
# Only vehicles do it: who "merges in front of us" sits in one. And only who walks or rides is "someone" who crosses.
_OF_VEHICLES = frozenset(m.value for m in (Movement.CUTTING_IN, Movement.PULLING_AWAY, Movement.BRAKING))
_PEOPLE = ("cyclist", "pedestrian", "anyone", "animal")
_OF_PEOPLE = frozenset(m.value for m in (Movement.CROSSING, Movement.STEPPING_OUT))


class _Text:
    """What is left of the words; `take` cuts out what it finds."""

    def __init__(self, text: str) -> None:
        self.left = text

    def take(self, table: Iterable[tuple[str, Pattern]]) -> str:
        """The name of the first pattern of the table that is found, or nothing."""
        for name, pattern in table:
            found = pattern.search(self.left)
            if found is not None:
                self.left = f"{self.left[: found.start()]} {self.left[found.end() :]}"
                return name
        return ""


def wanted_by(text: str, words: SearchWords) -> tuple[Wanted, ...]:
    """The facts that `text` names, the most telling first; none where no rule knows a word of it."""
    said = plain(text, words.asked)
    rest = _Text(said)
    sound, trend = rest.take(words.topics[Topic.SOUND]), ""
    if sound:
        trend = rest.take(words.trends)
    others = [Wanted(topic=topic, values=_values(value)) for topic, value in _around(rest, words) if value]
    row = rest.take([("parked", words.rows)])
    movement = _movement(rest, words, we_move=any(other.topic is Topic.EGO for other in others))
    area, kind = rest.take(words.asked.areas), _kind(rest, words, movement)
    colour = rest.take(words.asked.colours)
    if words.following.search(said):
        area = "ahead"
    if row:
        return (Wanted(topic=Topic.ROW, values=frozenset({row}), sides=_sides(area)), *others)
    if sound:
        others.insert(0, Wanted(topic=Topic.SOUND, values=_values(sound), sides=_sides(area), trend=trend))
    if movement or colour or kind not in ("", "anything"):
        others.insert(0, _thing(kind, movement, colour, "" if sound else area))
    return tuple(others)


def _around(rest: _Text, words: SearchWords) -> Iterable[tuple[Topic, str]]:
    """Signals, our own motion and the surroundings, in this order: "stop at a red light" is of two of them."""
    for topic in (Topic.SIGNAL, Topic.LIGHT, Topic.WEATHER, Topic.PLACE, Topic.EGO):
        yield topic, rest.take(words.topics[topic])


def _movement(rest: _Text, words: SearchWords, *, we_move: bool) -> str:
    """Where we brake for something, the braking is ours."""
    movement = rest.take(words.movements) or rest.take(_once(words.asked.movements))
    return "" if we_move and movement == Movement.BRAKING.value else movement


def _kind(rest: _Text, words: SearchWords, movement: str) -> str:
    """Of who steps out "between parked cars" the cars are not meant."""
    walks = _values(movement) and _values(movement) <= _OF_PEOPLE
    people = [(name, pattern) for name, pattern in words.asked.kinds if name in _PEOPLE] if walks else []
    return rest.take(words.kinds) or rest.take(people) or rest.take(words.asked.kinds)


def _once(table: Table) -> Table:
    """The dialogue's movements by the values that events have."""
    return tuple(("|".join(sorted(m.value for m in MOVEMENTS[name])), pattern) for name, pattern in table)


def _thing(kind: str, movement: str, colour: str, area: str) -> Wanted:
    return Wanted(
        topic=Topic.THING,
        values=_values(movement),
        labels=_labels(kind, movement),
        sides=_sides(area),
        in_path=area == LANE and movement != Movement.CUTTING_IN.value,  # there it goes, and is not yet
        colour=colour,
    )


def _labels(kind: str, movement: str) -> frozenset[str]:
    if kind in _ANY_KIND:
        values = _values(movement)
        if values and values <= _OF_VEHICLES:
            kind = "vehicle"
        elif kind == "" and values and values <= _OF_PEOPLE:
            kind = "anyone"
    if kind in ("", "anything"):
        return frozenset()
    labels = frozenset(label.value for label in KINDS[kind])
    return labels | {ObjectClass.CYCLIST.value} if kind == ObjectClass.BICYCLE.value else labels  # "a bike comes"


def lookalikes(labels: frozenset[str]) -> frozenset[str]:
    """`labels`, and those that detectors take for them."""
    numbers = {LOOKALIKES[ObjectClass(label)] for label in labels if ObjectClass(label) in LOOKALIKES}
    return labels | {label.value for label, number in LOOKALIKES.items() if number in numbers}


def _sides(area: str) -> frozenset[Side]:
    return frozenset() if area in ("", AROUND) else AREAS[area]


def _values(joined: str) -> frozenset[str]:
    return frozenset(joined.split("|")) if joined else frozenset()


def words_of(text: str, words: SearchWords) -> list[str]:
    """What a sentence and a search are compared by: words, or pairs of Chinese characters."""
    said = plain(text, words.asked)
    if words.asked.has_word_bounds:
        return [word for word in said.split() if word not in words.idle]
    return [said[k : k + 2] for k in range(len(said) - 1)] or list(said)
