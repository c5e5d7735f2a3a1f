"""The still world of the networks that scenarios drive in, by rays and by the camera's detector."""

from __future__ import annotations

import math
import time
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera import CameraEncoder
from crossmodal_narrator.simulation.rollout import Environment, Rollout
from crossmodal_narrator.simulation.scenery.build import build_scenery
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.scenery.site import Site, spaced
from crossmodal_narrator.simulation.scenery.ways import Ways
from crossmodal_narrator.simulation.sensors.camera import Camera
from crossmodal_narrator.simulation.sensors.rig import camera_mount
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.traffic.network import load_network
from crossmodal_narrator.simulation.traffic.roads import LaneKind, Light, SignalTimeline
from crossmodal_narrator.simulation.traffic.timeline import Timeline
from crossmodal_narrator.simulation.world import Moment

WAYS = {
    "grid": ("A1_B1", "B1_C1"),
    "arterial": ("W_J1", "J1_J2"),
    "residential": ("W_A", "A_X", "X_B"),
    "roundabout": ("W_ZW", "ZW_IW"),
    "merge": ("R0_M1", "M1_M2"),
    "rural": ("W_K", "K_E"),
}
MOUNT = camera_mount("front", width=960, height=540)


@cache
def rollout(name: str, light: Light = Light.RED) -> Rollout:
    """The ego follows the left lane of some edges at 10 m/s; nobody else is there."""
    network = load_network(name)
    lines = [network.driving_lanes(edge)[-1].centre for edge in WAYS[name]]
    line = np.concatenate(lines)
    line = line[np.concatenate([[True], np.linalg.norm(np.diff(line, axis=0), axis=1) > 0.01])]
    ways = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.arange(0.0, ways[-1], 1.0)
    xy = np.stack([np.interp(at, ways, line[:, k]) for k in range(2)], axis=1)
    steps = np.gradient(xy, axis=0)
    return Rollout(
        name=name,
        seed=2,
        length_s=float(at[-1] / 10.0),
        roads=network.roads,
        environment=Environment(),
        ego=Timeline(
            time_s=at / 10.0,
            xyz_m=np.column_stack([xy, np.zeros(len(xy))]),
            yaw_rad=np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])),
            speed_mps=np.full(len(at), 10.0),
            lamps=np.zeros(len(at), np.uint8),
        ),
        actors=(),
        signals=tuple(
            SignalTimeline(signal_id=head.signal_id, changes=((0.0, light),)) for head in network.roads.signals
        ),
    )


@cache
def built(name: str) -> tuple[Scenery, Matter]:
    scenery = build_scenery(rollout(name))
    return scenery, Matter.of(scenery.meshes, scenery.paints)


@pytest.fixture(params=sorted(WAYS))
def name(request) -> str:
    return request.param


def test_a_network_keeps_to_its_budget(name):
    scenery, matter = built(name)
    assert len(matter.corners) <= 150_000
    assert scenery.ground.store.nbytes <= 60e6
    assert matter.atlas.nbytes <= 10e6


def test_surroundings_suit_the_roads():
    styles = {name: Site.of(rollout(name)).style.value for name in WAYS}
    assert styles == {
        "grid": "city",
        "arterial": "city",
        "residential": "suburb",
        "roundabout": "suburb",
        "merge": "motorway",
        "rural": "open",
    }


def test_who_enters_a_ring_or_comes_from_a_side_street_gives_way():
    yielding = {name: {lane.split("_")[0] for lane in Ways.of(Site.of(rollout(name))).yielding} for name in WAYS}
    assert yielding["roundabout"] == {"ZE", "ZN", "ZS", "ZW"}
    assert yielding["residential"] == {"N", "S"}
    assert yielding["rural"] == {"F"}
    assert not yielding["arterial"]


def test_houses_and_their_walls_leave_the_streets_free(name):
    scenery, _ = built(name)
    places = np.concatenate(
        [
            np.array(
                [lane.at(float(way), left)[:2] for way in np.arange(0.0, lane.length_m, 2.0) for left in (-1.2, 1.2)]
            )
            for lane in rollout(name).roads.lanes.values()
            if lane.kind is not LaneKind.WALKING_AREA and lane.length_m > 1.0
        ]
    )
    for wall in scenery.walls:
        low, high = wall.outline.min(axis=0), wall.outline.max(axis=0)
        near = places[((places > low) & (places < high)).all(axis=1)]
        sides = np.roll(wall.outline, -1, axis=0) - wall.outline
        away = near[:, None] - wall.outline[None]
        inside = (sides[None, :, 0] * away[..., 1] - sides[None, :, 1] * away[..., 0] > 0).all(axis=1)
        assert not inside.any()


def test_nothing_stands_on_the_lanes(name):
    """A beam along each lane near the way, at the height of a bonnet, meets nothing before the lane ends."""
    _, matter = built(name)
    path = rollout(name).ego.xyz_m[::5, :2]
    starts, rays, reach = [], [], []
    for lane in rollout(name).roads.lanes.values():
        if lane.kind is not LaneKind.DRIVING:
            continue
        for a, b in pairwise(spaced(lane.centre, 10.0)[0]):
            length = float(np.linalg.norm(b - a))
            if length > 0.5 and np.linalg.norm(path - 0.5 * (a + b), axis=1).min() < 90.0:
                starts.append((*a, 0.7))
                rays.append((*((b - a) / length), 0.0))
                reach.append(length)
    hits = matter.scene.cast(np.array(starts, np.float32), np.array(rays, np.float32))
    assert len(reach) > 5
    assert (hits.distance_m >= np.array(reach)).all()


@pytest.mark.parametrize("name", ["grid", "arterial"])
def test_who_waits_at_a_light_sees_it(name):
    scenery, matter = built(name)
    meshes = {signal: mesh for mesh, signal in scenery.signal_of_mesh.items()}
    path = rollout(name).ego.xyz_m[:, :2]
    checked = 0
    for head in rollout(name).roads.signals:
        ahead = np.array([math.cos(head.yaw_rad), math.sin(head.yaw_rad), 0.0])
        if np.linalg.norm(path - head.stop_m, axis=1).min() > 60.0:
            continue
        eye = np.array([*head.stop_m, 1.45]) - 4.0 * ahead
        rays = scenery.meshes[meshes[head.signal_id]].corners.mean(axis=1) - eye
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        level = np.hypot(rays[:, 0], rays[:, 1])
        in_view = (rays @ ahead > 0.85) & (np.arctan2(rays[:, 2], level) < math.radians(20.0))
        hits = matter.scene.cast(eye.astype(np.float32), rays[in_view].astype(np.float32))
        assert (matter.body[hits.triangle] == meshes[head.signal_id]).sum() > 20, head.signal_id
        checked += 1
    assert checked >= 4


def _seen(encoder: CameraEncoder, name: str, time_s: float, light: Light):
    scenery, matter = built(name)
    drive = rollout(name, light)
    moment = Moment(rollout=drive, time_s=time_s, still=matter, scenery=scenery, still_actors={}, bodies=())
    image = Camera(MOUNT).render(moment, drive.ego.pose(time_s), np.random.default_rng(1))
    frame = CameraFrame(stamp_ns=1, frame_id=MOUNT.frame_id, camera=MOUNT.name, rgb=image, intrinsics=MOUNT.intrinsics)
    return encoder.encode(frame, tuple, StageTimer(time.perf_counter_ns))


def test_empty_streets_hold_no_traffic(camera_encoder):
    found = [
        detection
        for name, times in (("grid", (1.0, 6.0)), ("arterial", (9.0, 18.0)), ("residential", (3.0, 12.0)))
        for time_s in times
        for detection in _seen(camera_encoder, name, time_s, Light.GREEN).detections
        if detection.score >= 0.4
    ]
    assert len(found) <= 1


@pytest.mark.parametrize("light", [Light.RED, Light.AMBER, Light.GREEN])
def test_a_light_is_recognised_with_its_state(camera_encoder, light):
    """Thirty metres before the stop line of the arterial's first junction."""
    drive = rollout("arterial", light)
    stop = next(head for head in drive.roads.signals if head.lane_id.startswith("W_J1"))
    time_s = float(np.argmin(np.abs(drive.ego.xyz_m[:, 0] - (stop.stop_m[0] - 30.0)))) / 10.0
    states = [
        signal.state.value
        for signal in _seen(camera_encoder, "arterial", time_s, light).signals
        if _is_large(signal.box)
    ]
    assert states.count(light.value) >= 2
    assert states.count(light.value) >= 0.8 * len(states)


def _is_large(box: PixelBox) -> bool:
    return box.height >= 16.0
