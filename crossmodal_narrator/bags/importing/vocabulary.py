"""The class names of a dataset → ours. A name that is not known is kept as an obstacle, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from crossmodal_narrator.core.detections import ObjectClass

_RIDDEN = frozenset({ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE})


class Vocabulary:
    """Translates, and remembers what it could not translate."""

    def __init__(self, classes: Mapping[ObjectClass, str]) -> None:
        """`classes`: for each of our classes the dataset's names, separated by commas."""
        self._classes = {name: label for label, names in classes.items() for name in names.split(", ")}
        self.unknown: Counter[str] = Counter()

    def label(self, name: str, *, has_rider: bool = False) -> ObjectClass:
        """Our class of `name`. Two wheels and their rider are one thing to us."""
        label = self._classes.get(name)
        if label is None:
            self.unknown[name] += 1
            return ObjectClass.OBSTACLE
        return ObjectClass.CYCLIST if has_rider and label in _RIDDEN else label
