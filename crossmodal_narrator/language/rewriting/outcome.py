"""What became of a sentence that a large model was asked to say in other words."""

from __future__ import annotations

from enum import Enum


class Outcome(str, Enum):
    """In all cases but the first the grounded sentence is said."""

    REWORDED = "reworded"
    # Nobody was asked.
    URGENT = "urgent"
    NOT_READY = "not ready"  # the model is loading, or is left alone after failing several times
    NO_TIME = "no time"  # the model was still at the sentence before, or failed at it
    NO_WORDS = "no words"  # nobody has written down what may change in this language
    # There was no answer.
    LATE = "late"
    LOST = "lost"  # the process of the model died, or said what is no answer
    OVERTAKEN = "overtaken"  # something urgent had to be said before it came
    # There was one, and it may not be said.
    EMPTY = "empty"
    CHARACTERS = "characters"  # markup, quotes, control characters, a shout, marks of another script
    LANGUAGE = "language"
    UNFINISHED = "unfinished"
    SENTENCES = "sentences"  # more than one
    LENGTH = "length"  # longer than the voice was reckoned to have time for
    NUMBER = "number"
    CLAIM = "claim"  # words that tell what no claim states
    DOUBT = "doubt"  # it sounds surer than its claims
    NEGATION = "negation"
    ADDED = "added"  # any other word that the grounded sentence does not hold the meaning of
    MISSING = "missing"
    ORDER = "order"  # all that was told, but not of the same things, or as a question

    @property
    def was_asked(self) -> bool:
        """Whether a model was asked, and its answer waited for."""
        return self not in _NOT_ASKED

    @property
    def was_refused(self) -> bool:
        """Whether there was an answer that may not be said."""
        return self in _REFUSED


_NOT_ASKED = frozenset({Outcome.URGENT, Outcome.NOT_READY, Outcome.NO_TIME, Outcome.NO_WORDS, Outcome.OVERTAKEN})
_REFUSED = frozenset(list(Outcome)[list(Outcome).index(Outcome.EMPTY) :])
