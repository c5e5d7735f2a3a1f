"""A replayed drive as small as can be, in the exact form of the files that `replay` writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

START_NS = 1_700_000_000_000_000_000
TENTH_NS = 100_000_000
# As a bag could hold it: ends a script, opens a comment, and would run if it ever became markup.
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"> <!--<script> \u2028 & &lt; behind us."


def evidence(detail: str = "42 points", stamp_ns: int = START_NS) -> dict[str, Any]:
    return {"modality": "lidar", "stamp_ns": stamp_ns, "detail": detail}


def claim(predicate: str, subject: str, value: Any, detail: str = "42 points") -> dict[str, Any]:
    return {
        "predicate": predicate,
        "subject": subject,
        "value": value,
        "confidence": 0.9,
        "evidence": [evidence(detail)],
    }


def said(
    text: str,
    at_s: float,
    *claims: dict[str, Any],
    language: str = "en",
    urgency: str = "notable",
    trigger: str = "change",
) -> dict[str, Any]:
    return {
        "stamp_ns": START_NS + round(at_s * 1e9),
        "kind": "narration",
        "language": language,
        "text": text,
        "urgency": urgency,
        "trigger": trigger,
        "claims": list(claims),
    }


def thing(track_id: int, x: float, y: float = 0.0, label: str = "car") -> dict[str, Any]:
    return {
        "track_id": track_id,
        "label": label,
        "attributes": [],
        "azimuth_rad": 0.0,
        "position_m": [x, y, 0.7],
        "size_lwh_m": [4.5, 1.8, 1.5],
        "yaw_rad": 0.0,
        "velocity_mps": [3.0, 0.0, 0.0],
        "motion": "moving",
        "relation": {"side": "ahead", "in_path": True, "distance_m": x - 2.2},
        "confidence": 0.9,
        "age_s": 2.0,
        "modalities": ["lidar"],
        "evidence": [evidence()],
    }


def scene(at_s: float, *objects: dict[str, Any], **lists: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"sounds": [], "signals": [], "degraded": [], "senses": ["lidar"], "surroundings": None}
    stamp_ns = START_NS + round(at_s * 1e9)
    return {
        "stamp_ns": stamp_ns,
        "ego": {"speed_mps": 5.0, "yaw_rate_rps": 0.0},
        "objects": [*objects],
        **empty,
        **lists,
    }


def write_run(folder: Path, scenes: Iterable[dict[str, Any]], transcript: Iterable[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    timings = [{"stage": "perception", "stamp_ns": START_NS, "ms": 12.5}]
    for name, records in (("scenes", scenes), ("transcript", transcript), ("timings", timings)):
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def write_labels(path: Path, at_s: float, x: float) -> Path:
    car = {"id": "c", "label": "car", "position_m": [x, 0, 0.7], "size_lwh_m": [4.5, 1.8, 1.5], "yaw_rad": 0.0}
    car |= {"motion": "Moving", "lidar_points": 90, "centre_in_front_image": True}
    path.write_text(json.dumps([{"stamp_ns": START_NS + round(at_s * 1e9), "ego_speed_mps": 5.0, "objects": [car]}]))
    return path
