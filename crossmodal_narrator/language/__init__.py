"""From scenes to sentences: claims are drawn, a planner chooses, realisers speak, a gate refuses what does not hold."""

from __future__ import annotations

from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.dialogue import Dialogue
from crossmodal_narrator.language.narrator import Narrator

__all__ = ["Dialogue", "Narrator", "NarratorConfig"]
