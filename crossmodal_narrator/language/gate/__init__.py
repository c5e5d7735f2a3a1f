"""What must not be said: claims that the scene does not hold, and words that no claim accounts for."""

from __future__ import annotations

from crossmodal_narrator.language.gate.support import Gate, Objection, Refused, Verdict
from crossmodal_narrator.language.gate.wording import dishonesty, owns_doubt, unaccounted

__all__ = ["Gate", "Objection", "Refused", "Verdict", "dishonesty", "owns_doubt", "unaccounted"]
