"""Classes that are spoken of and are not there, in the way of CHAIR (Rohrbach et al. 2018).

A mention is a class of a claim `exists`. It is made up when nothing of that class stands within reach, wherever it is:
what is there and is placed wrongly counts against the claim, not here. `chair_per_claim` is the share of mentions that
are made up (CHAIR_i), `chair_per_sentence` that of sentences with a mention in which one is (CHAIR_s).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossmodal_narrator.evaluation.claims import by_stamp, in_language
from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Evaluation, Event
from crossmodal_narrator.evaluation.shares import share
from crossmodal_narrator.evaluation.truth import TrueScene

REACH_M = 60.0
# Which labels, of PandaSet or of the simulator, a class that is spoken may stand for. Classes not here, such as
# obstacles and cones, are not labelled everywhere, and are not judged.
_MEANS: Mapping[str, frozenset[str]] = {
    "car": frozenset({"car", "pickup truck", "emergency vehicle", "van"}),
    "van": frozenset({"van", "car", "pickup truck", "medium-sized truck", "emergency vehicle"}),
    "truck": frozenset({"truck", "pickup truck", "medium-sized truck", "semi-truck", "emergency vehicle"}),
    "bus": frozenset({"bus"}),
    "motorcycle": frozenset({"motorcycle", "motorized scooter"}),
    "bicycle": frozenset({"bicycle", "cyclist"}),
    "cyclist": frozenset({"bicycle", "cyclist", "motorcycle", "motorized scooter", "personal mobility device"}),
    "pedestrian": frozenset({"pedestrian", "pedestrian with object"}),
}


class MentionScorer:
    """Takes each moment of a drive. Of one language (that of the first sentence): the claims are the same in each."""

    def __init__(self, narrations: Sequence[Record]) -> None:
        self._said = by_stamp(in_language(narrations))
        self._mentions = self._made_up = self._sentences = self._with_made_up = 0
        self._events: list[Event] = []

    def push(self, _record: Record | None, real: TrueScene | None) -> None:
        for narration in self._said.get(real.stamp_ns, ()) if real is not None else ():
            assert real is not None
            named = [c for c in narration["claims"] if c["predicate"] == "exists" and c["value"] in _MEANS]
            absent = [claim for claim in named if not _is_there(str(claim["value"]), real)]
            self._mentions, self._made_up = self._mentions + len(named), self._made_up + len(absent)
            self._sentences, self._with_made_up = self._sentences + bool(named), self._with_made_up + bool(absent)
            self._events += [_event(narration, claim) for claim in absent]

    def evaluation(self) -> Evaluation:
        return Evaluation(
            figures={
                "class_mentions": self._mentions,
                "chair_per_claim": share(self._made_up, self._mentions),
                "sentences_with_mentions": self._sentences,
                "chair_per_sentence": share(self._with_made_up, self._sentences),
            },
            events=tuple(self._events),
        )


def _is_there(spoken: str, scene: TrueScene) -> bool:
    return any(thing.label.lower() in _MEANS[spoken] and thing.range_m <= REACH_M for thing in scene.objects)


def _event(narration: Record, claim: Record) -> Event:
    return Event(
        stamp_ns=int(narration["stamp_ns"]),
        kind="made_up",
        text=f"{narration['text']}: no {claim['value']} within {REACH_M:g} m",
        subject=str(claim["subject"]),
        language=str(narration["language"]),
    )
