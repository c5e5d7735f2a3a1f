"""How it is said. Knows words and grammar, and no geometry; every language is one file of data in `words/`."""

from __future__ import annotations

from crossmodal_narrator.language.realisation.lexicon import Lexicon
from crossmodal_narrator.language.realisation.reading import read_lexicon
from crossmodal_narrator.language.realisation.realiser import Realiser, Sentence

__all__ = ["Lexicon", "Realiser", "Sentence", "read_lexicon"]
