"""What a thing is and looks like, by the sum of what single images said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from crossmodal_narrator.core.detections import Attribute, ImageDetection, ObjectClass

K = TypeVar("K", bound=str)
FADE = 0.98  # of a vote, with each new one: an early mistake is outvoted in a second or two


class Votes:
    """Sums of scores by label, and of confidences by the value of an attribute."""

    def __init__(self) -> None:
        self._labels: dict[ObjectClass, float] = {}
        self._attributes: dict[str, dict[str, float]] = {}
        self.total = 0.0  # the sum of the scores of all sightings
        self.label = ObjectClass.OBSTACLE

    @property
    def confidence(self) -> float:
        """That something of this class is there: each sighting leaves less doubt, and votes for others leave more."""
        if not self._labels:
            return 0.0
        own = self._labels[self.label]
        share = own / self.total
        return float(min(1.0 - 0.5 ** (own / 0.6), 0.98) * share**0.5)

    def add(self, detection: ImageDetection, weight: float = 1.0) -> None:
        """Count a sighting, for less where its points speak against it."""
        self._labels = {label: votes * FADE for label, votes in self._labels.items()}
        self._labels[detection.label] = self._labels.get(detection.label, 0.0) + weight * detection.score
        self.total = sum(self._labels.values())
        self.label = _best(self._labels)
        for attribute in detection.attributes:
            votes = self._attributes.setdefault(attribute.name, {})
            for value in votes:
                votes[value] *= FADE
            votes[attribute.value] = votes.get(attribute.value, 0.0) + attribute.confidence

    def attributes(self) -> tuple[Attribute, ...]:
        """The winning value of each attribute; the confidence is its share, less while there are few votes."""
        return tuple(_winner(name, votes) for name, votes in sorted(self._attributes.items()))


def _winner(name: str, votes: Mapping[str, float]) -> Attribute:
    value = _best(votes)
    share = votes[value] / sum(votes.values())
    return Attribute(name=name, value=value, confidence=round(share * (1.0 - 0.5 ** (votes[value] / 0.5)), 3))


def _best(votes: Mapping[K, float]) -> K:
    """The most votes; of equals the first by name, so that a replay repeats it."""
    return max(sorted(votes.items()), key=lambda item: item[1])[0]
