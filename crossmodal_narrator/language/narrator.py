"""From a scene to what is said of it: facts are drawn, the planner proposes, the realisers speak, the gate refuses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Claim, Fate, Narration, Refusal
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.language.claims.continuity import Continuity
from crossmodal_narrator.language.claims.drawing import ClaimDrawer
from crossmodal_narrator.language.claims.facts import Facts
from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.gate import Gate, Objection, dishonesty
from crossmodal_narrator.language.planning.message import Message
from crossmodal_narrator.language.planning.planner import Planner
from crossmodal_narrator.language.realisation import Realiser, Sentence, read_lexicon

_log = logging.getLogger(__name__)


class Narrator:
    """Call `narrate` with each scene, in stamp order. The same scenes give the same sentences.

    `timer` hears how long the stages take; without one nothing is measured.

    Raises:
        ConfigError: a language whose words are incomplete.
    """

    def __init__(self, config: NarratorConfig, timer: StageTimer | None = None) -> None:
        self._config = config
        self._timer = timer
        self._drawer = ClaimDrawer(config)
        self._planner = Planner(config)
        self._gate = Gate(config)
        self._realisers = {language: Realiser(read_lexicon(language, config.units)) for language in config.languages}
        self.on_refusal: Callable[[Refusal], None] = lambda refusal: None  # hears of each, before what is said instead
        self._continuity = Continuity()
        self._complained: set[tuple[str, str]] = set()

    def narrate(self, scene: SceneState) -> tuple[Narration, ...]:
        """What is said now: nothing, or one sentence in each language, all with the same claims."""
        if not self._continuity.goes_on(scene):
            self.forget()
        with self._stage("narrate/claims"):
            facts = self._drawer.draw(scene)
        with self._stage("narrate/plan"):
            proposed = self._planner.propose(facts)
        with self._stage("narrate/realise"):
            return next((spoken for message in proposed if (spoken := self._say(message, facts))), ())

    def _stage(self, name: str) -> AbstractContextManager[None]:
        return nullcontext() if self._timer is None else self._timer.stage(name)

    def forget(self) -> None:
        """Begin anew, as after a jump of the clock: nothing has been seen and nothing said."""
        self._drawer.forget()
        self._planner.forget()
        for realiser in self._realisers.values():
            realiser.forget()

    def duration_s(self, texts: Mapping[str, str]) -> float:
        """How long a sentence takes to say, from its text by language: the longest, so that nobody is cut off."""
        paces = {"words": self._config.words_per_minute, "characters": self._config.characters_per_minute}
        speakers = ((self._realisers[language], text) for language, text in texts.items())
        return max(r.duration_s(text, paces[r.lexicon.measure.unit]) for r, text in speakers)

    def _say(self, proposed: Message, facts: Facts) -> tuple[Narration, ...]:
        verdict = self._gate.admit(proposed, facts)
        for refused in verdict.refused:
            self.on_refusal(_refusal(proposed, facts, refused.fate, refused.objection, (refused.claim,)))
        agreed = None if verdict.message is None else self._agree(verdict.message, facts)
        if agreed is None:
            return ()
        message, sentences = agreed
        duration_s = self.duration_s({language: sentence.text for language, sentence in sentences.items()})
        if not self._planner.has_room(message, duration_s, facts.stamp_ns):
            return ()
        for language, sentence in sentences.items():
            self._realisers[language].said(sentence)
        self._planner.spoken(message, duration_s, facts.stamp_ns)
        return tuple(
            Narration(
                stamp_ns=facts.stamp_ns,
                language=language,
                text=sentence.text,
                claims=message.claims,
                urgency=message.urgency,
                trigger=message.trigger,
            )
            for language, sentence in sentences.items()
        )

    def _agree(self, message: Message, facts: Facts) -> tuple[Message, dict[str, Sentence]] | None:
        """Sentences that state the same claims in every language, and the message cut down to these claims.

        Each turn drops at least one extra claim, so that there are at most as many turns as extra claims.
        """
        while True:
            sentences = self._realise(message)
            if sentences is None:
                return None
            shared = frozenset.intersection(*(s.states for s in sentences.values()))
            dropped = frozenset(c.key for c in message.extra) - shared
            message = message.without(dropped, frozenset())
            if all(s.states == shared for s in sentences.values()):
                return (message, sentences) if self._is_honest(message, sentences, facts) else None

    def _realise(self, message: Message) -> dict[str, Sentence] | None:
        sentences: dict[str, Sentence] = {}
        for language, realiser in self._realisers.items():
            sentence = realiser.realise(message)
            if sentence is None:
                _log.debug("%s has no sentence for %s", language, message.topic)
                return None
            sentences[language] = sentence
        return sentences

    def _is_honest(self, message: Message, sentences: Mapping[str, Sentence], facts: Facts) -> bool:
        for language, sentence in sentences.items():
            if why := dishonesty(sentence.text, message, self._realisers[language].lexicon):
                self._complain(language, sentence, why)
                refusal = _refusal(message, facts, Fate.WITHHELD, why, message.claims)
                self.on_refusal(replace(refusal, language=language, text=sentence.text))
                return False
        return True

    def _complain(self, language: str, sentence: Sentence, why: Objection) -> None:
        """Once for each wording: it is a mistake in the words, and would come again with every scene."""
        if (language, sentence.variant) in self._complained:
            return
        self._complained.add((language, sentence.variant))
        _log.warning("words/%s.yaml, %s: refused %r (%s)", language, sentence.variant, sentence.text, why.words)


def _refusal(message: Message, facts: Facts, fate: Fate, why: Objection, claims: tuple[Claim, ...]) -> Refusal:
    return Refusal(
        stamp_ns=facts.stamp_ns,
        fate=fate,
        reason=why.reason,
        detail=why.words,
        trigger=message.trigger,
        topic=message.topic,
        claims=claims,
    )
