"""From what the microphones hear each 100 ms to the sounds of the scene: from when to when, from where, and whose.

A sound is followed in odom, so that a turn of the vehicle does not turn it. Of each kind there is one at a time: two
sirens at once are one siren whose direction may be that of either.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import SoundFrame
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import wrap_angle
from crossmodal_narrator.core.scene import Evidence, SceneObject, SoundEvent, SoundTrend
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.encoding.audio import CueAlarms, SoundEncoderConfig
from crossmodal_narrator.fusion.binding import Binder
from crossmodal_narrator.fusion.whither import WINDOW_S, Steady, whither

KINDS = SIREN, HORN = "siren", "horn"
HOLD_S = {SIREN: 1.2, HORN: 0.4}  # a yelp dips, a wail falls below the street's noise
HEARD = 0.5  # probability of a frame that tells whither
REMEMBERED_S = 1.2  # of bearings
LEVEL_S = 1.0
BEARING_LAG_S = 0.1  # a bearing is that of the last tenths of a second
LEAST_FOCUS = 0.12
LEAST_BEARINGS = 3
AGREES_RAD = math.radians(20.0)
LEAST_AGREEING = 0.6  # of the bearings: else nothing is said of the direction
MOST_TURN_RADPS = 2.0  # of a bearing: what is faster is an error
RECENT_S = 0.4
KEEPS_ITS_RANGE_MPS = 1.0  # what is seen, and nears or leaves no faster

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """One frame of 100 ms, with its bearing in odom."""

    stamp_ns: int
    probability: float
    tones_dbfs: float
    pitch_hz: float | None
    pattern: str | None
    bearing_rad: float | None
    focus: float


@dataclass(slots=True, kw_only=True)
class _Sound:
    """One kind of sound at one microphone."""

    is_on: bool = False
    last_ns: int = 0  # when it was surely heard last
    frames: deque[_Heard] = field(default_factory=deque)

    def age_out(self, now_ns: int) -> None:
        while self.frames and (now_ns - self.frames[0].stamp_ns) / 1e9 > WINDOW_S:
            self.frames.popleft()

    def since(self, now_ns: int, for_s: float) -> list[_Heard]:
        return [f for f in self.frames if (now_ns - f.stamp_ns) / 1e9 <= for_s]

    def level_db(self, now_ns: int) -> float:
        """Of the last second: a siren's tone rises and falls."""
        powers = [10.0 ** (f.tones_dbfs / 10.0) for f in self.since(now_ns, LEVEL_S)]
        return 10.0 * math.log10(sum(powers) / len(powers) + 1e-12) if powers else -120.0


class SoundTracker:
    """For each snapshot `update`. Not thread-safe."""

    def __init__(self, config: SoundEncoderConfig) -> None:
        self._config = config
        self._forget()

    def _forget(self) -> None:
        self._stamp_ns = 0
        self._has_ego = False
        self._sounds: dict[tuple[str, str], _Sound] = {}  # by kind and microphone
        self._alarms: dict[str, CueAlarms] = {}
        self._binders = {kind: Binder(self._config.capsules) for kind in KINDS}
        self._trends = {kind: Steady() for kind in KINDS}

    def update(
        self, stamp_ns: int, heard: Sequence[SoundFrame], ego: EgoMotion | None, objects: Sequence[SceneObject]
    ) -> tuple[SoundEvent, ...]:
        """What is heard at `stamp_ns`; `heard` are the frames that came since the last update, in base_link."""
        if stamp_ns < self._stamp_ns:
            self._forget()
        self._stamp_ns = stamp_ns
        if (ego is not None) is not self._has_ego:
            for sound in self._sounds.values():
                sound.frames.clear()  # bearings in odom mean nothing without it, nor those without it once it is back
        self._has_ego = ego is not None
        for frame in heard:
            self._hear(frame, stamp_ns, ego)
        events = (self._event(kind, stamp_ns, ego, objects) for kind in KINDS)
        return tuple(event for event in events if event is not None)

    def _hear(self, frame: SoundFrame, now_ns: int, ego: EgoMotion | None) -> None:
        alarms = self._alarms.setdefault(frame.microphone, CueAlarms(self._config))
        for kind, is_on, probability in zip(KINDS, alarms.push(frame), (frame.siren, frame.horn), strict=True):
            sound = self._sounds.setdefault((kind, frame.microphone), _Sound())
            if is_on:
                sound.is_on, sound.last_ns = True, frame.stamp_ns
            bearing = None
            if frame.bearing is not None and frame.bearing.focus >= LEAST_FOCUS:
                bearing = wrap_angle(frame.bearing.azimuth_rad + _yaw_at(frame.stamp_ns, now_ns, ego))
            sound.frames.append(
                _Heard(
                    stamp_ns=frame.stamp_ns,
                    probability=probability,
                    tones_dbfs=frame.tones_dbfs,
                    pitch_hz=frame.pitch_hz,
                    pattern=None if frame.pattern is None or kind != SIREN else frame.pattern.value,
                    bearing_rad=bearing,
                    focus=0.0 if frame.bearing is None else frame.bearing.focus,
                )
            )

    def _event(
        self, kind: str, now_ns: int, ego: EgoMotion | None, objects: Sequence[SceneObject]
    ) -> SoundEvent | None:
        """By the microphone that knows a direction, or else by the loudest."""
        told = []
        for (one, microphone), sound in self._sounds.items():
            if one != kind:
                continue
            sound.age_out(now_ns)
            sound.is_on = sound.is_on and (now_ns - sound.last_ns) / 1e9 <= HOLD_S[kind]
            if sound.is_on and sound.frames:
                bearing = _direction(sound.since(now_ns, REMEMBERED_S), now_ns)
                told.append((bearing is not None, sound.level_db(now_ns), microphone, sound, bearing))
        if not told:
            self._binders[kind].forget()
            self._trends[kind] = Steady()
            return None
        _, level_db, microphone, sound, bearing = max(told, key=lambda entry: entry[:3])
        azimuth = None
        if bearing is not None:
            yaw = 0.0 if ego is None else ego.odom_from_base.yaw_rad
            azimuth = wrap_angle(bearing - yaw)
        trend = self._trends[kind].push(now_ns, _trend(sound.frames, now_ns))
        found = self._binders[kind].bind(now_ns, azimuth, trend, ego, objects)
        trend = trend if found is None or ego is None else _seen_trend(found, ego, trend)
        return SoundEvent(
            kind=kind,
            azimuth_rad=None if azimuth is None else round(azimuth, 4),
            range_m=None if found is None else found.relation.distance_m,
            trend=trend,
            level_db=round(level_db, 2),
            track_id=None if found is None else found.track_id,
            confidence=round(_confidence(sound, now_ns), 3),
            evidence=(_evidence(sound, microphone, azimuth), *(() if found is None else found.evidence)),
        )


def _yaw_at(then_ns: int, now_ns: int, ego: EgoMotion | None) -> float:
    """Of base_link in odom when the sound came in."""
    if ego is None:
        return 0.0
    return ego.odom_from_base.yaw_rad - ego.yaw_rate_rps * ((now_ns - then_ns) / 1e9 + BEARING_LAG_S)


def _direction(frames: Sequence[_Heard], now_ns: int) -> float | None:
    """The bearing in odom on which most of the last frames agree, as it moves; None where they do not."""
    known = [(f.stamp_ns, f.bearing_rad, f.focus) for f in frames if f.bearing_rad is not None]
    if len(known) < LEAST_BEARINGS:
        return None
    age_s = np.array([(now_ns - stamp) / 1e9 for stamp, _, _ in known])
    bearing = np.array([angle for _, angle, _ in known])
    weight = np.array([focus for _, _, focus in known]) * np.exp(-age_s / RECENT_S)
    apart = np.angle(np.exp(1j * (bearing[:, None] - bearing[None, :])))
    agreeing = np.abs(apart) < AGREES_RAD + MOST_TURN_RADPS * np.abs(age_s[:, None] - age_s[None, :]) * 0.5
    best = int(np.argmax(agreeing @ weight))
    chosen = agreeing[best]
    if weight[chosen].sum() < LEAST_AGREEING * weight.sum() or chosen.sum() < LEAST_BEARINGS:
        return None
    return wrap_angle(float(bearing[best]) + _now(apart[chosen, best], age_s[chosen], weight[chosen]))


def _now(off: Reals, age_s: Reals, weight: Reals) -> float:
    """A weighted line through angles by their age, read at the newest; flat where there are too few to tell."""
    total = weight.sum()
    age, middle = float(weight @ age_s / total), float(weight @ off / total)
    spread = float(weight @ (age_s - age) ** 2)
    if len(off) < 2 * LEAST_BEARINGS or spread < 1e-3 * total:
        return middle
    slope = float(weight @ ((age_s - age) * (off - middle))) / spread
    slope = max(-MOST_TURN_RADPS, min(MOST_TURN_RADPS, slope))
    return middle + slope * (float(age_s.min()) - age)


def _trend(frames: Iterable[_Heard], now_ns: int) -> SoundTrend:
    """By the frames in which it is probably heard: level and bearing of the others are of something else."""
    heard = [f for f in frames if f.probability >= HEARD]
    columns = (
        [(now_ns - f.stamp_ns) / 1e9 for f in heard],
        [f.tones_dbfs for f in heard],
        [math.nan if f.pitch_hz is None else f.pitch_hz for f in heard],
        [math.nan if f.bearing_rad is None else f.bearing_rad for f in heard],
    )
    return whither(*(np.array(column, np.float64) for column in columns))


def _seen_trend(source: SceneObject, ego: EgoMotion, heard: SoundTrend) -> SoundTrend:
    """What is seen to come nearer comes nearer: by ear that is known two seconds late."""
    closing_mps = source.closing_mps(ego.velocity_mps[:2])
    if closing_mps is None:
        return heard
    if abs(closing_mps) < KEEPS_ITS_RANGE_MPS:
        return SoundTrend.UNKNOWN
    return SoundTrend.APPROACHING if closing_mps > 0.0 else SoundTrend.RECEDING


def _confidence(sound: _Sound, now_ns: int) -> float:
    """The better half of the last second: between two tones of a siren there is a moment of neither."""
    recent = sorted((f.probability for f in sound.since(now_ns, LEVEL_S)), reverse=True)
    half = recent[: max(1, (len(recent) + 1) // 2)]
    return sum(half) / len(half) if half else 0.0


def _evidence(sound: _Sound, microphone: str, azimuth: float | None) -> Evidence:
    newest = sound.frames[-1]
    pattern = next((f.pattern for f in reversed(sound.frames) if f.pattern is not None), None)
    words = [microphone, f"probability {newest.probability:.2f}"]
    if pattern is not None:
        words.append(pattern)
    if azimuth is not None:
        words.append(f"from {math.degrees(azimuth):.0f}°")
    return Evidence(modality=Sense.AUDIO, stamp_ns=newest.stamp_ns, detail=", ".join(words))
