"""The sensor: one turn over a moment of the world."""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.simulation.sensors.rig import LidarMount
from crossmodal_narrator.simulation.sensors.spinning_lidar.casting import NOBODY, Caster, Echoes, Rays, numbered
from crossmodal_narrator.simulation.sensors.spinning_lidar.ego_body import ego_matter, refuse_inside
from crossmodal_narrator.simulation.sensors.spinning_lidar.model import LidarModel, load_model
from crossmodal_narrator.simulation.sensors.spinning_lidar.points import Points
from crossmodal_narrator.simulation.sensors.spinning_lidar.reflection import Ground, answered
from crossmodal_narrator.simulation.sensors.spinning_lidar.turn import Passage, Turn, mount_pose
from crossmodal_narrator.simulation.sensors.spinning_lidar.weather import Air, Haze, drop_echoes, fog_echoes, wetness
from crossmodal_narrator.simulation.shapes.meshes import Floats, turned
from crossmodal_narrator.simulation.world import Moment

# The receiver is made less sensitive for near echoes, which would blind it: up to here all are heard equally well.
_NEAR_M = np.float32(15.0)
_FLICKER = np.float32(0.3)  # of the logarithm of what arrives, from pulse to pulse
_SPECKLE = np.float32(0.08)  # of the reflectance that is reported
_WEAK_NOISE = np.float32(3.0)  # at the limit of its range the sensor's noise is doubled


class SpinningLidar:
    """Mounted on the vehicle, whose own body it sees.

    Raises:
        ScenarioError: an unknown model, or a mount inside the vehicle.
    """

    def __init__(self, mount: LidarMount, model: LidarModel | None = None) -> None:
        refuse_inside(mount.position_m)
        self.mount = mount
        self._model = load_model(mount.model) if model is None else model
        self._turn = Turn(self._model)
        self._caster = Caster(self._turn)
        self._own_distance_m, self._own_reflectance = _own_vehicle(self._turn.rays, mount_pose(mount))

    def sweep(self, moment: Moment, rng: np.random.Generator) -> Points:
        """The turn that ends at `moment.time_s`; each point is in the sensor's frame at its own time."""
        passage = Passage.of(moment.rollout.ego, self.mount, moment.time_s, self._turn)
        echoes = Echoes.none(len(self._turn.rays))
        ground = Ground(paint=moment.scenery.ground, wetness=wetness(moment.environment))
        still = numbered(moment.still_actors, len(moment.still.layout))
        self._caster.meet_still(echoes, passage, moment.still, still, ground, rng)
        for number, body in enumerate(moment.bodies, start=len(still)):
            self._caster.meet_body(echoes, passage, body, number, rng)
        everything = np.arange(len(self._turn.rays))
        echoes.meet(everything, self._own_distance_m, self._own_reflectance, np.int32(NOBODY))
        names = [moment.still_actors[body].actor_id for body in still] + [b.actor.actor_id for b in moment.bodies]
        return self._received(echoes, Air.of(moment.environment), tuple(names), rng)

    def _received(self, echoes: Echoes, air: Air, names: tuple[str, ...], rng: np.random.Generator) -> Points:
        """What the receiver makes of the echoes: the strongest of each ray, if it is strong enough."""
        model = self._model
        power = self._power(echoes.distance_m, echoes.reflectance, air)
        self._add_weather(echoes, power, air, rng)
        flicker = np.exp(_FLICKER * rng.standard_normal(len(power), dtype=np.float32))
        distance = echoes.distance_m
        kept = np.flatnonzero(
            (power * flicker > 1.0) & (distance >= model.min_range_m) & (distance <= model.max_range_m)
        )
        noise = rng.standard_normal((2, len(kept)), dtype=np.float32)
        spread = np.float32(model.precision_m) * np.sqrt(1.0 + _WEAK_NOISE / np.maximum(power[kept], np.float32(1.0)))
        measured = distance[kept] + spread * noise[0]
        if model.range_step_m > 0.0:
            measured = np.rint(measured / np.float32(model.range_step_m)) * np.float32(model.range_step_m)
        reported = 100.0 * echoes.reflectance[kept] * (1.0 + _SPECKLE * noise[1])
        return Points(
            xyz=self._turn.rays[kept] * measured[:, None],
            intensity=np.rint(np.clip(reported, 0.0, 255.0)).astype(np.float32),
            ring=(kept % self._turn.channels).astype(np.uint16),
            offset_s=self._turn.offset_s[kept],
            actor=echoes.actor[kept],
            actor_ids=names,
        )

    def _power(self, distance_m: Floats, reflectance: Floats, air: Air) -> Floats:
        """By the LiDAR's range equation: 1 is heard every other time."""
        far = np.maximum(distance_m, _NEAR_M)
        ratio = np.float32(self._model.range_at_tenth_m) / far
        power: Floats = np.float32(10.0) * reflectance * ratio * ratio * air.passed(distance_m)
        return power

    def _add_weather(self, echoes: Echoes, power: Floats, air: Air, rng: np.random.Generator) -> None:
        """Fog wins where it answers more strongly than what stands behind it; a drop near by always."""
        count = len(power)
        if air.fog_reflectance * 10.0 * (self._model.range_at_tenth_m / _NEAR_M) ** 2 > 0.1:
            fog = fog_echoes(air, count, float(_NEAR_M), rng)
            answer = self._power(fog.distance_m, fog.reflectance, air)
            wins = np.flatnonzero((answer > power) & (fog.distance_m < echoes.distance_m))
            _replace(echoes, power, wins, fog.only(wins), answer[wins])
        if air.drops_per_ray > 0.0:
            rays, drops = drop_echoes(air, count, rng)
            near = np.flatnonzero(drops.distance_m < echoes.distance_m[rays])
            drops = drops.only(near)
            _replace(echoes, power, rays[near], drops, self._power(drops.distance_m, drops.reflectance, air))


def _replace(echoes: Echoes, power: Floats, rays: Rays, haze: Haze, answer: Floats) -> None:
    echoes.distance_m[rays], echoes.reflectance[rays], power[rays] = haze.distance_m, haze.reflectance, answer
    echoes.actor[rays] = NOBODY


def _own_vehicle(rays: Floats, base_from_sensor: Pose) -> tuple[Floats, Floats]:
    """Where each ray meets the vehicle that carries the sensor, and what comes back; both stand still to each other."""
    matter = ego_matter()
    directions = turned(rays, base_from_sensor)
    hits = matter.scene.cast(base_from_sensor.translation_m.astype(np.float32), directions)
    met = np.flatnonzero(np.isfinite(hits.distance_m))
    found = hits.only(met)
    reflectance = np.zeros(len(rays), np.float32)
    points = base_from_sensor.translation_m.astype(np.float32) + directions[met] * found.distance_m[:, None]
    reflectance[met] = answered(matter, found, directions[met], points).reflectance
    return hits.distance_m, reflectance
