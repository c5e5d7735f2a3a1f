"""From scenes to sentences: claims are drawn, a planner chooses, realisers speak, a gate refuses what does not hold."""

from __future__ import annotations

from crossmodal_narrator.language.config import LANGUAGES, NarratorConfig
from crossmodal_narrator.language.dialogue import QUESTION_LANGUAGES, Dialogue
from crossmodal_narrator.language.narrator import Narrator

__all__ = ["LANGUAGES", "QUESTION_LANGUAGES", "Dialogue", "Narrator", "NarratorConfig"]
