"""How a training tells what it does; no torch, since what works on finished networks tells so, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Say = Callable[[str], None]  # what hears how a training goes on, a line at a time


def told(figures: Mapping[str, float]) -> str:
    """Figures on one line."""
    return ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
