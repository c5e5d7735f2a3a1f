"""The camera encoder: one look at the whole image, then a budgeted second look where it is worth it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import (
    LOOKALIKES,
    CameraFeatures,
    ImageDetection,
    RegionOfInterest,
    Regions,
    SignalDetection,
)
from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera.blindness import is_blind
from crossmodal_narrator.encoding.camera.candidates import Candidates
from crossmodal_narrator.encoding.camera.colour import light_of, vehicle_colour
from crossmodal_narrator.encoding.camera.config import CameraEncoderConfig
from crossmodal_narrator.encoding.camera.detector import Detector, DetectorSpec
from crossmodal_narrator.encoding.camera.riders import with_riders
from crossmodal_narrator.encoding.camera.signals import signal_state
from crossmodal_narrator.encoding.camera.suppression import suppress
from crossmodal_narrator.encoding.camera.views import View, crop_views, far_road_view, full_view
from crossmodal_narrator.encoding.engine import Engine

_CUT_MARGIN_PX = 6
_SIGNAL_GROUP = -2


class CameraEncoder:
    """Turns images into detections. Not thread-safe: input buffers are reused."""

    def __init__(self, config: CameraEncoderConfig, engine: Engine, spec: DetectorSpec) -> None:
        """Try `engine` once.

        Raises:
            ModelError: it does not answer as `spec` says.
        """
        self._config = config
        self._classes = spec.classes
        self._signal_index = spec.signal_index
        self._groups = np.array([_SIGNAL_GROUP if c is None else LOOKALIKES[c] for c in spec.classes])
        lowest = min(config.full_min_score, config.crop_min_score, config.signal_min_score)
        self._detector = Detector(engine, spec, min_score=lowest)
        self._says_each_thing_once = spec.decoding.says_each_thing_once
        self._turns: dict[str, int] = {}  # frames of each camera so far
        self.engine_name = engine.name  # as diagnostics say it

    def encode(self, frame: CameraFrame, regions: Regions, timer: StageTimer) -> CameraFeatures:
        """Everything that `frame` shows; `regions` are asked for after the first look, and looked at again."""
        with timer.stage("camera/blindness"):
            if is_blind(frame.rgb):
                return CameraFeatures(camera=frame.camera, stamp_ns=frame.stamp_ns, detections=(), is_blind=True)
        found = self._look(frame, regions, timer)
        with timer.stage("camera/describe"):
            return CameraFeatures(
                camera=frame.camera,
                stamp_ns=frame.stamp_ns,
                detections=self._detections(frame, found),
                signals=self._signals(frame, found),
            )

    def _look(self, frame: CameraFrame, regions: Regions, timer: StageTimer) -> Candidates:
        height, width = frame.rgb.shape[:2]
        full = full_view(width, height, self._config.full_width_px)
        first = self._strong(self._detector.detect(frame.rgb, full, timer), self._config.full_min_score)
        looks = [self._suppressed([first])]
        for view in self._second_looks(frame, regions(), looks[0]):
            seen = self._strong(self._detector.detect(frame.rgb, view, timer), self._config.crop_min_score)
            looks.append(_uncut(seen, view, width, height))
        with timer.stage("camera/suppress"):
            return self._suppressed(looks)

    def _second_looks(self, frame: CameraFrame, regions: Sequence[RegionOfInterest], first: Candidates) -> list[View]:
        """The far road takes one, regions the rest; of a single look regions take every n-th."""
        height, width = frame.rgb.shape[:2]
        config = self._config
        turn = self._turns[frame.camera] = self._turns.get(frame.camera, -1) + 1
        deserving = sorted(regions, key=lambda region: -region.priority)
        boxes = [region.box for region in deserving if not self._is_answered(region.box, first)]
        is_theirs = config.crop_budget == 1 and bool(boxes) and turn % config.regions_every == config.regions_every - 1
        promised = 1 if config.far_road and config.crop_budget and not is_theirs else 0
        network = (config.crop_width_px, config.crop_height_px)
        views = crop_views(boxes, (width, height), network, config.object_size_px, config.crop_budget - promised)
        if promised:
            k = frame.intrinsics
            horizon = (width / 2, height / 2) if k is None else (k.cx, k.cy)
            views.append(far_road_view(width, height, horizon))
        return views

    def _is_answered(self, region: PixelBox, first: Candidates) -> bool:
        """Whether the first look is sure of something that fills `region`."""
        sure = first.boxes[first.scores >= self._config.region_answered_score]
        return any(_box(box).iou(region) >= 0.4 for box in sure)

    def _strong(self, candidates: Candidates, min_score: float) -> Candidates:
        is_signal = candidates.labels == self._signal_index
        return candidates.only(candidates.scores >= np.where(is_signal, self._config.signal_min_score, min_score))

    def _suppressed(self, looks: list[Candidates]) -> Candidates:
        """Within a label first, as the detector was trained; then within what it confuses, and what lies inside.

        A detector that says each thing once does not mean one thing by two boxes of one label in one look; it may do so
        by two labels, or in two looks.
        """
        config, candidates = self._config, Candidates.joined(looks)
        boxes, scores, labels = candidates.boxes, candidates.scores, candidates.labels
        of_look = np.repeat(np.arange(len(looks)), [len(look) for look in looks])
        peers = of_look * len(self._classes) + labels if self._says_each_thing_once else None
        order = suppress(boxes, scores, labels, max_iou=config.max_iou, peers=peers)
        kept = candidates.only(order)
        final = suppress(
            kept.boxes,
            kept.scores,
            self._groups[kept.labels],
            max_iou=config.max_iou,
            max_inside=config.max_inside,
            peers=None if peers is None else peers[order],
        )
        return kept.only(final)

    def _detections(self, frame: CameraFrame, found: Candidates) -> tuple[ImageDetection, ...]:
        plain = [
            ImageDetection(label=label, score=float(score), box=_box(box), camera=frame.camera, stamp_ns=frame.stamp_ns)
            for box, score, label in zip(
                found.boxes, found.scores, (self._classes[k] for k in found.labels), strict=True
            )
            if label is not None
        ]
        light = light_of(frame.rgb)
        return tuple(vehicle_colour(frame.rgb, detection, plain, light) for detection in with_riders(plain))

    def _signals(self, frame: CameraFrame, found: Candidates) -> tuple[SignalDetection, ...]:
        boxes = [_box(box) for box, label in zip(found.boxes, found.labels, strict=True) if label == self._signal_index]
        signals = []
        for box in boxes:
            state, confidence = signal_state(frame.rgb, box)
            signals.append(
                SignalDetection(
                    state=state, confidence=confidence, box=box, camera=frame.camera, stamp_ns=frame.stamp_ns
                )
            )
        return tuple(signals)


def _uncut(candidates: Candidates, view: View, width: int, height: int) -> Candidates:
    """Without the boxes that the window cuts; at the image's own border nothing is cut."""
    x0, y0, x1, y1 = candidates.boxes.T
    whole: NDArray[np.bool_] = (
        ((x0 > view.x0 + _CUT_MARGIN_PX) | (view.x0 == 0))
        & ((y0 > view.y0 + _CUT_MARGIN_PX) | (view.y0 == 0))
        & ((x1 < view.x1 - _CUT_MARGIN_PX) | (view.x1 == width))
        & ((y1 < view.y1 - _CUT_MARGIN_PX) | (view.y1 == height))
    )
    return candidates.only(whole)


def _box(box: NDArray[np.float32]) -> PixelBox:
    x0, y0, x1, y1 = (float(v) for v in box)
    return PixelBox(x0=x0, y0=y0, x1=x1, y1=y1)
