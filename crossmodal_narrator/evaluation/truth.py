"""Ground truth of a drive: what stood where at each stamp, as people or a simulator labelled it."""

from __future__ import annotations

import bisect
import json
import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, TextIO

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
    `range_rate_mps`: negative while it comes nearer; None in the first scene that it sounds in.
    """

    kind: str
    actor_id: str
    azimuth_rad: float
    arrival_azimuth_rad: float
    level_db: float
    noise_db: float
    range_rate_mps: float | None = None


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
    """Read a whole truth.json (a list, one entry a sweep); `TruthFile` holds none of it.

    Raises:
        BagError: the file is absent, or not of that form.
    """
    return tuple(TruthFile(path))


class TruthFile:
    """A truth.json of any length: the stamps are held, and the scenes are read one by one, each time anew.

    Raises:
        BagError: the file is absent, or not of that form.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.stamps_ns: Sequence[int] = array("q", (scene.stamp_ns for scene in self))

    def __iter__(self) -> Iterator[TrueScene]:
        try:
            with self._path.open(encoding="utf-8") as file:
                before: Mapping[str, Any] | None = None
                for entry in _entries(file):
                    yield _scene(entry, before)
                    before = entry
        except OSError as error:
            raise BagError(f"{self._path}: {error.strerror}", remedy="name the drive's truth.json") from error
        except (ValueError, KeyError, TypeError) as error:
            remedy = "expected a list of labelled sweeps"
            raise BagError(f"{self._path} is not a truth file: {error!r}", remedy=remedy) from error


def stamps_of(truth: Iterable[TrueScene]) -> Sequence[int]:
    """In the order of the truth."""
    return truth.stamps_ns if isinstance(truth, TruthFile) else [scene.stamp_ns for scene in truth]


_BLOCK = 1 << 16  # characters: about an entry or two
_DECODER = json.JSONDecoder()


def _entries(file: TextIO) -> Iterator[Any]:
    """The objects of the one list in a file.

    Raises:
        ValueError: it holds no list, or the list does not end.
    """
    text = file.read(_BLOCK).lstrip()
    if not text.startswith("["):
        raise ValueError(f"a list begins with [, this with {text[:1]!r}")
    text = text[1:]
    while not (text := text.lstrip(" \t\r\n,")).startswith("]"):
        try:
            entry, length = _DECODER.raw_decode(text)
        except ValueError:  # an object that is cut is none
            more = file.read(max(_BLOCK, len(text)))
            if not more:
                raise
            text += more
            continue
        yield entry
        text = text[length:]


def _scene(entry: Mapping[str, Any], before: Mapping[str, Any] | None) -> TrueScene:
    """`before`: the entry before it, by which one knows whether what sounds comes nearer."""
    return TrueScene(
        stamp_ns=int(entry["stamp_ns"]),
        ego_speed_mps=float(entry["ego_speed_mps"]),
        objects=tuple(_object(o) for o in entry["objects"]),
        sounds=tuple(_sound(s, _range_rate_mps(s, entry, before)) for s in entry["sounds"])
        if "sounds" in entry
        else None,
        signals=tuple(TrueSignal(state=str(s["state"]), is_for_ego=bool(s["is_for_ego"])) for s in entry["signals"])
        if "signals" in entry
        else None,
    )


def _range_rate_mps(
    sound: Mapping[str, Any], entry: Mapping[str, Any], before: Mapping[str, Any] | None
) -> float | None:
    if before is None or "range_m" not in sound:
        return None
    for_s = (int(entry["stamp_ns"]) - int(before["stamp_ns"])) / 1e9
    ranges_m = {(s["kind"], s["actor_id"]): s.get("range_m") for s in before.get("sounds", ())}
    was_m = ranges_m.get((sound["kind"], sound["actor_id"]))
    return None if was_m is None or for_s <= 0.0 else (float(sound["range_m"]) - float(was_m)) / for_s


def _sound(entry: Mapping[str, Any], range_rate_mps: float | None) -> TrueSound:
    angles = {key: float(entry[key]) for key in ("azimuth_rad", "arrival_azimuth_rad", "level_db", "noise_db")}
    kind, actor_id = str(entry["kind"]), str(entry["actor_id"])
    return TrueSound(kind=kind, actor_id=actor_id, range_rate_mps=range_rate_mps, **angles)


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


class Speeds(Protocol):
    """Speed over the ground of labelled things, m/s, by (stamp_ns, object_id); None where nobody knows."""

    def get(self, key: tuple[int, str], /) -> float | None: ...


class TrueSpeeds:
    """The speeds of a drive, from where its things stood: a central difference over two sweeps each way.

    Holds 24 bytes for each thing in each sweep: its stamp, and its place in odom.
    """

    def __init__(self) -> None:
        self._paths: dict[str, tuple[array[int], array[float], array[float]]] = {}

    def push(self, scene: TrueScene, odom_from_base: Pose) -> None:
        """In the order of time. Positions are brought into odom by the ego's pose."""
        for thing in scene.objects:
            stamps, xs, ys = self._paths.setdefault(thing.object_id, (array("q"), array("d"), array("d")))
            x, y, _ = odom_from_base.transform_point(thing.position_m)
            stamps.append(scene.stamp_ns)
            xs.append(x)
            ys.append(y)

    def get(self, key: tuple[int, str], /) -> float | None:
        stamp_ns, object_id = key
        if object_id not in self._paths:
            return None
        stamps, xs, ys = self._paths[object_id]
        k = bisect.bisect_left(stamps, stamp_ns)
        if k == len(stamps) or stamps[k] != stamp_ns:
            return None
        a, b = max(k - 2, 0), min(k + 2, len(stamps) - 1)
        if stamps[b] <= stamps[a]:
            return None
        return math.hypot(xs[b] - xs[a], ys[b] - ys[a]) / ((stamps[b] - stamps[a]) / 1e9)


def true_speeds(truth: Iterable[TrueScene], odom_from_base: Mapping[int, Pose]) -> TrueSpeeds:
    """Of each labelled thing. Stamps without a pose, and things seen only once, are left out."""
    speeds = TrueSpeeds()
    for scene in truth:
        pose = odom_from_base.get(scene.stamp_ns)
        if pose is not None:
            speeds.push(scene, pose)
    return speeds
