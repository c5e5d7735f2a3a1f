"""A simulated drive's LiDAR beside a real one's, in one table.

    python test/benchmark/compare_real.py REAL_BAG SIMULATED_BAG [SIMULATED_BAG …]

truth.json is looked for beside each bag. The table of docs/simulator/lidar.md is printed by this.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.core.frames import FrameTransform, LidarSweep
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.wire import Intake, guess_topics

RAYS = 115_200  # of a Pandar64 at 10 Hz
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
BANDS_DEG = (-30.0, -14.0, -6.0, 2.0, 16.0)
CAR_RANGES_M = ((10, 8.0, 12.0), (20, 17.0, 23.0), (30, 26.0, 34.0))
CAR_LABELS = {"Car", "car"}
_NEAR_M = 2.5
Truth = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the sweeps of one drive are like."""

    sweeps: int
    points: float  # median a sweep
    without_return: float  # share of the rays
    near: float  # share of the points within 2.5 m of the sensor
    range_m: tuple[float, ...]  # 5, 50 and 95 %
    intensity: tuple[float, ...]  # QUANTILES, of all
    car_intensity: tuple[float, ...]  # of those in boxes of cars
    elevation_deg: tuple[float, float]  # 0.1 and 99.9 %
    spacing_deg: float  # median between neighbouring channels around the horizon
    bands: tuple[float, ...]  # share of the points between BANDS_DEG
    car_points: Mapping[int, tuple[int, float, float]]  # by range: cars, median and 90 % of their points


def figures(sweeps: Sequence[LidarSweep], truth: Sequence[Truth], base_from_lidar: Pose, rays: int = RAYS) -> Figures:
    """Of sweeps, and the entries of truth.json with their stamps."""
    by_stamp = {entry["stamp_ns"]: entry for entry in truth}
    distance, elevation, intensity, cars, spacing = [], [], [], [], []
    for sweep in sweeps:
        assert sweep.intensity is not None
        xyz = sweep.xyz.astype(np.float64)
        r = np.linalg.norm(xyz, axis=1)
        distance.append(r)
        elevation.append(np.degrees(np.arcsin(xyz[:, 2] / r)))
        intensity.append(sweep.intensity)
        spacing.append(_spacing_deg(xyz, elevation[-1]))
        boxes = [o for o in by_stamp.get(sweep.stamp_ns, {"objects": []})["objects"] if o["label"] in CAR_LABELS]
        cars.append(sweep.intensity[_in_boxes(base_from_lidar.transform(xyz), boxes)])
    r, el, i = (np.concatenate(values) for values in (distance, elevation, intensity))
    of_cars = np.concatenate(cars)
    counts = np.array([len(sweep.xyz) for sweep in sweeps])
    return Figures(
        sweeps=len(sweeps),
        points=float(np.median(counts)),
        without_return=1.0 - float(counts.mean()) / rays,
        near=float((r < _NEAR_M).mean()),
        range_m=_quantiles(r, (0.05, 0.5, 0.95)),
        intensity=_quantiles(i, QUANTILES),
        car_intensity=_quantiles(of_cars, QUANTILES) if len(of_cars) else (),
        elevation_deg=_span(el[r > _NEAR_M]),  # nearer, the frame's origin is not quite where the lasers are
        spacing_deg=float(np.median(spacing)),
        bands=tuple(float(n) / len(el) for n in np.histogram(el, BANDS_DEG)[0]),
        car_points=_car_points(truth),
    )


def _car_points(truth: Sequence[Truth]) -> dict[int, tuple[int, float, float]]:
    """Cars that the sweep met at all; those half hidden are among them, so that 90 % tells of those in full view."""
    found = {}
    for middle, low, high in CAR_RANGES_M:
        counts = [
            o["lidar_points"]
            for entry in truth
            for o in entry["objects"]
            if o["label"] in CAR_LABELS and o["lidar_points"] and low <= np.hypot(*o["position_m"][:2]) < high
        ]
        if counts:
            found[middle] = (len(counts), float(np.median(counts)), float(np.quantile(counts, 0.9)))
    return found


def _in_boxes(points: NDArray[np.float64], boxes: Iterable[Truth]) -> NDArray[np.bool_]:
    inside = np.zeros(len(points), dtype=np.bool_)
    for box in boxes:
        c, s = np.cos(box["yaw_rad"]), np.sin(box["yaw_rad"])
        local = (points - box["position_m"]) @ np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        inside |= (np.abs(local) <= 0.5 * np.array(box["size_lwh_m"])).all(axis=1)
    return inside


def _spacing_deg(xyz: NDArray[np.float64], elevation_deg: NDArray[np.float64]) -> float:
    """Between neighbouring channels, from the gaps within slices 0.5° wide: the rings need not be told."""
    slices = np.floor(np.degrees(np.arctan2(xyz[:, 1], xyz[:, 0])) / 0.5).astype(int)
    around = np.abs(elevation_deg + 2.0) < 3.0
    gaps: list[float] = []
    for number in range(-720, 720, 17):
        heights = np.sort(elevation_deg[around & (slices == number)])
        steps = np.diff(heights)
        gaps.extend(steps[steps > 0.08])
    return float(np.median(gaps)) if gaps else float("nan")


def _span(elevation_deg: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(elevation_deg, (0.001, 0.999))
    return float(low), float(high)


def _quantiles(values: NDArray[Any], at: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(v), 2) for v in np.quantile(values, at))


def figures_of_bag(path: Path, every: int = 5) -> Figures:
    """Of each fifth sweep."""
    bag = open_bag(path)
    intake = Intake(guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]))
    sweeps: list[LidarSweep] = []
    base_from_lidar = Pose.identity()
    wanted = {topic.name for topic in bag.topics if topic.msgtype.endswith(("PointCloud2", "TFMessage"))}
    for message in bag.messages():
        if message.topic not in wanted:
            continue
        for frame in intake.frames(message.topic, message.message):
            if isinstance(frame, LidarSweep):
                sweeps.append(frame)
            elif isinstance(frame, FrameTransform) and frame.is_static and "lidar" in frame.child:
                base_from_lidar = frame.parent_from_child
    beside = path.parent / "truth.json"
    truth = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else []
    return figures(sweeps[::every], truth, base_from_lidar)


def table(named: Mapping[str, Figures]) -> str:
    """Markdown."""
    lines = ["| | " + " | ".join(named) + " |", "|---" * (len(named) + 1) + "|"]
    for title, shown in _ROWS:
        lines.append(f"| {title} | " + " | ".join(shown(f) for f in named.values()) + " |")
    return "\n".join(lines)


def _listed(values: Iterable[float], form: str = "{:g}") -> str:
    return " / ".join(form.format(v) for v in values)


def _on_cars(figures: Figures, range_m: int) -> str:
    if range_m not in figures.car_points:
        return "–"
    count, median, most = figures.car_points[range_m]
    return f"{median:.0f} / {most:.0f} ({count})"


_ROWS = (
    ("sweeps looked at", lambda f: str(f.sweeps)),
    ("points a sweep, median", lambda f: f"{f.points:,.0f}"),
    ("rays without return", lambda f: f"{f.without_return:.1%}"),
    ("points within 2.5 m", lambda f: f"{f.near:.2%}"),
    ("range, 5 / 50 / 95 %, m", lambda f: _listed(f.range_m, "{:.1f}")),
    ("points on a car at 10 m, median / 90 % (cars)", lambda f: _on_cars(f, 10)),
    ("points on a car at 20 m", lambda f: _on_cars(f, 20)),
    ("points on a car at 30 m", lambda f: _on_cars(f, 30)),
    ("intensity, 5 / 25 / 50 / 75 / 90 / 95 / 99 %", lambda f: _listed(f.intensity, "{:.0f}")),
    ("the same on cars", lambda f: _listed(f.car_intensity, "{:.0f}")),
    ("elevations, 0.1 to 99.9 %", lambda f: f"{f.elevation_deg[0]:.1f}° to {f.elevation_deg[1]:.1f}°"),
    ("between channels around the horizon", lambda f: f"{f.spacing_deg:.3f}°"),
    ("points below −14° / to −6° / to 2° / above", lambda f: _listed(f.bands, "{:.1%}")),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bags", type=Path, nargs="+")
    args = parser.parse_args()
    named = {path.parent.name if path.name == "bag" else path.name: figures_of_bag(path) for path in args.bags}
    print(table(named))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
