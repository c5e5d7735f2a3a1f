"""Drives written as scripts: actors move along a street, and each scene tells what a good perception would see."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.detections import Attribute, ObjectClass, SignalState
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import OrientedBox, Pose, Vec3
from crossmodal_narrator.core.scene import (
    Evidence,
    Motion,
    Relation,
    SceneObject,
    SceneState,
    Side,
    SoundEvent,
    SoundTrend,
    TrafficSignal,
)
from crossmodal_narrator.core.snapshot import Degradation, Sense, Trouble

START_NS = 1_700_000_000_000_000_000
HZ = 10
SIZES: dict[ObjectClass, Vec3] = {
    ObjectClass.PEDESTRIAN: (0.6, 0.6, 1.75),
    ObjectClass.CYCLIST: (1.8, 0.6, 1.7),
    ObjectClass.BUS: (12.0, 2.6, 3.2),
    ObjectClass.TRUCK: (8.0, 2.5, 3.2),
    ObjectClass.CONE: (0.4, 0.4, 0.8),
    ObjectClass.OBSTACLE: (0.8, 0.8, 0.6),
}
CAR_SIZE = (4.5, 1.9, 1.5)
SECTORS = (
    Side.AHEAD,
    Side.AHEAD_LEFT,
    Side.LEFT,
    Side.BEHIND_LEFT,
    Side.BEHIND,
    Side.BEHIND_RIGHT,
    Side.RIGHT,
    Side.AHEAD_RIGHT,
)
Profile = Callable[[float], float]  # seconds → metres per second
CAMERA_AND_LIDAR = (Sense.CAMERA, Sense.LIDAR)


def still(_: float) -> float:
    return 0.0


def ramp(from_s: float, to_s: float, low: float, high: float) -> Profile:
    """Speed that is `low` before `from_s`, `high` after `to_s`, and changes evenly between."""
    return lambda t: low + (high - low) * min(max((t - from_s) / (to_s - from_s), 0.0), 1.0)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Something on the street; positions in the street's frame, where the ego starts at the origin along x."""

    track_id: int
    label: ObjectClass
    x: float
    y: float
    along: Profile = still
    across: Profile = still
    parked: bool = False
    colour: str = ""
    confidence: float = 0.9
    yaw_rad: float = 0.0
    from_s: float = 0.0
    to_s: float = math.inf
    senses: tuple[Sense, ...] = CAMERA_AND_LIDAR


@dataclass(frozen=True, kw_only=True)
class Script:
    """A whole drive."""

    seconds: float
    ego: Profile = still
    actors: Sequence[Actor] = ()
    signals: Callable[[float], SignalState | None] = lambda _: None
    trouble: Callable[[float], Sequence[tuple[Sense, str, Trouble]]] = lambda _: ()
    sounds: Callable[[float], Sequence[SoundEvent]] = lambda _: ()
    yaw_rate: Profile = still
    start_ns: int = START_NS
    odometry: bool = True
    senses: tuple[Sense, ...] = CAMERA_AND_LIDAR  # that look, whatever they see
    cameras: int = 1  # while all but one of several fail, the camera looks still

    def scenes(self) -> Iterator[SceneState]:
        """Ten scenes a second."""
        places = {a.track_id: [a.x, a.y] for a in self.actors}
        travelled = 0.0
        for k in range(round(self.seconds * HZ)):
            t = k / HZ
            yield self._scene(t, travelled, places)
            travelled += self.ego(t) / HZ
            for actor in {a.track_id: a for a in self.actors}.values():
                places[actor.track_id][0] += actor.along(t) / HZ
                places[actor.track_id][1] += actor.across(t) / HZ

    def _sensors(self, sense: Sense) -> int:
        return self.cameras if sense is Sense.CAMERA else 1

    def _scene(self, t: float, travelled: float, places: dict[int, list[float]]) -> SceneState:
        stamp_ns = self.start_ns + round(t * 1e9)
        present = [a for a in self.actors if a.from_s <= t < a.to_s]
        state = self.signals(t)
        return SceneState(
            stamp_ns=stamp_ns,
            ego=ego_motion(stamp_ns, self.ego(t), self.yaw_rate(t)) if self.odometry else None,
            objects=tuple(
                seen(
                    actor,
                    (places[actor.track_id][0] - travelled, places[actor.track_id][1]),
                    (actor.along(t), actor.across(t)),
                    stamp_ns,
                )
                for actor in present
            ),
            sounds=tuple(self.sounds(t)),
            senses=tuple(s for s in self.senses if self._sensors(s) > [of for of, *_ in self.trouble(t)].count(s)),
            signals=() if state is None else (light(state, stamp_ns),),
            degraded=tuple(
                Degradation(sense=s, trouble=trouble, source=name, since_ns=stamp_ns, remedy="look at it")
                for s, name, trouble in self.trouble(t)
            ),
        )


def ego_motion(stamp_ns: int, speed_mps: float, yaw_rate_rps: float = 0.0) -> EgoMotion:
    return EgoMotion(
        stamp_ns=stamp_ns,
        odom_from_base=Pose.identity(),
        velocity_mps=(speed_mps, 0.0, 0.0),
        yaw_rate_rps=yaw_rate_rps,
    )


def light(state: SignalState, stamp_ns: int) -> TrafficSignal:
    return TrafficSignal(
        signal_id=1,
        state=state,
        azimuth_rad=0.05,
        range_m=None,
        confidence=0.9,
        evidence=evidence(stamp_ns, Sense.CAMERA),
    )


def siren(stamp_ns: int, azimuth_rad: float, trend: SoundTrend) -> SoundEvent:
    return SoundEvent(
        kind="siren",
        azimuth_rad=azimuth_rad,
        range_m=None,
        trend=trend,
        level_db=-30.0,
        track_id=None,
        confidence=0.9,
        evidence=evidence(stamp_ns, Sense.AUDIO),
    )


def evidence(stamp_ns: int, *senses: Sense) -> tuple[Evidence, ...]:
    return tuple(Evidence(modality=s, stamp_ns=stamp_ns, detail=f"seen by {s.value}") for s in senses)


def seen(actor: Actor, place: tuple[float, float], velocity: tuple[float, float], stamp_ns: int) -> SceneObject:
    """What perception says of an actor at `place` in base_link."""
    size = SIZES.get(actor.label, CAR_SIZE)
    (x, y), ranged = place, Sense.LIDAR in actor.senses
    box = OrientedBox(centre_m=(x, y, size[2] / 2), size_lwh_m=size, yaw_rad=actor.yaw_rad)
    azimuth = math.atan2(y, x)
    attributes = (Attribute(name="colour", value=actor.colour, confidence=0.9),) if actor.colour else ()
    return SceneObject(
        track_id=actor.track_id,
        label=actor.label,
        attributes=attributes,
        azimuth_rad=azimuth,
        position_m=box.centre_m if ranged else None,
        size_lwh_m=size if ranged else None,
        yaw_rad=actor.yaw_rad if ranged else None,
        velocity_mps=(*velocity, 0.0) if ranged else None,
        relation=Relation(
            side=SECTORS[round(azimuth / (math.pi / 4)) % 8],
            in_path=ranged and x > 0 and abs(y) - size[1] / 2 < 1.1,
            distance_m=box.nearest_in_plan_m() if ranged else None,
        ),
        motion=_motion(actor, velocity, y) if ranged else Motion.UNKNOWN,
        confidence=actor.confidence,
        age_s=1.0,
        evidence=evidence(stamp_ns, *actor.senses),
    )


def _motion(actor: Actor, velocity: tuple[float, float], left_m: float) -> Motion:
    along, across = velocity
    if actor.parked:
        return Motion.PARKED
    if math.hypot(along, across) < 0.3:
        return Motion.STOPPED
    if along < -1.0 and abs(left_m) > 1.5:
        return Motion.ONCOMING
    return Motion.CROSSING if abs(across) > abs(along) + 0.3 else Motion.MOVING


CAR, VAN, BUS, TRUCK = ObjectClass.CAR, ObjectClass.VAN, ObjectClass.BUS, ObjectClass.TRUCK
PERSON, CYCLIST, OBSTACLE = ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST, ObjectClass.OBSTACLE


def parked_row(first_id: int, x: float, y: float, count: int = 5) -> list[Actor]:
    return [Actor(track_id=first_id + k, label=CAR, x=x + 6.5 * k, y=y, parked=True) for k in range(count)]


def pulling_away() -> Script:
    """The real drive's story: we stand behind a white car, it pulls away, and we follow."""
    white = Actor(track_id=1, label=CAR, x=15.15, y=0.0, colour="white", along=ramp(2.0, 5.0, 0.0, 5.0))
    return Script(seconds=5.0, ego=ramp(3.2, 6.0, 0.0, 4.0), actors=[white, *parked_row(10, 7.0, -3.4)])


def street_drive() -> Script:
    """Half a minute through a street: following, people, a cyclist, a red light and a green one."""
    lead = Actor(track_id=1, label=CAR, x=16.0, y=0.0, colour="white", along=_lead_speed)
    return Script(
        seconds=34.0,
        ego=_ego_speed,
        signals=lambda t: None if t < 16.0 else SignalState.RED if t < 25.5 else SignalState.GREEN,
        actors=[
            lead,
            *parked_row(10, 8.0, -3.4, 6),
            Actor(track_id=30, label=VAN, x=190.0, y=3.4, along=lambda _: -8.0, colour="grey", from_s=5.0),
            Actor(track_id=31, label=CYCLIST, x=60.0, y=-2.4, along=lambda _: 3.5, from_s=6.0),
            Actor(track_id=32, label=PERSON, x=132.0, y=-5.0, from_s=9.0),
            Actor(track_id=33, label=PERSON, x=133.0, y=-5.4, from_s=9.0),
            Actor(track_id=34, label=BUS, x=135.0, y=4.0, from_s=9.0),
            Actor(
                track_id=35, label=PERSON, x=129.0, y=-6.0, across=ramp(21.0, 21.2, 0.0, 1.4), from_s=12.0, to_s=30.0
            ),
        ],
    )


def _ego_speed(t: float) -> float:
    return ramp(2.5, 6.0, 0.0, 8.5)(t) * ramp(15.5, 20.0, 1.0, 0.0)(t) + ramp(27.5, 31.0, 0.0, 8.0)(t)


def _lead_speed(t: float) -> float:
    return ramp(1.5, 4.5, 0.0, 9.0)(t) * ramp(14.5, 19.0, 1.0, 0.0)(t) + ramp(26.0, 29.0, 0.0, 9.0)(t)


def hard_stop() -> Script:
    """The white car ahead brakes to a stand, we stop behind it, and follow when it leaves."""

    def speed(t: float, late_s: float) -> float:
        return ramp(5.0 + late_s, 7.6 + late_s, 13.0, 0.0)(t) + ramp(12.0 + late_s, 16.0 + late_s, 0.0, 8.0)(t)

    lead = Actor(track_id=1, label=CAR, x=27.5, y=0.0, colour="white", along=lambda t: speed(t, 0.0))
    return Script(seconds=18.0, ego=lambda t: speed(t, 0.8), actors=[lead])


def stepping_out() -> Script:
    """We drive at 8 m/s, and someone steps out from the right."""
    person = Actor(track_id=5, label=PERSON, x=40.0, y=-4.5, across=ramp(1.8, 2.0, 0.0, 1.6))
    return Script(seconds=4.0, ego=lambda _: 8.0, actors=[person])


def busy_street() -> Script:
    """What may happen: a doubtful van, a cut-in, a truck that comes towards us, a cyclist, a nameless thing."""
    return Script(
        seconds=40.0,
        ego=lambda _: 9.0,
        actors=[
            Actor(track_id=1, label=VAN, x=38.0, y=0.1, along=lambda _: 9.0, confidence=0.5, to_s=8.0),
            Actor(
                track_id=2,
                label=VAN,
                x=40.0,
                y=3.2,
                colour="grey",
                along=lambda t: 9.0 - 3.0 * (t < 8.5),
                across=lambda t: -0.8 * (8.5 <= t < 12.5),
                from_s=5.0,
                to_s=17.0,
            ),
            Actor(track_id=3, label=TRUCK, x=430.0, y=3.6, along=lambda _: -11.0, from_s=12.0),
            Actor(track_id=4, label=CYCLIST, x=160.0, y=-2.4, along=lambda _: 3.0, from_s=15.0),
            Actor(track_id=5, label=OBSTACLE, x=340.0, y=0.9, senses=(Sense.LIDAR,), from_s=25.0),
            Actor(track_id=6, label=BUS, x=390.0, y=-3.8, from_s=25.0),
            Actor(track_id=7, label=PERSON, x=380.0, y=6.0, from_s=25.0),
            Actor(track_id=8, label=PERSON, x=381.0, y=6.2, from_s=25.0),
        ],
    )


def siren_behind() -> Script:
    """A siren comes nearer behind us on the left, and fades ahead."""

    def heard(t: float) -> list[SoundEvent]:
        if not 2.0 <= t < 20.0:
            return []
        trend, azimuth = (SoundTrend.APPROACHING, 2.4) if t < 9.0 else (SoundTrend.RECEDING, 0.4)
        if t < 3.1:
            trend = SoundTrend.UNKNOWN
        return [siren(START_NS + round(t * 1e9), azimuth, trend)]

    return Script(seconds=22.0, ego=lambda _: 5.0, sounds=heard)


def siren_passes() -> Script:
    """A siren is heard from everywhere, then behind us; then a truck is seen, which has it on, and passes."""

    def heard(t: float) -> list[SoundEvent]:
        if t < 2.0:
            return []
        ahead_m = -48.0 + 6.0 * t
        event = siren(START_NS + round(t * 1e9), math.atan2(3.5, ahead_m), SoundTrend.UNKNOWN)
        if t < 4.0:
            return [dataclasses.replace(event, azimuth_rad=None)]
        return [dataclasses.replace(event, track_id=1)] if t >= 6.0 else [event]

    truck = Actor(track_id=1, label=TRUCK, x=-48.0, y=3.5, along=lambda _: 11.0, from_s=5.0, colour="white")
    return Script(seconds=14.0, ego=lambda _: 5.0, actors=[truck], sounds=heard)


def wrong_class() -> Script:
    """A bus turns out to be a truck; then it is gone."""
    place = {"y": 0.0, "along": lambda _: 6.0}
    return Script(
        seconds=16.0,
        ego=lambda _: 6.0,
        actors=[
            Actor(track_id=1, label=BUS, x=26.0, to_s=5.0, **place),
            Actor(track_id=1, label=TRUCK, x=26.0, from_s=5.0, to_s=10.0, **place),
            Actor(track_id=9, label=CAR, x=30.0, y=-4.0, parked=True),
        ],
    )


def camera_lost() -> Script:
    """The camera is blinded for four seconds while we drive."""
    blind = ((Sense.CAMERA, "front", Trouble.BLIND),)
    return Script(
        seconds=14.0,
        ego=lambda _: 7.0,
        actors=[
            Actor(track_id=1, label=CAR, x=25.0, y=0.0, along=lambda _: 7.0, colour="red"),
            Actor(track_id=2, label=OBSTACLE, x=70.0, y=0.3, senses=(Sense.LIDAR,)),
        ],
        trouble=lambda t: blind if 2.0 <= t < 6.0 else (),
    )
