"""Replays made for a test: lines of scenes.jsonl and transcript.jsonl as `replay` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crossmodal_narrator.bags import BagWriter
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion
from crossmodal_narrator.core.geometry import Intrinsics, Pose

START_NS = 1_700_000_000_000_000_000
STEP_NS = 100_000_000
Record = dict[str, Any]


def thing(
    track_id: int, label: str, *, x: float, y: float, motion: str, side: str = "ahead", vy: float = 0.0
) -> Record:
    size = [0.6, 0.6, 1.75] if label == "pedestrian" else [4.5, 1.9, 1.5]
    return {
        "track_id": track_id, "label": label,
        "attributes": [{"name": "colour", "value": "white", "confidence": 0.9}],
        "azimuth_rad": float(np.arctan2(y, x)), "position_m": [x, y, 0.9], "size_lwh_m": size, "yaw_rad": 0.0,
        "velocity_mps": [0.0, vy, 0.0], "motion": motion,
        "relation": {"side": side, "in_path": abs(y) < 1.5 and x > 0, "distance_m": float(np.hypot(x, y))},
        "confidence": 0.95, "age_s": 2.0, "modalities": ["camera", "lidar"], "evidence": [],
    }  # fmt: skip


def siren(azimuth_rad: float, trend: str = "unknown") -> Record:
    return {
        "kind": "siren", "azimuth_rad": azimuth_rad, "range_m": None, "trend": trend, "level_db": 70.0,
        "track_id": None, "confidence": 0.9, "evidence": [],
    }  # fmt: skip


def red_light() -> Record:
    return {
        "signal_id": 1,
        "state": "red",
        "azimuth_rad": 0.0,
        "range_m": 20.0,
        "confidence": 0.9,
        "evidence": [],
    }


def scene(k: int, *, speed: float, vector: Sequence[float] | None = None, light: str = "day", **seen: Any) -> Record:
    looked = None
    if vector is not None:
        attributes = [{"name": "light", "value": light, "confidence": 0.99}]
        looked = {"novelty": 0.1, "attributes": attributes, "senses": ["camera"], "vector": list(vector)}
    return {
        "stamp_ns": START_NS + k * STEP_NS,
        "ego": {"speed_mps": speed, "yaw_rate_rps": 0.0},
        "objects": [], "sounds": [], "signals": [], "degraded": [], "senses": ["camera"], "surroundings": looked,
        **seen,
    }  # fmt: skip


def said(k: int, language: str, text: str, subject: str) -> Record:
    claim = {"predicate": "exists", "subject": subject, "value": "pedestrian", "confidence": 0.9, "evidence": []}
    return {
        "stamp_ns": START_NS + k * STEP_NS, "kind": "narration", "language": language, "text": text,
        "urgency": "notable", "trigger": "change", "claims": [claim],
    }  # fmt: skip


def write(folder: Path, scenes: Iterable[Mapping[str, Any]], sentences: Iterable[Mapping[str, Any]] = ()) -> Path:
    folder.mkdir(parents=True)
    for name, records in (("scenes", scenes), ("transcript", sentences)):
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def crossing_drive(folder: Path) -> Path:
    """8 s by day at 36 km/h; from 3.0 to 6.0 s somebody crosses 12 m ahead, from right to left."""
    scenes = []
    for k in range(80):
        walks = [thing(7, "pedestrian", x=12.0, y=3.0 - 0.14 * (k - 30), motion="crossing", vy=-1.4)]
        there = walks if 30 <= k <= 60 else []
        scenes.append(scene(k, speed=10.0, objects=there, vector=[1.0, 0.0] if k % 10 == 0 else None))
    sentences = (
        said(36, "en", "A pedestrian is crossing ahead.", "track:7"),
        said(36, "zh", "前方有行人正在过马路。", "track:7"),
    )
    return write(folder, scenes, sentences)


def siren_drive(folder: Path) -> Path:
    """10 s by night; a siren behind us from 2.0 to 8.0 s; we stand before a red light from the beginning."""
    scenes = []
    for k in range(100):
        sounds = [siren(3.1, "approaching" if k > 50 else "unknown")] if 20 <= k <= 80 else []
        looks = [0.0, 1.0] if k % 10 == 0 else None
        scenes.append(scene(k, speed=0.0, sounds=sounds, signals=[red_light()], vector=looks, light="night"))
    sentences = (
        said(25, "en", "A siren behind us.", "sound:siren"),
        said(25, "zh", "后方有警笛声。", "sound:siren"),
    )
    return write(folder, scenes, sentences)


def write_bag(folder: Path, steps: int) -> Path:
    """A front camera, red to the left, and odometry: along x at 10 m/s."""
    intrinsics = Intrinsics(width=640, height=320, fx=300.0, fy=300.0, cx=320.0, cy=160.0)
    picture = np.full((320, 640, 3), 90, np.uint8)
    picture[:, :320] = (220, 30, 30)
    with BagWriter(folder) as bag:
        for k in range(steps):
            stamp_ns, pose = START_NS + k * STEP_NS, Pose.from_xy_yaw(1.0 * k, 0.0, 0.0)
            motion = EgoMotion(stamp_ns=stamp_ns, odom_from_base=pose, velocity_mps=(10.0, 0.0, 0.0), yaw_rate_rps=0.0)
            bag.write_frame(motion)
            if k % 5 == 0:
                bag.write_frame(
                    CameraFrame(
                        stamp_ns=stamp_ns, frame_id="camera_front_optical", camera="front", rgb=picture,
                        intrinsics=intrinsics,
                    )
                )  # fmt: skip
    return folder
