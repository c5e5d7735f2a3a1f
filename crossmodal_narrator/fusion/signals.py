"""Traffic lights, followed by their bearing: a lamp is small, and one image often cannot tell its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossmodal_narrator.core.detections import CameraFeatures, SignalDetection, SignalState
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.pictured import pictured
from crossmodal_narrator.core.scene import Evidence, TrafficSignal
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.fusion.projection import CameraView

HELD = 0.7  # share of the last belief that remains with each new look
LOST_AFTER_NS = 500_000_000
NEAR_PX = 1.5  # of the box's own size: so far it may have moved between two images
FIRST_REPORT = 3  # looks


@dataclass(slots=True, kw_only=True)
class _Followed:
    signal_id: int
    camera: str
    box: PixelBox
    azimuth_rad: float
    beliefs: dict[SignalState, float]
    looks: int
    seen_ns: int
    evidence: Evidence


class SignalTracker:
    """All lights in view. Their range is not known: no LiDAR point is sure to be of a lamp."""

    def __init__(self) -> None:
        self._lights: list[_Followed] = []
        self._next_id = 1

    def update(
        self, stamp_ns: int, cameras: Mapping[str, tuple[CameraFeatures, CameraView]]
    ) -> tuple[TrafficSignal, ...]:
        """What is believed of each light at `stamp_ns`."""
        # Before anything is matched: what was believed before a gap, or a jump of the clock, is not believed now.
        self._lights = [light for light in self._lights if 0 <= stamp_ns - light.seen_ns <= LOST_AFTER_NS]
        for features, view in cameras.values():
            free = [light for light in self._lights if light.camera == features.camera]
            for detection in features.signals:
                light = min(free, key=lambda one: _apart(one.box, detection.box), default=None)
                if light is None or _apart(light.box, detection.box) > NEAR_PX:
                    light = self._new(detection, stamp_ns)
                else:
                    free.remove(light)
                _look(light, detection, view, stamp_ns)
        return tuple(_signal(light) for light in self._lights if light.looks >= FIRST_REPORT)

    def _new(self, detection: SignalDetection, stamp_ns: int) -> _Followed:
        light = _Followed(
            signal_id=self._next_id,
            camera=detection.camera,
            box=detection.box,
            azimuth_rad=0.0,
            beliefs={},
            looks=0,
            seen_ns=stamp_ns,
            evidence=_evidence(detection),
        )
        self._next_id += 1
        self._lights.append(light)
        return light


def _look(light: _Followed, detection: SignalDetection, view: CameraView, stamp_ns: int) -> None:
    light.box, light.seen_ns, light.evidence = detection.box, stamp_ns, _evidence(detection)
    light.azimuth_rad = view.azimuth_rad(detection.box)
    light.looks += 1
    light.beliefs = {state: HELD * belief for state, belief in light.beliefs.items()}
    gained = (1.0 - HELD) * detection.confidence
    light.beliefs[detection.state] = light.beliefs.get(detection.state, 0.0) + gained


def _signal(light: _Followed) -> TrafficSignal:
    known = sorted((item for item in light.beliefs.items() if item[0] is not SignalState.UNKNOWN), key=lambda i: i[0])
    state, belief = max(known, key=lambda item: item[1], default=(SignalState.UNKNOWN, 0.0))
    sure = belief >= 0.3
    return TrafficSignal(
        signal_id=light.signal_id,
        state=state if sure else SignalState.UNKNOWN,
        azimuth_rad=light.azimuth_rad,
        range_m=None,
        confidence=round(belief, 3) if sure else 0.0,
        evidence=(light.evidence,),
    )


def _evidence(detection: SignalDetection) -> Evidence:
    what = f"light {detection.state.value} {detection.confidence:.2f}"
    detail = pictured(detection.camera, what, detection.box)
    return Evidence(modality=Sense.CAMERA, stamp_ns=detection.stamp_ns, detail=detail)


def _apart(a: PixelBox, b: PixelBox) -> float:
    """The distance of two boxes' middles, in sizes of the boxes."""
    (ax, ay), (bx, by) = a.centre, b.centre
    size = max(a.height, b.height, a.width, b.width, 1.0)
    return float(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5) / size
