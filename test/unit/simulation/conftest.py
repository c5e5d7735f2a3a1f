"""A drive without a traffic simulator: the ego in a circle, a car that stands, an ambulance that brakes hard."""

from __future__ import annotations

import numpy as np
import pytest

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.simulation.rollout import Environment, Rollout
from crossmodal_narrator.simulation.traffic.actor import Actor, SoundCue, SoundKind
from crossmodal_narrator.simulation.traffic.roads import Lane, LaneKind, Light, RoadMap, SignalHead, SignalTimeline
from crossmodal_narrator.simulation.traffic.timeline import Timeline

SPEED_MPS, RADIUS_M = 8.0, 40.0


def timeline(time_s: np.ndarray, xy: np.ndarray, yaw: np.ndarray, speed: np.ndarray) -> Timeline:
    return Timeline(
        time_s=time_s,
        xyz_m=np.column_stack([xy, np.zeros(len(time_s))]),
        yaw_rad=yaw,
        speed_mps=speed,
        lamps=np.zeros(len(time_s), np.uint8),
    )


def circle(length_s: float) -> Timeline:
    """To the left around (100, 50), from its southernmost point, where it heads east."""
    time_s = np.arange(0.0, length_s + 1.0, 0.05)
    angle = SPEED_MPS / RADIUS_M * time_s
    xy = np.array([100.0, 50.0]) + RADIUS_M * np.stack([np.sin(angle), -np.cos(angle)], axis=-1)
    return timeline(time_s, xy, angle, np.full(len(time_s), SPEED_MPS))


def braking(length_s: float) -> Timeline:
    """East along y = 0 at 10 m/s, from 2 s on with 5 m/s² to a stop at 4 s."""
    time_s = np.arange(0.0, length_s + 1.0, 0.05)
    speed = np.clip(10.0 - 5.0 * np.clip(time_s - 2.0, 0.0, None), 0.0, None)
    way = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * np.diff(time_s))])
    return timeline(time_s, np.stack([100.0 + way, np.zeros(len(way))], axis=-1), np.zeros(len(way)), speed)


@pytest.fixture(scope="session")
def small_rollout() -> Rollout:
    """Six seconds, a traffic light that turns green at 3 s."""
    length_s, size = 6.0, (4.6, 1.8, 1.45)
    lane = Lane(
        lane_id="east_0",
        edge_id="east",
        index=0,
        kind=LaneKind.DRIVING,
        centre=np.array([[0.0, 10.0], [130.0, 10.0]]),
        width_m=3.5,
        speed_limit_mps=13.9,
    )
    head = SignalHead(signal_id="light", lane_id="east_0", stop_m=(130.0, 10.0), yaw_rad=0.0)
    actors = (
        Actor(
            actor_id="ambulance",
            look="ambulance",
            label=ObjectClass.VAN,
            size_lwh_m=(6.4, 2.16, 2.75),
            look_seed=1,
            timeline=braking(length_s),
            sounds=(SoundCue(kind=SoundKind.WAIL, from_s=1.0, to_s=5.0),),
        ),
        Actor(
            actor_id="parked",
            look="sedan",
            label=ObjectClass.CAR,
            size_lwh_m=size,
            look_seed=2,
            timeline=Timeline.standing(120.0, 5.0, 0.3),
            is_parked=True,
        ),
    )
    return Rollout(
        name="small",
        seed=5,
        length_s=length_s,
        roads=RoadMap(name="plain", lanes={"east_0": lane}, junctions=(), signals=(head,)),
        environment=Environment(),
        ego=circle(length_s),
        actors=actors,
        signals=(SignalTimeline(signal_id="light", changes=((0.0, Light.RED), (3.0, Light.GREEN))),),
    )
