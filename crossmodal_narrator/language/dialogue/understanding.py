"""A question → a query. By rules: the same words ask the same, and what no rule knows is said not to be understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from crossmodal_narrator.language.claims.supposing import Supposition
from crossmodal_narrator.language.dialogue.query import HEARD, Asks, Pick, Query
from crossmodal_narrator.language.dialogue.words import QUESTION_LANGUAGES, Pattern, QuestionWords

T = TypeVar("T")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MARKS = re.compile(r"[^\w\s]|_")
# What is asked of a thing; of the rest a pronoun means nothing.
_OF_A_THING = frozenset({Asks.WHERE, Asks.WHAT, Asks.DISTANCE, Asks.SPEED, Asks.COLOUR, Asks.MOVEMENT, Asks.EXISTS})
_PLACED = frozenset({*_OF_A_THING, Asks.COUNT, Asks.LEAVING, Asks.AROUND})
_OF_NAMED = frozenset({*_OF_A_THING, Asks.COUNT}) - {Asks.WHAT}
_ASIDE = frozenset({"left", "right", "ahead_left", "ahead_right"})
_OURSELVES = frozenset({"", "car", "vehicle", "anything", "anyone"})  # "why did the car stop" is asked of ours
_ELSEWHERE = frozenset({"ahead", "behind", "beside"})  # where "the car" is not ours; "left" may be where we turned
_ANY_VEHICLE = frozenset({"car", "vehicle", "anyone", "anything"})  # "the car ahead" may be a lorry
_BY_PLACE = frozenset({Asks.DISTANCE, Asks.SPEED, Asks.COLOUR, Asks.MOVEMENT})  # "what colour is the one in front?"
MOST_LETTERS = 500  # nobody asks for longer


@dataclass(slots=True)
class Context:
    """What was asked and told last, which the next question may lean on."""

    query: Query | None = None
    subject: str = ""


def language_of(text: str, told: str) -> str:
    """The language of a question: what was told of it, unless its letters say otherwise."""
    return "zh" if _CHINESE.search(text) else "en" if told not in QUESTION_LANGUAGES or told == "zh" else told


def plain(text: str, words: QuestionWords) -> str:
    """Lower case, without marks: "What's" → "what s"."""
    lower = unicodedata.normalize("NFKC", text[:MOST_LETTERS]).casefold().translate(words.letters)
    lower = words.tags.sub("", re.sub(r"(?<=\w)n't\b", "nt", lower))
    said = _spaced(_MARKS.sub(" " if words.has_word_bounds else "", lower), words)
    for pattern, one in words.same:
        said = _spaced(pattern.sub(one, said), words)
    return said


def _spaced(text: str, words: QuestionWords) -> str:
    return (" " if words.has_word_bounds else "").join(text.split())


def understand(text: str, words: QuestionWords, context: Context) -> Query:
    """What `text` asks; `Asks.OTHER` where no rule fits."""
    said = plain(text, words)
    if not said:
        return Query(asks=Asks.OTHER)
    is_order = bool(words.commands.search(said) or words.orders.search(said))
    asks = _first(words.intents, said)
    if is_order and asks is not Asks.SLOWLY and not words.questions.search(said):
        return Query(asks=Asks.COMMAND, area=_first(words.areas, said) or "")
    details = Query(
        asks=asks or Asks.OTHER,
        kind=_first(words.kinds, said) or "",
        area=_first(words.areas, said) or "",
        colour=_first(words.colours, said) or "",
        movement=_first(words.movements, said) or "",
        pick=_first(words.picks, said) or Pick.ALL,
        did=_did(asks, said, words),
        supposed=(_first(words.supposed, _clause(said, words)) or "") if asks is Asks.IF else "",
    )
    is_half = asks is None or (asks in (Asks.WHAT, Asks.EXISTS) and not details.kind)
    if is_half and words.also.search(said) and context.query is not None and context.query.asks in _PLACED:
        return _continued(details, context.query)
    if asks is None:
        return _guessed(details, is_order)
    if asks is Asks.MOVEMENT and details.movement and details.pick is Pick.ALL and words.definite.search(said):
        details = replace(details, pick=Pick.NEAREST)  # "is the car moving": one of them, whatever the others do
    has_pronoun = bool(words.pronouns.search(said))
    if asks is Asks.WHY:
        is_there = bool(details.kind) and details.area in _ELSEWHERE
        is_of_others = details.kind not in _OURSELVES or is_there or (has_pronoun and bool(details.kind))
        is_knowable = not words.undone.search(said) and (not is_of_others or words.ours.search(said))
        return Query(asks=asks, did=details.did) if is_knowable else Query(asks=Asks.UNKNOWABLE)
    return _supposed(details, has_pronoun, context) if asks is Asks.IF else _meant(details, has_pronoun, context)


def _did(asks: Asks | None, said: str, words: QuestionWords) -> str:
    if asks is Asks.WHY:
        return _first(words.own, said) or ""
    return HEARD if asks is Asks.SOUND and words.past.search(said) else ""


def _clause(said: str, words: QuestionWords) -> str:
    """The supposition alone: whether *we* can stop in time is asked of *somebody else's* braking."""
    return words.conclusion.sub("", words.clause.sub("", said)).strip() or said


def _guessed(details: Query, is_order: bool) -> Query:
    """No intent was found: an order, or a thing is named, which is asked for then; else it was not understood."""
    if is_order:
        return Query(asks=Asks.COMMAND, area=details.area)
    if details.kind in ("", "anything", "anyone") and not (details.kind and details.area):
        return Query(asks=Asks.OTHER)
    return replace(details, asks=Asks.MOVEMENT if details.movement else Asks.EXISTS)


def _first(table: Iterable[tuple[T, Pattern]], text: str) -> T | None:
    return next((name for name, pattern in table if pattern.search(text)), None)


def _continued(now: Query, before: Query) -> Query:
    """As in "and behind us?": the last question with what is different now."""
    changed = {name: value for name in ("kind", "area", "colour", "movement") if (value := getattr(now, name))}
    return replace(before, subject="", pick=now.pick if now.pick is not Pick.ALL else before.pick, **changed)


def _meant(query: Query, has_pronoun: bool, context: Context) -> Query:
    is_named = bool(query.kind and query.kind not in ("anything", "anyone")) or bool(query.colour)
    if query.asks in _OF_A_THING and has_pronoun and not is_named and not query.area and context.subject:
        return Query(asks=query.asks, subject=context.subject)
    query = _without_idle_words(query)
    if query.asks is Asks.WHAT and not (query.kind or query.colour or query.area):
        # "What is that?" before anything was spoken of means what stands before us; else it asks of something else.
        return replace(query, area="ahead", pick=Pick.NEAREST) if has_pronoun else Query(asks=Asks.OTHER)
    if query.asks in _OF_NAMED and not query.description and not (query.area and query.asks in _BY_PLACE):
        return Query(asks=Asks.UNKNOWABLE)  # it is about something that no sense knows by name
    if query.asks is Asks.COLOUR:
        query = replace(query, colour="")  # "what colour is the red one" asks nothing
    if query.asks is Asks.OWN_SPEED and query.kind and (query.area or query.kind not in ("car", "vehicle")):
        # "what speed is the car behind us doing"
        return replace(query, asks=Asks.SPEED, movement="")
    if query.asks is Asks.LEAVING:  # of whoever may be met by a door
        return Query(asks=query.asks, area=query.area)
    return query if query.asks in _PLACED else replace(query, kind="", colour="", movement="")


def _without_idle_words(query: Query) -> Query:
    """What is asked, in the form that says it most simply."""
    if query.kind == "anything" and (query.asks is Asks.AROUND or (query.asks is Asks.WHAT and query.area)):
        return replace(query, kind="")  # "what is that thing behind us"
    if query.asks is Asks.AROUND and query.kind:  # "describe the pedestrian"
        return replace(query, asks=Asks.WHAT)
    return query


def _supposed(query: Query, has_pronoun: bool, context: Context) -> Query:
    """Whom a supposition is about, where it says more than what the supposition itself says of him."""
    if query.supposed == Supposition.IT_STEPS_OUT.value:
        return replace(query, movement="", area=query.area if query.area in _ASIDE else "")
    if query.supposed != Supposition.IT_BRAKES.value:
        return Query(asks=query.asks, supposed=query.supposed)
    if has_pronoun and not query.kind and not query.area and context.subject:
        return Query(asks=query.asks, supposed=query.supposed, subject=context.subject)
    if query.area in ("behind", "left", "right"):
        return Query(asks=query.asks)  # of one that follows us nothing can be told
    kind = "" if query.kind in _ANY_VEHICLE else query.kind
    return Query(asks=query.asks, supposed=query.supposed, kind=kind, colour=query.colour)
