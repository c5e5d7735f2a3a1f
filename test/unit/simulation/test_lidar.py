"""The spinning LiDAR measures the world as it is at the time of each point, and reports what real ones do."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from lidar_moments import CAR_M, at_their_time, body_of, car, driving, floor, moment, slab

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.encoding.lidar import LidarGeometryConfig
from crossmodal_narrator.simulation.rollout import EGO_MIDDLE_M, EGO_SIZE_M, Environment
from crossmodal_narrator.simulation.sensors.rig import LidarMount
from crossmodal_narrator.simulation.sensors.spinning_lidar import (
    LIDAR_NAMES,
    TURN_S,
    LidarModel,
    Points,
    SpinningLidar,
    load_model,
)
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Material, joined
from crossmodal_narrator.wire.compose import points_message
from crossmodal_narrator.wire.points import decode_points

MOUNT = LidarMount()
CLEAR = Environment(visibility_m=1e6)


def exact(name: str = "beams_64") -> LidarModel:
    """Without noise."""
    return dataclasses.replace(load_model(name), precision_m=0.0, range_step_m=0.0)


def seen(of, seed: int = 0, model: LidarModel | None = None, mount: LidarMount = MOUNT) -> Points:
    return SpinningLidar(mount, model or exact(mount.model)).sweep(of, np.random.default_rng(seed))


def in_world(points: Points, ego, end_s: float = 1.0, mount: LidarMount = MOUNT) -> tuple[np.ndarray, np.ndarray]:
    """(points, 3) in the world, each carried from where the vehicle was at its own time, and those times."""
    times = end_s + points.offset_s.astype(np.float64)
    base = points.xyz.astype(np.float64) + np.array(mount.position_m)
    xyz, yaw = ego.at(times)
    c, s = np.cos(yaw), np.sin(yaw)
    turned = np.column_stack([base[:, 0] * c - base[:, 1] * s, base[:, 0] * s + base[:, 1] * c, base[:, 2]])
    return turned + xyz, times


def from_surface(points: np.ndarray, size_lwh_m=CAR_M) -> np.ndarray:
    """(points,) signed distance from a box that stands on the origin; negative inside."""
    half = 0.5 * np.array(size_lwh_m)
    beyond = np.abs(points - np.array([0.0, 0.0, half[2]])) - half
    outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=1)
    return outside + np.minimum(beyond.max(axis=1), 0.0)


@pytest.mark.parametrize(
    ("name", "channels", "columns", "lowest_deg", "highest_deg"),
    [("beams_32", 32, 2000, -16, 15), ("beams_64", 64, 1800, -25, 15), ("beams_128", 128, 1800, -25, 15)],
)
def test_tables_span_what_the_data_sheets_say(name, channels, columns, lowest_deg, highest_deg):
    model = load_model(name)
    elevation = np.degrees(model.elevation_rad)
    assert (model.channels, model.columns) == (channels, columns)
    assert elevation.min() == pytest.approx(lowest_deg, abs=0.35)
    assert elevation.max() == pytest.approx(highest_deg, abs=0.25)
    assert model.firing_s.min() == 0.0
    assert set(LIDAR_NAMES) == {"beams_32", "beams_64", "beams_128"}


def test_the_horizon_is_where_channels_are_dense():
    dense = np.abs(np.diff(np.degrees(load_model("beams_64").elevation_rad[6:53])))
    assert dense.max() < 0.18
    dense = np.abs(np.diff(np.degrees(load_model("beams_128").elevation_rad[24:88])))
    assert dense.max() < 0.16


def test_an_unknown_model_and_times_beyond_a_column_are_refused():
    with pytest.raises(ScenarioError, match=r"beams_16.*beams_128"):
        load_model("beams_16")
    with pytest.raises(ScenarioError, match="do not fit"):
        dataclasses.replace(load_model("beams_64"), columns=3600)
    with pytest.raises(ScenarioError, match="must fall"):
        dataclasses.replace(load_model("beams_64"), elevation_rad=load_model("beams_64").elevation_rad[::-1].copy())


@pytest.mark.parametrize("name", LIDAR_NAMES)
def test_a_wall_is_where_it_stands(name):
    wall = slab((20.0, -30.0, 0.0), (21.0, 30.0, 10.0))
    points = seen(moment([floor(), wall], environment=CLEAR), mount=LidarMount(model=name))
    xyz = points.xyz + np.array(MOUNT.position_m)
    on_wall = (xyz[:, 0] > 15) & (np.abs(xyz[:, 1]) < 14) & (xyz[:, 2] > 0.1)
    assert on_wall.sum() > 1000
    assert np.abs(xyz[on_wall, 0] - 20.0).max() < 1e-3
    floor_points = xyz[(xyz[:, 2] < 0.05) & (xyz[:, 0] < 19.9)]
    assert np.abs(floor_points[:, 2]).max() < 1e-3


def test_noise_is_that_of_the_data_sheet_and_ranges_are_whole_steps():
    wall = slab((20.0, -30.0, 0.0), (21.0, 30.0, 10.0))
    points = seen(moment([wall], environment=CLEAR), model=load_model("beams_64"))
    distance = np.linalg.norm(points.xyz.astype(np.float64), axis=1)
    direction = points.xyz / distance[:, None]
    ahead = direction[:, 0] > 0.99
    error = distance[ahead] - (20.0 - MOUNT.position_m[0]) / direction[ahead, 0]
    assert ahead.sum() > 2000
    assert 0.009 < error.std() < 0.013
    assert np.abs(distance / 0.004 - np.rint(distance / 0.004)).max() < 0.02


def test_two_cars_that_meet_at_15_mps_are_measured_where_they_are_at_the_time_of_each_point():
    ego = driving(0.0, 0.0, 0.0, 15.0)
    oncoming = car("oncoming", driving(14.0, 3.5, np.pi, 15.0))
    points = seen(moment([floor()], [oncoming], ego=ego))
    met = points.actor == 0
    assert points.actor_ids == ("oncoming",)
    assert points.returns == {"oncoming": int(met.sum())}
    assert met.sum() > 1500
    world, times = in_world(points, ego)
    on_car = at_their_time(oncoming.actor.timeline, times[met], world[met])
    assert np.abs(from_surface(on_car)).max() < 0.01
    # Taken at the end of the turn, as if everybody had stood still, they would lie elsewhere.
    frozen = points.xyz[met].astype(np.float64) + np.array(MOUNT.position_m)
    wrong = at_their_time(oncoming.actor.timeline, np.ones(met.sum()), frozen)
    assert np.abs(from_surface(wrong)).max() > 0.7


def test_with_its_noise_the_points_on_a_car_stay_within_its_box():
    ego = driving(0.0, 0.0, 0.0, 15.0)
    oncoming = car("oncoming", driving(14.0, 3.5, np.pi, 15.0))
    points = seen(moment([floor()], [oncoming], ego=ego), model=load_model("beams_64"))
    world, times = in_world(points, ego)
    met = points.actor == 0
    apart = from_surface(at_their_time(oncoming.actor.timeline, times[met], world[met]))
    assert np.quantile(np.abs(apart), 0.95) < 0.025
    inside = from_surface(at_their_time(oncoming.actor.timeline, times, world)) < -0.1
    assert not (inside & ~met).any()


def test_a_turning_ego_sees_straight_walls():
    ego = driving(0.0, 0.0, 0.3, 12.0, turning_rps=0.5)
    wall = slab((25.0, -60.0, 0.0), (26.0, 60.0, 12.0))
    mount = LidarMount(position_m=(1.2, 0.3, 2.0))
    points = seen(moment([floor(), wall], ego=ego), mount=mount)
    world, _ = in_world(points, ego, mount=mount)
    on_wall = (world[:, 0] > 20) & (world[:, 2] > 0.2) & (np.abs(world[:, 1]) < 59)
    assert on_wall.sum() > 5000
    assert np.abs(world[on_wall, 0] - 25.0).max() < 0.02


def test_a_turning_truck_and_a_mount_that_looks_aside():
    ego = driving(5.0, -3.0, 1.0, 8.0, turning_rps=-0.4)
    size = (8.0, 2.5, 3.4)
    truck = car("truck", driving(14.0, 6.0, 2.0, 9.0, turning_rps=0.6), size)
    mount = LidarMount(yaw_rad=0.7)
    points = seen(moment([floor()], [truck], ego=ego), mount=mount)
    unturned = dataclasses.replace(points, xyz=_turned(points.xyz, 0.7))
    world, times = in_world(unturned, ego, mount=mount)
    met = points.actor == 0
    assert met.sum() > 1000
    assert np.abs(from_surface(at_their_time(truck.actor.timeline, times[met], world[met]), size)).max() < 0.01


def _turned(xyz: np.ndarray, yaw: float) -> np.ndarray:
    c, s = np.cos(yaw), np.sin(yaw)
    return (xyz @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]], np.float32)).astype(np.float32)


def test_who_is_not_there_yet_is_not_met():
    late = driving(12.0, 0.0)
    timeline = dataclasses.replace(
        late, time_s=late.time_s + 5.0, xyz_m=late.xyz_m, yaw_rad=late.yaw_rad, speed_mps=late.speed_mps
    )
    assert seen(moment([floor()], [car("late", timeline)])).returns == {}


def test_still_and_moving_actors_are_counted_by_name():
    parked = car("parked", driving(0.0, 0.0))
    placed = slab((10.0, 3.0, 0.0), (14.0, 5.0, 1.5))
    points = seen(
        moment([floor(), placed], [car("ahead", driving(18.0, -3.0))], still_actors={1: parked.actor}),
    )
    assert points.actor_ids == ("parked", "ahead")
    assert set(points.returns) == {"parked", "ahead"}
    xyz = points.xyz + np.array(MOUNT.position_m)
    in_box = (xyz > np.array([9.98, 2.98, 0.02])).all(axis=1) & (xyz < np.array([14.02, 5.02, 1.52])).all(axis=1)
    assert points.returns["parked"] == pytest.approx(int(in_box.sum()), rel=0.02)


def test_points_come_in_the_order_of_firing_with_ring_and_time():
    model = exact()
    points = seen(moment([slab((-40.0, -40.0, -9.0), (40.0, 40.0, 30.0))], environment=CLEAR))
    elevation = np.arcsin(points.xyz[:, 2] / np.linalg.norm(points.xyz, axis=1))
    assert np.abs(elevation - model.elevation_rad[points.ring]).max() < 1e-5
    assert points.offset_s.min() >= -TURN_S
    assert points.offset_s.max() < 0.0
    column = np.floor((points.offset_s.astype(np.float64) + TURN_S) / (TURN_S / model.columns) + 1e-4).astype(int)
    assert (np.diff(column) >= 0).all()
    assert len(np.unique(column)) == 1800
    azimuth = np.arctan2(points.xyz[:, 1], points.xyz[:, 0])
    told = np.pi - 2 * np.pi * (points.offset_s / TURN_S + 1.0) - model.azimuth_rad[points.ring]
    assert np.abs(np.angle(np.exp(1j * (azimuth - told)))).max() < 1e-4


def test_what_lies_ahead_is_met_in_the_middle_of_the_turn_and_from_left_to_right():
    points = seen(moment([slab((20.0, -30.0, 0.0), (21.0, 30.0, 10.0))]))
    ahead = np.abs(points.xyz[:, 1]) < 0.5
    assert points.offset_s[ahead].mean() == pytest.approx(-0.05, abs=0.002)
    left = points.offset_s[points.xyz[:, 1] > 5].mean()
    assert left < -0.05 < points.offset_s[points.xyz[:, 1] < -5].mean()


def test_a_sweep_goes_through_the_wire_as_a_driver_packs_it():
    points = seen(moment([floor(), slab((20.0, -30.0, 0.0), (21.0, 30.0, 10.0))]), model=load_model("beams_64"))
    message = points_message(points.sweep(1_700_000_000_100_000_000, "lidar_top"))
    layout = [(field.name, field.offset, field.datatype) for field in message.fields]
    assert layout == [("x", 0, 7), ("y", 4, 7), ("z", 8, 7), ("intensity", 12, 7), ("ring", 16, 4), ("time", 18, 7)]
    assert message.point_step == 22
    back = decode_points(message)
    assert np.array_equal(back.xyz, points.xyz)
    assert np.array_equal(back.intensity, points.intensity)
    assert np.array_equal(back.ring, points.ring)
    assert np.array_equal(back.point_offset_s, points.offset_s)


def test_one_seed_gives_the_same_bytes_and_another_does_not():
    of = moment([floor()], [car("ahead", driving(18.0, 1.0))], environment=Environment(rain_mmph=5.0, visibility_m=300))
    lidar = SpinningLidar(MOUNT)
    first, again, other = (lidar.sweep(of, np.random.default_rng((seed, 3))) for seed in (1, 1, 2))
    assert first.xyz.tobytes() + first.intensity.tobytes() == again.xyz.tobytes() + again.intensity.tobytes()
    assert first.xyz.tobytes() != other.xyz.tobytes()


def test_the_vehicle_hides_the_road_beside_it_and_is_seen_itself():
    points = seen(moment([floor()]))
    xyz = points.xyz + np.array(MOUNT.position_m)
    half_length, half_width = 0.5 * EGO_SIZE_M[0], 0.5 * EGO_SIZE_M[1]
    own = xyz[:, 2] > 0.1
    assert own.sum() > 100
    assert (np.abs(xyz[own, 0] - EGO_MIDDLE_M) < half_length + 0.01).all()
    assert (np.abs(xyz[own, 1]) < half_width + 0.01).all()
    assert (xyz[own, 2] < EGO_SIZE_M[2] + 0.01).all()
    road = xyz[~own]
    under = (np.abs(road[:, 0] - EGO_MIDDLE_M) < half_length) & (np.abs(road[:, 1]) < half_width)
    assert not under.any()
    assert (points.actor[own] == -1).all()
    with pytest.raises(ScenarioError, match="inside the vehicle"):
        SpinningLidar(LidarMount(position_m=(1.0, 0.0, 1.2)))


@pytest.mark.parametrize("name", LIDAR_NAMES)
def test_the_encoder_takes_no_part_of_the_vehicle_for_an_obstacle(name):
    own, config = LidarMount(model=name), LidarGeometryConfig()
    xyz = seen(moment([floor()]), mount=own).xyz + np.array(own.position_m)
    body = xyz[xyz[:, 2] > 0.1]
    assert (np.abs(body[:, 0]) < 0.5 * config.ego_length_m).all()
    assert (np.abs(body[:, 1]) < 0.5 * config.ego_width_m).all()


def walls_in_a_row(material: Material, lightness: int, at_m: float) -> Points:
    wall = slab((at_m, -20.0, -3.0), (at_m + 1.0, 20.0, 10.0), material, lightness)
    return seen(moment([wall], environment=CLEAR))


def test_intensity_tells_materials_apart_and_retroreflectors_saturate():
    def median(material: Material, lightness: int) -> float:
        points = walls_in_a_row(material, lightness, 20.0)
        return float(np.median(points.intensity[np.abs(points.xyz[:, 1]) > 6.0]))

    assert median(Material.RETRO, 128) == 255
    assert 0 <= median(Material.PAINT, 20) < 4
    assert 4 < median(Material.MATTE, 90) < 15
    assert 40 < median(Material.MATTE, 245) < 70
    assert 12 < median(Material.PAINT, 245) < 35  # a car's paint mirrors more than it scatters
    points = walls_in_a_row(Material.PAINT, 20, 20.0)
    head_on = (np.abs(points.xyz[:, 1]) + np.abs(points.xyz[:, 2]) < 0.5) & (points.xyz[:, 0] > 10)
    assert np.median(points.intensity[head_on]) > 20


@pytest.mark.parametrize(("lightness", "seen_at_m", "lost_at_m"), [(112, 180.0, None), (5, 50.0, 90.0)])
def test_range_depends_on_what_is_looked_at(lightness, seen_at_m, lost_at_m):
    """A surface of a tenth is seen to 200 m, as the data sheet says; one of a hundredth to a third of it."""
    assert (walls_in_a_row(Material.MATTE, lightness, seen_at_m).xyz[:, 0] > 30).sum() > 500
    if lost_at_m is not None:
        assert (walls_in_a_row(Material.MATTE, lightness, lost_at_m).xyz[:, 0] > 30).sum() < 50


def test_range_noise_grows_where_echoes_are_weak():
    def spread(at_m: float) -> float:
        wall = slab((at_m, -20.0, -3.0), (at_m + 1.0, 20.0, 10.0), Material.MATTE, 60)
        points = seen(moment([wall], environment=CLEAR), model=load_model("beams_64"))
        return float((points.xyz[:, 0] - (at_m - MOUNT.position_m[0])).std())

    assert spread(100.0) > 1.4 * spread(15.0)


def test_glass_mostly_passes_and_what_stands_behind_is_seen():
    pane = slab((10.0, -3.0, 0.0), (10.1, 3.0, 4.0), Material.GLASS, 30)
    wall = slab((2.0, -5.0, 0.0), (2.5, 5.0, 6.0))
    actor = car("glass", driving(10.0, 0.0)).actor
    house = car("house", driving(18.0, 0.0), (1.0, 20.0, 8.0))
    with_pane = body_of(actor, Matter.of([joined([pane.moved(-10.0, 0.0)])], [(255, 255, 255)]))
    points = seen(moment([floor()], [with_pane, house]))
    aside = np.abs(points.xyz[:, 1] / points.xyz[:, 0])  # met head on, the pane mirrors the pulse back
    ahead = (points.xyz[:, 0] > 5) & (aside > 0.15) & (aside < 0.28) & (np.abs(points.xyz[:, 2]) < 1.0)
    names = np.array(["glass", "house"])[points.actor[ahead & (points.actor >= 0)]]
    assert 0.5 < (names == "house").mean() < 0.9
    # The window of a house that is scenery swallows them: nothing is built behind it.
    scenery = seen(moment([pane, wall.moved(16.0, 0.0)]))
    behind = (scenery.xyz[:, 0] > 12) & (np.abs(scenery.xyz[:, 1] / scenery.xyz[:, 0]) < 0.2)
    assert not (behind & (scenery.xyz[:, 2] < 0.2) & (scenery.xyz[:, 2] > -0.5)).any()


def test_leaves_let_some_pulses_through():
    hedge = slab((10.0, -3.0, 0.0), (12.0, 3.0, 4.0), Material.FOLIAGE, 70)
    points = seen(moment([hedge]))
    depth = points.xyz[:, 0] + MOUNT.position_m[0]
    near, far = np.abs(depth - 10.0) < 0.01, depth > 10.05
    assert 0.2 < far.sum() / (near.sum() + far.sum()) < 0.4
    assert points.intensity[near].std() > 5.0


def test_fog_shortens_the_view_and_dense_fog_answers_itself():
    def at(visibility_m: float) -> Points:
        rows = [slab((12.0 * k, 8.0, 0.0), (12.0 * k + 1.0, 12.0, 3.0), Material.MATTE, 140) for k in range(1, 12)]
        return seen(moment([floor(), *rows], environment=Environment(visibility_m=visibility_m)))

    farthest = [float(np.quantile(np.linalg.norm(at(v).xyz, axis=1), 0.999)) for v in (10_000.0, 200.0, 60.0)]
    assert farthest[0] > 100.0 > farthest[1] > farthest[2]
    assert farthest[2] < 60.0
    clear, thick = at(10_000.0), at(60.0)
    floating_clear, floating_thick = (
        (np.linalg.norm(p.xyz, axis=1) < 14.0) & (p.xyz[:, 2] > -1.5) & (np.abs(p.xyz[:, 1]) < 6.0) & (p.actor < 0)
        for p in (clear, thick)
    )
    assert floating_thick.sum() > floating_clear.sum() + 2000
    assert np.median(thick.intensity[floating_thick]) <= 2.0


def test_rain_adds_a_few_faint_points_near_by_and_a_wet_road_returns_less():
    dry, wet = (seen(moment([floor()], environment=Environment(rain_mmph=r, visibility_m=10_000))) for r in (0.0, 8.0))

    def in_the_air(points: Points) -> np.ndarray:
        return (points.xyz[:, 2] > -0.2) & (np.linalg.norm(points.xyz, axis=1) > 0.5)

    assert in_the_air(dry).sum() == 0
    drops = in_the_air(wet)
    assert 50 < drops.sum() < 1500
    assert np.quantile(np.linalg.norm(wet.xyz[drops], axis=1), 0.9) < 12.0
    assert np.median(wet.intensity[drops]) <= 2.0
    ground_dry, ground_wet = (p.xyz[:, 2] < -1.8 for p in (dry, wet))
    assert ground_wet.sum() < 0.95 * ground_dry.sum()
    assert wet.intensity[ground_wet].mean() < 0.7 * dry.intensity[ground_dry].mean()
