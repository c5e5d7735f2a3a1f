"""What lines the streets: lamp posts, trees, hedges, front gardens, guard rails and noise barriers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.scenery import furniture
from crossmodal_narrator.simulation.scenery.footprint import Footprint, outlines
from crossmodal_narrator.simulation.scenery.instances import Places, places, repeated
from crossmodal_narrator.simulation.scenery.plants import bush, hedge, plant_colours, tree
from crossmodal_narrator.simulation.scenery.plots import Ground, frontages
from crossmodal_narrator.simulation.scenery.scenery import Wall
from crossmodal_narrator.simulation.scenery.site import Points, Site, Style, spaced, turned_by
from crossmodal_narrator.simulation.shapes.meshes import Mesh
from crossmodal_narrator.simulation.traffic.roads import KERB_M

_NEAR_M = 110.0  # from the ego's way: what is farther away is not built
# Up to how far from the ego's way, how many at most, and of how many leaves.
_TREES = ((28.0, 40, 620), (60.0, 90, 190), (_NEAR_M, 170, 60))
_BUSHES = ((25.0, 60, 170), (60.0, 120, 70), (_NEAR_M, 150, 30))
_LAMPS_EACH_M = 27.0
Row = tuple[float, float, float, float]  # x, y, z, yaw


@dataclass(slots=True)
class Roadside:
    """Meshes, and what of them is known to other senses."""

    meshes: list[Mesh] = field(default_factory=list)
    lamps_m: list[tuple[float, float, float]] = field(default_factory=list)
    walls: list[Wall] = field(default_factory=list)


def roadside(site: Site, footprint: Footprint, ground: Ground) -> Roadside:
    """Built after the houses, in what room these left on `ground`."""
    found = Roadside()
    base = KERB_M if site.has_kerbs else 0.0
    if site.has_kerbs:
        _lamp_posts(site, footprint, ground, base, found)
    else:
        _along_open_roads(site, footprint, found)
    _plants(site, footprint, ground, base, found)
    return found


def _lamp_posts(site: Site, footprint: Footprint, ground: Ground, base: float, found: Roadside) -> None:
    """Behind the pavements, their arms over it."""
    rows: list[Row] = []
    for number, (start, end) in enumerate(frontages(site, footprint)):
        length = float(np.linalg.norm(end - start))
        ahead = (end - start) / length
        left, yaw = np.array([-ahead[1], ahead[0]]), math.atan2(float(ahead[1]), float(ahead[0]))
        for way in np.arange(6.0 + 13.5 * (number % 2), length - 2.0, _LAMPS_EACH_M):
            at = start + way * ahead + 0.3 * left
            if float(site.distance_m(at[None])[0]) > _NEAR_M:
                continue
            rows.append((float(at[0]), float(at[1]), base, yaw))
            ground.take(_square(at, 0.3))
            lamp = at - furniture.LAMP_ARM_M * left
            found.lamps_m.append((float(lamp[0]), float(lamp[1]), base + furniture.LAMP_HEIGHT_M - 0.1))
    if rows:
        found.meshes.append(repeated(furniture.lamp_post(), places(rows)))


def _plants(site: Site, footprint: Footprint, ground: Ground, base: float, found: Roadside) -> None:
    rng, colours = site.rng(5), plant_colours().texture
    rows = {name: list(draw(site, footprint, ground, rng)) for name, draw in _DRAWS[site.style].items()}
    kinds: list[tuple[Callable[[], Mesh], Sequence[Row], int]] = [
        *_thinned(site, rows.get("tree", []), _TREES, lambda leaves: tree(rng, colours, leaves)),
        *_thinned(site, rows.get("bush", []), _BUSHES, lambda leaves: bush(rng, colours, leaves)),
        (lambda: hedge(rng, colours), rows.get("hedge", []), 3),
    ]
    for make, chosen, looks in kinds:
        for look in range(looks):
            shape, some = make(), chosen[look::looks]
            if some:
                found.meshes.append(repeated(shape, _raised(places(some), base)))


def _thinned(
    site: Site, rows: list[Row], levels: tuple[tuple[float, int, int], ...], make: Callable[[int], Mesh]
) -> Iterator[tuple[Callable[[], Mesh], Sequence[Row], int]]:
    """The nearest with the most leaves; the farthest may be left out."""
    near = sorted(rows, key=lambda row: (float(site.distance_m(np.array([row[:2]]))[0]), row))
    for reach_m, most, leaves in levels:
        chosen = [row for row in near if float(site.distance_m(np.array([row[:2]]))[0]) < reach_m][:most]
        near = near[len(chosen) :]
        yield partial(make, leaves), chosen, 4


Draw = Callable[[Site, Footprint, Ground, np.random.Generator], Iterator[Row]]


def _beside(offset_m: tuple[float, float], step_m: tuple[float, float], room_m: float, share: float = 1.0) -> Draw:
    """At random distances along the streets' edges, where `room_m` around is free."""

    def draw(site: Site, footprint: Footprint, ground: Ground, rng: np.random.Generator) -> Iterator[Row]:
        for start, end in frontages(site, footprint):
            length = float(np.linalg.norm(end - start))
            ahead = (end - start) / length
            left = np.array([-ahead[1], ahead[0]])
            if rng.random() > share:
                continue
            way = float(rng.uniform(*step_m)) * 0.5
            while way < length:
                at = start + way * ahead + float(rng.uniform(*offset_m)) * left
                if float(site.distance_m(at[None])[0]) < _NEAR_M and ground.take(_square(at, room_m)):
                    yield float(at[0]), float(at[1]), 0.0, float(rng.uniform(0.0, math.tau))
                way += float(rng.uniform(*step_m))

    return draw


def _hedges(site: Site, footprint: Footprint, ground: Ground, rng: np.random.Generator) -> Iterator[Row]:
    """Along front gardens, with gaps for gates and drives."""
    for start, end in frontages(site, footprint):
        length = float(np.linalg.norm(end - start))
        ahead = (end - start) / length
        left, yaw = np.array([-ahead[1], ahead[0]]), math.atan2(float(ahead[1]), float(ahead[0]))
        way = float(rng.uniform(0.0, 12.0))
        while way < length - 8.0:
            pieces = int(rng.integers(3, 7))
            middle = start + (way + pieces) * ahead + 0.85 * left
            half = 1.0 * pieces
            outline = turned_by([(-half, -0.1), (half, -0.1), (half, 0.1), (-half, 0.1)], yaw, middle)
            is_near = float(site.distance_m(middle[None])[0]) < 70.0
            if rng.random() < 0.55 and is_near and ground.take(outline):
                for k in range(pieces):
                    at = start + (way + 1.0 + 2.0 * k) * ahead + 0.85 * left
                    yield float(at[0]), float(at[1]), 0.0, yaw
            way += 2.0 * pieces + float(rng.uniform(2.0, 5.0))


def _scattered(share_per_ha: float, room_m: float, least_m: float) -> Draw:
    """Anywhere on free ground that is `least_m` away from the streets."""

    def draw(site: Site, footprint: Footprint, ground: Ground, rng: np.random.Generator) -> Iterator[Row]:
        step = footprint.cells_per_m // 2
        free_m = clearance(footprint.street[::step, ::step], 2)
        count = rng.poisson(share_per_ha * site.size_m[0] * site.size_m[1] / 10_000.0)
        for at in np.array(site.origin_m) + rng.uniform(0.0, 1.0, (count, 2)) * site.size_m:
            cell = np.floor((at - footprint.origin_m) * 2).astype(int)
            is_clear = free_m[cell[1], cell[0]] > least_m and float(site.distance_m(at[None])[0]) < _NEAR_M
            if is_clear and ground.take(_square(at, room_m)):
                yield float(at[0]), float(at[1]), 0.0, float(rng.uniform(0.0, math.tau))

    return draw


def _both(first: Draw, second: Draw) -> Draw:
    def draw(site: Site, footprint: Footprint, ground: Ground, rng: np.random.Generator) -> Iterator[Row]:
        yield from first(site, footprint, ground, rng)
        yield from second(site, footprint, ground, rng)

    return draw


_DRAWS: dict[Style, dict[str, Draw]] = {
    Style.CITY: {
        "tree": _both(_beside((2.0, 2.2), (9.0, 13.0), 0.9), _scattered(8.0, 1.5, 6.0)),
        "bush": _beside((1.6, 3.0), (6.0, 30.0), 0.7, share=0.6),
    },
    Style.SUBURB: {
        "hedge": _hedges,
        "tree": _both(_beside((2.2, 5.0), (8.0, 18.0), 1.0), _scattered(8.0, 1.5, 6.0)),
        "bush": _beside((1.8, 5.0), (4.0, 12.0), 0.7),
    },
    Style.OPEN: {
        "tree": _scattered(11.0, 1.0, 4.5),
        "bush": _scattered(3.0, 0.8, 14.0),
    },
    Style.MOTORWAY: {
        "tree": _scattered(22.0, 1.0, 11.0),
        "bush": _scattered(22.0, 0.8, 7.5),
    },
}


def _along_open_roads(site: Site, footprint: Footprint, found: Roadside) -> None:
    """Guard rails and noise barriers along a motorway; white posts along a country road."""
    edges = Clearance(footprint)
    if site.style is Style.OPEN:
        posts = list(_pieces(site, edges, 0.9, 40.0))
        found.meshes += [repeated(furniture.delineator(), places(posts))] if posts else []
        return
    rails = list(_pieces(site, edges, 3.3, furniture.RAIL_M))
    rails += [row for row in _pieces(site, edges, 1.3, furniture.RAIL_M) if edges.is_median(np.array(row[:2]))]
    if rails:
        found.meshes.append(repeated(furniture.guard_rail(), places(rails)))
    panels = [row for row in _pieces(site, edges, 6.0, furniture.PANEL_M) if _has_panel(site, row)]
    if panels:
        found.meshes.append(repeated(furniture.noise_barrier(), places(panels)))
        found.walls += _panel_walls(panels)


def _pieces(site: Site, edges: Clearance, offset_m: float, step_m: float) -> Iterator[Row]:
    """Pieces end to end beside the carriageway, the road on their right (their -y)."""
    for line in edges.lines(offset_m):
        points = spaced(np.concatenate([line, line[:1]]), step_m)[0]
        for a, b in pairwise(points):
            if float(site.distance_m(a[None])[0]) < _NEAR_M and edges.is_inside(a):
                yield float(a[0]), float(a[1]), 0.0, math.atan2(float(b[1] - a[1]), float(b[0] - a[0]))


def _has_panel(site: Site, row: Row) -> bool:
    """On stretches of 160 m, about half of them."""
    stretch = (math.floor(row[0] / 160.0), math.floor(row[1] / 160.0), round(math.cos(row[3])))
    return bool(site.rng(9, *(int(v) & 0xFFFF for v in stretch)).random() < 0.5)


def _panel_walls(rows: Sequence[Row]) -> list[Wall]:
    """One for each straight run of panels, of at most 40 m."""
    runs: list[list[Row]] = []
    for row in rows:
        last = runs[-1] if runs else []
        follows = bool(last) and len(last) < 10 and math.dist(row[:2], last[-1][:2]) < 1.2 * furniture.PANEL_M
        if follows and abs(math.sin(row[3] - last[0][3])) < 0.02:
            last.append(row)
        else:
            runs.append([row])
    return [_prism(run[0], math.dist(run[0][:2], run[-1][:2]) + furniture.PANEL_M) for run in runs]


def _prism(start: Row, length_m: float) -> Wall:
    half = 0.1
    outline = turned_by([(0.0, -half), (length_m, -half), (length_m, half), (0.0, half)], start[3], start[:2])
    return Wall(outline=outline, height_m=3.5)


class Clearance:
    """How far each place is from the carriageway."""

    def __init__(self, footprint: Footprint) -> None:
        self._footprint = footprint
        self._free_m = clearance(footprint.carriageway, footprint.cells_per_m)
        reach = 2 * round(3.0 * footprint.cells_per_m) + 1
        self._widest = cv2.dilate(self._free_m, np.ones((reach, reach), np.uint8))

    def lines(self, offset_m: float) -> list[Points]:
        """Closed lines (points, 2) at that distance, the road on their right."""
        per_m = self._footprint.cells_per_m
        level = np.clip(127.5 + (offset_m - self._free_m) * 400.0 / per_m, 0, 255).astype(np.uint8)
        found = []
        for line in outlines(level, self._footprint.origin_m, per_m):
            a, b = line[0], line[1]
            left = np.array([a[1] - b[1], b[0] - a[0]]) / np.linalg.norm(b - a)
            middle = 0.5 * (a + b)
            is_right = self._at(self._free_m, middle + 0.4 * left) > self._at(self._free_m, middle - 0.4 * left)
            found.append(line if is_right else line[::-1])
        return found

    def is_median(self, at: Points) -> bool:
        """Whether it lies between two carriageways."""
        return self._at(self._widest, at) < 3.0

    def is_inside(self, at: Points) -> bool:
        """Not at the edge of the site, where a line only closes itself."""
        rows, columns = self._free_m.shape
        size = np.array([columns, rows]) / self._footprint.cells_per_m
        offset = at - self._footprint.origin_m
        return bool((offset > 1.5).all() and (offset < size - 1.5).all())

    def _at(self, field_m: NDArray[np.float32], at: Points) -> float:
        cell = np.floor((at - self._footprint.origin_m) * self._footprint.cells_per_m).astype(int)
        rows, columns = field_m.shape
        return float(field_m[min(max(cell[1], 0), rows - 1), min(max(cell[0], 0), columns - 1)])


def clearance(mask: NDArray[np.uint8], cells_per_m: int) -> NDArray[np.float32]:
    """Metres from each cell to the nearest that is in `mask`."""
    away = cv2.distanceTransform((mask < 128).astype(np.uint8), cv2.DIST_L2, 5)
    found: NDArray[np.float32] = np.asarray(away, np.float32) / np.float32(cells_per_m)
    return found


def _raised(rows: Places, base_m: float) -> Places:
    lifted: Places = rows.copy()
    lifted[:, 2] += base_m
    return lifted


def _square(at: Points, half_m: float) -> Points:
    outline: Points = at + half_m * np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
    return outline
