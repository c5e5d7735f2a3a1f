"""The dialogue: it watches the scenes go by, and answers what it is asked of them, with the claims of each answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Claim, Narration, Reply, Urgency, Utterance
from crossmodal_narrator.language.claims.drawing import ClaimDrawer
from crossmodal_narrator.language.claims.facts import Facts
from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.dialogue.answering import Answer, Answerer, plain
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
LATELY_NS = 60_000_000_000

_Said = tuple[str, tuple[Claim, ...]]


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
        self._answerer = Answerer()
        self._realisers = {language: Realiser(read_lexicon(language, config.units)) for language in QUESTION_LANGUAGES}
        self._words = {language: read_words(language) for language in QUESTION_LANGUAGES}
        self.forget()

    def forget(self) -> None:
        """Begin anew, as after a jump of the clock."""
        self._drawer.forget()
        self._facts: Facts | None = None
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
        if self._facts is not None and scene.stamp_ns < self._facts.stamp_ns:
            self.forget()
        self._facts = self._drawer.draw(scene)

    def hear(self, narration: Narration) -> None:
        """What was said aloud, for who asks to hear it again."""
        self._narrated_last[narration.language] = (narration.text, narration.claims)
        for heard in [key for key in self._replied_last if key[1] == narration.language]:
            del self._replied_last[heard]
        if narration.language in self._narrated:
            self._narrated[narration.language].append(narration)

    def ask(self, question: Utterance) -> Told:
        """The reply to one question; each seat has a talk of its own."""
        language = language_of(question.text, question.language)
        context = self._context_of(question.seat)
        query = understand(question.text, self._words[language], context)
        text, claims, is_declined = self._reply_to(query, question.seat, language)
        self._remember(context, query, claims)
        reply = Reply(
            stamp_ns=question.stamp_ns if self._facts is None else self._facts.stamp_ns,
            language=language,
            text=text,
            claims=claims,
            in_reply_to=question,
            declined=is_declined,
            query=str(query),
        )
        if query.asks is not Asks.REPEAT:
            self._replied_last[question.seat, language] = (text, claims)
        return Told(reply=reply, query=query)

    def _context_of(self, seat: str) -> Context:
        while seat not in self._contexts and len(self._contexts) >= MOST_SEATS:
            left = next(iter(self._contexts))
            del self._contexts[left]
            self._replied_last = {key: said for key, said in self._replied_last.items() if key[0] != left}
        return self._contexts.setdefault(seat, Context())

    def _reply_to(self, query: Query, seat: str, language: str) -> tuple[str, tuple[Claim, ...], bool]:
        last = self._replied_last.get((seat, language)) or self._narrated_last.get(language)
        if query.asks is Asks.REPEAT and last is not None:
            return (*last, False)
        if query.asks is Asks.HAPPENED and (told := self._lately(language)):
            joined = self._words[language].joined(narration.text for narration in told)
            return joined, tuple(c for narration in told for c in narration.claims), False
        if self._facts is None or query.asks in (Asks.REPEAT, Asks.HAPPENED):
            return self._worded(Answer(messages=(plain(Act.NOTHING_YET),), is_declined=True), language)
        view = View(self._facts, Memory(), self._config)
        return self._worded(self._answerer.answer(query, view), language)

    def _lately(self, language: str) -> list[Narration]:
        """What was said of the last minute: what was urgent or notable, if there was such."""
        now_ns = 0 if self._facts is None else self._facts.stamp_ns
        told = [n for n in self._narrated[language] if 0 <= now_ns - n.stamp_ns <= LATELY_NS]
        weighty = [n for n in told if n.urgency is not Urgency.CALM]
        return (weighty or told)[-MOST_TOLD:]

    def _worded(self, answer: Answer, language: str) -> tuple[str, tuple[Claim, ...], bool]:
        realiser = self._realisers[language]
        realiser.forget()  # a reply does not depend on the ones before it
        said = [sentence for message in answer.messages if (sentence := self._sentence(message, realiser))]
        if not said:
            return self._worded(Answer(messages=(plain(Act.CANNOT_TELL),), is_declined=True), language)
        texts = [text for text, _ in said]
        if answer.is_yes is not None:
            texts.insert(0, self._words[language].say["yes" if answer.is_yes else "no"])
        return self._words[language].joined(texts), tuple(c for _, claims in said for c in claims), answer.is_declined

    def _sentence(self, message: Message, realiser: Realiser) -> tuple[str, Sequence[Claim]] | None:
        """The words, where the gate lets them pass, and the claims that they state."""
        admitted = message if self._facts is None else self._gate.admit(message, self._facts).message
        sentence = None if admitted is None else realiser.realise(admitted)
        if admitted is None or sentence is None or dishonesty(sentence.text, admitted, realiser.lexicon):
            return None
        realiser.said(sentence)
        return sentence.text, [c for c in admitted.claims if (c.predicate, c.subject) in sentence.states]

    def _remember(self, context: Context, query: Query, claims: Sequence[Claim]) -> None:
        if query.asks in (Asks.OTHER, Asks.COMMAND, Asks.PROMISE, Asks.REPEAT, Asks.UNKNOWABLE):
            return
        context.query = query
        subject = next((c.subject for c in claims if c.subject.startswith("track:") and "," not in c.subject), "")
        context.subject = subject or context.subject
