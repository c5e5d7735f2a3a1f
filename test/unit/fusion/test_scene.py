"""What camera and LiDAR find in a drawn street becomes tracked facts with evidence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from drawn_street import Solid, Street, moved, only
from drawn_sweep import GROUND_Z_M, car_box

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.core.scene import Motion, Side
from crossmodal_narrator.core.snapshot import Sense, Trouble
from crossmodal_narrator.fusion import FusionConfig

CAR_AHEAD = Solid(box=car_box(12.0, 0.0), colour="white")
PEDESTRIAN = Solid(
    box=OrientedBox(centre_m=(14.0, -3.5, GROUND_Z_M + 0.85), size_lwh_m=(0.6, 0.6, 1.7), yaw_rad=0.0),
    label=ObjectClass.PEDESTRIAN,
)


def test_a_car_of_which_only_the_rear_is_seen_is_placed_whole() -> None:
    street = Street()
    scenes = [street.step([CAR_AHEAD]) for _ in range(4)]
    car = only(scenes[-1], ObjectClass.CAR)
    assert car.position_m is not None
    assert car.position_m[0] == pytest.approx(12.0, abs=0.3)
    assert car.relation.in_path
    assert car.relation.side is Side.AHEAD
    assert car.relation.distance_m == pytest.approx(9.7, abs=0.3)
    assert {e.modality for e in car.evidence} == {Sense.CAMERA, Sense.LIDAR}
    colour = car.attribute("colour")
    assert colour is not None
    assert colour.value == "white"


def test_one_weak_sighting_is_not_believed() -> None:
    street = Street()
    faint = Solid(box=car_box(20.0, 3.0), score=0.35)
    assert all(o.label is ObjectClass.OBSTACLE for o in street.step([faint]).objects)


def test_a_thing_that_only_the_lidar_sees_has_no_class() -> None:
    street = Street()
    scene = [street.step([Solid(box=car_box(12.0, 0.0), score=0.0)]) for _ in range(8)][-1]
    (thing,) = scene.objects
    assert thing.label is ObjectClass.OBSTACLE
    assert thing.attributes == ()
    assert {e.modality for e in thing.evidence} == {Sense.LIDAR}
    assert thing.relation.distance_m == pytest.approx(9.7, abs=0.3)


@pytest.mark.parametrize("unseen_steps", [1, 2, 5])
def test_what_the_lidar_saw_first_is_placed_whole_as_soon_as_the_camera_names_it(unseen_steps: int) -> None:
    """Its rear stays its rear: a box that is only moved on leaves the rear to a second thing, and so on for ever."""
    street = Street()
    ahead = Solid(box=car_box(17.0, 0.0))
    for _ in range(unseen_steps):
        street.step([ahead], cameras=())
    scenes = [street.step([ahead]) for _ in range(10)]
    for scene in scenes[2:]:
        (car,) = scene.objects
        assert car.label is ObjectClass.CAR
        assert car.position_m is not None
        assert car.position_m[0] == pytest.approx(17.0, abs=0.4)
        assert car.speed_mps == pytest.approx(0.0, abs=0.5)
    assert len({thing.track_id for scene in scenes[2:] for thing in scene.objects}) == 1


def test_a_thing_that_only_the_camera_sees_has_no_range() -> None:
    street = Street()
    scene = [street.step([CAR_AHEAD], with_lidar=False) for _ in range(4)][-1]
    car = only(scene, ObjectClass.CAR)
    assert car.position_m is None
    assert car.velocity_mps is None
    assert car.relation.distance_m is None
    assert car.relation.side is Side.AHEAD
    assert car.azimuth_rad == pytest.approx(0.0, abs=0.02)
    assert car.motion is Motion.UNKNOWN


def test_a_track_that_loses_its_lidar_forgets_its_range_and_keeps_its_number() -> None:
    street = Street()
    before = only([street.step([CAR_AHEAD]) for _ in range(5)][-1], ObjectClass.CAR)
    after = only([street.step([CAR_AHEAD], with_lidar=False) for _ in range(12)][-1], ObjectClass.CAR)
    assert before.position_m is not None
    assert after.position_m is None
    assert after.track_id == before.track_id


def test_a_track_that_loses_its_camera_keeps_its_class_by_the_lidar() -> None:
    street = Street()
    before = only([street.step([CAR_AHEAD]) for _ in range(6)][-1], ObjectClass.CAR)
    after = only([street.step([moved(CAR_AHEAD, 0.1 * k)], cameras=()) for k in range(12)][-1], ObjectClass.CAR)
    assert after.track_id == before.track_id
    assert after.position_m is not None
    assert after.position_m[0] == pytest.approx(13.1, abs=0.4)


def test_the_speed_of_a_car_that_pulls_away_is_known_after_a_second() -> None:
    street = Street()
    solid = CAR_AHEAD
    for _ in range(10):
        street.step([solid])
    for _ in range(12):
        solid = moved(solid, 0.4)
        scene = street.step([solid])
    car = only(scene, ObjectClass.CAR)
    assert car.speed_mps == pytest.approx(4.0, abs=0.6)
    assert car.motion is Motion.RECEDING


@pytest.mark.parametrize(
    ("speed_mps", "expected"),
    [(0.0, Motion.STOPPED), (0.15, Motion.STOPPED), (0.5, Motion.UNKNOWN), (0.8, Motion.UNKNOWN)],
)
def test_somebody_who_may_be_setting_off_neither_stands_nor_walks(speed_mps: float, expected: Motion) -> None:
    street = Street()
    scenes = []
    for k in range(30):
        box = OrientedBox(
            centre_m=(12.0, -3.0 + 0.1 * speed_mps * k, GROUND_Z_M + 0.85), size_lwh_m=(0.6, 0.6, 1.7), yaw_rad=0.0
        )
        scenes.append(street.step([Solid(box=box, label=ObjectClass.PEDESTRIAN)]))
    assert {only(scene, ObjectClass.PEDESTRIAN).motion for scene in scenes[-10:]} == {expected}


@pytest.mark.parametrize("speed_mps", [12.0, -12.0])
def test_what_moves_is_where_it_is_at_the_stamp_and_not_where_the_laser_met_it(speed_mps: float) -> None:
    """A turn of the laser takes a tenth of a second, in which a car in traffic goes a metre and more."""
    street, age_s = Street(), 0.08
    start_m = 15.0 if speed_mps > 0 else 50.0
    for k in range(25):
        met_m = start_m + speed_mps * (k * 0.1 - age_s)
        scene = street.step([Solid(box=car_box(met_m, 4.0), shape=0.9)], age_s=age_s)
    car = only(scene, ObjectClass.CAR)
    assert car.position_m is not None
    assert car.position_m[0] == pytest.approx(met_m + speed_mps * age_s, abs=0.25)
    assert abs(car.position_m[0] - met_m) > 0.7


def test_where_the_lasers_turn_ends_the_newest_points_place_what_comes_nearer() -> None:
    """Straight behind us half of a car was met a tenth of a second before the other half."""
    street, turn = Street(), np.linspace(0.1, 0.0, 72, dtype=np.float32)
    for k in range(25):
        newest_m = -40.0 + 0.8 * k
        scene = street.step([Solid(box=car_box(newest_m, 0.0), shape=0.9)], cameras=(), age_s=turn)
    car = only(scene, ObjectClass.CAR)
    assert car.position_m is not None
    assert car.position_m[0] == pytest.approx(newest_m, abs=0.15)


def test_a_parked_car_stands_still_while_we_drive_past_it() -> None:
    street = Street()
    parked = Solid(box=car_box(16.0, -3.0))
    for k in range(15):
        scene = street.step([moved(parked, -0.5 * k)], ego=street.driving(0.5 * k, 5.0))
    car = only(scene, ObjectClass.CAR)
    assert car.speed_mps is not None
    assert car.speed_mps < 0.6
    assert car.motion is Motion.PARKED
    assert not car.relation.in_path


def test_oncoming_and_crossing_traffic_are_told_apart() -> None:
    street = Street()
    oncoming, crossing = Solid(box=car_box(32.0, 3.5, math.pi)), Solid(box=car_box(22.0, -5.0, math.pi / 2))
    for k in range(12):
        scene = street.step([moved(oncoming, -1.0 * k), moved(crossing, 0.0, 0.3 * k)])
    motions = {o.motion for o in scene.objects}
    assert motions == {Motion.ONCOMING, Motion.CROSSING}


def test_a_pedestrian_beside_a_parked_car_is_a_thing_of_their_own() -> None:
    street = Street()
    scene = [street.step([PEDESTRIAN, Solid(box=car_box(9.0, -2.6))]) for _ in range(5)][-1]
    person = only(scene, ObjectClass.PEDESTRIAN)
    assert person.position_m is not None
    assert person.position_m[:2] == pytest.approx((14.0, -3.5), abs=0.4)


def test_a_nearer_car_is_not_given_the_points_of_the_one_behind_it() -> None:
    street = Street()
    scene = [street.step([CAR_AHEAD, Solid(box=car_box(22.0, 0.8))]) for _ in range(5)][-1]
    ahead = sorted(o.position_m[0] for o in scene.objects if o.position_m is not None)
    assert ahead == pytest.approx([12.0, 22.0], abs=0.6)


def test_a_number_never_names_two_things() -> None:
    street = Street()
    first = only([street.step([CAR_AHEAD]) for _ in range(4)][-1], ObjectClass.CAR)
    for _ in range(10):
        scene = street.step([])
    assert scene.objects == ()
    second = only([street.step([CAR_AHEAD]) for _ in range(4)][-1], ObjectClass.CAR)
    assert second.track_id > first.track_id


def test_without_odometry_no_velocity_is_told() -> None:
    street = Street()
    car = only([street.step([CAR_AHEAD], ego_known=False) for _ in range(8)][-1], ObjectClass.CAR)
    assert car.velocity_mps is None
    assert car.motion is Motion.UNKNOWN
    assert car.relation.distance_m is not None


def test_a_blind_camera_is_told_since_when() -> None:
    street = Street()
    street.step([CAR_AHEAD])
    scenes = [street.step([CAR_AHEAD], blind=True) for _ in range(3)]
    (trouble,) = scenes[-1].degraded
    assert trouble.trouble is Trouble.BLIND
    assert trouble.since_ns == scenes[0].stamp_ns
    assert "front" in trouble.remedy
    assert street.step([CAR_AHEAD]).degraded == ()


def test_a_clock_that_jumps_back_starts_anew() -> None:
    street = Street()
    for _ in range(5):
        street.step([CAR_AHEAD])
    street.stamp_ns -= 3_600_000_000_000
    scene = street.step([])
    assert scene.objects == ()


def test_what_stands_unnamed_on_the_road_deserves_a_second_look() -> None:
    street = Street()
    street.step([Solid(box=car_box(14.0, 0.5), score=0.0)])
    (region,) = street.regions["front"]
    assert region.box.x0 < 960 < region.box.x1


def test_what_the_camera_has_named_several_times_needs_no_second_look() -> None:
    street = Street()
    for _ in range(5):
        street.step([CAR_AHEAD])
    assert street.regions["front"] == ()


def test_losing_odometry_moves_nothing() -> None:
    street = Street()
    for _ in range(5):
        street.step([CAR_AHEAD], ego=street.driving(40.0, 0.0))
    for _ in range(4):
        scene = street.step([CAR_AHEAD], ego_known=False)
        placed = [o.position_m[0] for o in scene.objects if o.position_m is not None]
        assert placed == pytest.approx([12.0] * len(placed), abs=0.5)
    assert only(scene, ObjectClass.CAR).velocity_mps is None


def test_distance_is_from_the_outline_where_one_is_configured() -> None:
    street = Street(FusionConfig(footprint_front_m=3.8, footprint_rear_m=0.9, footprint_half_width_m=0.95))
    ahead = only([street.step([CAR_AHEAD]) for _ in range(4)][-1], ObjectClass.CAR)
    assert ahead.relation.distance_m == pytest.approx(9.7 - 3.8, abs=0.3)


def test_half_an_outline_is_refused() -> None:
    with pytest.raises(ConfigError, match="half set"):
        FusionConfig(footprint_front_m=3.8)


@pytest.mark.parametrize("with_lidar", [True, False])
def test_what_two_cameras_show_is_one_thing(with_lidar: bool) -> None:
    street = Street()
    solids = [CAR_AHEAD, PEDESTRIAN]
    scenes = [street.step(solids, cameras=("front", "wide"), with_lidar=with_lidar) for _ in range(5)]
    assert sorted(o.label for o in scenes[-1].objects) == [ObjectClass.CAR, ObjectClass.PEDESTRIAN]
    assert {o.track_id for o in scenes[-1].objects} == {1, 2}  # none was born in vain


def test_a_thing_keeps_its_number_when_another_camera_takes_over() -> None:
    street = Street()
    before = only([street.step([CAR_AHEAD], with_lidar=False) for _ in range(4)][-1], ObjectClass.CAR)
    after = only([street.step([CAR_AHEAD], cameras=("wide",), with_lidar=False) for _ in range(4)][-1], ObjectClass.CAR)
    assert after.track_id == before.track_id


@pytest.mark.parametrize(
    ("called", "size", "shape", "is_van"),
    [
        (ObjectClass.CAR, (5.2, 2.0, 2.5), None, True),
        (ObjectClass.CAR, (5.2, 2.1, 1.8), None, False),  # a large car
        (ObjectClass.BUS, (5.4, 2.1, 2.3), ObjectClass.VAN, True),
        (ObjectClass.BUS, (6.4, 2.2, 2.8), ObjectClass.VAN, True),  # an ambulance
        (ObjectClass.TRAIN, (5.4, 2.0, 2.2), ObjectClass.VAN, True),  # at night, by its row of windows
        (ObjectClass.BUS, (11.5, 2.6, 2.3), None, False),  # its roof is above the highest beam
        (ObjectClass.BUS, (11.5, 2.6, 3.2), ObjectClass.TRUCK, False),
        (ObjectClass.TRUCK, (6.4, 2.3, 2.8), None, False),
    ],
)
def test_cameras_know_no_vans_and_heights_do(
    called: ObjectClass, size: tuple[float, float, float], shape: ObjectClass | None, is_van: bool
) -> None:
    street = Street()
    solid = Solid(box=car_box(14.0, 1.0, size_lwh_m=size), label=called, score=0.7)
    shapes = [] if shape is None else [Solid(box=solid.box, label=shape, score=0.0, shape=0.9)]
    scene = [street.step([solid, *shapes]) for _ in range(25)][-1]
    assert [o.label for o in scene.objects if o.label.is_vehicle] == [ObjectClass.VAN if is_van else called]
