"""A person on a bicycle or motorcycle is one road user, not two."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from crossmodal_narrator.core.detections import ImageDetection, ObjectClass
from crossmodal_narrator.core.geometry import PixelBox

# What a two-wheeler with a rider is called. A ridden motorcycle stays a motorcycle: it is a vehicle of the traffic.
_RIDDEN = {ObjectClass.BICYCLE: ObjectClass.CYCLIST, ObjectClass.MOTORCYCLE: ObjectClass.MOTORCYCLE}


def with_riders(detections: Sequence[ImageDetection]) -> list[ImageDetection]:
    """Join each two-wheeler with the person who sits on it; everything else passes unchanged, in order."""
    riders = [d for d in detections if d.label is ObjectClass.PEDESTRIAN]
    joined: list[ImageDetection] = []
    taken: set[int] = set()
    for detection in detections:
        if detection.label not in _RIDDEN:
            continue
        candidates = [r for r in riders if id(r) not in taken and sits_on(r.box, detection.box)]
        rider = max(candidates, key=lambda r: r.box.intersection(detection.box), default=None)
        if rider is None:
            joined.append(detection)
            continue
        taken.add(id(rider))
        a, b = detection.box, rider.box
        box = PixelBox(x0=min(a.x0, b.x0), y0=min(a.y0, b.y0), x1=max(a.x1, b.x1), y1=max(a.y1, b.y1))
        score = max(detection.score, rider.score)
        joined.append(dataclasses.replace(detection, label=_RIDDEN[detection.label], score=score, box=box))
    others = [d for d in detections if d.label not in _RIDDEN and id(d) not in taken]
    return sorted([*joined, *others], key=lambda d: -d.score)


def sits_on(person: PixelBox, machine: PixelBox) -> bool:
    """Over the machine's middle, above its wheels: a person who walks beside it has their feet where its wheels are."""
    middle = person.centre[0]
    over = machine.x0 + 0.1 * machine.width <= middle <= machine.x1 - 0.1 * machine.width
    overlaps = person.intersection(machine) >= 0.2 * min(person.area, machine.area)
    feet_above_wheels = person.y1 < machine.y1 + 0.05 * machine.height
    head_above_machine = person.y0 < machine.y0 + 0.35 * machine.height
    similar = 0.4 <= person.height / max(machine.height, 1.0) <= 3.0
    return over and overlaps and feet_above_wheels and head_above_machine and similar
