"""What a thing is and looks like, by the sum of what single images and sweeps said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from crossmodal_narrator.core.detections import LOOKALIKES, Attribute, ImageDetection, ObjectClass

K = TypeVar("K", bound=str)
FADE = 0.98  # of a vote, with each new one: an early mistake is outvoted in a second or two
MOST_DOUBT = 8.0  # what many images have seen well stays what it is when they see it no more
# Danger is told of what is surer; what is less sure must not be left unsaid, since something is there.
REFUTED_BELOW, RESTORED_FROM = 0.6, 0.7
SURE_IMAGE = 0.8  # the score of an image against which no sweep has reservations
RESERVE_LEFT = 0.5  # of a reservation, by a sweep that shows it: cones have the shape of somebody now and then
PERHAPS = 0.5  # the least confidence that a reservation leaves: it is said with "probably", where it must be said


class Votes:
    """Sums of scores by label, and of confidences by the value of an attribute.

    A sweep that sees a thing well and knows no such shape speaks against whatever images call it.

    Images name a class, shapes rather a kind of classes: by its shape a bus is no lorry, and a van may be a car. So
    shapes count for whichever class of their kind the images name, and name one themselves only where none does.
    """

    def __init__(self) -> None:
        self._images: dict[ObjectClass, float] = {}
        self._looks: dict[ObjectClass, float] = {}  # how many images those are
        self._shapes: dict[ObjectClass, float] = {}
        self._attributes: dict[str, dict[str, float]] = {}
        self.total = 0.0  # the sum of the scores of all sightings
        self.label = ObjectClass.OBSTACLE
        self._own = 0.0  # of them for the label
        self._doubt = 0.0  # that sweeps cast on it
        self._reserve = 0.0  # and where it may be so all the same
        self._newest = 0.0  # the score of the newest image
        self.is_refuted = False  # so much that it is something, and not what it was called

    @property
    def confidence(self) -> float:
        """That something of this class is there: each sighting leaves less doubt, and votes for others leave more."""
        sure = self._undoubted * self._credit(self._doubt)
        return max(self._undoubted * self._credit(self._doubt + self._reserve), min(sure, PERHAPS))

    @property
    def _undoubted(self) -> float:
        if not self.total:
            return 0.0
        return float(min(1.0 - 0.5 ** (self._own / 0.6), 0.98) * (self._own / self.total) ** 0.5)

    def _credit(self, doubt: float) -> float:
        return self._own / (self._own + doubt) if doubt else 1.0

    def _judge(self) -> None:
        """Two thresholds, so that the class does not come and go with every image."""
        least = RESTORED_FROM if self.is_refuted else REFUTED_BELOW
        self.is_refuted = self._undoubted * self._credit(self._doubt) < least <= self._undoubted

    def add(self, detection: ImageDetection, weight: float = 1.0) -> None:
        """Count what an image shows, for less where its points speak against it."""
        self._newest = detection.score
        for label in self._looks:
            self._looks[label] *= FADE
        self._looks[detection.label] = self._looks.get(detection.label, 0.0) + weight
        self._count(self._images, detection.label, weight * detection.score)
        for attribute in detection.attributes:
            votes = self._attributes.setdefault(attribute.name, {})
            for value in votes:
                votes[value] *= FADE
            votes[attribute.value] = votes.get(attribute.value, 0.0) + attribute.confidence

    def add_doubt(self, score: float) -> None:
        """Count that a sweep shows something else, or nothing that has a name."""
        self._doubt = min(self._doubt * FADE + score, MOST_DOUBT)
        self._judge()

    def add_reserve(self, score: float) -> None:
        """Count that a sweep shows something else, and may be wrong: it is less sure, and what it was.

        The weaker the newest image, the more it counts: a child at a kerb has the shape of a post, too.
        """
        self._reserve = min(self._reserve * FADE + score * max(0.0, SURE_IMAGE - self._newest), MOST_DOUBT)

    def add_shape(self, label: ObjectClass, score: float) -> None:
        """Count what a sweep shows; the surer, the less doubt is left."""
        self._doubt *= max(0.0, 1.0 - score)
        self._reserve *= RESERVE_LEFT
        self._count(self._shapes, label, score)

    @property
    def shape(self) -> ObjectClass | None:
        """What most sweeps said, where any did."""
        return _best(self._shapes) if self._shapes else None

    @property
    def image_score(self) -> float:
        """The mean score of the images that named the label; 0 where none did."""
        return self._images[self.label] / self._looks[self.label] if self._looks.get(self.label) else 0.0

    def attributes(self) -> tuple[Attribute, ...]:
        """The winning value of each attribute; the confidence is its share, less while there are few votes."""
        return tuple(_winner(name, votes) for name, votes in sorted(self._attributes.items()))

    def _count(self, votes: dict[ObjectClass, float], label: ObjectClass, score: float) -> None:
        for known in votes:
            votes[known] *= FADE
        votes[label] = votes.get(label, 0.0) + score
        self.total = sum(self._images.values()) + sum(self._shapes.values())
        sums = self._sums()
        self.label = _best(sums)
        self._own = sums[self.label]
        self._judge()

    def _sums(self) -> dict[ObjectClass, float]:
        """Votes for each class that was named, those of shapes given to all classes of their kind in the images."""
        by_kind: dict[int, float] = {}
        for label, votes in self._shapes.items():
            by_kind[LOOKALIKES[label]] = by_kind.get(LOOKALIKES[label], 0.0) + votes
        sums = {label: votes + by_kind.get(LOOKALIKES[label], 0.0) for label, votes in self._images.items()}
        pictured = {LOOKALIKES[label] for label in self._images}
        best = {label: votes for label, votes in self._shapes.items() if LOOKALIKES[label] not in pictured}
        for kind in {LOOKALIKES[label] for label in best}:
            label = _best({label: votes for label, votes in best.items() if LOOKALIKES[label] == kind})
            sums[label] = by_kind[kind]
        return sums


def _winner(name: str, votes: Mapping[str, float]) -> Attribute:
    value = _best(votes)
    share = votes[value] / sum(votes.values())
    return Attribute(name=name, value=value, confidence=round(share * (1.0 - 0.5 ** (votes[value] / 0.5)), 3))


def _best(votes: Mapping[K, float]) -> K:
    """The most votes; of equals the first by name, so that a replay repeats it."""
    return max(sorted(votes.items()), key=lambda item: item[1])[0]
