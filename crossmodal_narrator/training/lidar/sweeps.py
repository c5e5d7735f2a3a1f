"""Labelled sweeps of simulated drives: what the product's own geometry leaves of each, and the boxes that it met."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.lidar import LidarGeometry, LidarGeometryConfig
from crossmodal_narrator.encoding.lidar.bird_eye import above_ground
from crossmodal_narrator.encoding.lidar.detector import LABELS
from crossmodal_narrator.simulation.rollout import Prop, Rollout, stamp_at
from crossmodal_narrator.simulation.sensors.spinning_lidar import SpinningLidar
from crossmodal_narrator.simulation.sensors.spinning_lidar.points import Points
from crossmodal_narrator.simulation.sensors.spinning_lidar.turn import mount_pose
from crossmodal_narrator.simulation.stage import Stage
from crossmodal_narrator.sync.compensation import place_sweep
from crossmodal_narrator.training.drives import TrainingDrive, drive

CLASSES = LABELS
_CLASS_OF = {
    ObjectClass.CAR: 0,
    ObjectClass.VAN: 0,
    ObjectClass.TRUCK: 0,
    ObjectClass.BUS: 0,
    ObjectClass.PEDESTRIAN: 1,
    ObjectClass.CYCLIST: 2,
    ObjectClass.MOTORCYCLE: 2,  # with its rider, of the size and shape of one on a bicycle
}
# Length, width and height of what stands beside the road, from simulation.scenery.furniture.
_PROP_SIZES_M = {
    "cone": (0.4, 0.4, 0.75),
    "barrier": (2.0, 0.7, 1.0),
    "beacon": (0.3, 0.3, 1.0),
    "bollard": (0.2, 0.2, 0.9),
    "bin": (0.5, 0.5, 0.95),
}
REACH_M = 60.0  # of labels, from the ego
EVERY_S = 2.0
_LONGEST_M = 10.0  # from the middle of a bus or tram to its end
_FIRST_S = 1.0
_UNIT_M = 0.01  # of stored points
_HIGHEST_M = 6.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelledSweep:
    """Points above the ground in base_link, and the boxes of what stands there."""

    points: Floats  # (points, 3): x, y, height above the ground
    classes: NDArray[np.int32]  # (boxes,) place in CLASSES
    boxes: Floats  # (boxes, 6): x, y of the centre, length, width, height, yaw in rad
    counts: NDArray[np.int32]  # (boxes,) points of the sweep that met it; -1 where nobody counted


def labelled_sweeps(number: int, every_s: float = EVERY_S) -> Iterator[LabelledSweep]:
    """All sweeps of training drive `number`."""
    made = drive(number)
    config = LidarGeometryConfig()
    # Whoever is farther out than the geometry looks hides nothing of what is nearer.
    stage = Stage(made.rollout, reach_m=config.max_range_m + _LONGEST_M)
    lidar, geometry = SpinningLidar(made.lidar), LidarGeometry(config)
    timer = StageTimer(lambda: 0)
    count = int((made.scenario.length_s - _FIRST_S) / every_s)
    for k in range(count):
        time_s = round(_FIRST_S + k * every_s, 1)
        points = lidar.sweep(stage.moment(time_s), np.random.default_rng((number, k, 0x51)))
        placed = place_sweep(
            points.sweep(stamp_at(time_s), made.lidar.frame_id),
            mount_pose(made.lidar),
            stamp_at(time_s),
            lambda stamp_ns: _ego(made.rollout, stamp_ns),
        )
        features = geometry.encode(placed, timer)
        above = above_ground(features)
        classes, boxes, counts = _labels(made, points, time_s)
        yield LabelledSweep(points=above[above[:, 2] < _HIGHEST_M], classes=classes, boxes=boxes, counts=counts)


def _ego(rollout: Rollout, stamp_ns: int) -> EgoMotion:
    time_s = (stamp_ns - stamp_at(0.0)) / 1e9
    return EgoMotion(
        stamp_ns=stamp_ns,
        odom_from_base=rollout.ego.pose(time_s),
        velocity_mps=(rollout.ego.speed(time_s), 0.0, 0.0),
        yaw_rate_rps=rollout.ego.yaw_rate_rps(time_s),
    )


def _labels(made: TrainingDrive, points: Points, time_s: float) -> tuple[NDArray[np.int32], Floats, NDArray[np.int32]]:
    """Boxes in base_link, each where it was when the laser met it: a turn takes a tenth of a second."""
    base_from_world = made.rollout.ego.pose(time_s).inverse()
    met = points.actor >= 0
    counts = np.bincount(points.actor[met], minlength=len(points.actor_ids))
    offsets_s = np.bincount(points.actor[met], weights=points.offset_s[met], minlength=len(points.actor_ids))
    place = {name: k for k, name in enumerate(points.actor_ids)}
    rows: list[tuple[int, OrientedBox, int]] = []
    for actor in made.rollout.actors:
        k = place.get(actor.actor_id)
        if k is None or not counts[k] or actor.label not in _CLASS_OF:
            continue
        box = actor.box(time_s + float(offsets_s[k] / counts[k])).moved(base_from_world)
        rows.append((_CLASS_OF[actor.label], box, int(counts[k])))
    rows += [(3, box.moved(base_from_world), -1) for box in map(_prop_box, made.rollout.props) if box is not None]
    near = [row for row in rows if np.hypot(*row[1].centre_m[:2]) < REACH_M]
    boxes = [(*b.centre_m[:2], *b.size_lwh_m, b.yaw_rad) for _, b, _ in near]
    return (
        np.array([label for label, _, _ in near], np.int32),
        np.array(boxes, np.float32).reshape(-1, 6),
        np.array([count for _, _, count in near], np.int32),
    )


def _prop_box(prop: Prop) -> OrientedBox | None:
    size = _PROP_SIZES_M.get(prop.kind)
    if size is None:
        return None
    return OrientedBox(centre_m=(prop.x_m, prop.y_m, 0.5 * size[2]), size_lwh_m=size, yaw_rad=prop.yaw_rad)


def write_sweeps(path: Path, sweeps: Sequence[LabelledSweep]) -> None:
    """One file a drive, whole or not at all. Points are kept to the centimetre."""
    columns = {
        "points": np.concatenate([np.rint(s.points / _UNIT_M).astype(np.int16) for s in sweeps]),
        "point_counts": np.array([len(s.points) for s in sweeps], np.int64),
        "classes": np.concatenate([s.classes for s in sweeps]),
        "boxes": np.concatenate([s.boxes for s in sweeps]),
        "counts": np.concatenate([s.counts for s in sweeps]),
        "box_counts": np.array([len(s.classes) for s in sweeps], np.int64),
    }
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez(file, **columns)  # type: ignore[arg-type]
    Path(file.name).replace(path)


def read_sweeps(path: Path) -> list[LabelledSweep]:
    with np.load(path) as columns:
        ends = np.cumsum(columns["point_counts"])
        box_ends = np.cumsum(columns["box_counts"])
        points = np.split(columns["points"], ends[:-1])
        classes, boxes, counts = (np.split(columns[name], box_ends[:-1]) for name in ("classes", "boxes", "counts"))
    return [
        LabelledSweep(points=p.astype(np.float32) * np.float32(_UNIT_M), classes=c, boxes=b, counts=n)
        for p, c, b, n in zip(points, classes, boxes, counts, strict=True)
    ]


def make_drive(number: int, folder: Path, every_s: float = EVERY_S) -> Path:
    """The file of training drive `number` in `folder`; one that is there is left as it is."""
    path = folder / f"drive_{number:05d}.npz"
    if not path.exists():
        write_sweeps(path, list(labelled_sweeps(number, every_s)))
    return path
