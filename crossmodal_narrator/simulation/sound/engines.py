"""Vehicles that drive: their engine by its orders, their tyres by their speed.

Levels by octave are those of CNOSSOS-EU (Directive 2002/49/EC, annex II as amended by Delegated Directive 2021/1226,
table F-1): sound power of rolling, A_R + B_R lg(v / 70 km/h), and of propulsion, A_P + B_P (v - 70) / 70.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.simulation.shapes.catalogue import EngineKind
from crossmodal_narrator.simulation.sound.bands import (
    BANDS,
    PASCAL_AT_0_DB,
    Bands,
    Floats,
    Reals,
    amplitude,
    decibels,
)
from crossmodal_narrator.simulation.sound.route import Route
from crossmodal_narrator.simulation.sound.voices import SILENT_DB, Voice
from crossmodal_narrator.simulation.traffic.timeline import Timeline

_STEP_S = 0.02
_LEAD_S = 5.0
_FADE_S = 0.5  # of who comes or goes in the middle of a drive
_POWER_TO_1_M_DB = -11.0  # of sound power, over a whole sphere; the road is a mirror of its own
_WET_TYRES_DB = np.array([0.0, 0.0, 1.0, 3.0, 5.0, 6.0])  # of light rain on dense asphalt; grows with water, not here
_CYCLE_STEPS, _ORDERS = 1 << 13, 48
_SLOWEST_KMH = 20.0  # of CNOSSOS; below it engines idle


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A category of CNOSSOS: four rows of eight octaves (63 Hz to 8 kHz), and what its engine is like."""

    rolling: tuple[tuple[float, ...], tuple[float, ...]]  # A_R, B_R
    propulsion: tuple[tuple[float, ...], tuple[float, ...]]  # A_P, B_P
    cylinders: int
    idle_rpm: float
    shift_rpm: float
    gears_rpm_per_mps: tuple[float, ...]


_LIGHT = Kind(
    rolling=((83.1, 89.2, 87.7, 93.1, 100.1, 96.7, 86.8, 76.2), (30.0, 41.5, 38.9, 25.7, 32.5, 37.2, 39.0, 40.0)),
    propulsion=((97.9, 92.5, 90.7, 87.2, 84.7, 88.0, 84.4, 77.1), (-1.3, 7.2, 7.7, 8.0, 8.0, 8.0, 8.0, 8.0)),
    cylinders=4,
    idle_rpm=800.0,
    shift_rpm=2_600.0,
    gears_rpm_per_mps=(430.0, 240.0, 160.0, 118.0, 92.0, 75.0),
)
_MEDIUM = Kind(
    rolling=((88.7, 93.2, 95.7, 100.9, 101.7, 95.1, 87.8, 83.6), (30.0, 35.8, 32.6, 23.8, 30.1, 36.2, 38.3, 40.1)),
    propulsion=((105.5, 100.2, 100.5, 98.7, 101.0, 97.8, 91.2, 85.0), (-1.9, 4.7, 6.4, 6.5, 6.5, 6.5, 6.5, 6.5)),
    cylinders=4,
    idle_rpm=700.0,
    shift_rpm=2_200.0,
    gears_rpm_per_mps=(400.0, 230.0, 150.0, 105.0, 80.0, 65.0),
)
_HEAVY = Kind(
    rolling=((91.7, 96.2, 98.2, 104.9, 105.1, 98.5, 91.1, 85.6), (30.0, 33.5, 31.3, 25.4, 31.8, 37.1, 38.6, 40.6)),
    propulsion=((108.8, 104.2, 103.5, 102.9, 102.6, 98.5, 93.8, 87.5), (0.0, 3.0, 4.6, 5.0, 5.0, 5.0, 5.0, 5.0)),
    cylinders=6,
    idle_rpm=600.0,
    shift_rpm=1_600.0,
    gears_rpm_per_mps=(420.0, 280.0, 190.0, 130.0, 92.0, 66.0),
)
_MOTORCYCLE = Kind(
    rolling=((-200.0,) * 8, (0.0,) * 8),
    propulsion=((99.9, 101.9, 96.7, 94.4, 95.2, 94.7, 92.1, 88.6), (3.2, 5.9, 11.9, 11.6, 11.5, 12.6, 11.1, 12.0)),
    cylinders=2,
    idle_rpm=1_200.0,
    shift_rpm=5_500.0,
    gears_rpm_per_mps=(700.0, 450.0, 340.0, 280.0, 240.0, 210.0),
)
_HEAVY_LOOKS = ("semi_truck", "city_bus", "fire_engine")
_ELECTRIC_DB = -12.0  # of what motors and fans leave of an engine's noise
_HUM_HZ, _HUM_DB, _HUM_UNTIL_KMH = (180.0, 22.0), 60.0, 30.0  # of UN R138: 50 to 56 dB(A) at 2 m, up to 20 km/h


def kind_of(label: ObjectClass, look: str) -> Kind | None:
    """None of those who drive without an engine."""
    if label is ObjectClass.MOTORCYCLE:
        return _MOTORCYCLE
    if label in (ObjectClass.TRUCK, ObjectClass.BUS):
        return _HEAVY if look in _HEAVY_LOOKS else _MEDIUM
    return {ObjectClass.CAR: _LIGHT, ObjectClass.VAN: _LIGHT}.get(label)


class DrivingVoice(Voice):
    """Engine and tyres of one vehicle, with their own place in the noise and their own uneven cylinders by `seed`."""

    def __init__(
        self, kind: Kind, engine: EngineKind, timeline: Timeline, route: Route, length_s: float, *,
        rain_mmph: float, bands: Bands, seed: tuple[int, ...],
    ) -> None:  # fmt: skip
        rng = np.random.default_rng(seed)
        self._bands, self._route = bands, route
        self._offsets = (int(rng.integers(1 << 18)), int(rng.integers(1 << 18)))
        self._time_s = np.arange(-_LEAD_S, length_s + 1.0, _STEP_S)
        speed = np.abs(np.interp(self._time_s, timeline.time_s, timeline.speed_mps))
        push = np.clip(np.gradient(speed, _STEP_S), -3.0, 3.0)
        rolling_db, propulsion_db = _levels_db(kind, speed, push, rain_mmph)
        is_electric = engine is EngineKind.ELECTRIC
        if is_electric:
            propulsion_db = propulsion_db + _ELECTRIC_DB
        order_db, self._cycles = _hum(speed) if is_electric else _orders(kind, speed, propulsion_db)
        tones_db = np.full((len(speed), BANDS), SILENT_DB)
        tones_db[:, 0] = order_db
        propulsion_db = propulsion_db.copy()
        propulsion_db[:, 0] = -np.inf  # the orders stand for it
        is_there = _presence(route, self._time_s)
        self._level_db = decibels(
            sum(10.0 ** (part / 10.0) for part in (rolling_db, propulsion_db, tones_db)) * is_there[:, None] ** 2
        )
        self._rolling, self._propulsion = (
            (PASCAL_AT_0_DB * amplitude(part) * is_there[:, None]).T.astype(np.float32)
            for part in (rolling_db, propulsion_db)
        )  # (bands, times)
        self._tones = (PASCAL_AT_0_DB * amplitude(order_db) * is_there).astype(np.float32)
        self._cycle = _engine_cycle(kind, engine, rng)
        self._knock = (kind.cylinders, 0.6 if engine is EngineKind.DIESEL else 0.25)

    def wave(self, first: int, count: int) -> Floats:
        time_s = np.arange(first, first + count) / self._bands.grid_hz
        at = np.clip((time_s + _LEAD_S) / _STEP_S, 0.0, len(self._time_s) - 1.001)
        step = at.astype(np.int64)
        share = (at - step).astype(np.float32)
        cycles = self._cycles[step] + (at - step) * (self._cycles[step + 1] - self._cycles[step])
        firing, depth = self._knock
        beat = 1.0 + depth * np.sin((2.0 * np.pi * firing) * cycles).astype(np.float32)
        wave = _between(self._rolling, step, share) * self._bands.noise(first, count, self._offsets[0])
        wave += _between(self._propulsion, step, share) * beat * self._bands.noise(first, count, self._offsets[1])
        phase = ((cycles - np.floor(cycles)) * _CYCLE_STEPS).astype(np.int64) % _CYCLE_STEPS
        wave[0] += (self._tones[step] * (1.0 - share) + self._tones[step + 1] * share) * self._cycle[phase]
        return wave

    def level_db(self, time_s: Reals) -> Reals:
        step = np.clip(np.rint((time_s + _LEAD_S) / _STEP_S), 0, len(self._time_s) - 1).astype(np.int64)
        level: Reals = self._level_db[step]
        return level

    def loudness_db(self, time_s: float) -> Reals:
        level: Reals = self.level_db(np.array([time_s]))[0]
        return level


def _between(table: Floats, step: NDArray[np.int64], share: Floats) -> Floats:
    """(bands, times) → (bands, samples), linear."""
    left = np.take(table, step, axis=1)
    mixed: Floats = left + (np.take(table, step + 1, axis=1) - left) * share
    return mixed


def _levels_db(kind: Kind, speed_mps: Reals, push_mps2: Reals, rain_mmph: float) -> tuple[Reals, Reals]:
    """(times, bands) at 1 m of rolling and of propulsion."""
    kmh = 3.6 * speed_mps[:, None]
    (a_r, b_r), (a_p, b_p) = (np.array(kind.rolling), np.array(kind.propulsion))
    rolling = a_r + b_r * np.log10(np.maximum(kmh, 0.3) / 70.0)
    propulsion = a_p + b_p * (np.maximum(kmh, _SLOWEST_KMH) - 70.0) / 70.0
    propulsion = propulsion - 8.0 * (1.0 - np.minimum(kmh, _SLOWEST_KMH) / _SLOWEST_KMH)  # idling, unloaded
    propulsion = propulsion + np.clip(2.5 * push_mps2, -4.0, 6.0)[:, None]
    rolling_db, propulsion_db = (_in_bands(level) + _POWER_TO_1_M_DB for level in (rolling, propulsion))
    return rolling_db + (_WET_TYRES_DB if rain_mmph > 0 else 0.0), propulsion_db


def _in_bands(octaves_db: Reals) -> Reals:
    """Eight octaves → the bands: the lowest three are one."""
    low = decibels((10.0 ** (octaves_db[:, :3] / 10.0)).sum(axis=1))
    return np.concatenate([low[:, None], octaves_db[:, 3:]], axis=1)


def _orders(kind: Kind, speed_mps: Reals, propulsion_db: Reals) -> tuple[Reals, Reals]:
    """Of a piston engine: its level in the lowest band, and its working cycles (two turns each) since the beginning."""
    gears = np.array(kind.gears_rpm_per_mps)
    gear = np.searchsorted(kind.shift_rpm / gears, speed_mps)
    rpm = np.maximum(speed_mps * gears[np.minimum(gear, len(gears) - 1)], kind.idle_rpm)
    width = round(0.3 / _STEP_S)  # s that a change of gear takes
    smooth = np.convolve(np.pad(rpm, width, mode="edge"), np.ones(2 * width + 1) / (2 * width + 1), mode="valid")
    return propulsion_db[:, 0], np.concatenate([[0.0], np.cumsum(smooth)])[: len(rpm)] * (_STEP_S / 120.0)


def _hum(speed_mps: Reals) -> tuple[Reals, Reals]:
    """What electric vehicles must let hear while they are slow."""
    kmh = 3.6 * speed_mps
    level_db = _HUM_DB - 20.0 * np.clip(kmh / _HUM_UNTIL_KMH - 1.0, 0.0, 2.0) - np.where(kmh < 1.0, 30.0, 0.0)
    pitch = (_HUM_HZ[0] + _HUM_HZ[1] * speed_mps) / 8.0  # the cycle's eighth harmonic is the loudest
    return level_db, np.concatenate([[0.0], np.cumsum(pitch)])[: len(kmh)] * _STEP_S


def _engine_cycle(kind: Kind, engine: EngineKind, rng: np.random.Generator) -> Floats:
    """(steps,) of one working cycle, RMS 1: the firing order and its multiples stand out of the other half orders."""
    angle = 2.0 * np.pi * np.arange(_CYCLE_STEPS) / _CYCLE_STEPS
    firing = 8 if engine is EngineKind.ELECTRIC else kind.cylinders
    decay = 0.7 if engine is EngineKind.DIESEL else 1.1
    cycle = np.zeros(_CYCLE_STEPS)
    for order, (weight, turn) in enumerate(rng.uniform(0.0, 1.0, (_ORDERS, 2)), start=1):
        strength = 1.0 if order % firing == 0 else 0.25 * weight
        cycle += strength * (order / firing + 0.5) ** -decay * np.sin(order * angle + 2.0 * np.pi * turn)
    loud: Floats = (cycle / np.sqrt(np.mean(cycle**2))).astype(np.float32)
    return loud


def _presence(route: Route, time_s: Reals) -> Reals:
    """0 to 1: who appears or goes in the middle of a drive is faded in and out."""
    x: Reals = np.clip(np.minimum(time_s - route.from_s, route.to_s - time_s) / _FADE_S, 0.0, 1.0)
    return x
