"""Images name a class, shapes a kind: what a thing is called when both have spoken."""

from __future__ import annotations

from itertools import pairwise

import pytest

from crossmodal_narrator.core.detections import ImageDetection, ObjectClass
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.fusion.votes import PERHAPS, Votes

CAR, VAN, TRUCK, PERSON = ObjectClass.CAR, ObjectClass.VAN, ObjectClass.TRUCK, ObjectClass.PEDESTRIAN


def pictured(label: ObjectClass, score: float = 0.6) -> ImageDetection:
    return ImageDetection(label=label, score=score, box=PixelBox(x0=0, y0=0, x1=9, y1=9), camera="front", stamp_ns=1)


def test_a_shape_alone_names_it() -> None:
    votes = Votes()
    votes.add_shape(VAN, 0.8)
    votes.add_shape(CAR, 0.5)

    assert votes.label is VAN
    assert votes.total == pytest.approx(0.8 * 0.98 + 0.5)


def test_an_image_names_it_anew_whatever_its_shape_was_called() -> None:
    votes = Votes()
    for _ in range(20):
        votes.add_shape(VAN, 0.9)

    votes.add(pictured(CAR, 0.4))

    assert votes.label is CAR
    assert votes.confidence > 0.9  # the shapes speak for a vehicle, too


def test_a_shape_counts_for_the_class_that_most_images_named() -> None:
    votes = Votes()
    votes.add(pictured(TRUCK, 0.7))
    votes.add(pictured(CAR, 0.5))
    votes.add_shape(CAR, 5.0)

    assert votes.label is TRUCK


def test_a_shape_of_another_kind_speaks_against_the_image() -> None:
    votes = Votes()
    votes.add(pictured(PERSON, 0.4))
    before = votes.confidence
    votes.add_shape(CAR, 0.3)
    assert votes.label is PERSON
    assert votes.confidence < before

    votes.add_shape(CAR, 0.9)
    assert votes.label is CAR


def test_images_alone_are_counted_as_ever() -> None:
    votes = Votes()
    for label, score in ((CAR, 0.5), (TRUCK, 0.4), (CAR, 0.3)):
        votes.add(pictured(label, score))

    own, total = 0.5 * 0.98**2 + 0.3, 0.5 * 0.98**2 + 0.4 * 0.98 + 0.3
    assert votes.label is CAR
    assert votes.total == pytest.approx(total)
    assert votes.confidence == pytest.approx((1 - 0.5 ** (own / 0.6)) * (own / total) ** 0.5)


def test_a_doubt_lowers_the_confidence_and_a_shape_dispels_it() -> None:
    votes = Votes()
    for _ in range(5):
        votes.add(pictured(CAR, 0.35))
    sure = votes.confidence
    votes.add_doubt(0.35)
    assert votes.confidence < 0.9 * sure
    assert not votes.is_refuted

    for _ in range(10):
        votes.add_doubt(0.5)
    assert votes.is_refuted

    for _ in range(6):
        votes.add_shape(CAR, 0.9)
    assert votes.confidence > 0.8
    assert not votes.is_refuted


def test_between_spoken_of_and_refuted_there_is_no_silence_and_no_flicker() -> None:
    votes = Votes()
    for _ in range(9):
        votes.add(pictured(CAR, 0.6))
    told = []
    for k in range(60):
        votes.add_doubt(0.35)
        if k % 3 == 0:
            votes.add(pictured(CAR, 0.4))
        told.append(votes.is_refuted)
        assert votes.is_refuted or votes.confidence >= 0.6
    assert sum(a is not b for a, b in pairwise(told)) <= 1


def test_what_many_images_have_shown_well_no_doubt_refutes() -> None:
    votes = Votes()
    for _ in range(40):
        votes.add(pictured(CAR, 0.8))
    for _ in range(200):
        votes.add_doubt(0.35)
    assert votes.confidence > 0.6


def test_a_reservation_leaves_a_name_and_less_certainty() -> None:
    """What may be somebody is not talked away, and not told for sure."""
    votes = Votes()
    for _ in range(4):
        votes.add(pictured(PERSON, 0.4))
    for _ in range(30):
        votes.add_reserve(0.8)
    assert votes.label is PERSON
    assert not votes.is_refuted
    assert votes.confidence == PERHAPS

    for _ in range(6):
        votes.add_shape(PERSON, 0.9)
    assert votes.confidence > 0.8


def test_whom_a_camera_sees_again_and_again_no_reservation_makes_unsure() -> None:
    votes = Votes()
    for _ in range(30):
        votes.add(pictured(PERSON, 0.6))
        votes.add_reserve(0.8)
    assert votes.confidence > 0.7
