"""Cars that stand along parking lanes, and leave room at junctions and crossings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crossmodal_narrator.simulation.shapes.catalogue import LOOKS
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.conflicts import Course, course, overlapping
from crossmodal_narrator.simulation.traffic.roads import LaneKind, RoadMap
from crossmodal_narrator.simulation.traffic.timeline import Timeline

_LOOKS = ("sedan", "hatchback", "suv", "estate", "van")
_SHARES = (0.27, 0.32, 0.22, 0.12, 0.07)
_PITCH_M = 6.1
_ENDS_M = 7.0  # kept free at junctions and crossings
_ROOM_M = 0.35  # between a parked car and who passes


def parked_cars(
    roads: RoadMap, share: float, seed: int, length_s: float, in_the_way: Sequence[Course]
) -> tuple[Actor, ...]:
    """Every place is drawn, whoever is `in_the_way`: then the others look the same."""
    rng = np.random.default_rng((seed, 0x7A5))
    cars: list[Actor] = []
    for lane in sorted(roads.lanes_of(LaneKind.PARKING), key=lambda lane: lane.lane_id):
        count = int((lane.length_m - 2.0 * _ENDS_M) / _PITCH_M)
        first = 0.5 * (lane.length_m - (count - 1) * _PITCH_M)
        for k in range(count):
            is_taken, look = rng.random() < share, _LOOKS[int(rng.choice(len(_LOOKS), p=_SHARES))]
            along, aside, turned = rng.normal(0.0, (0.18, 0.06, 0.012)).clip(-0.35, 0.35).tolist()
            look_seed = int(rng.integers(2**31))
            if not is_taken:
                continue
            x, y, yaw = lane.at(first + k * _PITCH_M + along, aside - 0.05)
            timeline = Timeline.standing(x, y, yaw + turned)
            name, size = f"parked_{lane.lane_id}_{k:02d}", LOOKS[look].size_lwh_m
            if overlapping(course(name, timeline, size, length_s), in_the_way, room_m=_ROOM_M) is None:
                cars.append(
                    Actor(
                        actor_id=name,
                        look=look,
                        label=LOOKS[look].label,
                        size_lwh_m=size,
                        look_seed=look_seed,
                        timeline=timeline,
                        is_parked=True,
                    )
                )
    return tuple(cars)
