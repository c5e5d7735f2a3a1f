"""What scenes say of themselves, without truth: do the senses agree, and do tracks behave as things do?

None of it is right or wrong: a camera sees what a sweep cannot, and things do come and go. But two versions of the
narrator compare by it, on any drive.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.evaluation.detection import InView, Record, plan_distance
from crossmodal_narrator.evaluation.evaluation import Evaluation, Event, Number, note
from crossmodal_narrator.evaluation.shares import median, percentile, share
from crossmodal_narrator.evaluation.truth import Kind, kind_of

FRESH_S = 0.25  # evidence so old is of this moment: cameras have stamps of their own
SUPPORT_M = 2.0
MAX_RANGE_M = 40.0
JUMP_M = 2.0  # from where its own speed would have brought it
GAP_S = 0.35  # a track may miss a few scenes
EDGE_S = 1.0  # what is there at the beginning was not born, and at the end has not died


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """The scenes in which one track appears."""

    track_id: int
    seen: tuple[tuple[Record, Record], ...]  # scene, object

    @property
    def from_ns(self) -> int:
        return int(self.seen[0][0]["stamp_ns"])

    @property
    def to_ns(self) -> int:
        return int(self.seen[-1][0]["stamp_ns"])


def score_consistency(records: Sequence[Record], in_view: InView | None = None) -> Evaluation:
    """Of scene records. Without `in_view` nobody knows what the camera could see of what the LiDAR did."""
    lives = _lives(records)
    jumps = [event for life in lives for event in _jumps(life)]
    support, events = _support(records, in_view)
    return Evaluation(
        figures={**support, **_track_figures(lives, records), "track_jumps": len(jumps)},
        events=(*events, *jumps),
    )


def _support(records: Sequence[Record], in_view: InView | None) -> tuple[dict[str, Number], list[Event]]:
    camera = lidar = camera_backed = lidar_backed = 0
    for record in records:
        stamp_ns = int(record["stamp_ns"])
        vehicles = [o for o in record["objects"] if kind_of(o["label"]) is Kind.VEHICLE and _is_near(o)]
        by_camera = [o for o in vehicles if _sees(o, "camera", stamp_ns)]
        by_lidar = [o for o in record["objects"] if o["position_m"] is not None and _sees(o, "lidar", stamp_ns)]
        if "camera" not in record.get("senses", ()) or "lidar" not in record.get("senses", ()):
            continue
        camera, camera_backed = camera + len(by_camera), camera_backed + sum(_backed(o, by_lidar) for o in by_camera)
        in_both = [
            o for o in vehicles if in_view is not None and _is_in_view(o, in_view) and _sees(o, "lidar", stamp_ns)
        ]
        lidar += len(in_both)
        lidar_backed += sum(_sees(o, "camera", stamp_ns) for o in in_both)
    missing = [] if in_view is not None else [note("which vehicles the camera could see is not known without --bag")]
    return {
        "camera_vehicles": camera,
        "camera_vehicles_with_lidar_share": share(camera_backed, camera),
        "lidar_vehicles_in_view": lidar if in_view is not None else None,
        "lidar_vehicles_with_camera_share": share(lidar_backed, lidar),
    }, missing


def _is_in_view(thing: Record, in_view: InView) -> bool:
    if thing["position_m"] is None:
        return False
    x, y, z = thing["position_m"]
    return in_view((x, y, z))


def _is_near(thing: Record) -> bool:
    return thing["position_m"] is None or math.hypot(*thing["position_m"][:2]) <= MAX_RANGE_M


def _sees(thing: Record, sense: str, stamp_ns: int) -> bool:
    return any(
        e["modality"] == sense and abs(stamp_ns - int(e["stamp_ns"])) <= FRESH_S * 1e9
        for e in thing.get("evidence", ())
    )


def _backed(thing: Record, by_lidar: Sequence[Record]) -> bool:
    """Something that the LiDAR measures, of whatever class, is at its place. Where only a bearing is known, none is: in
    a street there is something in each direction.
    """
    if thing["position_m"] is None:
        return False
    return any(plan_distance(thing["position_m"], o["position_m"]) <= SUPPORT_M for o in by_lidar)


def _lives(records: Sequence[Record]) -> list[_Life]:
    seen: dict[int, list[tuple[Record, Record]]] = {}
    for record in sorted(records, key=lambda record: int(record["stamp_ns"])):
        for thing in record["objects"]:
            seen.setdefault(int(thing["track_id"]), []).append((record, thing))
    return [_Life(track_id=track_id, seen=tuple(moments)) for track_id, moments in sorted(seen.items())]


def _track_figures(lives: Sequence[_Life], records: Sequence[Record]) -> dict[str, Number]:
    stamps = [int(record["stamp_ns"]) for record in records]
    first, last = min(stamps, default=0), max(stamps, default=0)
    minutes = (last - first) / 60e9
    edge_ns = int(EDGE_S * 1e9)
    named = [life for life in lives if _names(life)]
    lengths_s = [(life.to_ns - life.from_ns) / 1e9 for life in named]
    births = sum(life.from_ns - first > edge_ns for life in named)
    deaths = sum(last - life.to_ns > edge_ns for life in named)
    return {
        "tracks": len(named),
        "track_length_median_s": median(lengths_s),
        "track_length_p95_s": percentile(lengths_s, 95.0),
        "track_births_per_minute": births / minutes if minutes else None,
        "track_deaths_per_minute": deaths / minutes if minutes else None,
        "label_flips_per_track": share(sum(_flips(life) for life in named), len(named)),
    }


def _names(life: _Life) -> list[str]:
    """Its classes in the order of time, without moments at which it had none."""
    labels = (str(thing["label"]) for _, thing in life.seen)
    return [label for label in labels if label != ObjectClass.OBSTACLE.value]


def _flips(life: _Life) -> int:
    return sum(a != b for a, b in itertools.pairwise(_names(life)))


def _jumps(life: _Life) -> Iterator[Event]:
    """Where the track is not where its own speed and the vehicle's would have brought it."""
    for (before, was), (record, thing) in itertools.pairwise(life.seen):
        passed_s = (int(record["stamp_ns"]) - int(before["stamp_ns"])) / 1e9
        if passed_s > GAP_S or was["position_m"] is None or thing["position_m"] is None or before["ego"] is None:
            continue
        off_m = plan_distance(_expected(was, before["ego"], passed_s), thing["position_m"])
        if off_m > JUMP_M:
            text = f"{thing['label']} {life.track_id} is {off_m:.1f} m from where it was going"
            subject = f"track:{life.track_id}"
            yield Event(stamp_ns=int(record["stamp_ns"]), kind="track_jump", text=text, subject=subject)


def _expected(was: Record, ego: Mapping[str, float], passed_s: float) -> tuple[float, float]:
    """In base_link after that time. The vehicle goes on as it did, along its own axis."""
    vx, vy = was["velocity_mps"][:2] if was["velocity_mps"] is not None else (0.0, 0.0)
    x = was["position_m"][0] + (vx - ego["speed_mps"]) * passed_s
    y = was["position_m"][1] + vy * passed_s
    turned = -ego["yaw_rate_rps"] * passed_s
    return x * math.cos(turned) - y * math.sin(turned), x * math.sin(turned) + y * math.cos(turned)
