"""What can be set about the narration: how fast it talks, how far it looks, how sure it must be."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.language.profiles import PROFILES
from crossmodal_narrator.language.realisation.rounding import UNITS

LANGUAGES = ("en", "zh", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class NarratorConfig:
    """Defaults suit a passenger who listens all the time; see docs/language.md for how they act together."""

    languages: tuple[str, ...] = parameter(("en",), help="languages that are spoken, in order", choices=LANGUAGES)
    profile: str = parameter(
        "standard", help="how much is said, and for whom: docs/language.md", choices=tuple(PROFILES)
    )
    units: str = parameter("metric", help="of distances and speeds as they are told", choices=tuple(UNITS))
    words_per_minute: float = parameter(
        200.0, help="pace of speech where words are counted, as in English", unit="1/min", low=60.0, high=400.0
    )
    characters_per_minute: float = parameter(
        300.0, help="pace of speech where characters are counted, as in Chinese", unit="1/min", low=100.0, high=600.0
    )
    calm_pause_s: float = parameter(0.8, help="silence before a calm sentence", unit="s", low=0.0, high=30.0)
    notable_pause_s: float = parameter(0.2, help="silence before a notable sentence", unit="s", low=0.0, high=30.0)
    hand_over_s: float = parameter(
        2.5, help="how long before the voice is free a notable sentence may be handed over", unit="s", low=0.0, high=5.0
    )
    familiar_novelty: float = parameter(
        0.05, help="novelty of the surroundings up to which they are as they have been", low=0.0, high=1.0
    )
    persistence_s: float = parameter(
        0.2, help="how long a claim must hold before it is spoken", unit="s", low=0.0, high=5.0
    )
    label_hold_s: float = parameter(
        0.8, help="how long a new class must hold before it replaces the old one", unit="s", low=0.0, high=10.0
    )
    max_range_m: float = parameter(
        40.0, help="things farther than this are not spoken of", unit="m", low=5.0, high=200.0
    )
    probable_confidence: float = parameter(0.45, help="claims below this are not spoken", low=0.0, high=1.0)
    sure_confidence: float = parameter(0.6, help="claims below this are spoken as probable", low=0.0, high=1.0)
    colour_confidence: float = parameter(0.6, help="a colour below this is left out", low=0.0, high=1.0)
    evidence_age_s: float = parameter(
        1.0, help="a claim needs a sense that has supported it within this time", unit="s", low=0.1, high=10.0
    )
    danger_ttc_s: float = parameter(
        2.5, help="time to collision below which danger is called", unit="s", low=0.5, high=10.0
    )

    @property
    def least_signal_s(self) -> float:
        """How long a light must have shown, or a sound been heard, before it is spoken of."""
        return max(0.3, self.persistence_s)

    def __post_init__(self) -> None:
        if not self.languages:
            raise ConfigError("languages is empty", remedy=f"allowed: one or more of {', '.join(LANGUAGES)}")
        if len(set(self.languages)) != len(self.languages):
            raise ConfigError(f"languages = {self.languages} names one twice", remedy="name each language once")
        if self.sure_confidence < self.probable_confidence:
            raise ConfigError(
                f"sure_confidence = {self.sure_confidence} is below probable_confidence = {self.probable_confidence}",
                remedy="raise sure_confidence or lower probable_confidence",
            )
