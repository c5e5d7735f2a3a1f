"""What fills the slots of phrases: each reads claims of one role of a message, and says which of them it has stated."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.core.speech import Claim
from crossmodal_narrator.language.claims.predicates import Predicate, members
from crossmodal_narrator.language.planning.message import Mention, Message
from crossmodal_narrator.language.realisation.lexicon import Lexicon, Noun
from crossmodal_narrator.language.realisation.measures import distance, place, speed, time
from crossmodal_narrator.language.realisation.pattern import Phrase, Slot, keys_of, render
from crossmodal_narrator.language.realisation.rounding import ago, left

NAMING = (Predicate.EXISTS, Predicate.GONE)


class Filling:
    """The slots of one message in one language. Call it with a slot; None where the message does not say it."""

    def __init__(self, lexicon: Lexicon, message: Message) -> None:
        self.lexicon = lexicon
        self.message = message

    def __call__(self, slot: Slot) -> Phrase | None:
        known = SLOTS.get(slot.name)
        return known(self, slot.role) if known else _form(self, slot.role, slot.name)

    def claims(self, role: str, *predicates: Predicate) -> tuple[Claim, ...]:
        """The claims of these kinds about the role, or about some members of the group that it is."""
        subject = self.message.roles.get(role)
        if subject is None:
            return ()
        all_of = set(members(subject))
        names = {p.value for p in predicates}
        return tuple(c for c in self.message.claims if c.predicate in names and set(members(c.subject)) <= all_of)

    def claim(self, role: str, *predicates: Predicate) -> Claim | None:
        return next(iter(self.claims(role, *predicates)), None)

    def noun(self, role: str, predicate: Predicate = Predicate.EXISTS) -> tuple[Noun, Claim] | None:
        predicates = NAMING if predicate is Predicate.EXISTS else (predicate,)
        claim = self.claim(role, *predicates)
        return None if claim is None else (self.lexicon.nouns[ObjectClass(str(claim.value))], claim)

    def mention(self, role: str) -> Mention:
        return self.message.mentions.get(self.message.roles.get(role, ""), Mention.NEW)

    def is_hedged(self, role: str) -> bool:
        return self.message.roles.get(role, "") in self.message.hedged

    def inner(self, role: str, name: str, noun: Noun) -> Phrase | None:
        """A noun phrase of the language; its slots belong to the role."""
        pattern = noun.phrases.get(name) or self.lexicon.noun_phrases[name]
        return render(pattern, lambda slot: self(Slot(slot.role or role, slot.name)))

    def looked_up(self, table: str, claims: tuple[Claim, ...]) -> Phrase | None:
        """The words for the value that these claims share, in one of the language's tables."""
        if len({_key(c) for c in claims}) != 1:
            return None
        pattern = self.lexicon.tables[table].get(_key(claims[0]))
        phrase = None if pattern is None else render(pattern, self)
        return None if phrase is None else Phrase(phrase.text, phrase.states | keys_of(claims))


def _key(claim: Claim) -> str:
    return str(claim.value).lower() if isinstance(claim.value, bool) else str(claim.value)


def _who(fill: Filling, role: str) -> Phrase | None:
    """A thing as this listener knows it: introduced, known, or just spoken of."""
    known = fill.mention(role)
    hedge = "_hedged" if fill.is_hedged(role) and known is not Mention.FOCUS else ""
    return _named_as(fill, role, known.value + hedge)


def _plain(fill: Filling, role: str) -> Phrase | None:
    """A thing as it is introduced, where the sentence itself says how sure that is."""
    return _named_as(fill, role, "new")


def _named_as(fill: Filling, role: str, form: str) -> Phrase | None:
    found = fill.noun(role)
    if found is None:
        return None
    noun, claim = found
    phrase = fill.inner(role, form, noun)
    return None if phrase is None else Phrase(phrase.text, phrase.states | {claim.key})


def _form(fill: Filling, role: str, name: str) -> Phrase | None:
    """One form of the noun, or what its gender gives: part of a phrase, which states nothing by itself."""
    found = fill.noun(role)
    return None if found is None or name not in found[0].forms else Phrase(found[0].forms[name])


def _named(predicate: Predicate) -> Callable[[Filling, str], Phrase | None]:
    """The bare name of the thing."""

    def slot(fill: Filling, role: str) -> Phrase | None:
        found = fill.noun(role, predicate)
        return None if found is None else Phrase(found[0].forms["named"], frozenset({found[1].key}))

    return slot


def _was(fill: Filling, role: str) -> Phrase | None:
    """What was said wrongly, with the article that it had."""
    found = fill.noun(role, Predicate.WAS_SAID)
    if found is None:
        return None
    noun, claim = found
    pattern = fill.lexicon.noun_phrases["was"]
    phrase = render(pattern, lambda slot: Phrase(noun.forms[slot.name]) if slot.name in noun.forms else None)
    return None if phrase is None else Phrase(phrase.text, frozenset({claim.key}))


def _colour(form: str) -> Callable[[Filling, str], Phrase | None]:
    """A colour, in the gender of what has it where the colour differs by that."""

    def slot(fill: Filling, role: str) -> Phrase | None:
        claim, found = fill.claim(role, Predicate.COLOUR), fill.noun(role)
        words = {} if claim is None else fill.lexicon.colours.get(str(claim.value), {})
        word = words.get(found[0].gender if found else "") or words.get(form)
        return None if claim is None or word is None else Phrase(word, frozenset({claim.key}))

    return slot


def _crowd(fill: Filling, role: str) -> Phrase | None:
    """Two people, several cars."""
    found, count = fill.noun(role), fill.claim(role, Predicate.COUNT)
    if found is None or count is None:
        return None
    number = fill.lexicon.counts.get(int(count.value))
    several = fill.lexicon.noun_phrases["several" if number is None else "few"]

    def word(slot: Slot) -> Phrase | None:
        return Phrase(number or "") if slot.name == "number" else fill(Slot(role, slot.name))

    phrase = render(several, word)
    return None if phrase is None else Phrase(phrase.text, frozenset({found[1].key, count.key}))


def _tally(fill: Filling, role: str) -> Phrase | None:
    """One person, 3 people: exactly, as who asks wants to know it."""
    found, count = fill.noun(role), fill.claim(role, Predicate.COUNT)
    if found is None or count is None:
        return None
    number = int(count.value)
    name = "tally_one" if number == 1 else "tally"
    pattern = found[0].phrases.get(name) or fill.lexicon.noun_phrases[name]
    words = Phrase(fill.lexicon.counts.get(number, str(number)))
    phrase = render(pattern, lambda slot: words if slot.name == "number" else fill(Slot(role, slot.name)))
    return None if phrase is None else Phrase(phrase.text, frozenset({found[1].key, count.key}))


def _area(fill: Filling, role: str) -> Phrase | None:
    """Where none is seen."""
    claim = fill.claim(role, Predicate.NONE_SEEN)
    pattern = None if claim is None else fill.lexicon.tables["areas"].get(claim.subject.removeprefix("area:"))
    return None if claim is None or pattern is None else Phrase(pattern.source, frozenset({claim.key}))


def _plural(fill: Filling, role: str) -> Phrase | None:
    found, count = fill.noun(role), fill.claim(role, Predicate.COUNT)
    if found is None or count is None:
        return None
    return Phrase(found[0].forms["many"], frozenset({found[1].key, count.key}))


def _side(form: str) -> Callable[[Filling, str], Phrase | None]:
    """A place without distance. The sides of a group's members must agree in this form."""

    def slot(fill: Filling, role: str) -> Phrase | None:
        claims = fill.claims(role, Predicate.SIDE)
        texts = {fill.lexicon.places[Side(str(c.value))][form].source for c in claims}
        return Phrase(texts.pop(), keys_of(claims)) if len(texts) == 1 else None

    return slot


def _doing(table: str) -> Callable[[Filling, str], Phrase | None]:
    """A verb phrase that agrees with the kind of thing."""

    def slot(fill: Filling, role: str) -> Phrase | None:
        found, claim = fill.noun(role), fill.claim(role, Predicate.MOTION)
        if found is None or claim is None:
            return None
        own, common = (fill.lexicon.tables.get(f"{table}_{kind}", {}) for kind in (found[0].kind, "any"))
        pattern = own.get(_key(claim)) or common.get(_key(claim))
        phrase = None if pattern is None else render(pattern, lambda s: fill(Slot(s.role or role, s.name)))
        return None if phrase is None else Phrase(phrase.text, phrase.states | {claim.key})

    return slot


def _table(table: str, predicate: Predicate) -> Callable[[Filling, str], Phrase | None]:
    return lambda fill, role: fill.looked_up(table, fill.claims(role, predicate))


def _sense(table: str) -> Callable[[Filling, str], Phrase | None]:
    """The sense that the role names, in trouble or working again."""

    def slot(fill: Filling, role: str) -> Phrase | None:
        claims = fill.claims(role, Predicate.SENSE_TROUBLE, Predicate.SENSE_WORKS)
        pattern = fill.lexicon.tables[table].get(_sense_name(claims[0])) if claims else None
        return None if pattern is None else Phrase(pattern.source, keys_of(claims))

    return slot


def _others(fill: Filling, role: str) -> Phrase | None:
    """The senses that are left."""
    return _listed(fill, fill.claims(role, Predicate.SENSE_WORKS))


def _tellers(fill: Filling, role: str) -> Phrase | None:
    """The senses that told what was said."""
    return _listed(fill, fill.claims(role, Predicate.TOLD_BY))


def _listed(fill: Filling, claims: tuple[Claim, ...]) -> Phrase | None:
    names = [fill.lexicon.tables["senses"].get(_sense_name(c)) for c in claims]
    words = [n.source for n in names if n is not None]
    if not words or len(words) != len(names):
        return None
    comma = ", " if fill.lexicon.measure.unit == "words" else "、"
    listed = fill.lexicon.joiner.join((comma.join(words[:-1]), words[-1])) if words[1:] else words[0]
    return Phrase(listed, keys_of(claims))


def _sense_name(claim: Claim) -> str:
    return claim.subject.removeprefix("sense:").split("/")[0]


# Any other slot is a form of the role's noun, as the language's own file names it.
SLOTS: Mapping[str, Callable[[Filling, str], Phrase | None]] = {
    "who": _who,
    "plain": _plain,
    "named": _named(Predicate.EXISTS),
    "was_named": _named(Predicate.WAS_SAID),
    "was": _was,
    "colour": _colour("colour"),
    "tint": _colour("tint"),
    "crowd": _crowd,
    "plural": _plural,
    "tally": _tally,
    "none": _table("none", Predicate.NONE_SEEN),
    "area": _area,
    "place": place,
    "distance": distance,
    "side": _side("alone"),
    "half": _side("half"),
    "hand": _side("hand"),
    "flank": _side("flank"),
    "does": _doing("doing"),
    "do": _doing("doing_many"),
    "did": _doing("did"),
    "acts": _doing("urgent"),
    "lane": _table("lane", Predicate.IN_PATH),
    "light": _table("lights", Predicate.SIGNAL_STATE),
    "heard": _table("heard", Predicate.HEARD),
    "the_heard": _table("the_heard", Predicate.HEARD),
    "trend": _table("trends", Predicate.SOUND_TREND),
    "trouble": _table("troubles", Predicate.SENSE_TROUBLE),
    "sense": _sense("senses"),
    "one_sense": _sense("one_of_senses"),  # of several sensors one
    "others": _others,
    "speed": speed,
    "ago": time("ago", Predicate.AGO, ago),
    "left": time("left", Predicate.TIME_LEFT, left),
    "tellers": _tellers,
}
LOCAL_SLOTS = frozenset({"n", "number"})  # filled by the phrase that holds them
