"""What scenes say of themselves, without truth: do the senses agree, and do tracks behave as things do?

None of it is right or wrong: a camera sees what a sweep cannot, and things do come and go. But two versions of the
narrator compare by it, on any drive.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.evaluation.detection import InView, Record, plan_distance
from crossmodal_narrator.evaluation.evaluation import Evaluation, Event, Number, note
from crossmodal_narrator.evaluation.shares import median, percentile, share
from crossmodal_narrator.evaluation.truth import Kind, TrueScene, kind_of

FRESH_S = 0.25  # evidence so old is of this moment: cameras have stamps of their own
SUPPORT_M = 2.0
MAX_RANGE_M = 40.0
JUMP_M = 2.0  # from where its own speed would have brought it
GAP_S = 0.35  # a track may miss a few scenes
_NO_VIEW = "which vehicles the camera could see is not known without --bag and a camera in it"
EDGE_S = 1.0  # what is there at the beginning was not born, and at the end has not died


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A track in one scene, and how the vehicle moved."""

    stamp_ns: int
    label: str
    position_m: Sequence[float] | None
    velocity_mps: Sequence[float] | None
    ego: Mapping[str, float] | None


@dataclass(slots=True, kw_only=True)
class _Life:
    """What is kept of one track: from when to when, its class, how often that changed, and how it was last."""

    from_ns: int
    last: _Seen
    name: str = ""  # the last class that it had; empty while it had none
    flips: int = 0

    def note(self, label: str) -> None:
        if label == ObjectClass.OBSTACLE.value:
            return
        self.flips += self.name not in ("", label)
        self.name = label


class ConsistencyScorer:
    """Takes each scene of a drive; keeps an entry for each track. Without `in_view` nobody knows what the camera could
    see of what the LiDAR did.
    """

    def __init__(self, in_view: InView | None = None) -> None:
        self._in_view = in_view
        self._lives: dict[int, _Life] = {}
        self._jumps: list[Event] = []
        self._first_ns: int | None = None
        self._last_ns = 0
        self._camera = self._camera_backed = self._lidar = self._lidar_backed = 0

    def push(self, record: Record | None, _real: TrueScene | None) -> None:
        if record is None:
            return
        stamp_ns = int(record["stamp_ns"])
        self._first_ns = stamp_ns if self._first_ns is None else min(self._first_ns, stamp_ns)
        self._last_ns = max(self._last_ns, stamp_ns)
        for thing in record["objects"]:
            self._follow(thing, record)
        if {"camera", "lidar"} <= {*record.get("senses", ())}:
            self._compare(record)

    def evaluation(self) -> Evaluation:
        missing = [] if self._in_view is not None else [note(_NO_VIEW)]
        return Evaluation(
            figures={
                "camera_vehicles": self._camera,
                "camera_vehicles_with_lidar_share": share(self._camera_backed, self._camera),
                "lidar_vehicles_in_view": self._lidar if self._in_view is not None else None,
                "lidar_vehicles_with_camera_share": share(self._lidar_backed, self._lidar),
                **self._track_figures(),
                "track_jumps": len(self._jumps),
            },
            events=(*missing, *self._jumps),
        )

    def _compare(self, record: Record) -> None:
        stamp_ns = int(record["stamp_ns"])
        vehicles = [o for o in record["objects"] if kind_of(o["label"]) is Kind.VEHICLE and _is_near(o)]
        by_camera = [o for o in vehicles if _sees(o, "camera", stamp_ns)]
        by_lidar = [o for o in record["objects"] if o["position_m"] is not None and _sees(o, "lidar", stamp_ns)]
        self._camera += len(by_camera)
        self._camera_backed += sum(_backed(o, by_lidar) for o in by_camera)
        for thing in vehicles:
            if _is_in_view(thing, self._in_view) and _sees(thing, "lidar", stamp_ns):
                self._lidar += 1
                self._lidar_backed += _sees(thing, "camera", stamp_ns)

    def _follow(self, thing: Record, record: Record) -> None:
        track_id, label = int(thing["track_id"]), str(thing["label"])
        seen = _Seen(
            stamp_ns=int(record["stamp_ns"]),
            label=label,
            position_m=thing["position_m"],
            velocity_mps=thing["velocity_mps"],
            ego=record.get("ego"),
        )
        life = self._lives.get(track_id)
        if life is None:
            life = self._lives[track_id] = _Life(from_ns=seen.stamp_ns, last=seen)
        elif (jump := _jump(track_id, life.last, seen)) is not None:
            self._jumps.append(jump)
        life.last = seen
        life.note(label)

    def _track_figures(self) -> dict[str, Number]:
        first_ns, last_ns = self._first_ns or 0, self._last_ns
        minutes, edge_ns = (last_ns - first_ns) / 60e9, int(EDGE_S * 1e9)
        named = [life for life in self._lives.values() if life.name]
        lengths_s = [(life.last.stamp_ns - life.from_ns) / 1e9 for life in named]
        births = sum(life.from_ns - first_ns > edge_ns for life in named)
        deaths = sum(last_ns - life.last.stamp_ns > edge_ns for life in named)
        return {
            "tracks": len(named),
            "track_length_median_s": median(lengths_s),
            "track_length_p95_s": percentile(lengths_s, 95.0),
            "track_births_per_minute": births / minutes if minutes else None,
            "track_deaths_per_minute": deaths / minutes if minutes else None,
            "label_flips_per_track": share(sum(life.flips for life in named), len(named)),
        }


def _is_in_view(thing: Record, in_view: InView | None) -> bool:
    if thing["position_m"] is None or in_view is None:
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


def _jump(track_id: int, was: _Seen, seen: _Seen) -> Event | None:
    """Where the track is not where its own speed and the vehicle's would have brought it."""
    passed_s = (seen.stamp_ns - was.stamp_ns) / 1e9
    if not 0.0 < passed_s <= GAP_S or was.position_m is None or seen.position_m is None or was.ego is None:
        return None
    off_m = plan_distance(_expected(was.position_m, was.velocity_mps, was.ego, passed_s), seen.position_m)
    if off_m <= JUMP_M:
        return None
    text = f"{seen.label} {track_id} is {off_m:.1f} m from where it was going"
    return Event(stamp_ns=seen.stamp_ns, kind="track_jump", text=text, subject=f"track:{track_id}")


def _expected(
    position_m: Sequence[float], velocity_mps: Sequence[float] | None, ego: Mapping[str, float], passed_s: float
) -> tuple[float, float]:
    """In base_link after that time. The vehicle goes on as it did, along its own axis."""
    vx, vy = velocity_mps[:2] if velocity_mps is not None else (0.0, 0.0)
    x = position_m[0] + (vx - ego["speed_mps"]) * passed_s
    y = position_m[1] + vy * passed_s
    turned = -ego["yaw_rate_rps"] * passed_s
    return x * math.cos(turned) - y * math.sin(turned), x * math.sin(turned) + y * math.cos(turned)
