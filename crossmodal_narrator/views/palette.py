"""Colours of things, sounds and lights, red, green and blue: those that RViz and Foxglove show, on dark paper."""

from __future__ import annotations

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.speech import Urgency

Colour = tuple[int, int, int]

PAPER, PANEL, RULE = (15, 18, 22), (24, 28, 34), (52, 58, 66)
INK, FAINT = (240, 243, 246), (146, 154, 164)
VEHICLE, VULNERABLE, OTHER = (64, 170, 255), (255, 150, 50), (128, 136, 146)
SOUND, TROUBLE = (255, 70, 125), (255, 190, 70)
TOLD = (255, 236, 120)  # what the sentence is about
POINT = (92, 104, 116)
SIGNALS = {
    SignalState.RED: (240, 65, 55),
    SignalState.AMBER: (250, 190, 40),
    SignalState.GREEN: (70, 215, 115),
    SignalState.UNKNOWN: OTHER,
}
URGENCIES = {Urgency.CALM: (110, 170, 220), Urgency.NOTABLE: (255, 190, 70), Urgency.URGENT: (255, 60, 45)}


def colour_of(label: ObjectClass) -> Colour:
    if label.is_vulnerable:
        return VULNERABLE
    return OTHER if label in (ObjectClass.OBSTACLE, ObjectClass.CONE) else VEHICLE
