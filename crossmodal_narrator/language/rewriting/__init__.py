"""The grounded sentence in other words, by a large model whose every word is read back: docs/language.md."""

from crossmodal_narrator.language.rewriting.outcome import Outcome
from crossmodal_narrator.language.rewriting.rewriter import LargeModel, Rewriter, Rewritten

__all__ = ["LargeModel", "Outcome", "Rewriter", "Rewritten"]
