"""Which lamps shine at a moment, how brightly, and where they sit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.sensors.camera.daylight import Colour, Illumination
from crossmodal_narrator.simulation.sensors.camera.fixtures import Fixture, fixtures_by_size, fixtures_of
from crossmodal_narrator.simulation.sensors.camera.sight import Indices
from crossmodal_narrator.simulation.sensors.camera.surface import Surface
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.roads import Light
from crossmodal_narrator.simulation.traffic.timeline import Lamps
from crossmodal_narrator.simulation.world import Moment

_FLASH_PERIOD_S = 0.52  # of a beacon: two flashes on the left, two on the right
_SINGLE = (
    (Lamps.LEFT, Material.LEFT_LAMP),
    (Lamps.RIGHT, Material.RIGHT_LAMP),
    (Lamps.BLUE, Material.BLUE_LAMP),
)
_BRAKE_GAIN = 5.0
_SIGNALS = {
    Light.RED: (Material.SIGNAL_RED,),
    Light.RED_AMBER: (Material.SIGNAL_RED, Material.SIGNAL_AMBER),
    Light.AMBER: (Material.SIGNAL_AMBER,),
    Light.GREEN: (Material.SIGNAL_GREEN,),
    Light.OFF: (),
}
# Radiance of a lit lens by day; by night lenses of signals and windows are dimmed, as a camera's range ends early.
_RADIANCE = np.zeros((32, 3), np.float32)
_RADIANCE[Material.HEAD_LAMP] = 9.0, 8.8, 8.0
_RADIANCE[Material.TAIL_LAMP] = 0.34, 0.006, 0.003
_RADIANCE[Material.BRAKE_LAMP] = 1.9, 0.025, 0.012
_RADIANCE[Material.LEFT_LAMP] = _RADIANCE[Material.RIGHT_LAMP] = 2.4, 0.8, 0.02
_RADIANCE[Material.BLUE_LAMP] = 0.15, 0.5, 4.0
_RADIANCE[Material.SIGNAL_RED] = 2.2, 0.06, 0.035
_RADIANCE[Material.SIGNAL_AMBER] = 2.1, 0.85, 0.02
_RADIANCE[Material.SIGNAL_GREEN] = 0.05, 1.7, 0.8
_RADIANCE[Material.STREET_LAMP] = 3.0, 2.3, 1.4
_RADIANCE[Material.LIT_WINDOW] = 0.9, 0.66, 0.36
_DIMMED = (Material.SIGNAL_RED, Material.SIGNAL_AMBER, Material.SIGNAL_GREEN, Material.LIT_WINDOW)
_DIMMED_TO = 0.055


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shining:
    """A lit lamp in the world."""

    material: Material
    place_m: Floats  # (3,)
    ahead: Floats  # (3,) unit, or zeros for all sides
    radiance: Colour
    area_m2: float


class LitLamps:
    """What shines at a moment, body by body.

    Each mesh of the still world has a slot, and after them each body.
    """

    def __init__(self, moment: Moment, light: Illumination, actors: Sequence[Actor]) -> None:
        """`actors` are those of the bodies that can be met, in their order."""
        self._time_s = moment.time_s
        self._radiance = _RADIANCE.copy()
        self._still = len(moment.still.layout)
        slots = self._still + len(actors)
        self._on = np.zeros(slots, np.uint32)  # a bit for each Material
        self._brakes = np.zeros(slots, np.bool_)
        self._poses = np.tile(np.array([0, 0, 1, 0], np.float32), (slots, 1))  # x, y, cosine and sine of the yaw
        if light.is_dark:
            self._radiance[list(_DIMMED)] *= np.float32(_DIMMED_TO)
            self._on[:] = (1 << Material.STREET_LAMP) | (1 << Material.LIT_WINDOW)
        for slot, actor in (*moment.still_actors.items(), *enumerate(actors, start=self._still)):
            pose = actor.timeline.pose(self._time_s)
            self._on[slot] |= np.uint32(self._bits(actor))
            self._brakes[slot] = self._is_braking(actor)
            self._poses[slot] = (*pose.translation_m[:2], *pose.rotation[:2, 0])
        shown = {signal.signal_id: signal.at(moment.time_s) for signal in moment.rollout.signals}
        for mesh, signal_id in moment.scenery.signal_of_mesh.items():
            for material in _SIGNALS[shown.get(signal_id, Light.OFF)]:
                self._on[mesh] |= np.uint32(1 << material)

    def _bits(self, actor: Actor) -> int:
        """A bit for each Material that shines."""
        lamps, on = actor.timeline.lamps_at(self._time_s), 0
        if lamps & Lamps.HEAD:
            on |= (1 << Material.HEAD_LAMP) | (1 << Material.TAIL_LAMP)
        if lamps & Lamps.BRAKE:
            on |= (1 << Material.BRAKE_LAMP) | (1 << Material.TAIL_LAMP)
        for lamp, material in _SINGLE:  # indicators blink in the timeline
            if lamps & lamp:
                on |= 1 << material
        return on

    def _is_braking(self, actor: Actor) -> bool:
        return bool(actor.timeline.lamps_at(self._time_s) & Lamps.BRAKE)

    def glow(self, surface: Surface) -> tuple[Indices, Floats]:
        """Which places of `surface` shine, and (places, 3) their radiance."""
        slot = np.where(surface.owner == 0, surface.mesh, surface.owner + (self._still - 1))
        lit = np.flatnonzero((self._on[slot] >> (surface.material & 31)) & 1)
        material, slot = surface.material[lit], slot[lit]
        radiance = self._radiance[material]
        radiance[(material == Material.TAIL_LAMP) & self._brakes[slot]] *= np.float32(_BRAKE_GAIN)
        blue = np.flatnonzero(material == Material.BLUE_LAMP)
        if len(blue):
            x, y, c, s = self._poses[slot[blue]].T
            places = surface.points[lit[blue]]
            is_left = (places[:, 1] - y) * c - (places[:, 0] - x) * s > 0
            radiance[blue] *= np.where(is_left, flash(self._time_s, 1.0), flash(self._time_s, -1.0))[:, None]
        return lit, radiance

    def shining(self, actor: Actor, matter: Matter | None) -> list[Shining]:
        """The lit lamps of `actor` in the world; without its own matter they are placed by its size."""
        on = self._bits(actor)
        if not on:
            return []
        pose = actor.timeline.pose(self._time_s)
        fixtures = fixtures_by_size(actor) if matter is None else fixtures_of(matter)
        found = []
        for fixture in fixtures:
            gain = self._gain(actor, fixture)
            if on >> fixture.material & 1 and gain > 0.0:
                found.append(
                    Shining(
                        material=fixture.material,
                        place_m=np.array(pose.transform_point(fixture.place_m), np.float32),
                        ahead=(pose.rotation[:, 0] * fixture.ahead).astype(np.float32),
                        radiance=self._radiance[fixture.material] * np.float32(gain),
                        area_m2=fixture.area_m2,
                    )
                )
        return found

    def street_lamps(self, places_m: NDArray[np.float64]) -> list[Shining]:
        """Those of the street, (lamps, 3), which shine to all sides below."""
        return [
            Shining(
                material=Material.STREET_LAMP,
                place_m=place.astype(np.float32),
                ahead=np.zeros(3, np.float32),
                radiance=self._radiance[Material.STREET_LAMP],
                area_m2=0.05,
            )
            for place in places_m
        ]

    def _gain(self, actor: Actor, fixture: Fixture) -> float:
        if fixture.material is Material.BLUE_LAMP:
            return flash(self._time_s, fixture.place_m[1])
        return _BRAKE_GAIN if fixture.material is Material.TAIL_LAMP and self._is_braking(actor) else 1.0


def flash(time_s: float, left: float) -> float:
    """1 while the beacon on that side flashes, 0.03 in between."""
    phase = (time_s / _FLASH_PERIOD_S + (0.0 if left > 0 else 0.5)) % 1.0
    return 1.0 if phase < 0.17 or 0.24 < phase < 0.42 else 0.03
