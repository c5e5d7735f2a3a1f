"""A person on a bicycle is one road user; a person beside one is two."""

from crossmodal_narrator.core.detections import ImageDetection, ObjectClass
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.encoding.camera.riders import with_riders


def _detection(label: ObjectClass, x0: float, y0: float, x1: float, y1: float, score: float = 0.6) -> ImageDetection:
    box = PixelBox(x0=x0, y0=y0, x1=x1, y1=y1)
    return ImageDetection(label=label, score=score, box=box, camera="front", stamp_ns=1)


def test_a_person_on_a_bicycle_becomes_a_cyclist_with_one_box():
    found = with_riders(
        [
            _detection(ObjectClass.PEDESTRIAN, 110, 50, 150, 140, 0.8),
            _detection(ObjectClass.BICYCLE, 100, 100, 160, 160),
        ]
    )
    assert [d.label for d in found] == [ObjectClass.CYCLIST]
    assert found[0].box == PixelBox(x0=100, y0=50, x1=160, y1=160)
    assert found[0].score == 0.8


def test_a_person_who_walks_beside_a_bicycle_stays_a_pedestrian():
    found = with_riders(
        [_detection(ObjectClass.PEDESTRIAN, 95, 40, 125, 168), _detection(ObjectClass.BICYCLE, 100, 100, 160, 160)]
    )
    assert {d.label for d in found} == {ObjectClass.PEDESTRIAN, ObjectClass.BICYCLE}


def test_a_ridden_motorcycle_stays_a_motorcycle_and_takes_its_rider():
    found = with_riders(
        [_detection(ObjectClass.PEDESTRIAN, 110, 50, 150, 140), _detection(ObjectClass.MOTORCYCLE, 100, 100, 160, 160)]
    )
    assert [d.label for d in found] == [ObjectClass.MOTORCYCLE]


def test_one_rider_sits_on_one_machine_only():
    found = with_riders(
        [
            _detection(ObjectClass.PEDESTRIAN, 110, 50, 150, 140),
            _detection(ObjectClass.BICYCLE, 100, 100, 160, 160),
            _detection(ObjectClass.BICYCLE, 102, 104, 164, 162),
        ]
    )
    assert sorted(d.label.value for d in found) == ["bicycle", "cyclist"]


def test_cars_pass_unchanged_the_best_first():
    cars = [_detection(ObjectClass.CAR, 0, 0, 9, 9, 0.4), _detection(ObjectClass.CAR, 50, 0, 59, 9, 0.9)]
    assert with_riders(cars) == cars[::-1]
