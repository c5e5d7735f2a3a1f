"""Ground truth of a drive: what stood where at each stamp, as people or a simulator labelled it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.geometry import OrientedBox, Pose, Vec3


class Kind(str, Enum):
    """The coarse kinds in which a label and an answer must agree."""

    VEHICLE = "vehicle"
    PERSON = "person"
    CYCLIST = "cyclist"
    OTHER = "other"


# PandaSet's classes and our own (ObjectClass); what is not listed is OTHER.
_KINDS = {
    Kind.VEHICLE: (
        "car, van, truck, bus, motorcycle, train, pickup truck, medium-sized truck, semi-truck, emergency vehicle, "
        "other vehicle - construction vehicle, other vehicle - uncommon, other vehicle - pedicab, towed object"
    ),
    Kind.PERSON: "pedestrian, pedestrian with object",
    Kind.CYCLIST: "cyclist, bicycle, motorized scooter, personal mobility device",
}
KIND_OF_LABEL = {name: kind for kind, names in _KINDS.items() for name in names.split(", ")}


def kind_of(label: str) -> Kind:
    """The kind of a label of PandaSet, of the simulator or of ours, whatever its case."""
    return KIND_OF_LABEL.get(label.lower(), Kind.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueObject:
    """One labelled object, in base_link at the sweep's stamp."""

    object_id: str
    label: str
    position_m: Vec3
    size_lwh_m: Vec3
    yaw_rad: float
    motion: str | None
    lidar_points: int
    in_front_image: bool

    @property
    def kind(self) -> Kind:
        return kind_of(self.label)

    @property
    def range_m(self) -> float:
        return math.hypot(self.position_m[0], self.position_m[1])

    @property
    def box(self) -> OrientedBox:
        return OrientedBox(centre_m=self.position_m, size_lwh_m=self.size_lwh_m, yaw_rad=self.yaw_rad)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueSound:
    """Who sounds, in base_link. `azimuth_rad` is of where the source is, `arrival_azimuth_rad` from where it is heard:
    its sound left it earlier, and perhaps came around a corner. Levels are above 354 Hz, at the microphones.
    """

    kind: str
    actor_id: str
    azimuth_rad: float
    arrival_azimuth_rad: float
    level_db: float
    noise_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueSignal:
    """A traffic light within 100 m; `is_for_ego`: it stands before our lane."""

    state: str
    is_for_ego: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueScene:
    """`sounds` and `signals` are None where nobody wrote them down: on a drive that people labelled."""

    stamp_ns: int
    ego_speed_mps: float
    objects: tuple[TrueObject, ...]
    sounds: tuple[TrueSound, ...] | None = None
    signals: tuple[TrueSignal, ...] | None = None


def read_truth(path: Path) -> tuple[TrueScene, ...]:
    """Read a truth.json (a list, one entry a sweep).

    Raises:
        BagError: the file is absent, or not of that form.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_scene(entry) for entry in entries)
    except OSError as error:
        raise BagError(f"{path}: {error.strerror}", remedy="name the drive's truth.json") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BagError(f"{path} is not a truth file: {error!r}", remedy="expected a list of labelled sweeps") from error


def _scene(entry: Mapping[str, Any]) -> TrueScene:
    return TrueScene(
        stamp_ns=int(entry["stamp_ns"]),
        ego_speed_mps=float(entry["ego_speed_mps"]),
        objects=tuple(_object(o) for o in entry["objects"]),
        sounds=tuple(_sound(s) for s in entry["sounds"]) if "sounds" in entry else None,
        signals=tuple(TrueSignal(state=str(s["state"]), is_for_ego=bool(s["is_for_ego"])) for s in entry["signals"])
        if "signals" in entry
        else None,
    )


def _sound(entry: Mapping[str, Any]) -> TrueSound:
    angles = {key: float(entry[key]) for key in ("azimuth_rad", "arrival_azimuth_rad", "level_db", "noise_db")}
    return TrueSound(kind=str(entry["kind"]), actor_id=str(entry["actor_id"]), **angles)


def _object(entry: Mapping[str, Any]) -> TrueObject:
    x, y, z = (float(v) for v in entry["position_m"])
    length, width, height = (float(v) for v in entry["size_lwh_m"])
    return TrueObject(
        object_id=str(entry["id"]),
        label=str(entry["label"]),
        position_m=(x, y, z),
        size_lwh_m=(length, width, height),
        yaw_rad=float(entry["yaw_rad"]),
        motion=entry["motion"],
        lidar_points=int(entry["lidar_points"]),
        in_front_image=bool(entry["centre_in_front_image"]),
    )


def true_speeds(scenes: Sequence[TrueScene], odom_from_base: Mapping[int, Pose]) -> dict[tuple[int, str], float]:
    """Speed over the ground of each object, m/s, by (stamp_ns, object_id): a central difference over two sweeps each
    way, of positions that the ego's pose brought into odom. Stamps without a pose, and objects seen only once, are left
    out.
    """
    paths: dict[str, list[tuple[int, Vec3]]] = {}
    for scene in scenes:
        pose = odom_from_base.get(scene.stamp_ns)
        for thing in scene.objects if pose is not None else ():
            assert pose is not None
            paths.setdefault(thing.object_id, []).append((scene.stamp_ns, pose.transform_point(thing.position_m)))
    speeds: dict[tuple[int, str], float] = {}
    for object_id, path in paths.items():
        for k, (stamp_ns, _) in enumerate(path):
            (t0, a), (t1, b) = path[max(k - 2, 0)], path[min(k + 2, len(path) - 1)]
            if t1 > t0:
                speeds[stamp_ns, object_id] = math.hypot(b[0] - a[0], b[1] - a[1]) / ((t1 - t0) / 1e9)
    return speeds
