"""A detector: a window of an image in, candidates in the image's pixels out, whatever family its network is of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera.candidates import Candidates
from crossmodal_narrator.encoding.camera.decoders import Decoding, Selection
from crossmodal_narrator.encoding.camera.preparation import Preparation, Preparer
from crossmodal_narrator.encoding.camera.views import View
from crossmodal_narrator.encoding.engine import Engine

_PROBE = View(x0=0, y0=0, x1=256, y1=192, scale=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSpec:
    """What the detector's manifest says: its labels, how pixels go in, and how its answers become boxes."""

    name: str
    classes: tuple[ObjectClass | None, ...]  # for each label; None: not used
    signal_index: int | None  # the label that means a traffic light
    preparation: Preparation
    decoding: Decoding


class Detector:
    """Runs a detector on windows. Input buffers are kept per size, so one instance serves one thread."""

    def __init__(self, engine: Engine, spec: DetectorSpec, *, min_score: float) -> None:
        """Look at a black picture once, so that a manifest that does not fit its network is refused at the start.

        Raises:
            ModelError: the network's answers are not those that the manifest's decoding needs.
        """
        used = [k for k, c in enumerate(spec.classes) if c is not None or k == spec.signal_index]
        is_used = np.zeros(len(spec.classes), dtype=np.bool_)
        is_used[used] = True
        self._engine = engine
        self._preparer = Preparer(spec.preparation)
        self._decoder = spec.decoding.decoder(Selection(min_score=min_score, is_used=is_used))
        self._probe(spec)

    def detect(self, rgb: NDArray[np.uint8], view: View, timer: StageTimer) -> Candidates:
        """Look at `view` of `rgb` (height, width, 3).

        Raises:
            FrameError: the view lies outside of the image.
            ModelError: answers that the decoding has no meaning for.
        """
        with timer.stage("camera/pre-process"):
            inputs, placement = self._preparer.prepare(rgb, view)
        with timer.stage("camera/infer"):
            answers = self._engine.infer(inputs)
        with timer.stage("camera/decode"):
            found = self._decoder.decode(answers, placement)
            boxes = placement.to_image_boxes(found.boxes)
            return Candidates(boxes=boxes, scores=found.scores, labels=found.labels)

    def _probe(self, spec: DetectorSpec) -> None:
        black = np.zeros((_PROBE.y1, _PROBE.x1, 3), np.uint8)
        try:
            self.detect(black, _PROBE, StageTimer(lambda: 0))
        except ModelError as error:
            raise ModelError(
                f"{spec.name} does not do what its manifest says: {error.what}", remedy=error.remedy
            ) from error
