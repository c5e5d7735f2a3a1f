"""Parameters of the cross-modal encoder."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossmodalConfig:
    """How often the surroundings are looked at as a whole, and what is made of it."""

    period_s: float = parameter(
        1.0, help="time between two looks at the surroundings as a whole", unit="s", low=0.05, high=60.0
    )
    memory_s: float = parameter(
        40.0, help="how long what was seen counts as known, for novelty", unit="s", low=1.0, high=3600.0
    )
    attributes: bool = parameter(
        False, help="whether light, weather and place are told: learnt in the simulator, wrong on a real drive so far"
    )
    min_confidence: float = parameter(
        0.7, help="least confidence of an attribute of the surroundings that is told", low=0.34, high=0.999
    )
