"""The real detector on the real street, through the engine that the store opens."""

import time

import numpy as np

from crossmodal_narrator.core.detections import ObjectClass, RegionOfInterest, SignalState
from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera import CameraEncoderConfig

AHEAD = PixelBox(x0=739, y0=534, x1=1132, y1=864)


def _encode(encoder, rgb, regions=()):
    frame = CameraFrame(stamp_ns=1, frame_id="camera", camera="front", rgb=rgb, intrinsics=None)
    timer = StageTimer(time.perf_counter_ns)
    return encoder.encode(frame, lambda: regions, timer), [t.stage for t in timer.drain()]


def test_the_white_car_ahead_is_seen_with_its_colour(encoder, street_images):
    features, _ = _encode(encoder, street_images[0])
    best = max(features.detections, key=lambda d: d.box.iou(AHEAD))
    assert best.box.iou(AHEAD) > 0.85
    assert best.label is ObjectClass.CAR
    assert [(a.name, a.value) for a in best.attributes] == [("colour", "white")]


def test_the_pedestrian_on_the_pavement_and_the_green_light_are_seen(encoder, street_images):
    features, _ = _encode(encoder, street_images[0])
    person = PixelBox(x0=1789, y0=514, x1=1859, y1=664)
    assert any(d.label is ObjectClass.PEDESTRIAN and d.box.iou(person) > 0.5 for d in features.detections)
    assert SignalState.GREEN in {s.state for s in features.signals}


def test_looks_are_counted_and_no_time_is(encoder, street_images):
    regions = [
        RegionOfInterest(box=PixelBox(x0=x, y0=505, x1=x + 30, y1=560), priority=1.0, reason="cluster")
        for x in (5, 370)
    ]
    _, without = _encode(encoder, street_images[0])
    _, stages = _encode(encoder, street_images[0], regions)
    assert without.count("camera/infer") == 2
    assert stages.count("camera/infer") == 3


def test_the_far_road_and_the_regions_take_turns(make_encoder, street_images):
    region = RegionOfInterest(box=PixelBox(x0=5, y0=505, x1=35, y1=560), priority=1.0, reason="cluster")
    always_far, taking_turns = (make_encoder(CameraEncoderConfig(crop_budget=1, regions_every=3)) for _ in range(2))
    far = _encode(always_far, street_images[0])[0].detections
    mixed = [_encode(taking_turns, street_images[0], [region]) for _ in range(3)]
    assert [stages.count("camera/infer") for _, stages in mixed] == [2, 2, 2]
    assert [features.detections == far for features, _ in mixed] == [True, True, False]


def test_the_same_image_gives_the_same_features(encoder, street_images):
    first, second = (_encode(encoder, street_images[1])[0] for _ in range(2))
    assert first.detections == second.detections
    assert first.signals == second.signals


def test_a_blind_camera_is_not_looked_at(encoder):
    features, stages = _encode(encoder, np.zeros((270, 480, 3), np.uint8))
    assert features.is_blind
    assert features.detections == ()
    assert stages == ["camera/blindness"]


def test_no_two_vehicles_are_found_in_one_place(encoder, street_images):
    features, _ = _encode(encoder, street_images[2])
    vehicles = [d.box for d in features.detections if d.label.is_vehicle]
    assert len(vehicles) >= 8
    assert all(a.iou(b) <= 0.56 for k, a in enumerate(vehicles) for b in vehicles[k + 1 :])
