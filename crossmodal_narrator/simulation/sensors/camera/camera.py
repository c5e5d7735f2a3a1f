"""A camera: what it sees at a moment, as 8-bit RGB."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox, Pose
from crossmodal_narrator.simulation.rollout import EGO_MIDDLE_M, EGO_SIZE_M
from crossmodal_narrator.simulation.sensors.camera.beams import Beam, own_beams, street_beams, thrown_beams
from crossmodal_narrator.simulation.sensors.camera.daylight import Clouds, Illumination
from crossmodal_narrator.simulation.sensors.camera.edges import OFFSETS_PX, edge_pixels
from crossmodal_narrator.simulation.sensors.camera.glare import limited, sparks_of, sun_veil, with_halos
from crossmodal_narrator.simulation.sensors.camera.lamps import LitLamps, Shining
from crossmodal_narrator.simulation.sensors.camera.lens import Lens
from crossmodal_narrator.simulation.sensors.camera.rain import with_rain
from crossmodal_narrator.simulation.sensors.camera.sensor import Sensor, exposure_gain
from crossmodal_narrator.simulation.sensors.camera.shading import Shading
from crossmodal_narrator.simulation.sensors.camera.sight import Subjects, tile_masks
from crossmodal_narrator.simulation.sensors.camera.vectors import rotated
from crossmodal_narrator.simulation.sensors.camera.wet_road import WetRoad
from crossmodal_narrator.simulation.sensors.rig import CameraMount
from crossmodal_narrator.simulation.shapes.meshes import Floats
from crossmodal_narrator.simulation.world import Moment

_FARTHEST_M = 350.0
_LAMPS_M = 160.0


class Camera:
    """Renders what a mount's camera sees. It keeps nothing from one image to the next: any process may make any."""

    def __init__(self, mount: CameraMount) -> None:
        """Raises ScenarioError where the distortion cannot be undone, or Embree does not load."""
        self._mount = mount
        self._lens = Lens(mount.intrinsics)
        self._sensor = Sensor(*self._lens.shape)
        self._clouds = Clouds()

    def render(self, moment: Moment, world_from_base: Pose, rng: np.random.Generator) -> NDArray[np.uint8]:
        """(height, width, 3) RGB; `rng` draws the noise and the drops."""
        lens, light = self._lens, Illumination.of(moment.environment)
        world_from_camera = world_from_base @ self._mount.base_from_camera
        eye = world_from_camera.translation_m.astype(np.float32)
        subjects = Subjects(moment, eye, min(_FARTHEST_M, 5.0 / light.extinction_per_m))
        lamps = LitLamps(moment, light, [placed.actor for placed in subjects.placed])
        shining = _shining(moment, lamps, subjects, eye)
        beams = _beams(moment, world_from_base, shining, eye) if light.is_dark else []
        shading = Shading(subjects, light, lamps, beams, _boxes(moment, subjects, eye), self._clouds)

        rays = rotated(lens.rays.reshape(-1, 3), world_from_camera.rotation.astype(np.float32))
        masks = tile_masks(lens, subjects.placed, world_from_camera)
        sight = subjects.meet(eye, rays, lambda k: lens.tiles[masks[k]].ravel())
        flat, surface = shading.radiance(sight, eye, rays, lens.pixel_rad)
        image = flat.reshape(*lens.shape, 3)
        gain = exposure_gain(image, light)
        self._smooth(image, gain, shading, subjects, masks, world_from_camera)
        if light.wetness > 0:
            mirror = Shading(subjects, light, lamps, beams[:1], (), self._clouds)
            road = WetRoad(subjects=subjects, shading=mirror, clouds=self._clouds, wetness=light.wetness)
            road.add(image, surface, lens.pixel_rad, 5.0 / gain)
        image *= np.float32(gain)
        distance = sight.hits.distance_m.reshape(lens.shape)
        if light.is_dark:
            shining += _near(lamps.street_lamps(moment.scenery.street_lamps_m), eye)
        sparks = limited(sparks_of(shining, lens, world_from_camera, distance, light), gain)
        image = with_halos(image, sparks, _haze(light))
        veil = sun_veil(subjects, light, lens, world_from_camera)
        if veil is not None:
            image += veil
        if light.rain_mmph > 0:
            image = with_rain(image, light.rain_mmph, moment.environment.wind_mps, moment.time_s, rng)
        return self._sensor.developed(image, gain, rng)

    def _smooth(
        self,
        image: Floats,
        gain: float,
        shading: Shading,
        subjects: Subjects,
        masks: NDArray[np.bool_],
        world_from_camera: Pose,
    ) -> None:
        """Look again at edges, in place."""
        lens, eye = self._lens, world_from_camera.translation_m.astype(np.float32)
        pixels = edge_pixels(image, gain)
        if len(pixels) == 0:
            return
        between = np.concatenate([lens.between_pixels(pixels, *offset) for offset in OFFSETS_PX])
        rays = rotated(between, world_from_camera.rotation.astype(np.float32))
        tile = np.tile(lens.tile_of_pixel[pixels], len(OFFSETS_PX))
        sight = subjects.meet(eye, rays, lambda k: np.flatnonzero(masks[k][tile]))
        more, _ = shading.radiance(sight, eye, rays, 0.5 * lens.pixel_rad)
        white = np.float32(2.0 / gain)  # a sample far brighter than white must not win against the rest
        flat = image.reshape(-1, 3)
        samples = np.concatenate([flat[pixels], more]).reshape(1 + len(OFFSETS_PX), -1, 3)
        flat[pixels] = np.minimum(samples, white).mean(axis=0)


def _shining(moment: Moment, lamps: LitLamps, subjects: Subjects, eye: Floats) -> list[Shining]:
    """The lit lamps of all vehicles near by."""
    found = [s for placed in subjects.placed for s in lamps.shining(placed.actor, placed.skin.matter)]
    found += [s for actor in moment.still_actors.values() for s in lamps.shining(actor, None)]
    return _near(found, eye)


def _near(lamps: list[Shining], eye: Floats) -> list[Shining]:
    return [lamp for lamp in lamps if float(np.linalg.norm(lamp.place_m - eye)) < _LAMPS_M]


def _beams(moment: Moment, world_from_base: Pose, shining: list[Shining], eye: Floats) -> list[Beam]:
    own = own_beams(world_from_base, EGO_MIDDLE_M + 0.5 * EGO_SIZE_M[0] + 0.05)
    return [*own, *thrown_beams(shining, eye), *street_beams(moment.scenery.street_lamps_m, eye, 110.0)]


def _boxes(moment: Moment, subjects: Subjects, eye: Floats) -> list[OrientedBox]:
    """Of those who shade the ground below them from the sky."""
    actors = [*(placed.actor for placed in subjects.placed), *moment.still_actors.values()]
    boxes = [actor.box(moment.time_s) for actor in actors]
    return [box for box in boxes if float(np.hypot(box.centre_m[0] - eye[0], box.centre_m[1] - eye[1])) < 70.0]


def _haze(light: Illumination) -> float:
    """0 in clear air, 1 in fog or strong rain."""
    return min(1.0, max(40.0 * light.extinction_per_m, 0.08 * light.rain_mmph))
