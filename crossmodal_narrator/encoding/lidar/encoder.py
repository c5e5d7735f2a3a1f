"""All that is known of a sweep: what geometry alone finds, and what the network recognises in it."""

from __future__ import annotations

from dataclasses import replace

from crossmodal_narrator.core.detections import LidarFeatures
from crossmodal_narrator.core.snapshot import PlacedSweep
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.lidar.detector import LidarDetector
from crossmodal_narrator.encoding.lidar.geometry import LidarGeometry


class LidarEncoder:
    """Geometry always runs: it makes the network's input, finds what has no class, and remains without weights."""

    def __init__(self, geometry: LidarGeometry, detector: LidarDetector | None) -> None:
        self._geometry, self._detector = geometry, detector

    @property
    def engine_name(self) -> str:
        """What runs the network; empty where there is none."""
        return "" if self._detector is None else self._detector.engine_name

    def encode(self, sweep: PlacedSweep, timer: StageTimer) -> LidarFeatures:
        """What stands on the ground in `sweep`, and which of it has a known shape."""
        return self.recognise(self.take_apart(sweep, timer), timer)

    def take_apart(self, sweep: PlacedSweep, timer: StageTimer) -> LidarFeatures:
        """The first half: what stands on the ground. A camera's second look waits for no more."""
        return self._geometry.encode(sweep, timer)

    def recognise(self, features: LidarFeatures, timer: StageTimer) -> LidarFeatures:
        """The second half: the same, with what has a known shape."""
        if self._detector is None:
            return features
        return replace(features, detections=self._detector.detect(features, timer), is_recognised=True)
