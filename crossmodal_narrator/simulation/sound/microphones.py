"""The microphones themselves: where their capsules are, what they hear of the vehicle and the weather, and their noise.

Pressure is brought to full scale last. Outside 1.0 is the peak of a tone of 120 dB SPL, the acoustic overload point of
MEMS microphones made for it (ICS-43434 and its like: 120 dB, 65 dB(A) below 94 dB of self-noise); in the cabin, where
people speak at 65 dB, it is 100 dB.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import fft

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.rollout import Environment
from crossmodal_narrator.simulation.sensors.rig import CABIN_POSITION_M, MicrophoneArray
from crossmodal_narrator.simulation.sound.bands import EDGES_HZ, PASCAL_AT_0_DB, Floats, Reals, decibels
from crossmodal_narrator.simulation.traffic.timeline import Timeline

OUTSIDE, CABIN = "outside", "cabin"
FULL_SCALE_DB = {OUTSIDE: 120.0, CABIN: 100.0}
# What a closed body keeps out, by band: 15 to 40 dB, more the shorter the wave (Howard, Maddern and Privopoulos,
# "Acoustic characteristics for effective ambulance sirens", Acoustics Australia 39(2), 2011, measured 25 to 35 in all).
CABIN_LOSS_DB = np.array([17.0, 23.0, 28.0, 32.0, 37.0, 42.0])
# Of the vehicle's own engine and tyres on the way to its roof, behind the edge of its body; and into the cabin, where
# engine and road also come through the floor.
OWN_LOSS_DB = np.array([10.0, 13.0, 16.0, 19.0, 22.0, 24.0])
OWN_CABIN_LOSS_DB = np.array([20.0, 26.0, 32.0, 36.0, 40.0, 44.0])

# Weather and electronics, dB SPL each over its whole spectrum. Turbulence at a capsule grows with the square of the
# flow's speed (40 lg v) and falls with frequency (van den Berg, JASA 119, 2006); the level is that behind a windscreen.
_WIND_DB, _WIND_MPS, _WIND_IN_CABIN_DB = 68.0, 13.9, -14.0
_TOWN_DB = 44.0  # the diffuse hum of a town, far from everything that is drawn
_SELF_DB = {OUTSIDE: 32.0, CABIN: 32.0}
_RAIN_DB = {OUTSIDE: 52.0, CABIN: 50.0}  # of 2 mm/h on the roof; 17 dB a decade, ours: no measurement was at hand


@dataclass(frozen=True, kw_only=True, eq=False)
class Capsules:
    """All capsules in base_link: the array's first, the one in the cabin last."""

    array: MicrophoneArray
    has_array: bool
    has_cabin: bool

    @cached_property
    def offsets_m(self) -> Reals:
        """(capsules, 3)."""
        return np.array([*self.array.in_base_m, CABIN_POSITION_M])

    @property
    def samples(self) -> int:
        """Of a chunk.

        Raises:
            ScenarioError: a chunk would not hold whole samples.
        """
        exact = self.array.sample_rate_hz * self.array.chunk_s
        if exact < 64 or abs(exact - round(exact)) > 1e-6:
            raise ScenarioError(
                f"a chunk of {self.array.chunk_s:g} s at {self.array.sample_rate_hz} Hz has {exact:g} samples",
                remedy="choose a whole number of samples, 64 at least",
            )
        return round(exact)

    def at(self, ego: Timeline, time_s: Reals) -> Reals:
        """(times,) → (capsules, times, 3) in the world's frame."""
        place, yaw = ego.at(time_s)
        cos, sin = np.cos(yaw), np.sin(yaw)
        x, y, z = (self.offsets_m[:, k, None] for k in range(3))
        turned = np.stack([x * cos - y * sin, x * sin + y * cos, np.broadcast_to(z, (len(x), len(yaw)))], axis=-1)
        return place[None] + turned


class OwnNoise:
    """Wind, rain and electronics: what each capsule has for itself, drawn in blocks that overlap by half."""

    def __init__(self, rate_hz: int, samples: int, environment: Environment, ego: Timeline, seed: int) -> None:
        self._samples, self._ego, self._seed = samples, ego, seed
        self._environment = environment
        frequency = np.maximum(fft.rfftfreq(2 * samples, 1.0 / rate_hz), 1.0)
        half = frequency < 0.47 * rate_hz
        audible = half * (frequency > 20.0)
        self._wind = _unit_power(audible * (60.0**2 + frequency**2) ** (-5.0 / 6.0))  # as turbulence: f^(-5/3)
        self._town = _unit_power(audible / (200.0**2 + frequency**2))
        patter = frequency**2 / (800.0**2 + frequency**2) / (1.0 + (frequency / 5_000.0) ** 2)
        self._rain = _unit_power(audible * patter)
        self._white = _unit_power(half.astype(np.float64))
        x = (np.arange(samples) + 0.5) / samples
        self._fade = np.sin(0.5 * np.pi * x).astype(np.float32), np.cos(0.5 * np.pi * x).astype(np.float32)
        self._audible_share = frequency > EDGES_HZ[0]
        self._chunk_s = samples / rate_hz

    def chunk(self, number: int, channels: int, where: str) -> Floats:
        """(channels, samples) pascals."""
        early, late = (self._block(number + k, channels, where) for k in (0, 1))
        n = self._samples
        mixed: Floats = early[:, n:] * self._fade[1] + late[:, :n] * self._fade[0]
        return mixed

    def level_db(self, time_s: float) -> float:
        """At a capsule outside, above the lowest band."""
        power = self._power(time_s, OUTSIDE)
        return float(decibels(power[self._audible_share].sum() / PASCAL_AT_0_DB**2))

    def _block(self, number: int, channels: int, where: str) -> Floats:
        """(channels, 2 chunks): the block that ends with chunk `number`."""
        rng = np.random.default_rng((self._seed, 0x502, number, where == CABIN))
        white = rng.standard_normal((channels, 2 * self._samples), dtype=np.float32)
        shape = np.sqrt(self._power(number * self._chunk_s, where) * self._samples).astype(np.float32)
        block: Floats = fft.irfft(fft.rfft(white, axis=1) * shape, 2 * self._samples, axis=1)
        return block

    def _power(self, time_s: float, where: str) -> Reals:
        """(frequencies,) pascals squared."""
        weather = self._environment
        flow_mps = np.hypot(self._ego.speed(time_s), weather.wind_mps)
        wind_db = _WIND_DB + 40.0 * np.log10(max(float(flow_mps), 0.1) / _WIND_MPS)
        is_cabin = where == CABIN
        power = self._wind * _energy(wind_db + (_WIND_IN_CABIN_DB if is_cabin else 0.0))
        power = power + self._town * _energy(_TOWN_DB - (20.0 if is_cabin else 0.0))
        power = power + self._white * _energy(_SELF_DB[where])
        if weather.rain_mmph > 0:
            power = power + self._rain * _energy(_RAIN_DB[where] + 17.0 * np.log10(weather.rain_mmph / 2.0))
        return power * PASCAL_AT_0_DB**2


def _energy(level_db: float) -> float:
    return float(10.0 ** (level_db / 10.0))


def _unit_power(shape: Reals) -> Reals:
    unit: Reals = shape / shape.sum()
    return unit
