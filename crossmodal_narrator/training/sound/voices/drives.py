"""What the simulated vehicle's microphones hear of a drive: engines, tyres and wind, its own and those that pass."""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.simulation.rollout import Environment, Rollout
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.sensors.rig import Rig
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS
from crossmodal_narrator.simulation.sound.soundscape import Soundscape
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.roads import RoadMap
from crossmodal_narrator.simulation.traffic.timeline import Timeline
from crossmodal_narrator.training.sound.signal import CLIP_S, SAMPLES, Floats, Rng, unit

_LOOKS = ("sedan", "city_bus", "semi_truck", "ambulance", "fire_engine")


def drive(rng: Rng) -> Floats:
    """(SAMPLES,) of one capsule on the roof, on a straight road with up to three others."""
    ego_mps = rng.choice([0.0, rng.uniform(3.0, 30.0)])
    looks = rng.choice(_LOOKS, size=int(rng.integers(0, 4)), p=(0.6, 0.1, 0.1, 0.1, 0.1))
    rollout = Rollout(
        name="drive",
        seed=int(rng.integers(1 << 30)),
        length_s=CLIP_S + 0.2,
        roads=RoadMap(name="none", lanes={}, junctions=()),
        environment=Environment(
            rain_mmph=float(rng.choice([0.0, 0.0, rng.uniform(0.5, 10.0)])), wind_mps=rng.uniform(0.0, 8.0)
        ),
        ego=_straight(0.0, 0.0, ego_mps),
        actors=tuple(_passing(rng, str(look), k, ego_mps) for k, look in enumerate(looks)),
        utterances=(),
    )
    scape = Soundscape(rollout, Scenery(meshes=(), paints=()), Rig(cameras=(), lidar=None))
    heard = np.concatenate([scape.outside(k).samples[:, 0] for k in range(scape.count)])
    return unit(heard[:SAMPLES])


def _passing(rng: Rng, look: str, number: int, ego_mps: float) -> Actor:
    found = LOOKS[look]
    is_oncoming = rng.random() < 0.5
    speed_mps = -rng.uniform(5.0, 30.0) if is_oncoming else ego_mps + rng.uniform(-4.0, 8.0)
    from_m = rng.uniform(10.0, 200.0) if is_oncoming else rng.uniform(-40.0, 40.0)
    return Actor(
        actor_id=f"{look} {number}",
        look=look,
        label=found.label,
        size_lwh_m=found.size_lwh_m,
        look_seed=0,
        timeline=_straight(from_m, 3.5 if is_oncoming else -3.5, speed_mps),
        sounds=(),
    )


def _straight(x_m: float, y_m: float, speed_mps: float) -> Timeline:
    time_s = np.array([0.0, CLIP_S + 1.0])
    return Timeline(
        time_s=time_s,
        xyz_m=np.stack([x_m + speed_mps * time_s, np.full(2, y_m), np.zeros(2)], axis=1),
        yaw_rad=np.full(2, np.pi if speed_mps < 0.0 else 0.0),
        speed_mps=np.full(2, abs(speed_mps)),
        lamps=np.zeros(2, np.uint8),
    )
