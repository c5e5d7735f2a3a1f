"""How much is said, and for whom: a passenger who wants quiet, one who likes to be told, one who does not see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Shares are of the last 30 s, and what is urgent is never held back by them. At the pace of the configuration,
    `most_share` bounds the words a minute: 200 of them at 0.25 are 50.
    """

    calm_share: float  # that may be speech before calm sentences wait
    familiar_share: float  # in its place while the surroundings are as they have been
    most_share: float  # that may be speech, what is notable included
    tells_colours: bool = True


PROFILES: Mapping[str, Profile] = {
    "quiet": Profile(calm_share=0.0, familiar_share=0.0, most_share=0.25),
    "standard": Profile(calm_share=0.5, familiar_share=0.35, most_share=0.9),
    "talkative": Profile(calm_share=0.7, familiar_share=0.6, most_share=1.0),
    "blind": Profile(calm_share=0.6, familiar_share=0.5, most_share=1.0, tells_colours=False),
}
