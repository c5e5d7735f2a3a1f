"""A fact that is searched for, without a word of any language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.claims.predicates import EgoState, Movement


class Topic(str, Enum):
    """What an event is about; its value is of the vocabulary named beside it."""

    THING = "thing"  # Movement
    ROW = "row"  # "parked": three vehicles or more along one side
    EGO = "ego"  # EgoState
    SOUND = "sound"  # kind of a sound
    SIGNAL = "signal"  # SignalState
    LIGHT = "light"  # value of the surroundings' attribute, as the next two
    WEATHER = "weather"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Empty sets and words admit anything. Several that are wanted at once must hold together."""

    topic: Topic
    values: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    sides: frozenset[Side] = frozenset()
    in_path: bool = False
    colour: str = ""
    trend: str = ""  # of a sound: approaching, fading

    def __str__(self) -> str:
        """As it is shown beside what was found: thing(pedestrian; crossing|stepping_out; ahead)."""
        parts = [
            "|".join(sorted(words))
            for words in (self.labels, self.values, {side.value for side in self.sides})
            if words
        ]
        parts += [word for word in (self.colour, self.trend, "in our path" if self.in_path else "") if word]
        return f"{self.topic.value}({'; '.join(parts)})"


def event_named(name: str) -> tuple[Wanted, ...]:
    """The fact of which `name` is a value or a class, as `cutting_in`, `siren`, `red`, `bus`; nothing if none is."""
    values = {
        **{movement.value: Topic.THING for movement in Movement},
        **{state.value: Topic.EGO for state in EgoState if state.value not in {m.value for m in Movement}},
        **{state.value: Topic.SIGNAL for state in SignalState},
        "siren": Topic.SOUND,
        "horn": Topic.SOUND,
    }
    if name in {label.value for label in ObjectClass}:
        return (Wanted(topic=Topic.THING, labels=frozenset({name})),)
    return (Wanted(topic=values[name], values=frozenset({name})),) if name in values else ()
