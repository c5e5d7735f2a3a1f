"""Random drives: actors that move as such things do, seen by senses that come and go. A number is always one drive."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from random_actors import Actor, Course, Street, profile, random_actors
from random_senses import Failing, Light, Sounding, heard, random_failing, random_lights, random_sounds, shown

from crossmodal_narrator.core.detections import Attribute
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import OrientedBox, Pose, wrap_angle
from crossmodal_narrator.core.scene import (
    Evidence,
    Motion,
    SceneObject,
    SceneState,
    Surroundings,
)
from crossmodal_narrator.core.snapshot import Degradation, Sense
from crossmodal_narrator.fusion.config import FusionConfig
from crossmodal_narrator.fusion.relation import relation_of, relation_of_bearing

SEED = 20_261_130
START_NS = 1_700_000_000_000_000_000
APART_NS = 100_000_000_000  # a journey is several drives, so long apart that no track of the last one is remembered
DRIVES = 6  # of one journey
HZ = 10
FUSION = FusionConfig()
CAMERA_CONE_RAD, CAMERA_RANGE_M, LIDAR_RANGE_M = 0.8, 80.0, 60.0
FORGOTTEN_S = 0.8  # after which a track that no sense supports is dropped
TOUCHES_M = 1.2  # nothing comes nearer to base_link than that without a collision, which ends the drive


@dataclass(kw_only=True)
class _Tracked:
    x: float
    y: float
    seen_ns: dict[Sense, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Drive:
    """One drive. `scenes` may be asked for again and again."""

    number: int
    seconds: float
    speed: Course
    yaw_rate: Course
    actors: tuple[Actor, ...]
    sounds: tuple[Sounding, ...]
    lights: tuple[Light, ...]
    failing: tuple[Failing, ...]
    listens: bool
    novelty: float | None

    @property
    def start_ns(self) -> int:
        return START_NS + self.number * APART_NS

    def scenes(self) -> Iterator[SceneState]:
        tracked = {a.track_id: _Tracked(x=a.x, y=a.y) for a in self.actors}
        ego = (0.0, 0.0, 0.0)
        for k in range(round(self.seconds * HZ)):
            scene = self._scene(k / HZ, ego, tracked)
            if any(o.relation.distance_m is not None and o.relation.distance_m < TOUCHES_M for o in scene.objects):
                return
            yield scene
            ego = _driven(ego, self.speed(k / HZ), self.yaw_rate(k / HZ))
            for actor in self.actors:
                tracked[actor.track_id].x += actor.along(k / HZ) / HZ
                tracked[actor.track_id].y += actor.across(k / HZ) / HZ

    def _scene(self, t: float, ego: tuple[float, float, float], tracked: dict[int, _Tracked]) -> SceneState:
        stamp_ns = self.start_ns + round(t * 1e9)
        failing = [f for f in self.failing if f.from_s <= t < f.to_s]
        lost = {f.sense for f in failing}
        motion = None if Sense.ODOMETRY in lost else _motion(stamp_ns, ego, self.speed(t), self.yaw_rate(t))
        objects = [
            seen
            for a in self.actors
            if (seen := _seen(a, tracked[a.track_id], t, stamp_ns, ego, motion, lost)) is not None
        ]
        senses = {Sense.CAMERA, Sense.LIDAR, *((Sense.AUDIO,) if self.listens else ())} - lost
        return SceneState(
            stamp_ns=stamp_ns,
            ego=motion,
            objects=tuple(objects),
            sounds=tuple(heard(self.sounds, t, stamp_ns, objects)) if Sense.AUDIO in senses else (),
            signals=tuple(shown(self.lights, t, stamp_ns)) if Sense.CAMERA in senses else (),
            degraded=tuple(
                Degradation(sense=f.sense, trouble=f.trouble, source=f.source, since_ns=stamp_ns, remedy="look at it")
                for f in failing
            ),
            senses=tuple(sorted(senses)),
            surroundings=self._surroundings(t),
        )

    def _surroundings(self, t: float) -> Surroundings | None:
        if self.novelty is None or round(t * HZ) % HZ:
            return None
        return Surroundings(vector=None, novelty=self.novelty, attributes=(), senses=(Sense.CAMERA,))


def random_drive(number: int) -> Drive:
    rng = np.random.default_rng([SEED, number])
    seconds = float(rng.choice([5.0, 8.0, 12.0, 20.0], p=[0.3, 0.3, 0.25, 0.15]))
    at = float(rng.uniform(1.0, 0.5 * seconds))
    speed, yaw_rate, pace = _random_course(rng, at)
    actors = tuple(random_actors(Street(rng, seconds, pace, at, first_id=100 * number + 1)))
    listens = rng.random() < 0.7
    return Drive(
        number=number,
        seconds=seconds,
        speed=speed,
        yaw_rate=yaw_rate,
        actors=actors,
        sounds=tuple(random_sounds(rng, seconds, actors)) if listens else (),
        lights=tuple(random_lights(rng, seconds, at)) if rng.random() < 0.45 else (),
        failing=tuple(random_failing(rng, seconds)) if rng.random() < 0.3 else (),
        listens=listens,
        novelty=float(rng.random()) if rng.random() < 0.2 else None,
    )


def _random_course(rng: np.random.Generator, at: float) -> tuple[Course, Course, float]:
    """Our speed and yaw rate, which change from second `at` on, and the pace at which the traffic moves."""
    pace = float(rng.uniform(3.0, 14.0))
    brakes_s = pace / float(rng.uniform(1.2, 3.5))
    turning = _bend(at, float(rng.choice([-0.35, 0.35])), float(rng.uniform(2.0, 6.0)))
    speeds = {
        "stands": [(0.0, 0.0)],
        "starts": [(at, 0.0), (at + 3.0, pace)],
        "cruises": [(0.0, pace)],
        "stops": [(at, pace), (at + brakes_s, 0.0)],
        "slows": [(at, pace), (at + 0.5 * brakes_s, 0.5 * pace)],
        "stops and starts": [
            (1.0, pace), (1.0 + brakes_s, 0.0), (at + brakes_s + 2.0, 0.0), (at + brakes_s + 5.0, pace),
        ],
        "turns": [(0.0, min(pace, 6.0))],
        "reverses": [(at, 0.0), (at + 1.0, -1.5), (at + 4.0, -1.5), (at + 5.0, 0.0)],
    }  # fmt: skip
    does = str(rng.choice(list(speeds), p=[0.12, 0.19, 0.18, 0.13, 0.1, 0.12, 0.1, 0.06]))
    return profile(speeds[does]), turning if does == "turns" else profile([(0.0, 0.0)]), pace


def _bend(at: float, rate: float, lasts_s: float) -> Course:
    return profile([(at, 0.0), (at + 0.5, rate), (at + 0.5 + lasts_s, rate), (at + 1.0 + lasts_s, 0.0)])


def _driven(ego: tuple[float, float, float], speed_mps: float, yaw_rate_rps: float) -> tuple[float, float, float]:
    x, y, yaw = ego
    yaw += yaw_rate_rps / HZ
    return x + math.cos(yaw) * speed_mps / HZ, y + math.sin(yaw) * speed_mps / HZ, yaw


def _motion(stamp_ns: int, ego: tuple[float, float, float], speed_mps: float, yaw_rate_rps: float) -> EgoMotion:
    return EgoMotion(
        stamp_ns=stamp_ns,
        odom_from_base=Pose.from_xy_yaw(*ego),
        velocity_mps=(speed_mps, 0.0, 0.0),
        yaw_rate_rps=yaw_rate_rps,
    )


def _seen(
    actor: Actor,
    tracked: _Tracked,
    t: float,
    stamp_ns: int,
    ego: tuple[float, float, float],
    motion: EgoMotion | None,
    lost: set[Sense],
) -> SceneObject | None:
    """What perception says of an actor: evidence remains, and grows old, when a sense does not see it any more."""
    (x, y), (vx, vy) = _turned(tracked.x - ego[0], tracked.y - ego[1], ego[2]), _turned(
        actor.along(t), actor.across(t), ego[2]
    )  # fmt: skip
    azimuth, reach = math.atan2(y, x), math.hypot(x, y)
    if reach > CAMERA_RANGE_M and not tracked.seen_ns:
        return None
    sees = {
        Sense.CAMERA: abs(azimuth) < CAMERA_CONE_RAD and reach < CAMERA_RANGE_M,
        Sense.LIDAR: reach < LIDAR_RANGE_M,
    }
    if actor.is_there(t):
        tracked.seen_ns.update({s: stamp_ns for s in actor.senses if sees[s] and s not in lost})
    fresh = {s: at for s, at in tracked.seen_ns.items() if stamp_ns - at < FORGOTTEN_S * 1e9}
    if not fresh:
        return None
    box = OrientedBox(
        centre_m=(x, y, actor.size_m[2] / 2), size_lwh_m=actor.size_m, yaw_rad=wrap_angle(actor.yaw_rad - ego[2])
    )
    ranged = Sense.LIDAR in fresh
    moves = ranged and motion is not None and actor.has_velocity
    return SceneObject(
        track_id=actor.track_id,
        label=actor.label_at(t),
        attributes=(actor.colour,) if isinstance(actor.colour, Attribute) and Sense.CAMERA in tracked.seen_ns else (),
        azimuth_rad=azimuth,
        position_m=box.centre_m if ranged else None,
        size_lwh_m=box.size_lwh_m if ranged else None,
        yaw_rad=box.yaw_rad if ranged else None,
        velocity_mps=(vx, vy, 0.0) if moves else None,
        relation=relation_of(box, motion, FUSION) if ranged else relation_of_bearing(azimuth - 0.03, azimuth + 0.03),
        motion=_moved(actor, t, (x, y), (vx, vy), motion) if moves else Motion.UNKNOWN,
        confidence=actor.confidence_at(t),
        age_s=t,
        evidence=tuple(
            Evidence(modality=s, stamp_ns=at, detail=f"seen by {s.value}") for s, at in sorted(tracked.seen_ns.items())
        ),
    )


def _turned(x: float, y: float, yaw: float) -> tuple[float, float]:
    """From the street's axes to base_link's."""
    c, s = math.cos(yaw), math.sin(yaw)
    return c * x + s * y, c * y - s * x


def _moved(
    actor: Actor, t: float, place: tuple[float, float], velocity: tuple[float, float], ego: EgoMotion | None
) -> Motion:
    """As the fusion tells it of a settled track."""
    (x, y), (vx, vy), speed = place, velocity, math.hypot(*velocity)
    if speed < 0.4:
        return Motion.PARKED if actor.is_parked else Motion.STOPPED
    if x > 0 and abs(vy) > speed * math.sin(math.radians(50)):
        return Motion.CROSSING
    if x > 0 and vx < -speed * math.cos(math.radians(40)):
        return Motion.ONCOMING
    own = 0.0 if ego is None else ego.velocity_mps[0]
    receding = ((vx - own) * x + vy * y) / max(math.hypot(x, y), 0.1)
    return Motion.MOVING if abs(receding) < 1.0 else Motion.RECEDING if receding > 0 else Motion.APPROACHING
