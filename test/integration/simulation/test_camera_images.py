"""What a camera draws agrees with geometry, with the light, and with what the project's own eyes make of it."""

from __future__ import annotations

import dataclasses
import math

import cv2
import numpy as np
import pytest

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.geometry import PixelBox, Pose
from crossmodal_narrator.encoding.camera.blindness import is_blind
from crossmodal_narrator.encoding.camera.signals import signal_state
from crossmodal_narrator.simulation.rollout import Daylight, Environment, Rollout
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.sensors.camera import Camera
from crossmodal_narrator.simulation.sensors.rig import CameraMount, camera_mount
from crossmodal_narrator.simulation.shapes.matter import WHITE, Matter
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh, Rgb, box, joined, palette, with_texel
from crossmodal_narrator.simulation.shapes.vehicles import vehicle
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.roads import Light, RoadMap, SignalTimeline
from crossmodal_narrator.simulation.traffic.timeline import Lamps, Timeline
from crossmodal_narrator.simulation.world import Body, Moment

BARREL = (-0.28, 0.07, 0.001, -0.0005, 0.0)
BASE = Pose.from_xy_yaw(0.0, 0.0, 0.0)
CLOUDY = Environment(visibility_m=1_000.0)  # without a sun, so without shadows
NIGHT = Environment(daylight=Daylight.NIGHT)
LOW_SUN = Environment(sun_azimuth_rad=0.1, sun_elevation_rad=math.radians(6.0))


def _mount(width=480, height=270, **changes) -> CameraMount:
    return camera_mount("front", width=width, height=height, **changes)


def _painted(low, high, colour: Rgb, material=Material.MATTE) -> Mesh:
    texture = palette([colour])
    texture[..., 3] = material
    return with_texel(box(low, high, texture), 0.5)


GROUND = _painted((-50.0, -150.0, -1.0), (400.0, 150.0, 0.0), (90, 90, 88), Material.GROUND)


def _actor(x_m, y_m, yaw_rad=0.0, size=(4.6, 1.8, 1.45), lamps=Lamps.NONE) -> Actor:
    standing = Timeline.standing(x_m, y_m, yaw_rad)
    timeline = dataclasses.replace(standing, lamps=np.full(2, int(lamps), np.uint8))
    return Actor(actor_id="other", look="sedan", label=ObjectClass.CAR, size_lwh_m=size, look_seed=1, timeline=timeline)


def _body(actor: Actor, mesh: Mesh, paint: Rgb = WHITE) -> Body:
    matter = Matter.of([mesh], [paint])
    return Body(actor=actor, matter=matter, world_from_body=actor.timeline.pose(0.0), reach_m=matter.reach_m)


def _moment(environment=CLOUDY, bodies=(), meshes=(), signals=(), signal_of_mesh=None, lamps_m=None) -> Moment:
    all_meshes = [GROUND, *meshes]
    paints = [WHITE] * len(all_meshes)
    rollout = Rollout(
        name="drawn",
        seed=1,
        length_s=10.0,
        roads=RoadMap(name="plain", lanes={}, junctions=()),
        environment=environment,
        ego=Timeline.standing(0.0, 0.0, 0.0),
        actors=tuple(body.actor for body in bodies),
        signals=tuple(signals),
    )
    scenery = Scenery(
        meshes=all_meshes,
        paints=paints,
        signal_of_mesh=signal_of_mesh or {},
        street_lamps_m=np.zeros((0, 3)) if lamps_m is None else np.array(lamps_m),
    )
    still = Matter.of(all_meshes, paints)
    return Moment(rollout=rollout, time_s=0.0, still=still, scenery=scenery, still_actors={}, bodies=bodies)


@pytest.fixture(scope="module")
def camera() -> Camera:
    return Camera(_mount())


def _rendered(camera: Camera, moment: Moment, seed: int = 1, base: Pose = BASE) -> np.ndarray:
    return camera.render(moment, base, np.random.default_rng(seed))


def _level(image: np.ndarray, rows: slice, columns: slice) -> float:
    return float(image[rows, columns].mean())


def _around(place: tuple[float, float, float]) -> tuple[slice, slice]:
    """Rows and columns of a small window where `place`, in base_link, is seen."""
    mount = _mount()
    (pixel,), (seen,) = mount.intrinsics.project(mount.base_from_camera.inverse().transform(np.array([place])))
    assert seen
    column, row = (int(v) for v in pixel)
    return slice(row - 1, row + 2), slice(column - 4, column + 5)


@pytest.mark.parametrize("distortion", [(), BARREL], ids=["pinhole", "distorted"])
@pytest.mark.parametrize("place", [(9.0, 2.5, 2.6), (14.0, -6.0, 0.8), (8.0, 0.0, 1.0)])
def test_a_known_point_is_drawn_at_its_pixel(distortion, place):
    mount = _mount(distortion=distortion)
    half = 0.12
    low, high = tuple(v - half for v in place), tuple(v + half for v in place)
    spot = _painted(low, high, (250, 10, 10))
    image = _rendered(Camera(mount), _moment(meshes=[spot])).astype(int)
    rows, columns = np.nonzero(image[..., 0] - image[..., 1] > 60)
    camera_from_base = mount.base_from_camera.inverse()
    pixels, seen = mount.intrinsics.project(camera_from_base.transform(np.array([place])))
    assert seen.all()
    assert np.hypot(columns.mean() + 0.5 - pixels[0, 0], rows.mean() + 0.5 - pixels[0, 1]) < 1.0


@pytest.mark.parametrize("yaw_rad", [0.0, 0.7, -2.0])
@pytest.mark.parametrize("distortion", [(), BARREL], ids=["pinhole", "distorted"])
def test_the_true_box_bounds_what_is_drawn_to_a_pixel(distortion, yaw_rad):
    mount = _mount(distortion=distortion)
    actor = _actor(16.0, 2.0, yaw_rad)
    half_length, half_width = 0.5 * actor.size_lwh_m[0], 0.5 * actor.size_lwh_m[1]
    crate = _painted((-half_length, -half_width, 0.0), (half_length, half_width, actor.size_lwh_m[2]), (240, 20, 20))
    camera = Camera(mount)
    image = _rendered(camera, _moment(bodies=[_body(actor, crate)])).astype(int)
    rows, columns = np.nonzero(image[..., 0] - image[..., 1] > 35)
    # Edges between corners bulge under distortion, so that corners alone do not bound them.
    corners = actor.box(0.0).corners()
    edges = [a + (b - a) * t for a in corners for b in corners for t in np.linspace(0.0, 1.0, 9)]
    pixels, _ = mount.intrinsics.project(mount.base_from_camera.inverse().transform(np.array(edges)))
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    assert (columns.min(), rows.min()) == pytest.approx(tuple(low), abs=1.0)
    assert (columns.max() + 1, rows.max() + 1) == pytest.approx(tuple(high), abs=1.0)


@pytest.mark.parametrize("side", [1.0, -1.0], ids=["sun on the left", "sun on the right"])
def test_a_shadow_lies_on_the_side_away_from_the_sun(camera, side):
    sun = Environment(sun_azimuth_rad=side * 0.5 * math.pi, sun_elevation_rad=0.7)
    body = _body(_actor(12.0, 0.0), vehicle("van"))
    image = _rendered(camera, _moment(sun, [body]))
    left, right = (_level(image, *_around((12.0, y, 0.0))) for y in (1.8, -1.8))
    assert (left - right) * side > 25.0


def test_the_ground_below_a_vehicle_is_darker_even_without_a_sun(camera):
    empty = _rendered(camera, _moment())
    below = _rendered(camera, _moment(bodies=[_body(_actor(12.0, 0.0, size=(5.3, 1.98, 2.25)), vehicle("van"))]))
    at_wheels = _around((9.3, 0.0, 0.0))
    assert _level(below, *at_wheels) < 0.9 * _level(empty, *at_wheels)


@pytest.mark.parametrize("environment", [CLOUDY, Environment(), NIGHT], ids=["clouds", "sun", "night"])
def test_tail_lamps_are_brighter_when_braking(camera, environment):
    def red(lamps: Lamps) -> float:
        moment = _moment(environment, [_body(_actor(12.0, 0.0, lamps=lamps), vehicle("sedan"), (40, 40, 44))])
        image = _rendered(camera, moment).astype(float)
        return float(np.clip(image[..., 0] - image[..., 2], 0, None).sum())

    dark, driving, braking = (red(lamps) for lamps in (Lamps.NONE, Lamps.HEAD, Lamps.HEAD | Lamps.BRAKE))
    assert driving > dark
    assert braking - dark > 2.0 * (driving - dark)


def _beacons() -> Mesh:
    """Two on a van's roof."""
    texture = palette([(40, 60, 160)])
    texture[..., 3] = Material.BLUE_LAMP
    parts = [box((0.0, y - 0.3, 2.3), (0.3, y + 0.3, 2.6), texture) for y in (0.5, -0.5)]
    return with_texel(joined(parts), 0.5)


@pytest.mark.parametrize("is_still", [False, True], ids=["body", "still"])
def test_beacons_flash_on_one_side_then_on_the_other(camera, is_still):
    actor = _actor(12.0, 0.0, lamps=Lamps.BLUE)
    mesh = _beacons().moved(12.0, 0.0) if is_still else _beacons()
    moment = _moment(NIGHT, meshes=[mesh]) if is_still else _moment(NIGHT, [_body(actor, mesh)])
    brighter = []
    for time_s in (0.04, 0.3):
        now = dataclasses.replace(moment, time_s=time_s, still_actors={1: actor} if is_still else {})
        blue = _rendered(camera, now)[..., 2].astype(float)
        rows = slice(80, 110)
        brighter.append(blue[rows, 215:240].mean() - blue[rows, 240:265].mean())
    assert brighter[0] > 15.0
    assert brighter[1] < -15.0


def _traffic_light() -> Mesh:
    """Three lenses on a dark plate, facing the camera."""
    materials = (Material.MATTE, Material.SIGNAL_RED, Material.SIGNAL_AMBER, Material.SIGNAL_GREEN)
    texture = palette([(26, 28, 28), (74, 16, 14), (84, 58, 14), (12, 62, 46)])
    texture[0, :, 3] = materials
    parts = [with_texel(box((0.0, -0.2, 2.5), (0.3, 0.2, 3.62), texture), 0.5)]
    for k, z in enumerate((3.43, 3.06, 2.69)):
        lens = box((-0.03, -0.12, z - 0.12), (0.0, 0.12, z + 0.12), texture)
        parts.append(with_texel(lens, k + 1.5))
    return joined(parts)


@pytest.mark.parametrize("environment", [Environment(), CLOUDY, Environment(daylight=Daylight.DUSK), NIGHT])
@pytest.mark.parametrize(
    ("light", "state"),
    [(Light.RED, SignalState.RED), (Light.AMBER, SignalState.AMBER), (Light.GREEN, SignalState.GREEN)],
)
def test_the_traffic_light_classifier_reads_what_a_signal_shows(environment, light, state):
    mount = _mount(960, 540)
    head = _traffic_light().moved(18.0, -2.0)
    signals = [SignalTimeline(signal_id="light", changes=((0.0, light),))]
    moment = _moment(environment, meshes=[head], signals=signals, signal_of_mesh={1: "light"})
    image = _rendered(Camera(mount), moment)
    corners = mount.base_from_camera.inverse().transform(head.corners.reshape(-1, 3).astype(np.float64))
    pixels, _ = mount.intrinsics.project(corners)
    (x0, y0), (x1, y1) = pixels.min(axis=0), pixels.max(axis=0)
    found, confidence = signal_state(image, PixelBox(x0=x0, y0=y0, x1=x1, y1=y1))
    assert found is state
    assert confidence > 0.5


def test_night_is_darker_than_dusk_and_dusk_than_day(camera):
    body = _body(_actor(14.0, 2.0), vehicle("sedan"))
    levels = [_rendered(camera, _moment(Environment(daylight=light), [body])).mean() for light in Daylight]
    assert levels[0] > 1.3 * levels[1] > 1.69 * levels[2]


def test_at_night_the_ego_lights_the_road_ahead_and_a_street_lamp_what_is_below_it(camera):
    dark = _rendered(camera, _moment(NIGHT))
    assert _level(dark, slice(230, 260), slice(200, 280)) > 2.0 * _level(dark, slice(140, 145), slice(200, 280))
    lamp = _rendered(camera, _moment(NIGHT, lamps_m=[(30.0, 12.0, 7.0)]))
    window = _around((30.0, 12.0, 0.0))
    assert _level(lamp, *window) > _level(dark, *window) + 10.0


def test_oncoming_headlamps_glare_at_night(camera):
    def bright(lamps: Lamps) -> int:
        moment = _moment(NIGHT, [_body(_actor(25.0, 3.0, math.pi, lamps=lamps), vehicle("sedan"))])
        return int((_rendered(camera, moment)[..., 1] > 200).sum())

    assert bright(Lamps.HEAD) > bright(Lamps.NONE) + 60


def test_fog_hides_what_is_far(camera):
    wall = _painted((60.0, -8.0, 0.0), (61.0, 8.0, 8.0), (20, 20, 20))

    def contrast(visibility_m: float) -> float:
        image = _rendered(camera, _moment(Environment(visibility_m=visibility_m), meshes=[wall])).astype(float)
        return abs(_level(image, slice(115, 130), slice(220, 260)) - _level(image, slice(115, 130), slice(20, 60)))

    assert contrast(10_000.0) > 60.0
    assert contrast(40.0) < 4.0


def test_a_wet_road_mirrors_lamps(camera):
    def red(rain_mmph: float) -> float:
        environment = Environment(daylight=Daylight.NIGHT, rain_mmph=rain_mmph)
        lamps = Lamps.HEAD | Lamps.BRAKE
        moment = _moment(environment, [_body(_actor(14.0, 0.0, lamps=lamps), vehicle("sedan"), (40, 40, 44))])
        image = _rendered(camera, moment).astype(float)
        road = image[180:220, 190:290]
        return float((road[..., 0] - road[..., 1]).mean())

    assert red(6.0) > red(0.0) + 5.0


def test_a_low_sun_ahead_blinds_and_nothing_else_does(camera):
    car = _body(_actor(14.0, 2.0), vehicle("sedan"))
    houses = [
        _painted((20.0 * k, side * 9.0, 0.0), (20.0 * k + 12.0, side * 14.0 + 1.0, 9.0), (150, 96, 78))
        for k in range(4)
        for side in (1.0,)
    ]
    behind = dataclasses.replace(LOW_SUN, sun_azimuth_rad=math.pi)
    assert is_blind(_rendered(camera, _moment(LOW_SUN, [car], houses)))
    for environment in (behind, Environment(), CLOUDY, NIGHT, Environment(rain_mmph=8.0)):
        assert not is_blind(_rendered(camera, _moment(environment, [car], houses)))


def test_a_wall_before_the_sun_saves_the_camera(camera):
    wall = _painted((40.0, -30.0, 0.0), (41.0, 30.0, 12.0), (150, 96, 78))
    windows = [_painted((39.8, y, 2.0), (40.0, y + 1.0, 4.0), (30, 34, 36)) for y in range(-20, 20, 3)]
    assert not is_blind(_rendered(camera, _moment(LOW_SUN, meshes=[wall, *windows])))


@pytest.mark.parametrize("environment", [Environment(), Environment(daylight=Daylight.NIGHT, rain_mmph=5.0)])
def test_an_image_depends_on_its_moment_and_its_random_numbers_alone(environment):
    moment = _moment(environment, [_body(_actor(14.0, 2.0, lamps=Lamps.HEAD), vehicle("sedan"))])
    first, second = Camera(_mount()), Camera(_mount())
    _rendered(second, _moment(NIGHT), base=Pose.from_xy_yaw(3.0, 1.0, 0.2))  # has seen something else before
    assert np.array_equal(_rendered(first, moment), _rendered(second, moment))
    other = _rendered(first, moment, seed=2).astype(int) - _rendered(first, moment)
    assert 0.2 < np.abs(other).mean() < 6.0


def test_six_cameras_look_where_they_are_mounted():
    post = _painted((-0.3, -0.3, 0.0), (0.3, 0.3, 3.0), (250, 10, 10))
    for k in range(6):
        yaw = k * math.pi / 3.0
        there = post.moved(10.0 * math.cos(yaw), 10.0 * math.sin(yaw))
        mount = _mount(240, 136, yaw_rad=yaw, position_m=(0.0, 0.0, 1.5))
        image = _rendered(Camera(mount), _moment(meshes=[there])).astype(int)
        red = cv2.moments((image[..., 0] - image[..., 1] > 60).astype(np.uint8))
        assert red["m10"] / red["m00"] == pytest.approx(119.5, abs=1.0)
