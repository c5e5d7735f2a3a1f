"""What the senses show becomes a picture, a plan and some rows; a sense that is absent is told to be."""

from __future__ import annotations

import numpy as np
import pytest

from crossmodal_narrator.core.detections import (
    Attribute,
    CameraFeatures,
    ImageDetection,
    LidarDetection,
    LidarFeatures,
    ObjectClass,
    SignalDetection,
    SignalState,
    SirenPattern,
    SoundFrame,
)
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import OrientedBox, PixelBox, Pose
from crossmodal_narrator.encoding.crossmodal.painting import (
    PLAN,
    PLAN_CELL_M,
    PLAN_REACH_M,
    SENSES,
    SHAPES,
    THINGS,
    Sensed,
    paint,
)

STAMP_NS = 1_700_000_000_000_000_000
RGB = np.full((90, 160, 3), (255, 0, 51), np.uint8)


def car_at(box: PixelBox, colour: str = "") -> ImageDetection:
    said = (Attribute(name="colour", value=colour, confidence=0.8),) if colour else ()
    return ImageDetection(
        label=ObjectClass.CAR, score=0.75, box=box, camera="front", stamp_ns=STAMP_NS, attributes=said
    )


def seen(*detections: ImageDetection, signals: tuple[SignalDetection, ...] = (), blind: bool = False) -> Sensed:
    features = CameraFeatures(camera="front", stamp_ns=STAMP_NS, detections=detections, signals=signals, is_blind=blind)
    return Sensed(rgb=RGB, camera=features)


def swept(points: list[tuple[float, float, float]], *detections: LidarDetection) -> Sensed:
    xyz = np.array(points, np.float32).reshape(-1, 3)
    features = LidarFeatures(
        stamp_ns=STAMP_NS, clusters=(), obstacle_points=xyz, obstacle_height_m=xyz[:, 2], detections=detections
    )
    return Sensed(lidar=features)


def heard(k: int, siren: float) -> SoundFrame:
    return SoundFrame(
        stamp_ns=STAMP_NS + k,
        microphone="outside",
        siren_before=0.0,
        siren=siren,
        horn=0.25,
        other=0.5,
        pattern=SirenPattern.YELP,
        level_dbfs=-30.0,
    )


def test_of_nothing_everything_is_zero_and_absent() -> None:
    painted = paint(Sensed())

    assert {name: values.shape for name, values in painted.items()} == dict(SHAPES)
    assert not any(values.any() for values in painted.values())


def test_a_car_is_painted_where_it_is_seen_with_its_height_and_colour() -> None:
    painted = paint(seen(car_at(PixelBox(x0=80.0, y0=45.0, x1=160.0, y1=90.0), "red")))

    row, column = THINGS[0] * 3 // 4, THINGS[1] * 3 // 4
    cell = painted["things"][:, row, column]
    assert cell[0] == 0.75
    assert cell[-5:].tolist() == pytest.approx([0.5, 1.0, 0.85, 0.1, 0.1])
    assert np.count_nonzero(painted["things"]) == 6
    assert painted["picture"][:, 0, 0].tolist() == pytest.approx([1.0, 0.0, 0.2])
    assert painted["present"].tolist() == [[1.0, 0.0, 0.0, 0.0]]


def test_a_box_that_hangs_out_of_the_image_is_painted_at_its_edge() -> None:
    painted = paint(seen(car_at(PixelBox(x0=150.0, y0=-40.0, x1=400.0, y1=-10.0))))

    assert painted["things"][0, 0, -1] == 0.75


def test_of_two_cars_in_one_cell_the_surer_one_counts() -> None:
    near, far = PixelBox(x0=0.0, y0=0.0, x1=4.0, y1=4.0), PixelBox(x0=0.0, y0=0.0, x1=2.0, y1=2.0)
    painted = paint(seen(car_at(near, "blue"), car_at(far)))

    assert painted["things"][0, 0, 0] == 0.75


def test_a_traffic_light_is_painted_by_its_state() -> None:
    light = SignalDetection(
        state=SignalState.GREEN,
        confidence=0.5,
        box=PixelBox(x0=0.0, y0=0.0, x1=4.0, y1=8.0),
        camera="front",
        stamp_ns=STAMP_NS,
    )

    assert np.argwhere(paint(seen(signals=(light,)))["things"]).tolist() == [[10, 0, 0]]


def test_a_blind_camera_shows_nothing() -> None:
    painted = paint(seen(blind=True))

    assert not painted["picture"].any()
    assert painted["present"][0, SENSES.index("camera")] == 0.0


def test_the_plan_has_shapes_lengths_and_points_by_height_in_their_cells() -> None:
    box = OrientedBox(centre_m=(8.0, -4.0, 1.5), size_lwh_m=(12.0, 2.5, 3.0), yaw_rad=0.0)
    bus = LidarDetection(label=ObjectClass.BUS, score=0.5, box=box, points=40)
    painted = paint(swept([(0.1, 0.1, 0.5), (0.1, 0.1, 1.5), (100.0, 0.0, 1.0), (0.1, 0.1, 7.0)], bus))["plan"]

    row, column = int((8.0 + PLAN_REACH_M) / PLAN_CELL_M), int((-4.0 + PLAN_REACH_M) / PLAN_CELL_M)
    assert painted[3, row, column] == 0.5
    assert painted[7, row, column] == 1.0
    low, middle, high = painted[8:, PLAN // 2, PLAN // 2]
    assert low == middle > 0.0
    assert high == 0.0
    assert np.count_nonzero(painted) == 4


def test_of_what_is_heard_the_newest_stands_last() -> None:
    painted = paint(Sensed(sounds=[heard(k, k / 10) for k in range(3)]))["sounds"]

    assert painted[-3:, 0].tolist() == pytest.approx([0.0, 0.1, 0.2])
    assert painted[-1, 3:6].tolist() == [0.0, 1.0, 0.0]
    assert not painted[:-3].any()


def test_a_left_turn_is_no_right_turn() -> None:
    ego = EgoMotion(stamp_ns=STAMP_NS, odom_from_base=Pose.identity(), velocity_mps=(7.5, 0.0, 0.0), yaw_rate_rps=0.3)

    assert paint(Sensed(ego=ego))["ego"].tolist() == [[0.5, 0.0, 1.0, 0.0]]
