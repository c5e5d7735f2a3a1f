"""What the LiDAR knows by its shape is in the scene where no camera looks, and has to be surer where one does."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from drawn_street import Solid, Street, only
from drawn_sweep import GROUND_Z_M, car_box

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox
from crossmodal_narrator.core.scene import Motion, SceneState
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.fusion.plausibility import is_bush, is_pole, may_be_somebody
from crossmodal_narrator.fusion.track import MOST_MISFITS

BEHIND, AHEAD = (-14.0, 3.0), (14.0, 0.0)


def car(at: tuple[float, float], *, shape: float, score: float = 0.0, label: ObjectClass = ObjectClass.CAR) -> Solid:
    return Solid(box=car_box(*at), score=score, shape=shape, label=label)


def person(at: tuple[float, float], shape: float) -> Solid:
    box = OrientedBox(centre_m=(*at, GROUND_Z_M + 0.85), size_lwh_m=(0.6, 0.6, 1.7), yaw_rad=0.0)
    return Solid(box=box, score=0.0, shape=shape, label=ObjectClass.PEDESTRIAN)


def seen(solid: Solid, steps: int = 6) -> SceneState:
    street = Street()
    return [street.step([solid]) for _ in range(steps)][-1]


def labels(scene: SceneState) -> set[ObjectClass]:
    return {thing.label for thing in scene.objects} - {ObjectClass.OBSTACLE}


def test_a_car_behind_is_called_one_by_its_shape_alone() -> None:
    thing = only(seen(car(BEHIND, shape=0.4)), ObjectClass.CAR)

    assert thing.position_m is not None
    assert thing.position_m[:2] == pytest.approx(BEHIND, abs=0.1)
    assert thing.yaw_rad is not None
    assert abs(math.sin(thing.yaw_rad)) < 0.05
    assert [e.modality for e in thing.evidence] == [Sense.LIDAR]
    assert "car 0.40 by its shape" in thing.evidence[0].detail
    assert thing.attributes == ()  # a LiDAR knows no colours


@pytest.mark.parametrize(("shape", "expected"), [(0.4, set()), (0.7, {ObjectClass.CAR})])
def test_where_the_camera_looks_and_names_nothing_a_shape_must_be_surer(
    shape: float, expected: set[ObjectClass]
) -> None:
    assert labels(seen(car(AHEAD, shape=shape))) == expected


@pytest.mark.parametrize(
    ("label", "visible_lw_m", "points", "expected"),
    [
        (ObjectClass.PEDESTRIAN, (0.1, 0.1), 12, True),
        (ObjectClass.CYCLIST, (0.1, 0.05), 30, True),
        (ObjectClass.PEDESTRIAN, (0.1, 0.1), 6, False),  # so few may be of anything
        (ObjectClass.PEDESTRIAN, (0.4, 0.2), 12, False),
        (ObjectClass.CAR, (0.1, 0.1), 12, False),
    ],
)
def test_points_one_above_the_other_are_a_poles(
    label: ObjectClass, visible_lw_m: tuple[float, float], points: int, expected: bool
) -> None:
    assert is_pole(label, visible_lw_m, points) is expected


@pytest.mark.parametrize(
    ("label", "visible_lw_m", "points", "expected"),
    [
        (ObjectClass.PEDESTRIAN, (1.3, 1.2), 120, True),
        (ObjectClass.PEDESTRIAN, (1.2, 0.6), 120, False),  # arms and a bag reach so far one way
        (ObjectClass.PEDESTRIAN, (1.3, 1.2), 12, False),
        (ObjectClass.CYCLIST, (1.6, 0.9), 120, False),
    ],
)
def test_nobody_is_as_thick_as_a_bush(
    label: ObjectClass, visible_lw_m: tuple[float, float], points: int, expected: bool
) -> None:
    assert is_bush(label, visible_lw_m, points) is expected


def test_a_young_tree_that_a_camera_takes_for_somebody_is_something() -> None:
    """As in the scenario ambulance_from_behind: told to be a pedestrian 20 m ahead, for three seconds."""
    trunk, crown = (
        OrientedBox(centre_m=(*AHEAD, GROUND_Z_M + 0.95), size_lwh_m=(wide_m, wide_m, 1.9), yaw_rad=0.6)
        for wide_m in (0.5, 1.0)
    )
    street = Street()
    for _ in range(4):
        somebody = street.step([Solid(box=trunk, score=0.4, label=ObjectClass.PEDESTRIAN)])
    scene = [street.step([Solid(box=crown, score=0.0)]) for _ in range(5)][-1]

    taken, left = only(somebody, ObjectClass.PEDESTRIAN), only(scene, ObjectClass.OBSTACLE)
    assert left.track_id == taken.track_id
    assert labels(scene) == set()


@pytest.mark.parametrize(("score", "is_sure"), [(0.36, False), (0.65, True)])
def test_a_cone_that_a_camera_weakly_takes_for_somebody_is_somebody_perhaps(score: float, is_sure: bool) -> None:
    box = OrientedBox(centre_m=(*AHEAD, GROUND_Z_M + 0.5), size_lwh_m=(0.35, 0.35, 1.0), yaw_rad=0.0)
    as_somebody = Solid(box=box, score=score, label=ObjectClass.PEDESTRIAN)
    as_obstacle = Solid(box=box, score=0.0, shape=0.65, label=ObjectClass.OBSTACLE)
    street = Street()
    for _ in range(3):
        street.step([as_somebody])
    scene = [street.step([as_obstacle, as_somebody] if is_sure else [as_obstacle]) for _ in range(8)][-1]
    somebody = only(scene, ObjectClass.PEDESTRIAN)
    assert (somebody.confidence >= 0.6) is is_sure
    assert somebody.confidence >= 0.5


@pytest.mark.parametrize(("top_m", "expected"), [(0.75, set()), (1.4, {ObjectClass.CAR})])
def test_what_a_camera_takes_for_a_car_is_none_where_it_is_as_low_as_a_barrier(
    top_m: float, expected: set[ObjectClass]
) -> None:
    box = OrientedBox(centre_m=(*AHEAD, GROUND_Z_M + 0.5 * top_m), size_lwh_m=(4.5, 1.8, top_m), yaw_rad=0.0)
    assert labels(seen(Solid(box=box, score=0.45), steps=12)) == expected


@pytest.mark.parametrize(("shapes", "expected"), [(False, set()), (True, {ObjectClass.PEDESTRIAN})])
def test_a_trunk_that_the_laser_sees_well_is_nobody(shapes: bool, expected: set[ObjectClass]) -> None:
    """As in the scenario cyclist_overtaken: 100 points 25 m away, and no shape of somebody."""
    box = OrientedBox(centre_m=(22.0, -3.0, GROUND_Z_M + 1.0), size_lwh_m=(0.4, 0.4, 2.0), yaw_rad=0.0)
    known = [car(BEHIND, shape=0.9)]  # the network works
    somebody = Solid(box=box, score=0.0, shape=0.8, label=ObjectClass.PEDESTRIAN)
    street = Street()
    for k in range(14):
        taken = Solid(box=box, score=0.35 if k < 5 else 0.0, label=ObjectClass.PEDESTRIAN)
        scene = street.step([taken, *known, *([somebody] if shapes else [])])
    assert labels(scene) - {ObjectClass.CAR} == expected


@pytest.mark.parametrize(("shape", "expected"), [(0.0, False), (0.9, True)])
def test_a_wall_that_slides_along_is_no_truck(shape: float, expected: bool) -> None:
    """As in the scenario pedestrian_steps_out: a hedge, called a truck that comes towards us."""
    street = Street()
    known = car(BEHIND, shape=0.9)
    for k in range(25):
        box = car_box(24.0 - 0.5 * k, -5.0, size_lwh_m=(7.0, 2.4, 1.7))
        wall = Solid(box=box, score=0.45 if k < 6 else 0.0, shape=shape, label=ObjectClass.TRUCK)
        scene = street.step([wall, known])
    assert (ObjectClass.TRUCK in labels(scene)) is expected


def test_a_pole_that_a_camera_weakly_takes_for_somebody_is_something() -> None:
    """As in the scenario cyclist_overtaken: a sign's pole, called a pedestrian for a second and a half."""
    box = OrientedBox(centre_m=(*AHEAD, GROUND_Z_M + 0.95), size_lwh_m=(0.19, 0.19, 1.9), yaw_rad=0.0)
    street = Street()
    scenes = [street.step([Solid(box=box, score=0.4, label=ObjectClass.PEDESTRIAN)]) for _ in range(12)]

    assert ObjectClass.PEDESTRIAN not in labels(scenes[-1])
    assert ObjectClass.OBSTACLE in {thing.label for thing in scenes[-1].objects}


@pytest.mark.parametrize(("shape", "expected"), [(0.7, set()), (0.9, {ObjectClass.PEDESTRIAN})])
def test_somebody_on_foot_is_begun_only_by_a_shape_that_no_post_has(shape: float, expected: set[ObjectClass]) -> None:
    assert labels(seen(person(BEHIND, shape))) == expected


@pytest.mark.parametrize(("at", "expected"), [(AHEAD, set()), (BEHIND, {ObjectClass.PEDESTRIAN})])
def test_whom_a_camera_looks_for_in_vain_for_two_seconds_is_something(
    at: tuple[float, float], expected: set[ObjectClass]
) -> None:
    """As in the scenario bus_stop: the posts of its shelter were people for as long as we stood there."""
    street = Street()
    scenes = [street.step([person(at, 0.9)]) for _ in range(26)]
    assert labels(scenes[10]) == {ObjectClass.PEDESTRIAN}
    assert labels(scenes[-1]) == expected
    assert len(scenes[-1].objects) == 1


@pytest.mark.parametrize(("shape", "expected"), [(0.9, {ObjectClass.PEDESTRIAN}), (0.5, set())])
def test_who_is_far_away_and_has_surely_the_shape_is_not_overlooked(shape: float, expected: set[ObjectClass]) -> None:
    """As in the scenario roadworks: the camera was asked in vain for two seconds after the worker 40 m ahead."""
    street = Street()
    scenes = [street.step([person((28.0, -2.0), 0.9)]) for _ in range(12)]
    scenes += [street.step([person((28.0, -2.0), shape)]) for _ in range(24)]
    assert labels(scenes[-1]) == expected


def test_a_van_by_its_shape_is_the_car_that_the_camera_names() -> None:
    solid = Solid(box=car_box(*AHEAD), score=0.7, shape=0.9)
    as_van = Solid(box=solid.box, score=0.0, shape=0.9, label=ObjectClass.VAN)
    street = Street()
    for _ in range(10):
        street.step([as_van])

    scene = street.step([solid])

    assert labels(scene) == {ObjectClass.CAR}
    assert {e.modality for e in only(scene, ObjectClass.CAR).evidence} == {Sense.CAMERA, Sense.LIDAR}


def test_one_thing_that_both_recognise_is_one_thing() -> None:
    scene = seen(car(AHEAD, shape=0.9, score=0.7))

    assert len(scene.objects) == 1
    assert scene.objects[0].position_m is not None
    assert scene.objects[0].position_m[:2] == pytest.approx(AHEAD, abs=0.1)


def test_a_shape_that_is_gone_is_followed_by_its_points_for_a_while() -> None:
    street = Street()
    for _ in range(6):
        street.step([car(BEHIND, shape=0.8)])

    scenes = [street.step([car(BEHIND, shape=0.0)]) for _ in range(5)]

    assert all(labels(scene) == {ObjectClass.CAR} for scene in scenes)


def test_what_a_camera_weakly_takes_for_a_car_and_no_laser_does_is_something() -> None:
    """A bush on a roundabout: hundreds of points, and no car's shape in them."""
    known = car((-20.0, -3.0), shape=0.9)  # the network works
    bush = Solid(box=car_box(*AHEAD, size_lwh_m=(2.2, 2.0, 1.4)), score=0.3)
    street = Street()
    scenes = [street.step([bush, known]) for _ in range(20)]

    ahead = [[o for o in scene.objects if o.azimuth_rad == pytest.approx(0.0, abs=0.2)] for scene in scenes]
    assert all(o.label is ObjectClass.OBSTACLE or o.confidence < 0.6 for things in ahead for o in things)


def test_what_a_camera_knows_well_is_believed_without_its_shape() -> None:
    known = car((-20.0, -3.0), shape=0.9)
    street = Street()
    scene = [street.step([car(AHEAD, shape=0.0, score=0.8), known]) for _ in range(20)][-1]

    ahead = [o for o in scene.objects if o.label is ObjectClass.CAR and abs(o.azimuth_rad) < 0.5]
    assert [o.confidence > 0.6 for o in ahead] == [True]


def test_the_rear_of_a_bus_stays_where_it_is_seen_however_long_the_bus_is_taken_for() -> None:
    bus = Solid(
        box=car_box(14.5, 0.0, size_lwh_m=(9.0, 2.6, 3.0)), label=ObjectClass.BUS, score=0.8, shape=0.9
    )  # buses are usually longer
    street = Street()
    scene = [street.step([bus]) for _ in range(30)][-1]

    assert only(scene, ObjectClass.BUS).relation.distance_m == pytest.approx(10.0, abs=0.25)


def test_a_solid_whose_class_nobody_believes_any_more_is_something_all_the_same() -> None:
    street = Street()
    for _ in range(2):
        street.step([car(AHEAD, shape=0.0, score=0.5)])
    scenes = [street.step([car(AHEAD, shape=0.0, score=0.0)]) for _ in range(40)]

    assert all(any(abs(o.azimuth_rad) < 0.2 for o in scene.objects) for scene in scenes[4:])


def test_doubt_moves_nothing() -> None:
    """What is refuted keeps the size and the place that it had: it must not seem to drive at us."""
    known = car((-20.0, -3.0), shape=0.9)
    bush = Solid(box=car_box(10.0, 0.0, size_lwh_m=(2.2, 2.0, 1.4)), score=0.3)
    street = Street()
    scenes = [street.step([bush, known]) for _ in range(40)]

    ahead = [o for scene in scenes[10:] for o in scene.objects if abs(o.azimuth_rad) < 0.2]
    assert {o.label for o in ahead} == {ObjectClass.OBSTACLE}
    assert all(math.hypot(*(o.velocity_mps or (0.0, 0.0, 0.0))[:2]) < 1.0 for o in ahead)


def test_a_child_that_has_the_shape_of_a_post_is_who_the_camera_says() -> None:
    at = (14.0, -1.0)
    box = OrientedBox(centre_m=(*at, GROUND_Z_M + 0.6), size_lwh_m=(0.4, 0.4, 1.2), yaw_rad=0.0)
    child = Solid(box=box, label=ObjectClass.PEDESTRIAN, score=0.65)
    as_post = Solid(box=box, label=ObjectClass.OBSTACLE, score=0.0, shape=0.5)
    street = Street()
    scenes = [street.step([child, as_post]) for _ in range(20)]
    assert all(labels(scene) == {ObjectClass.PEDESTRIAN} for scene in scenes[4:])


def test_a_child_that_the_network_takes_for_the_end_of_a_barrier_is_who_the_camera_says() -> None:
    at = (14.0, -1.0)
    box = OrientedBox(centre_m=(*at, GROUND_Z_M + 0.6), size_lwh_m=(0.4, 0.4, 1.2), yaw_rad=0.0)
    child = Solid(box=box, label=ObjectClass.PEDESTRIAN, score=0.65)
    long = OrientedBox(centre_m=box.centre_m, size_lwh_m=(2.0, 0.4, 1.2), yaw_rad=math.pi / 2)
    as_barrier = Solid(box=long, label=ObjectClass.OBSTACLE, score=0.0, shape=0.5, is_solid=False)
    street = Street()
    scenes = [street.step([child, as_barrier]) for _ in range(20)]
    assert all(labels(scene) == {ObjectClass.PEDESTRIAN} for scene in scenes[4:])


@pytest.mark.parametrize(
    ("label", "seen_m", "expected"),
    [
        (ObjectClass.PEDESTRIAN, 0.4, True),
        (ObjectClass.PEDESTRIAN, 2.0, False),
        (ObjectClass.CYCLIST, 2.0, True),
        (ObjectClass.CAR, 0.4, False),
    ],
)
def test_nobody_is_seen_over_the_length_of_a_barrier(label: ObjectClass, seen_m: float, expected: bool) -> None:
    assert may_be_somebody(label, seen_m) is expected


def test_a_car_that_was_elsewhere_all_along_is_put_there_and_does_not_drive_away() -> None:
    """Of one that is half hidden the network guesses the middle, and guesses otherwise when more of it is seen."""
    x, y = BEHIND
    street = Street()
    for _ in range(8):
        street.step([car((x - 1.9, y), shape=0.8)])

    scenes = [street.step([car(BEHIND, shape=0.8)]) for _ in range(12)]

    places = [only(scene, ObjectClass.CAR).position_m for scene in scenes]
    assert all(place is not None and abs(place[0] - x) < 0.3 for place in places[MOST_MISFITS + 1 :])
    speeds = [only(scene, ObjectClass.CAR).velocity_mps for scene in scenes]
    assert all(speed is not None and math.hypot(*speed[:2]) < 0.5 for speed in speeds)
    motions = {only(scene, ObjectClass.CAR).motion for scene in scenes}
    assert motions <= {Motion.UNKNOWN, Motion.STOPPED, Motion.PARKED}


@pytest.mark.parametrize(("speed_mps", "room_m", "vehicles"), [(8.0, 0.0, 1), (8.0, 1.2, 2), (0.0, 0.2, 2)])
def test_two_that_drive_do_not_rub_sides_so_one_side_is_one_vehicle(
    speed_mps: float, room_m: float, vehicles: int
) -> None:
    """The side of an ambulance that passes was the left one of itself and the right one of a lorry beside it. Those
    that are parked may stand so near.
    """
    street = Street()
    for k in range(15):
        real = car((-12.0 + 0.1 * speed_mps * k, 6.0), shape=0.9)
        x, y, z = real.box.centre_m
        box = OrientedBox(
            centre_m=(x, y - real.box.size_lwh_m[1] - room_m, z), size_lwh_m=real.box.size_lwh_m, yaw_rad=0.0
        )
        beside = Solid(box=box, score=0.0, shape=0.6, label=ObjectClass.TRUCK)
        scene = street.step([real, beside])

    assert sum(thing.label.is_vehicle for thing in scene.objects) == vehicles


@pytest.mark.parametrize(("gap_m", "shape", "vehicles"), [(-1.6, 0.0, 1), (1.0, 0.0, 2), (-1.6, 0.6, 2)])
def test_what_drives_within_the_nose_of_another_is_that_other(gap_m: float, shape: float, vehicles: int) -> None:
    """As in the scenario cut_in: the bonnet of a van, by itself, was the back of a bus of eleven metres before it.

    Where its shape was seen it is no guess: the other may be a track that has stayed behind.
    """
    street = Street()
    for k in range(15):
        van = Solid(box=car_box(8.0 + 0.8 * k, 4.0, size_lwh_m=(5.4, 2.0, 2.1)), score=0.0, shape=0.9)
        before_m = 0.5 * (5.4 + 11.0) + gap_m
        bus_box = car_box(8.0 + before_m + 0.8 * k, 4.0, size_lwh_m=(11.0, 2.6, 3.0))
        bus = Solid(box=bus_box, score=0.0 if shape else 0.5, shape=shape, label=ObjectClass.BUS)
        scene = street.step([van, bus])

    assert sum(thing.label.is_vehicle for thing in scene.objects) == vehicles


@pytest.mark.parametrize(
    ("length_m", "score", "expected"),
    [(7.6, 0.48, ObjectClass.TRUCK), (7.6, 0.7, ObjectClass.BUS), (11.0, 0.48, ObjectClass.BUS)],
)
def test_a_bus_of_which_the_camera_is_not_sure_and_that_is_short_is_a_lorry(
    length_m: float, score: float, expected: ObjectClass
) -> None:
    """As in the scenario roadworks: the works' lorry, from behind."""
    box = car_box(24.0, -3.5, size_lwh_m=(length_m, 2.4, 3.2))
    as_bus = Solid(box=box, score=score, label=ObjectClass.BUS)
    as_large = Solid(box=box, score=0.0, shape=0.7, label=ObjectClass.TRUCK)
    street = Street()
    scenes = [street.step([as_bus if k % 2 else as_large]) for k in range(20)]

    assert labels(scenes[-1]) == {expected}


def test_one_look_at_a_bus_that_was_known_by_its_shape_alone_makes_no_lorry_of_it() -> None:
    box = car_box(24.0, -3.5, size_lwh_m=(7.6, 2.4, 3.2))
    street = Street()
    for _ in range(10):
        street.step([Solid(box=box, score=0.0, shape=0.9, label=ObjectClass.TRUCK)])

    scene = street.step([Solid(box=box, score=0.7, label=ObjectClass.BUS)])

    assert labels(scene) == {ObjectClass.BUS}


def test_two_that_meet_are_two_however_near_they_pass() -> None:
    """For as long as their sides overlap."""
    street = Street()
    counts = []
    for k in range(30):
        x = 0.6 * k
        one, other = car((-18.0 + x, 6.0), shape=0.9), car((-0.6 - x, 8.2), shape=0.8)
        scene = street.step([one, other])
        counts.append(sum(thing.label.is_vehicle for thing in scene.objects))
    assert counts[6:] == [2] * 24


def test_two_motorcycles_side_by_side_are_two() -> None:
    street = Street()
    for k in range(15):
        boxes = [car_box(-12.0 + 0.8 * k, y, size_lwh_m=(2.1, 0.8, 1.5)) for y in (6.0, 7.0)]
        pair = [Solid(box=box, score=0.0, shape=0.9, label=ObjectClass.MOTORCYCLE) for box in boxes]
        scene = street.step(pair)
    assert sum(thing.label is ObjectClass.MOTORCYCLE for thing in scene.objects) == 2


@pytest.mark.parametrize(
    ("length_m", "expected"), [(0.3, {ObjectClass.PEDESTRIAN}), (2.0, set())], ids=["a post or a child", "a barrier"]
)
def test_what_a_camera_takes_for_somebody_is_nobody_where_the_laser_sees_a_barrier(
    length_m: float, expected: set[ObjectClass]
) -> None:
    """Of its striped boards a camera sees one by one, and few points lie on them."""
    board, whole = (
        OrientedBox(centre_m=(*AHEAD, GROUND_Z_M + 0.5), size_lwh_m=(long_m, 0.3, 1.0), yaw_rad=math.pi / 2)
        for long_m in (0.3, length_m)
    )
    as_somebody = Solid(box=board, score=0.36, label=ObjectClass.PEDESTRIAN)
    as_obstacle = Solid(box=whole, score=0.0, shape=0.65, label=ObjectClass.OBSTACLE)
    street = Street()
    for _ in range(4):
        street.step([as_somebody])

    scene = [street.step([as_obstacle]) for _ in range(6)][-1]

    assert labels(scene) == expected
    assert any(abs(thing.azimuth_rad) < 0.2 for thing in scene.objects)  # something stands there all the same


@pytest.mark.parametrize(("shape", "expected"), [(0.0, 0), (0.6, 1)])
def test_a_cone_is_something_where_its_shape_is_known_and_a_stone_is_nothing(shape: float, expected: int) -> None:
    box = OrientedBox(centre_m=(12.0, -2.0, GROUND_Z_M + 0.35), size_lwh_m=(0.2, 0.2, 0.7), yaw_rad=0.0)
    cone = Solid(box=box, score=0.0, shape=shape, label=ObjectClass.OBSTACLE)
    scene = seen(cone, steps=12)

    assert [thing.label for thing in scene.objects] == [ObjectClass.OBSTACLE] * expected
    assert all(max(thing.size_lwh_m[:2]) < 0.5 for thing in scene.objects if thing.size_lwh_m is not None)


def test_a_car_that_a_camera_saw_in_cones_does_not_go_on_from_one_to_the_next() -> None:
    """As in the scenario roadworks: they pass at our speed, each where the last one has just been."""
    street, speed_mps = Street(), 10.0
    known = car((-20.0, -3.0), shape=0.9)  # the network works
    ahead = []
    for k in range(40):
        travelled_m = 0.1 * speed_mps * k
        cones = [cone_at(15.0 + 4.0 * n - travelled_m) for n in range(15)]
        called = min(cones, key=lambda c: abs(c.box.centre_m[0] - 20.0)) if k < 10 else None
        solids = [replace(c, label=ObjectClass.CAR, score=0.4, shape=0.0) if c is called else c for c in cones]
        scene = street.step([*solids, known], ego=street.driving(travelled_m, speed_mps))
        ahead.append([o for o in scene.objects if o.label is ObjectClass.CAR and abs(o.azimuth_rad) < 0.6])

    assert any(ahead[:10])
    assert not any(ahead[15:])


def cone_at(x_m: float) -> Solid:
    box = OrientedBox(centre_m=(x_m, -2.0, GROUND_Z_M + 0.55), size_lwh_m=(0.2, 0.2, 1.1), yaw_rad=0.0)
    return Solid(box=box, score=0.0, shape=0.7, label=ObjectClass.OBSTACLE)


def test_a_cone_that_a_camera_took_for_somebody_is_nobody_a_second_later() -> None:
    """Unlike a child of that shape, whom it sees again and again."""
    box = OrientedBox(centre_m=(14.0, -2.0, GROUND_Z_M + 0.45), size_lwh_m=(0.35, 0.35, 0.9), yaw_rad=0.0)
    taken = Solid(box=box, score=0.65, label=ObjectClass.PEDESTRIAN)
    cone = Solid(box=box, score=0.0, shape=0.7, label=ObjectClass.OBSTACLE)
    street = Street()
    shown = [street.step([taken, cone]) for _ in range(6)]
    left = [street.step([cone]) for _ in range(30)]

    assert ObjectClass.PEDESTRIAN in {thing.label for scene in shown + left[:5] for thing in scene.objects}
    assert ObjectClass.PEDESTRIAN not in {thing.label for scene in left[20:] for thing in scene.objects}
