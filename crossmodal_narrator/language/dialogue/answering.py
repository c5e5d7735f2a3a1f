"""A query → what is to be said: messages with their claims, drawn from the facts of the moment. No words in here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import groupby

from crossmodal_narrator.core.detections import SignalState
from crossmodal_narrator.core.scene import Evidence
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Claim, Urgency
from crossmodal_narrator.language.claims.areas import AROUND, DOORS, LANE
from crossmodal_narrator.language.claims.facts import Thing
from crossmodal_narrator.language.claims.predicates import EGO, EgoState, Movement, Predicate
from crossmodal_narrator.language.dialogue.answer import CANNOT_TELL, TOPIC, Answer, about, introduced, message, plain
from crossmodal_narrator.language.dialogue.chronicle import Chronicle
from crossmodal_narrator.language.dialogue.past import OWN_MOTIONS, what_was_heard, why_we_did
from crossmodal_narrator.language.dialogue.query import Asks, Pick, Query
from crossmodal_narrator.language.dialogue.supposing import what_if
from crossmodal_narrator.language.planning.leaving import met_by_door, nobody_by_door
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.planning.view import View
from crossmodal_narrator.language.realisation.rounding import UNITS

MOST_THINGS = 3  # in one answer
MOST_AROUND = 4
STANDING_BEHIND_M = 20.0


class Answerer:
    """Looks at the facts of one moment. What is not sure enough, or too far to be spoken of, is not counted."""

    def __init__(self, chronicle: Chronicle) -> None:
        self._chronicle = chronicle
        self._ways: Mapping[Asks, Callable[[Query, View], Answer]] = {
            Asks.EXISTS: self._exists,
            Asks.COUNT: self._count,
            Asks.WHERE: self._which,
            Asks.WHAT: self._which,
            Asks.MOVEMENT: self._movement,
            Asks.DISTANCE: lambda query, view: self._of_one(query, view, Predicate.DISTANCE, Act.HOW_FAR),
            Asks.SPEED: self._speed,
            Asks.COLOUR: lambda query, view: self._of_one(query, view, Predicate.COLOUR, Act.HOW_COLOURED),
            Asks.SIGNAL: self._signal,
            Asks.IF: lambda query, view: what_if(query, _found(query, view), view, self._none),
            Asks.SOUND: self._sound,
            Asks.OWN_SPEED: self._own_speed,
            Asks.OWN_MOVEMENT: self._own_movement,
            Asks.WHY: self._why,
            Asks.AROUND: self._around,
            Asks.LEAVING: self._leaving,
            Asks.COMMAND: self._command,
            Asks.PROMISE: lambda query, view: Answer(messages=(plain(Act.NO_PROMISE),), is_declined=True),
            Asks.UNKNOWABLE: lambda query, view: CANNOT_TELL,
            Asks.OTHER: lambda query, view: Answer(messages=(plain(Act.ONLY_THE_DRIVE),), is_declined=True),
        }

    def answer(self, query: Query, view: View) -> Answer:
        return self._ways.get(query.asks, _unanswered)(query, view)

    def _exists(self, query: Query, view: View) -> Answer:
        found = _found(query, view)
        if not found:
            return self._none(query, view, is_yes=False)
        return Answer(messages=introduced(found, view, MOST_THINGS), is_yes=True)

    def _which(self, query: Query, view: View) -> Answer:
        found = _found(query, view)
        return Answer(messages=introduced(found, view, MOST_THINGS)) if found else self._none(query, view)

    def _count(self, query: Query, view: View) -> Answer:
        found = _found(query, view)
        if not found:
            return self._none(query, view)
        by_label = groupby(sorted(found, key=lambda t: t.label.value), key=lambda t: t.label)
        return Answer(messages=tuple(_counted(list(things), view) for _, things in by_label))

    def _movement(self, query: Query, view: View) -> Answer:
        """What a thing does, or whether it does what it is asked for."""
        if not query.movement:
            return self._which(query, view)
        if query.pick is Pick.ALL:  # whether any of them does
            return self._exists(query, view)
        whoever = replace(query, movement="")
        found = _found(whoever, view)
        if not found:
            return self._none(whoever, view, is_yes=False)
        one = found[0]
        if one.movement is Movement.UNKNOWN:
            return _unknown_of(one)
        return Answer(messages=introduced([one], view, 1), is_yes=query.admits(one))

    def _of_one(self, query: Query, view: View, predicate: Predicate, act: Act) -> Answer:
        """One property of one thing: the nearest, where several fit."""
        found = _found(query, view)
        if not found:
            return self._none(query, view)
        thing = found[0]
        if not thing.claims(predicate):
            return _unknown_of(thing)
        is_told = bool(query.subject) and predicate is not Predicate.DISTANCE
        who = (Predicate.EXISTS,) if is_told else (Predicate.EXISTS, Predicate.SIDE)
        return Answer(messages=(about(thing, view, act, core=(*who, predicate)),))

    def _speed(self, query: Query, view: View) -> Answer:
        found = _found(query, view)
        if found and found[0].speed_mps is not None and _is_about_nothing(found[0].speed_mps, view):
            return Answer(messages=introduced(found[:1], view, 1))
        return self._of_one(query, view, Predicate.SPEED, Act.HOW_FAST)

    def _signal(self, query: Query, view: View) -> Answer:
        signal = view.facts.signal
        if signal is None:
            looks = Sense.CAMERA in view.facts.looked
            return Answer(messages=(plain(Act.NO_SIGNAL),)) if looks else CANNOT_TELL
        if signal.held_s < view.config.least_signal_s:
            return CANNOT_TELL
        return Answer(messages=(message(Act.SIGNAL, (signal.claim(),), {"a": signal.subject}),))

    def _sound(self, query: Query, view: View) -> Answer:
        sounds = [s for s in view.facts.sounds if view.may_speak_of_sound(s)]
        if not sounds:
            heard = what_was_heard(self._chronicle, view.now_ns) if query.did else None
            return _nothing_heard(view) if heard is None else heard
        messages = []
        for sound in sounds:
            claims = sound.claims()
            core = tuple(c for c in claims if c.predicate == Predicate.HEARD.value)
            extra = tuple(c for c in claims if c.predicate in (Predicate.SIDE.value, Predicate.SOUND_TREND.value))
            source = view.facts.things.get(sound.seen_as or "")
            if source is not None and not view.may_speak_of(source):
                source = None
            if source is not None:
                named = tuple(c for c in claims if c.predicate == Predicate.SOUND_SOURCE.value)
                core = (*core, *named, *source.claims(Predicate.EXISTS))
                extra = source.claims(Predicate.SIDE)
            roles = {"a": sound.subject, **({} if source is None else {"b": source.subject})}
            act = Act.SOUND if source is None else Act.SOURCE
            messages.append(replace(message(act, core, roles), extra=extra))
        return Answer(messages=tuple(messages))

    def _own_speed(self, query: Query, view: View) -> Answer:
        ego = view.facts.ego
        if ego.state is None:
            return CANNOT_TELL
        if _is_about_nothing(ego.speed_mps, view):
            return self._own_movement(query, view)
        return Answer(messages=(message(Act.SPEED, (ego.speed_claim(),), {"a": EGO}),))

    def _own_movement(self, query: Query, view: View) -> Answer:
        ego = view.facts.ego
        if ego.state is None:
            return CANNOT_TELL
        return Answer(messages=(message(Act.OWN_MOVEMENT, (ego.claim(ego.state),), {"a": EGO}),))

    def _why(self, query: Query, view: View) -> Answer:
        """Why we do what we do, where the scene of this moment shows it; else why we did it a while ago."""
        is_over = query.did and view.facts.ego.state not in OWN_MOTIONS[query.did]
        now = CANNOT_TELL if is_over else self._why_now(query, view)
        is_asked_of_then = now is CANNOT_TELL and query.did
        return why_we_did(query.did, self._chronicle, view.now_ns) if is_asked_of_then else now

    def _why_now(self, query: Query, view: View) -> Answer:
        ego, signal, lead = view.facts.ego, view.facts.signal, view.lead()
        if ego.state is None:
            return CANNOT_TELL
        if ego.state in (EgoState.MOVING, EgoState.STARTING):
            return self._own_movement(query, view)
        if signal is not None and signal.state is SignalState.RED:
            return self._signal(query, view)
        is_standing = ego.state in (EgoState.STANDING, EgoState.STOPPED)
        if lead is not None and is_standing and lead.within(STANDING_BEHIND_M):
            claims = (ego.claim(ego.state), *lead.claims(Predicate.EXISTS, Predicate.SIDE, Predicate.IN_PATH))
            behind = message(Act.STANDING_BEHIND, claims, {"a": EGO, "b": lead.subject})
            return Answer(messages=(_with(behind, lead, view, (Predicate.DISTANCE, Predicate.COLOUR)),))
        if lead is not None and not is_standing:
            return Answer(messages=introduced([lead], view, 1))
        return CANNOT_TELL

    def _around(self, query: Query, view: View) -> Answer:
        own = self._own_movement(query, view).messages if not query.area else ()
        found = _found(replace(query, asks=Asks.EXISTS), view)
        if not found:
            return Answer(messages=(*own, *self._none(query, view).messages))
        return Answer(messages=(*own, *introduced(found, view, MOST_AROUND)))

    def _leaving(self, query: Query, view: View) -> Answer:
        """Who could be met by a door, or by either where no side is named."""
        sides = (query.area,) if query.area in DOORS else tuple(DOORS)
        met = [met_by_door(view, side) for side in sides]
        told = sorted({t.subject: t for things in met for t in things or ()}.values(), key=_away_m)
        if told:
            return Answer(messages=introduced(told, view, MOST_THINGS))
        if None in met:
            return CANNOT_TELL
        return Answer(messages=tuple(nobody_by_door(view, side) for side in sides))

    def _command(self, query: Query, view: View) -> Answer:
        """Declined, with what is seen that bears on it."""
        bears = _found(Query(asks=Asks.EXISTS, area=query.area or "ahead"), view)
        told = introduced(bears[:1], view, 1) if bears else ()
        return Answer(messages=(plain(Act.ONLY_DESCRIBES), *told), is_declined=True)

    def _none(self, query: Query, view: View, is_yes: bool | None = None) -> Answer:
        """That none is seen, where the senses would show it; else that nobody can tell."""
        evidence = _that_would_show(query, view)
        if not evidence or query.subject:
            return CANNOT_TELL
        claim = Claim(
            predicate=Predicate.NONE_SEEN.value,
            subject=f"area:{query.area or AROUND}",
            value=query.description or "anything",
            confidence=1.0,
            evidence=evidence,
        )
        act = Act.NONE_LIKE_THAT if query.colour or query.movement else Act.NONE_SEEN
        return Answer(messages=(message(act, (claim,), {"a": claim.subject}),), is_yes=is_yes)


def _unanswered(query: Query, view: View) -> Answer:
    return CANNOT_TELL


def _nothing_heard(view: View) -> Answer:
    """That nothing is heard, where somebody listens."""
    listened = view.facts.looked.get(Sense.AUDIO)
    if listened is None:
        return Answer(messages=(plain(Act.NOBODY_LISTENS),), is_declined=True)
    claim = Claim(
        predicate=Predicate.NONE_HEARD.value, subject="sound:any", value=True, confidence=1.0, evidence=(listened,)
    )
    return Answer(messages=(message(Act.NOTHING_HEARD, (claim,), {"a": claim.subject}),))


def _with(behind: Message, thing: Thing, view: View, extra: tuple[Predicate, ...]) -> Message:
    return replace(
        behind,
        extra=thing.claims(*extra),
        mentions={thing.subject: Mention.NEW},
        hedged=view.hedged((thing,)),
    )


def _counted(things: list[Thing], view: View) -> Message:
    counted = view.about_group(things, Act.COUNTED, movement=None, topic=TOPIC, priority=0.0)
    naming = [c for c in counted.core if c.predicate != Predicate.SIDE.value]
    sides = [c for c in counted.core if c.predicate == Predicate.SIDE.value]
    return replace(counted, core=tuple(naming), extra=tuple(sides), urgency=Urgency.NOTABLE, trigger="question")


def _found(query: Query, view: View) -> list[Thing]:
    """What fits, in the order in which it is told."""
    found = [t for t in view.ready() if query.admits(t)]
    if query.area == "ahead":  # what we drive towards comes before what stands beside the road
        found.sort(key=lambda t: not t.in_path)
    if query.pick is Pick.FARTHEST:
        ranged = [t for t in found if t.distance_m is not None]
        return [max(ranged, key=_away_m)] if ranged else found[:1]
    return sorted(found, key=_away_m)[:1] if query.pick is Pick.NEAREST else found


def _is_about_nothing(speed_mps: float, view: View) -> bool:
    """Whether it would be told as about 0."""
    return UNITS[view.config.units].speed(speed_mps).number == 0


def _away_m(thing: Thing) -> float:
    return math.inf if thing.distance_m is None else thing.distance_m


def _unknown_of(thing: Thing) -> Answer:
    """What was asked of a thing that is seen is not known."""
    unknown = plain(Act.CANNOT_TELL_OF, thing.claims(Predicate.EXISTS), thing.subject)
    return Answer(messages=(replace(unknown, mentions={thing.subject: Mention.GIVEN}),), is_declined=True)


def _that_would_show(query: Query, view: View) -> tuple[Evidence, ...]:
    """Of senses that deliver: the LiDAR sees all around, and how things move; a camera what is ahead, and colours.

    How far to either side a camera looks nobody knows here.
    """
    is_ahead = query.area in (LANE, "ahead")
    able: set[Sense] = {Sense.CAMERA} if is_ahead and not query.movement else set()
    if not query.colour:
        able.add(Sense.LIDAR)
    return tuple(seen for sense, seen in sorted(view.facts.looked.items()) if sense in able)
