"""The surroundings as a whole: looked at now and then, new or known, and put into words only where they are clear."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from crossmodal_narrator.core.detections import CameraFeatures
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.crossmodal import CrossmodalConfig, Sensed, SurroundingsEncoder, WordedAttributes
from crossmodal_narrator.encoding.crossmodal.surroundings import PROMPTS, NoSurroundings, Novelty

START_NS = 1_700_000_000_000_000_000
S = 1_000_000_000
TIMER = StageTimer(lambda: 0)
EGO = EgoMotion(stamp_ns=START_NS, odom_from_base=Pose.identity(), velocity_mps=(0.0, 0.0, 0.0), yaw_rate_rps=0.0)
SEEN = Sensed(
    rgb=np.zeros((9, 16, 3), np.uint8), camera=CameraFeatures(camera="front", stamp_ns=START_NS, detections=()), ego=EGO
)
TEXTS = [text for values in PROMPTS.values() for texts in values.values() for text in texts]


def axis(k: int) -> NDArray[np.float32]:
    return np.eye(len(TEXTS), dtype=np.float32)[k]


def of_its_own(text: str) -> NDArray[np.float32]:
    """Each prompt lies along an axis of its own."""
    return axis(TEXTS.index(text))


class Shown:
    """An encoder that is shown one vector after the other."""

    engine_name = "none"

    def __init__(self, *vectors: NDArray[np.float32]) -> None:
        self.left = list(vectors)

    def encode(self, sensed: Sensed) -> NDArray[np.float32]:
        return self.left.pop(0)


def looking(*vectors: NDArray[np.float32]) -> SurroundingsEncoder:
    return SurroundingsEncoder(CrossmodalConfig(), Shown(*vectors), WordedAttributes(of_its_own, 0.7))


def test_they_are_looked_at_once_a_second_of_the_sensors_time() -> None:
    encoder = looking(axis(0), axis(0))
    looks = [encoder.look(SEEN, START_NS + k * S // 10, TIMER) for k in range(20)]

    assert [k for k, look in enumerate(looks) if look is not None] == [0, 10]
    assert looks[0] is not None
    assert looks[0].senses == (Sense.CAMERA,)


def test_without_words_for_them_no_attributes_are_told() -> None:
    look = SurroundingsEncoder(CrossmodalConfig(), Shown(axis(0)), None).look(SEEN, START_NS, TIMER)

    assert look is not None
    assert look.attributes == ()


def test_after_a_jump_back_of_the_clock_they_are_looked_at_at_once() -> None:
    encoder = looking(axis(0), axis(0))
    encoder.look(SEEN, START_NS, TIMER)
    again = encoder.look(SEEN, START_NS - 5 * S, TIMER)

    assert again is not None
    assert again.novelty == 1.0


def test_where_only_odometry_is_sensed_nothing_is_said_of_them() -> None:
    assert looking().look(Sensed(ego=EGO), START_NS, TIMER) is None
    assert NoSurroundings().look(SEEN, START_NS, TIMER) is None


def test_an_attribute_is_told_where_its_words_are_clearly_the_nearest() -> None:
    words = WordedAttributes(of_its_own, 0.7)
    rain = sum(of_its_own(text) for text in PROMPTS["weather"]["rain"])
    found = words.of((rain / np.linalg.norm(rain)).astype(np.float32))

    assert [(a.name, a.value) for a in found] == [("weather", "rain")]
    assert found[0].confidence > 0.99
    assert words.of(np.ones(len(TEXTS), np.float32) / np.sqrt(np.float32(len(TEXTS)))) == ()


def test_what_has_been_so_for_a_while_is_not_new_and_what_is_unlike_it_is() -> None:
    novelty = Novelty(memory_s=10.0)
    told = [novelty.of(axis(0), START_NS + k * S) for k in range(20)]

    assert told[0] == 1.0
    assert told[-1] == pytest.approx(0.0, abs=1e-6)
    assert novelty.of(axis(1), START_NS + 20 * S) == pytest.approx(1.0, abs=1e-6)
    assert novelty.of(axis(1), START_NS + 60 * S) > novelty.of(axis(1), START_NS + 61 * S)


def test_two_looks_at_one_stamp_change_nothing() -> None:
    novelty = Novelty(memory_s=10.0)
    novelty.of(axis(0), START_NS)

    assert novelty.of(axis(1), START_NS) == 1.0
    assert novelty.of(axis(0), START_NS) == pytest.approx(0.0, abs=1e-6)
