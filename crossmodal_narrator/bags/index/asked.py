"""What is searched for: words, and what the moments must be like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossmodal_narrator.bags.index.run import Floats
from crossmodal_narrator.language.searching import Wanted

MPS_PER_KMH = 1 / 3.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """None and "" admit anything; a moment of which the asked is not known is not admitted."""

    speed_kmh: tuple[float, float] | None = None
    after_ns: int | None = None
    before_ns: int | None = None
    light: str = ""
    weather: str = ""
    place: str = ""
    near_m: tuple[float, float, float] | None = None  # x, y in the drive's odom, and how far from there
    event: tuple[Wanted, ...] = ()  # what must hold there, whatever the words say
    language: str = ""  # of the sentences


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """`vector` is None where no encoder put the words into the space of scenes."""

    wanted: Sequence[Wanted]
    words: Sequence[str]
    language: str = "en"  # of the words, and of what is shown where there is a choice
    vector: Floats | None = None
    filters: Filters = Filters()
