"""A folder in the exact form of PandaSet: three frames of one sequence.

The vehicle drives at 5 m/s along its own x, which points 30° to the left of the world's. A car goes along at 3 m/s,
20 m ahead and 3 m to the left at the first frame, turned by 0.2 rad to the left. The camera sits at (0.85, 0, 1.8).
"""

from __future__ import annotations

import contextlib
import copyreg
import gzip
import json
import math
import pickle
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from imported import painted, points_around
from numpy.typing import NDArray

START_S = 1_557_539_956.5
AHEAD = math.radians(30.0)
CAR = (20.0, 3.0, 0.5)
EGO_MPS, CAR_MPS = 5.0, 3.0
# The picture is 50 ms older than the first sweep: the vehicle was 0.25 m further back, and the car 0.15 m.
PIXEL = (970.0 / 15 - 100 * 3.0 / (20.1 - 0.85), 32 - 100 * (0.5 - 1.8) / (20.1 - 0.85))


def world(x: float, y: float, z: float, k: float = 0.0) -> list[float]:
    """The point (x, y, z) of base_link at the k-th frame, in the world."""
    along = x + EGO_MPS * 0.1 * k
    c, s = math.cos(AHEAD), math.sin(AHEAD)
    return [100.0 + c * along - s * y, 50.0 + s * along + c * y, z]


def car_in_base(k: int) -> tuple[float, float, float]:
    return CAR[0] - (EGO_MPS - CAR_MPS) * 0.1 * k, CAR[1], CAR[2]


def write_pandaset(folder: Path, name: str = "002") -> Path:
    """One sequence under `folder`."""
    sequence = folder / name
    for part in ("lidar", "camera/front_camera", "annotations/cuboids"):
        (sequence / part).mkdir(parents=True)
    camera = sequence / "camera/front_camera"
    _write(sequence / "lidar/timestamps.json", [START_S + 0.1 * k for k in range(3)])
    _write(sequence / "lidar/poses.json", [_pose(world(0, 0, 0, k), _about_z(AHEAD - math.pi / 2)) for k in range(3)])
    _write(camera / "timestamps.json", [START_S + 0.1 * k - 0.05 for k in range(3)])
    _write(camera / "poses.json", [_pose(world(0.85, 0, 1.8, k - 0.5), _optical()) for k in range(3)])
    _write(camera / "intrinsics.json", {"fx": 100.0, "fy": 100.0, "cx": 970.0 / 15, "cy": 32.0})
    for k in range(3):
        (camera / f"{k:02}.jpg").write_bytes(painted(".jpg", *PIXEL))
        for part, columns in (("lidar", _points(k)), ("annotations/cuboids", _cuboids(k))):
            (sequence / part / f"{k:02}.pkl.gz").write_bytes(gzip.compress(pickled_frame(columns)))
    return folder


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content))


def _pose(place: list[float], wxyz: list[float]) -> dict[str, Any]:
    return {
        "position": dict(zip("xyz", place, strict=True)),
        "heading": dict(zip("wxyz", wxyz, strict=True)),
    }


def _about_z(yaw: float) -> list[float]:
    return [math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2)]


def _optical() -> list[float]:
    """The vehicle's heading, then (0.5, -0.5, 0.5, -0.5), which turns body axes into optical ones."""
    c, s = math.cos(AHEAD / 2) / 2, math.sin(AHEAD / 2) / 2
    return [c + s, -c - s, c - s, s - c]


def _points(k: int) -> dict[str, NDArray[Any]]:
    """50 points of the spinning LiDAR on the car, 5 of the other behind it."""
    mine = [world(*point, k) for point in points_around(car_in_base(k)).tolist()]
    others = [world(-10.0, 0.0, 0.0, k)] * 5
    xyz = np.array([*mine, *others])
    return {
        **{axis: xyz[:, n] for n, axis in enumerate("xyz")},
        "i": np.full(55, 12.0),
        "t": np.full(55, START_S + 0.1 * k),
        "d": np.array([0] * 50 + [1] * 5),
    }


def _cuboids(k: int) -> dict[str, NDArray[Any]]:
    places = np.array([world(*car_in_base(k), k), world(*car_in_base(k), k), world(4.0, -2.0, 0.9), world(9, 9, 1)])
    words = {
        "uuid": ["car", "car-seen-by-the-other", "rider", "strange"],
        "label": ["Car", "Car", "Bicycle", "Hovercraft"],
        "attributes.object_motion": ["Moving", "Moving", "Stopped", None],
        "attributes.rider_status": [None, None, "With Rider", None],
        "cuboids.sibling_id": ["car-seen-by-the-other", "car", "", ""],
    }
    return {
        **{name: np.array(column, dtype=object) for name, column in words.items()},
        **{f"position.{axis}": places[:, n] for n, axis in enumerate("xyz")},
        "dimensions.x": np.array([1.9, 1.9, 0.6, 2.0]),
        "dimensions.y": np.array([4.5, 4.5, 1.8, 3.0]),
        "dimensions.z": np.array([1.6, 1.6, 1.7, 1.7]),
        # 0 looks along the world's y.
        "yaw": np.full(4, AHEAD + 0.2 - math.pi / 2),
        "stationary": np.array([False, False, True, True]),
        "camera_used": np.array([0, 0, -1, -1]),
        "cuboids.sensor_id": np.array([0, 1, -1, -1]),
    }


def pickled_frame(columns: dict[str, NDArray[Any]]) -> bytes:
    """A DataFrame as pandas 1.0 pickles it, written without pandas; files of pandas itself lie in pickled/."""
    with _pandas_of_its_own() as (frame_type, blocks_type, new_index, index_type):
        names = np.array(list(columns), dtype=object)
        blocks = [
            {"values": column.reshape(1, -1), "mgr_locs": slice(k, k + 1, 1)}
            for k, column in enumerate(columns.values())
        ]
        axes = [_Call(new_index, (index_type, {"data": names, "name": None}))]
        manager = blocks_type.__new__(blocks_type)
        manager.state = (axes, [], [], {"0.14.1": {"axes": axes, "blocks": blocks}})
        frame = frame_type.__new__(frame_type)
        frame.state = {"_data": manager, "_typ": "dataframe", "_metadata": [], "attrs": {}}
        return pickle.dumps(frame, protocol=4)


class _Call:
    """Pickled as a call of a function."""

    def __init__(self, function: Any, arguments: tuple[Any, ...]) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self._call


@contextlib.contextmanager
def _pandas_of_its_own() -> Iterator[tuple[Any, Any, Any, Any]]:
    """Classes of pandas' names, which pickle finds where it looks for pandas'."""

    def reduce(self: Any, _protocol: int) -> Any:
        return copyreg.__newobj__, (type(self),), self.state  # type: ignore[attr-defined]

    def new_index(*_arguments: Any) -> None:
        raise AssertionError("only named")

    made: dict[str, dict[str, Any]] = {
        "pandas.core.frame": {"DataFrame": type("DataFrame", (), {"__reduce_ex__": reduce})},
        "pandas.core.internals.managers": {"BlockManager": type("BlockManager", (), {"__reduce_ex__": reduce})},
        "pandas.core.indexes.base": {"_new_Index": new_index, "Index": type("Index", (), {})},
    }
    parents = ("pandas", "pandas.core", "pandas.core.internals", "pandas.core.indexes")
    kept = {name: sys.modules.get(name) for name in (*parents, *made)}
    sys.modules.update({name: types.ModuleType(name) for name in kept})
    for module, things in made.items():
        for name, thing in things.items():
            thing.__module__, thing.__qualname__, thing.__name__ = module, name, name
            setattr(sys.modules[module], name, thing)
    try:
        yield (
            made["pandas.core.frame"]["DataFrame"],
            made["pandas.core.internals.managers"]["BlockManager"],
            new_index,
            made["pandas.core.indexes.base"]["Index"],
        )
    finally:
        for name, module_before in kept.items():
            if module_before is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module_before
