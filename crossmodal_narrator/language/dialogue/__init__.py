"""The dialogue: questions in words → queries → claims of the scene → words."""

from crossmodal_narrator.language.dialogue.dialogue import Dialogue, Told
from crossmodal_narrator.language.dialogue.query import Asks, Pick, Query
from crossmodal_narrator.language.dialogue.understanding import Context, language_of, understand
from crossmodal_narrator.language.dialogue.words import QUESTION_LANGUAGES, QuestionWords, read_words

__all__ = [
    "QUESTION_LANGUAGES",
    "Asks",
    "Context",
    "Dialogue",
    "Pick",
    "Query",
    "QuestionWords",
    "Told",
    "language_of",
    "read_words",
    "understand",
]
