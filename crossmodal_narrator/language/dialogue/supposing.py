"""What would be if: how much time there would be, by what is measured now. What anybody would do is not told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.claims.areas import LANE
from crossmodal_narrator.language.claims.facts import AHEAD_SIDES, Thing
from crossmodal_narrator.language.claims.predicates import Predicate
from crossmodal_narrator.language.claims.supposing import DRIVES_ABOVE_MPS, Supposition, time_left
from crossmodal_narrator.language.dialogue.answer import CANNOT_TELL, Answer, about, introduced
from crossmodal_narrator.language.dialogue.query import Asks, Query
from crossmodal_narrator.language.planning.message import Act
from crossmodal_narrator.language.planning.view import View, is_ahead_in_path

FOLLOWS_WITHIN_M = 2.0  # of our middle line
ACTS = {
    Supposition.IT_BRAKES: Act.IF_IT_BRAKES,
    Supposition.IT_STEPS_OUT: Act.IF_IT_STEPS_OUT,
    Supposition.WE_BRAKE: Act.IF_WE_BRAKE,
    Supposition.NOTHING_CHANGES: Act.IF_NOTHING_CHANGES,
}
# Of whom there must be one: where none is, that is the answer.
_WHOM: Mapping[Supposition, Query] = {
    Supposition.IT_BRAKES: Query(asks=Asks.EXISTS, kind="vehicle", area=LANE),
    Supposition.IT_STEPS_OUT: Query(asks=Asks.EXISTS, kind="anyone", area="ahead"),
    Supposition.WE_BRAKE: Query(asks=Asks.EXISTS, kind="vehicle", area="behind"),
    Supposition.NOTHING_CHANGES: Query(asks=Asks.EXISTS, kind="anything", area=LANE),
}


def what_if(query: Query, found: Sequence[Thing], view: View, none: Callable[[Query, View], Answer]) -> Answer:
    """`found`: what fits the words of the question, the nearest first; `none`: tells that there is none."""
    if not query.supposed:
        return CANNOT_TELL
    supposed = Supposition(query.supposed)
    if abs(view.facts.ego.speed_mps) < DRIVES_ABOVE_MPS and supposed is not Supposition.WE_BRAKE:
        return CANNOT_TELL  # nothing of it would come about while we stand
    fitting = [thing for thing in found if _fits(supposed, thing)]
    timed = [(thing, left) for thing in fitting if (left := time_left(supposed, thing, view.facts.ego)) is not None]
    if timed:
        thing, left = min(timed, key=lambda pair: float(pair[1].value))
        told = about(thing, view, ACTS[supposed], (Predicate.EXISTS, Predicate.SIDE), (Predicate.COLOUR,))
        return Answer(messages=(replace(told, core=(*told.core, left)),))
    if fitting:
        return Answer(messages=introduced(fitting, view, 1)) if supposed is Supposition.NOTHING_CHANGES else CANNOT_TELL
    return none(_WHOM[supposed], view)


def _fits(supposed: Supposition, thing: Thing) -> bool:
    """Whether it is where the supposition would concern us."""
    if supposed is Supposition.IT_STEPS_OUT:
        return thing.label.is_vulnerable and thing.side in AHEAD_SIDES
    if supposed is Supposition.WE_BRAKE:
        follows = thing.left_m is not None and abs(thing.left_m) <= FOLLOWS_WITHIN_M
        return thing.label.is_vehicle and thing.side is Side.BEHIND and follows
    is_ahead = is_ahead_in_path(thing)
    return is_ahead and (
        supposed is Supposition.NOTHING_CHANGES or (thing.label.is_vehicle and not thing.movement.stands)
    )
