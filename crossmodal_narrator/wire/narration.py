"""Narration, Utterance and Reply ↔ crossmodal_narrator_msgs, claim by claim. Imports no ROS, as wire.scene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.speech import Claim, ClaimValue, Narration, Reply, Urgency, Utterance
from crossmodal_narrator.wire.headers import stamp_ns
from crossmodal_narrator.wire.scene import evidence_from_message, evidence_to_message, time_to_message, word

# What the namespace `types` must hold: the name → the full type of the class.
NARRATION_TYPES: Mapping[str, str] = {
    **{
        name: f"crossmodal_narrator_msgs/msg/{name}"
        for name in ("Claim", "ClaimValue", "Evidence", "Narration", "Reply", "Utterance")
    },
    "Time": "builtin_interfaces/msg/Time",
}
# ClaimValue.msg's constants; TYPE_NOT_SET is 0.
LEAST_PACE, MOST_PACE = 0.5, 2.0
_TEXT, _REAL, _INTEGER, _TRUTH = 1, 2, 3, 4


def narration_to_message(narration: Narration, types: Any) -> Any:
    """Narration → message. `types` holds the classes of NARRATION_TYPES."""
    return types.Narration(
        stamp=time_to_message(narration.stamp_ns, types),
        language=narration.language,
        text=narration.text,
        claims=[_claim_to_message(claim, types) for claim in narration.claims],
        urgency=narration.urgency.value,
        trigger=narration.trigger,
    )


def narration_from_message(message: Any) -> Narration:
    """Message → Narration.

    Raises:
        FrameError: a word or a kind of value that this version does not know.
    """
    return Narration(
        stamp_ns=stamp_ns(message.stamp),
        language=str(message.language),
        text=str(message.text),
        claims=tuple(_claim_from_message(claim) for claim in message.claims),
        urgency=word(Urgency, message.urgency),
        trigger=str(message.trigger),
    )


def utterance_to_message(utterance: Utterance, types: Any) -> Any:
    """Utterance → message."""
    return types.Utterance(
        stamp=time_to_message(utterance.stamp_ns, types),
        text=utterance.text,
        language=utterance.language,
        confidence=float(utterance.confidence),
        seat=utterance.seat,
    )


def utterance_from_message(message: Any) -> Utterance:
    """Message → Utterance."""
    return Utterance(
        stamp_ns=stamp_ns(message.stamp),
        text=str(message.text),
        language=str(message.language),
        confidence=float(message.confidence),
        seat=str(message.seat),
    )


def reply_to_message(reply: Reply, types: Any) -> Any:
    """Reply → message."""
    return types.Reply(
        stamp=time_to_message(reply.stamp_ns, types),
        language=reply.language,
        text=reply.text,
        claims=[_claim_to_message(claim, types) for claim in reply.claims],
        in_reply_to=utterance_to_message(reply.in_reply_to, types),
        query=reply.query,
        pace=float(reply.pace),
        declined=reply.declined,
    )


def reply_from_message(message: Any) -> Reply:
    """Message → Reply.

    Raises:
        FrameError: a kind of value that this version does not know, or a pace at which nobody speaks.
    """
    return Reply(
        stamp_ns=stamp_ns(message.stamp),
        language=str(message.language),
        text=str(message.text),
        claims=tuple(_claim_from_message(claim) for claim in message.claims),
        in_reply_to=utterance_from_message(message.in_reply_to),
        query=str(message.query),
        pace=_pace(float(message.pace)),
        declined=bool(message.declined),
    )


def _pace(pace: float) -> float:
    if not LEAST_PACE <= pace <= MOST_PACE:
        raise FrameError(f"a reply's pace is {pace:g}", remedy=f"1 is as usual; {LEAST_PACE:g} to {MOST_PACE:g} may be")
    return pace


def _claim_to_message(claim: Claim, types: Any) -> Any:
    return types.Claim(
        predicate=claim.predicate,
        subject=claim.subject,
        value=_value_to_message(claim.value, types),
        confidence=float(claim.confidence),
        evidence=evidence_to_message(claim.evidence, types),
    )


def _claim_from_message(message: Any) -> Claim:
    return Claim(
        predicate=str(message.predicate),
        subject=str(message.subject),
        value=_value_from_message(message.value),
        confidence=float(message.confidence),
        evidence=evidence_from_message(message.evidence),
    )


def _value_to_message(value: ClaimValue, types: Any) -> Any:
    fields: dict[str, Any] = {"text": "", "real": 0.0, "integer": 0, "truth": False}
    if isinstance(value, str):
        kind, fields["text"] = _TEXT, value
    elif isinstance(value, bool):  # before int, which a bool is too
        kind, fields["truth"] = _TRUTH, value
    elif isinstance(value, int):
        kind, fields["integer"] = _INTEGER, value
    else:
        kind, fields["real"] = _REAL, float(value)
    return types.ClaimValue(type=kind, **fields)


def _value_from_message(message: Any) -> ClaimValue:
    kind = int(message.type)
    if kind == _TEXT:
        return str(message.text)
    if kind == _REAL:
        return float(message.real)
    if kind == _INTEGER:
        return int(message.integer)
    if kind == _TRUTH:
        return bool(message.truth)
    raise FrameError(f"a claim's value has type {kind}", remedy="run both ends with one version of crossmodal_narrator")
