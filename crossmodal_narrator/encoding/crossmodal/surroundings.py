"""What the surroundings are like as a whole: attributes in words, and whether anything like it was just seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import Attribute
from crossmodal_narrator.core.scene import Surroundings
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.crossmodal.config import CrossmodalConfig
from crossmodal_narrator.encoding.crossmodal.painting import Sensed

Floats = NDArray[np.float32]

# By attribute and value: how somebody would put it. Others of the same attribute are what it is told from.
PROMPTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "light": {
        "day": ("it is day", "in daylight", "白天"),
        "dusk": ("at dusk", "twilight", "黄昏"),
        "night": ("it is night", "in the dark", "夜里"),
    },
    "weather": {
        "clear": ("the weather is fine", "dry", "天气晴好"),
        "rain": ("it is raining", "in the rain", "下着雨"),
        "fog": ("it is foggy", "in fog", "有雾"),
    },
    "place": {
        "town": ("streets of a town", "a town street with crossings", "城里的街道"),
        "residential": ("a residential street", "a quiet street with houses", "住宅区的街道"),
        "arterial": ("a wide road with several lanes", "a multi-lane road", "多车道的大路"),
        "roundabout": ("a roundabout", "at a roundabout", "环形路口"),
        "motorway": ("a motorway", "on the motorway", "高速公路"),
        "country": ("a country road", "a road through the country", "乡间公路"),
    },
}
_SHARPNESS = 20.0  # of similarities, when values are weighed against each other
_NS = 1e9


class SceneEncoding(Protocol):
    """What makes a vector of a snapshot."""

    @property
    def engine_name(self) -> str: ...

    def encode(self, sensed: Sensed) -> Floats: ...


class WordedAttributes:
    """Attributes by words: the value whose words lie nearest, where it is clearly nearer than the others."""

    def __init__(self, encode: Callable[[str], Floats], min_confidence: float) -> None:
        """`encode` is asked once for each of the prompts."""
        self._least = min_confidence
        self._vectors = {
            name: (tuple(values), np.stack([_middle([encode(text) for text in texts]) for texts in values.values()]))
            for name, values in PROMPTS.items()
        }

    def of(self, vector: Floats) -> tuple[Attribute, ...]:
        found = []
        for name, (values, vectors) in self._vectors.items():
            shares = _softmax(_SHARPNESS * (vectors @ vector))
            best = int(np.argmax(shares))
            if shares[best] >= self._least:
                found.append(Attribute(name=name, value=values[best], confidence=float(shares[best])))
        return tuple(found)


class Novelty:
    """How far a vector lies from the running mean of those before it: 0 the same, 1 nothing like it."""

    def __init__(self, memory_s: float) -> None:
        self._memory_s = memory_s
        self._mean: NDArray[np.float64] | None = None
        self._last_ns = 0

    def of(self, vector: Floats, stamp_ns: int) -> float:
        """And remember `vector`. What comes first is all new, and so is what comes after a jump back of the clock."""
        seen = vector.astype(np.float64)
        passed_s = (stamp_ns - self._last_ns) / _NS
        self._last_ns = stamp_ns
        if self._mean is None or passed_s < 0.0:
            self._mean = seen
            return 1.0
        length = float(np.linalg.norm(self._mean))
        novelty = 1.0 - float(self._mean @ seen) / length if length > 0.0 else 1.0
        share = -math.expm1(-passed_s / self._memory_s)
        self._mean = self._mean + share * (seen - self._mean)
        return min(1.0, max(0.0, novelty))


class NoSurroundings:
    """What remains without the cross-modal encoder: nothing is said of the whole."""

    engine_name = ""

    def look(self, sensed: Sensed, stamp_ns: int, timer: StageTimer) -> Surroundings | None:
        return None


class SurroundingsEncoder:
    """Looks at the whole of a snapshot, once each `period_s` of the sensors' time. Not thread-safe."""

    def __init__(self, config: CrossmodalConfig, encoder: SceneEncoding, attributes: WordedAttributes | None) -> None:
        """Without `attributes` none are told."""
        self._config, self._encoder, self._attributes = config, encoder, attributes
        self._novelty = Novelty(config.memory_s)
        self._last_ns: int | None = None

    @property
    def engine_name(self) -> str:
        return self._encoder.engine_name

    def look(self, sensed: Sensed, stamp_ns: int, timer: StageTimer) -> Surroundings | None:
        """None where it is not time yet, or nothing is sensed that shows the surroundings."""
        senses = _used(sensed)
        if not senses or not self._is_time(stamp_ns):
            return None
        self._last_ns = stamp_ns
        with timer.stage("crossmodal"):
            vector = self._encoder.encode(sensed)
            return Surroundings(
                vector=vector,
                novelty=self._novelty.of(vector, stamp_ns),
                attributes=() if self._attributes is None else self._attributes.of(vector),
                senses=senses,
            )

    def _is_time(self, stamp_ns: int) -> bool:
        if self._last_ns is None or stamp_ns < self._last_ns:
            return True
        return stamp_ns - self._last_ns >= round(self._config.period_s * _NS)


def _used(sensed: Sensed) -> tuple[Sense, ...]:
    """Where nothing but odometry is there, the surroundings are unknown."""
    has = {
        Sense.CAMERA: sensed.camera is not None and not sensed.camera.is_blind,
        Sense.LIDAR: sensed.lidar is not None,
        Sense.AUDIO: bool(sensed.sounds),
    }
    return tuple(sense for sense, there in has.items() if there)


def _middle(vectors: Sequence[Floats]) -> Floats:
    total = np.sum(vectors, axis=0)
    middle: Floats = total / np.linalg.norm(total)
    return middle


def _softmax(values: Floats) -> NDArray[np.float64]:
    powers: NDArray[np.float64] = np.exp((values - values.max()).astype(np.float64))
    powers /= powers.sum()
    return powers
