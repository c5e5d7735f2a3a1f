"""What a narrator can claim at all: an expectation that asks for something else would be missed for ever."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.core.snapshot import Sense, Trouble
from crossmodal_narrator.language.claims.predicates import EGO, UNKNOWN_CAUSE, EgoState, Movement, Predicate
from crossmodal_narrator.simulation.scenario import ClaimPattern
from crossmodal_narrator.simulation.scenarios.reading import Spot

SUBJECTS = (EGO, "track", "signal", "sound", "sense")


def _words(kind: type[Enum]) -> tuple[str, ...]:
    return tuple(member.value for member in kind)


VALUES: Mapping[Predicate, tuple[str, ...]] = {
    Predicate.EXISTS: _words(ObjectClass),
    Predicate.GONE: _words(ObjectClass),
    Predicate.WAS_SAID: _words(ObjectClass),
    Predicate.SIDE: _words(Side),
    Predicate.MOTION: _words(Movement),
    Predicate.EGO_MOTION: _words(EgoState),
    Predicate.SIGNAL_STATE: _words(SignalState),
    Predicate.SENSE_TROUBLE: _words(Trouble),
    Predicate.SOUND_TREND: ("approaching", "fading"),
    Predicate.CAUSE: (UNKNOWN_CAUSE,),
}
_SENSES = tuple(f"sense:{sense.value}" for sense in Sense)


def check_pattern(pattern: ClaimPattern, at: Spot) -> None:
    """Raises ScenarioError: no claim of docs/language.md can fit the pattern."""
    allowed = VALUES.get(pattern.predicate)
    for k, value in enumerate(pattern.value):
        if allowed is not None and value not in allowed:
            at.key("value").item(k).refuse(
                f"= {value!r} is no value of {pattern.predicate.value!r}", f"allowed: {', '.join(allowed)}"
            )
    kind, _, rest = pattern.about.partition(":")
    if pattern.about and kind not in SUBJECTS:
        at.key("about").refuse(f"= {pattern.about!r} is no subject", f"begin it with {', '.join(SUBJECTS)}")
    if kind == "sense" and rest and not pattern.about.startswith(_SENSES):
        at.key("about").refuse(f"= {pattern.about!r} is no sense", f"allowed: {', '.join(_SENSES)}")
    if pattern.label and kind not in ("", "track"):
        at.key("label").refuse(f"cannot be said of {pattern.about!r}", "only a track has one")
