"""The dialogue: it watches the scenes go by, and answers what it is asked of them, with the claims of each answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Claim, Narration, Reply, Urgency, Utterance
from crossmodal_narrator.language.claims.continuity import Continuity
from crossmodal_narrator.language.claims.drawing import ClaimDrawer
from crossmodal_narrator.language.claims.facts import Facts
from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.dialogue.answer import CANNOT_TELL, Answer, plain
from crossmodal_narrator.language.dialogue.answering import Answerer
from crossmodal_narrator.language.dialogue.chronicle import Chronicle
from crossmodal_narrator.language.dialogue.explaining import known_from, what_was_meant
from crossmodal_narrator.language.dialogue.past import LATELY_NS, what_happened
from crossmodal_narrator.language.dialogue.query import Asks, Query
from crossmodal_narrator.language.dialogue.understanding import Context, language_of, understand
from crossmodal_narrator.language.dialogue.words import QUESTION_LANGUAGES, read_words
from crossmodal_narrator.language.gate import Gate, dishonesty
from crossmodal_narrator.language.planning.memory import Memory
from crossmodal_narrator.language.planning.message import Act, Message
from crossmodal_narrator.language.planning.view import View
from crossmodal_narrator.language.realisation import Realiser, read_lexicon

MOST_SEATS = 16  # whose last question is remembered
MOST_NARRATED = 50
MOST_TOLD = 3  # sentences, of what happened
NOTHING_YET = Answer(messages=(plain(Act.NOTHING_YET),), is_declined=True)
_OF_THE_LAST = frozenset({Asks.REPEAT, Asks.SLOWLY, Asks.MEANT, Asks.HOW_KNOWN})
SLOW = 0.75  # of the usual pace


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    text: str
    claims: tuple[Claim, ...]
    language: str
    is_declined: bool = False
    pace: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reply, and the query that the question was taken for."""

    reply: Reply
    query: Query


class Dialogue:
    """Call `observe` with each scene, in stamp order, and `hear` with what is narrated. Not thread-safe.

    The same scenes and questions give the same replies.
    """

    def __init__(self, config: NarratorConfig) -> None:
        self._config = config
        self._drawer = ClaimDrawer(config)
        self._gate = Gate(config)
        self._realisers = {language: Realiser(read_lexicon(language, config.units)) for language in QUESTION_LANGUAGES}
        self._continuity = Continuity()
        self._words = {language: read_words(language) for language in QUESTION_LANGUAGES}
        self.forget()

    def forget(self) -> None:
        """Begin anew, as after a jump of the clock."""
        self._drawer.forget()
        self._chronicle = Chronicle(self._config)
        self._answerer = Answerer(self._chronicle)
        self._facts: Facts | None = None
        self._last_ns = 0  # of the newest scene, whether or not it is still in sight
        self._contexts: dict[str, Context] = {}
        self._narrated_last: dict[str, _Said] = {}  # by language
        self._replied_last: dict[tuple[str, str], _Said] = {}  # by seat and language
        self._narrated: dict[str, deque[Narration]] = {
            language: deque(maxlen=MOST_NARRATED) for language in QUESTION_LANGUAGES
        }

    def lose_sight(self) -> None:
        """No scene comes any more: what is asked of the present is not known, until `observe` is called again."""
        self._facts = None

    def observe(self, scene: SceneState) -> None:
        if not self._continuity.goes_on(scene):
            self.forget()
        self._last_ns = scene.stamp_ns
        self._facts = self._drawer.draw(scene)
        self._chronicle.note(self._facts)

    def hear(self, narration: Narration) -> None:
        """What was said aloud, for who asks to hear it again."""
        self._narrated_last[narration.language] = _Said(
            text=narration.text, claims=narration.claims, language=narration.language
        )
        for heard in [key for key in self._replied_last if key[1] == narration.language]:
            del self._replied_last[heard]
        if narration.language in self._narrated:
            self._narrated[narration.language].append(narration)

    def ask(self, question: Utterance) -> Told:
        """The reply to one question; each seat has a talk of its own."""
        language = language_of(question.text, question.language)
        context = self._context_of(question.seat)
        query = understand(question.text, self._words[language], context)
        said = self._reply_to(query, question.seat, language)
        self._remember(context, query, said.claims)
        reply = Reply(
            stamp_ns=question.stamp_ns if self._facts is None else self._facts.stamp_ns,
            language=language,
            text=said.text,
            claims=said.claims,
            in_reply_to=question,
            declined=said.is_declined,
            query=str(query),
            pace=said.pace,
        )
        if query.asks not in _OF_THE_LAST:
            self._replied_last.pop((question.seat, language), None)
            self._replied_last[question.seat, language] = said  # the newest is the last
        return Told(reply=reply, query=query)

    def _context_of(self, seat: str) -> Context:
        while seat not in self._contexts and len(self._contexts) >= MOST_SEATS:
            left = next(iter(self._contexts))
            del self._contexts[left]
            self._replied_last = {key: said for key, said in self._replied_last.items() if key[0] != left}
        return self._contexts.setdefault(seat, Context())

    def _reply_to(self, query: Query, seat: str, language: str) -> _Said:
        if query.asks in _OF_THE_LAST:
            is_of_claims = query.asks in (Asks.MEANT, Asks.HOW_KNOWN)  # which are of no language
            last = self._last_said(seat, self._spoke_last(seat, language) if is_of_claims else language)
            return self._worded(NOTHING_YET, language) if last is None else self._of_the_last(query, last, language)
        if query.asks is Asks.HAPPENED:
            return self._what_happened(language)
        if self._facts is None:
            return self._worded(CANNOT_TELL if self._last_ns else NOTHING_YET, language)
        return self._worded(self._answerer.answer(query, self._view(self._facts)), language)

    def _spoke_last(self, seat: str, language: str) -> str:
        """The language of the last reply to this seat."""
        return next((key[1] for key in reversed(self._replied_last) if key[0] == seat), language)

    def _last_said(self, seat: str, language: str) -> _Said | None:
        return self._replied_last.get((seat, language)) or self._narrated_last.get(language)

    def _view(self, facts: Facts) -> View:
        return View(facts, Memory(), self._config)

    def _of_the_last(self, query: Query, last: _Said, language: str) -> _Said:
        """What was said last: once more, slower, or what it was about and how that is known."""
        if query.asks in (Asks.REPEAT, Asks.SLOWLY):
            return replace(last, pace=SLOW if query.asks is Asks.SLOWLY else 1.0)
        known = known_from(last.claims)
        if query.asks is Asks.HOW_KNOWN or self._facts is None or known is CANNOT_TELL:
            return self._worded(known, language)
        meant = what_was_meant(last.claims, self._view(self._facts))
        if not meant:
            return last if last.language == language else self._worded(known, language)
        return self._worded(replace(known, messages=(*meant, *known.messages)), language)

    def _what_happened(self, language: str) -> _Said:
        """What the chronicle knows; else what was said lately."""
        happened = what_happened(self._chronicle, self._last_ns)
        if happened is not None:
            return self._worded(happened, language)
        told = self._lately(language)
        if not told:
            return self._worded(NOTHING_YET, language)
        joined = self._words[language].joined(narration.text for narration in told)
        return _Said(text=joined, claims=tuple(c for n in told for c in n.claims), language=language)

    def _lately(self, language: str) -> list[Narration]:
        """What was said of the last minute: what was urgent or notable, if there was such."""
        told = [n for n in self._narrated[language] if 0 <= self._last_ns - n.stamp_ns <= LATELY_NS]
        weighty = [n for n in told if n.urgency is not Urgency.CALM]
        return (weighty or told)[-MOST_TOLD:]

    def _worded(self, answer: Answer, language: str) -> _Said:
        realiser = self._realisers[language]
        realiser.forget()  # a reply does not depend on the ones before it
        facts = None if answer.is_past else self._facts
        said = [sentence for message in answer.messages if (sentence := self._sentence(message, realiser, facts))]
        if not said:
            return self._worded(CANNOT_TELL, language)
        texts = [text for text, _ in said]
        if answer.is_yes is not None:
            texts.insert(0, self._words[language].say["yes" if answer.is_yes else "no"])
        claims = tuple(c for _, stated in said for c in stated)
        joined = self._words[language].joined(texts)
        return _Said(text=joined, claims=claims, language=language, is_declined=answer.is_declined)

    def _sentence(
        self, message: Message, realiser: Realiser, facts: Facts | None
    ) -> tuple[str, Sequence[Claim]] | None:
        """The words, where the gate lets them pass, and the claims that they state; without `facts` it has done so."""
        admitted = message if facts is None else self._gate.admit(message, facts).message
        sentence = None if admitted is None else realiser.realise(admitted)
        if admitted is None or sentence is None or dishonesty(sentence.text, admitted, realiser.lexicon):
            return None
        realiser.said(sentence)
        return sentence.text, [c for c in admitted.claims if c.key in sentence.states]

    def _remember(self, context: Context, query: Query, claims: Sequence[Claim]) -> None:
        if query.asks in (Asks.OTHER, Asks.COMMAND, Asks.PROMISE, Asks.UNKNOWABLE) or query.asks in _OF_THE_LAST:
            return
        context.query = query
        subject = next((c.subject for c in claims if c.subject.startswith("track:") and "," not in c.subject), "")
        context.subject = subject or context.subject
