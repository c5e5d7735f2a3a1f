"""From scenes to sentences: claims are drawn, a planner chooses, realisers speak, a gate refuses what does not hold."""

from __future__ import annotations

from crossmodal_narrator.language.config import NarratorConfig

__all__ = ["NarratorConfig"]
