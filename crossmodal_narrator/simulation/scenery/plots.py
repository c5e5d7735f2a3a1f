"""Where houses stand: in rows along the edges of the streets, none on a street or in another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.scenery.buildings import Plot
from crossmodal_narrator.simulation.scenery.facades import Facade, facades
from crossmodal_narrator.simulation.scenery.footprint import Footprint
from crossmodal_narrator.simulation.scenery.painting import Area, Cover
from crossmodal_narrator.simulation.scenery.site import REACH_M, Points, Site, Style

_CELLS_PER_M = 2
_ISLAND_M2 = 2500.0  # nobody lives on the middle of a roundabout
_SHORTEST_M = 8.5  # of a street's edge along which houses stand
# Distance from the street's edge, gaps between houses, and how many plots of a hundred are built on.
_SETBACK_M = {Style.CITY: (0.6, 4.2), Style.SUBURB: (4.0, 8.0), Style.OPEN: (14.0, 40.0)}
_GAP_M = {Style.CITY: (0.0, 0.0), Style.SUBURB: (4.0, 12.0), Style.OPEN: (60.0, 160.0)}


class Ground:
    """Which ground is taken, by streets, houses and other things."""

    def __init__(self, site: Site, footprint: Footprint) -> None:
        self._origin = np.array(site.origin_m)
        shape = (round(site.size_m[1] * _CELLS_PER_M), round(site.size_m[0] * _CELLS_PER_M))
        street = cv2.resize(footprint.street, shape[::-1], interpolation=cv2.INTER_AREA)
        self._taken: NDArray[np.uint8] = (np.asarray(street) > 8).astype(np.uint8)

    def take(self, outline: Points) -> bool:
        """Whether all of it was free; it is not any more."""
        cells = np.round((outline - self._origin) * _CELLS_PER_M - 0.5).astype(np.int32)
        low, high = cells.min(axis=0), cells.max(axis=0) + 1
        if (low < 0).any() or (high > self._taken.shape[::-1]).any():
            return False
        window = self._taken[low[1] : high[1], low[0] : high[0]]
        mask = np.zeros(window.shape, np.uint8)
        cv2.fillPoly(mask, [cells - low], 1)
        if (mask & window).any():
            return False
        window |= mask
        return True


def plots(site: Site, footprint: Footprint, ground: Ground) -> list[Plot]:
    """None along a motorway."""
    if site.style is Style.MOTORWAY:
        return []
    rng = site.rng(3)
    fronts = facades(site.style, site.rng(4))
    found: list[Plot] = []
    for start, end in frontages(site, footprint, _ISLAND_M2):
        found += _row(site, ground, start, end, fronts, rng)
    return found


def yards(site: Site, built: Sequence[Plot]) -> list[Area]:
    """Paved ground before shops and houses at the street, gardens with a path to the door before the others."""
    found = []
    for plot in built:
        is_paved = plot.setback_m < 1.5 or plot.facade.has_shop
        outline = plot.yard() if is_paved else plot.path()
        if site.style is not Style.OPEN:
            found.append(Area(cover=Cover.YARD if is_paved else Cover.PATH, outline=outline))
    return found


def frontages(site: Site, footprint: Footprint, least_m2: float = 200.0) -> list[tuple[Points, Points]]:
    """Straight pieces of the streets' edges, the street to the right of each, the longest first.

    Those around islands smaller than `least_m2` are left out.
    """
    contours, _ = cv2.findContours((footprint.street > 127).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    pieces = []
    for contour in contours:
        if cv2.contourArea(contour) < least_m2 * footprint.cells_per_m**2:
            continue
        cells = cv2.approxPolyDP(contour, 0.6 * footprint.cells_per_m, True).reshape(-1, 2)
        corners = (cells + 0.5) / footprint.cells_per_m + site.origin_m
        for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            length = float(np.linalg.norm(b - a))
            if length < _SHORTEST_M:
                continue
            left = np.array([a[1] - b[1], b[0] - a[0]]) / length
            is_left_free = not footprint.is_on(footprint.street, (0.5 * (a + b) + 1.5 * left)[None])[0]
            pieces.append((a, b) if is_left_free else (b, a))
    return sorted(pieces, key=lambda piece: (-round(float(np.linalg.norm(piece[1] - piece[0])), 2), *piece[0]))


def _row(
    site: Site, ground: Ground, start: Points, end: Points, fronts: list[Facade], rng: np.random.Generator
) -> Iterator[Plot]:
    length = float(np.linalg.norm(end - start))
    ahead = (end - start) / length
    left = np.array([-ahead[1], ahead[0]])
    low, high = _SETBACK_M[site.style]
    setback = low if rng.random() < 0.5 else high
    way = float(rng.uniform(0.0, 3.0)) + (
        0.0 if site.style is Style.CITY else float(rng.uniform(*_GAP_M[site.style])) * 0.4
    )
    while way < length:
        facade = fronts[int(rng.integers(len(fronts)))]
        depth = _depth_m(facade, site.style, rng)
        back = setback + (float(rng.uniform(0.0, 2.0)) if site.style is not Style.CITY else 0.0)
        at = start + ahead * (way + 0.5 * facade.width_m) + left * back
        plot = Plot(
            facade=facade,
            at_m=(float(at[0]), float(at[1])),
            yaw_rad=math.atan2(float(ahead[1]), float(ahead[0])),
            depth_m=depth,
            setback_m=back,
            has_gable=facade.height_m < 9.5 or (site.style is Style.CITY and rng.random() < 0.3),
            look=int(rng.integers(1 << 30)),
        )
        is_near = float(site.distance_m(at[None])[0]) < REACH_M - 15.0
        is_room = way + facade.width_m < length + 6.0
        if is_near and is_room and ground.take(plot.outline(-0.55)):
            yield plot
            way += facade.width_m + float(rng.uniform(*_GAP_M[site.style]))
        else:
            way += 3.0


def _depth_m(facade: Facade, style: Style, rng: np.random.Generator) -> float:
    """A whole number of bays."""
    bays = max(2, min(facade.bays, round((11.0 if style is Style.CITY else 8.5) / facade.bay_m)))
    return facade.bay_m * min(bays, facade.bays - int(rng.integers(0, 2)))
