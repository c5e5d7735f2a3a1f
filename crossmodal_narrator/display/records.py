"""Sentences and scenes as the page reads them: JSON of what is shown, and nothing else."""

from __future__ import annotations

import math
from typing import Any

from crossmodal_narrator.core.scene import SceneObject, SceneState
from crossmodal_narrator.core.speech import Claim, Narration, Reply
from crossmodal_narrator.display.pictures import where_shown

Record = dict[str, Any]
REACH_M = 80.0
MOST_THINGS = 80


def narration_shown(narration: Narration) -> Record:
    """`id` tells a sentence again after the node has restarted, when numbers begin anew."""
    return {
        "id": f"{narration.stamp_ns}/{narration.language}/{narration.text}",
        "language": narration.language,
        "text": narration.text,
        "urgency": narration.urgency.value,
        "claims": [_claim(claim, narration.stamp_ns) for claim in narration.claims],
    }


def reply_shown(reply: Reply) -> Record:
    asked = reply.in_reply_to
    return {
        "id": f"{asked.stamp_ns}/{asked.text}/{reply.text}",
        "language": reply.language,
        "text": reply.text,
        "question": asked.text,
        "query": reply.query,
        "declined": bool(reply.declined),
        "claims": [_claim(claim, reply.stamp_ns) for claim in reply.claims],
    }


def scene_shown(scene: SceneState) -> Record:
    """The nearest things within 80 m, in base_link: x ahead, y left."""
    near = sorted((thing for thing in scene.objects if _away(thing) <= REACH_M), key=_away)
    return {
        "speed": None if scene.ego is None else _number(scene.ego.speed_mps),
        "things": [_thing(thing) for thing in near[:MOST_THINGS]],
        "sounds": [
            {"kind": sound.kind, "azimuth": _number(sound.azimuth_rad), "range": _number(sound.range_m)}
            for sound in scene.sounds
        ],
        "lights": [
            {"id": light.signal_id, "state": light.state.value, "azimuth": _number(light.azimuth_rad)}
            for light in scene.signals
        ],
        "troubles": sorted({trouble.sense.value for trouble in scene.degraded}),
    }


def _away(thing: SceneObject) -> float:
    """Without a range it is as near as any."""
    return 0.0 if thing.position_m is None else math.hypot(thing.position_m[0], thing.position_m[1])


def _thing(thing: SceneObject) -> Record:
    place, size, velocity = thing.position_m, thing.size_lwh_m, thing.velocity_mps
    return {
        "id": thing.track_id,
        "label": thing.label.value,
        "motion": thing.motion.value,
        "azimuth": _number(thing.azimuth_rad),
        "place": None if place is None else [_number(v) for v in place[:2]],
        "size": None if size is None else [_number(v) for v in size[:2]],
        "yaw": _number(thing.yaw_rad),
        "velocity": None if velocity is None else [_number(v) for v in velocity[:2]],
        "distance": _number(thing.relation.distance_m),
        "in_path": bool(thing.relation.in_path),
    }


def _claim(claim: Claim, stamp_ns: int) -> Record:
    value = claim.value
    is_real = isinstance(value, float) or not isinstance(value, (bool, int, str))  # a numpy number counts as one
    return {
        "predicate": claim.predicate,
        "subject": claim.subject,
        "value": _number(value) if is_real else value,
        "confidence": _number(claim.confidence),
        "evidence": [
            {
                "sense": e.modality.value,
                "before": _number((stamp_ns - e.stamp_ns) / 1e9),
                "detail": e.detail,
                **where_shown(e),
            }
            for e in claim.evidence
        ],
    }


def _number(value: Any) -> float | None:
    """Rounded to what a picture shows; None for what is no number."""
    return None if value is None or not math.isfinite(float(value)) else round(float(value), 2) + 0.0
