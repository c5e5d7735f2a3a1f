"""What sentences are about, so that it can be pointed at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crossmodal_narrator.core.speech import Narration

_TRACK, _SOUND = "track:", "sound:"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The tracks that are spoken of, and whether a sound is."""

    tracks: frozenset[int] = frozenset()
    has_sound: bool = False

    @staticmethod
    def of(narrations: Iterable[Narration]) -> About:
        names = [
            name
            for narration in narrations
            for claim in narration.claims
            for text in (claim.subject, claim.value)  # a sound's source is a track, too
            if isinstance(text, str)
            for name in text.split(",")
        ]
        numbers = (name.removeprefix(_TRACK) for name in names if name.startswith(_TRACK))
        return About(
            tracks=frozenset(int(number) for number in numbers if number.isdigit()),
            has_sound=any(name.startswith(_SOUND) for name in names),
        )
