"""Those who stand and move in the street: where each is at a time, and what it looks like then."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, Pose
from crossmodal_narrator.simulation.ground import KERB_M, ROAD_HALF_M
from crossmodal_narrator.simulation.meshes import Mesh, Rgb
from crossmodal_narrator.simulation.motion import SpeedProfile
from crossmodal_narrator.simulation.people import Person, cyclist, walker
from crossmodal_narrator.simulation.vehicles import bare_size_m, vehicle

_PHASES = 16  # of a step, or of a turn of the pedals
_STEP_M, _PEDAL_M = 1.5, 4.0  # the way of a whole cycle
_STRIDE_RAD, _STANDING_RAD = 0.32, 0.05
_CYCLIST_SIZE_M = (1.77, 0.6, 1.8)


@dataclass(frozen=True, kw_only=True, eq=False)
class Actor:
    """Moves on a straight line from (x_m, y_m); `shape` is one of vehicles.SHAPES where it is a vehicle."""

    actor_id: str
    label: ObjectClass
    x_m: float
    y_m: float
    heading_rad: float
    speed: SpeedProfile
    shape: str = ""
    paint: Rgb = (255, 255, 255)
    person: Person | None = None
    is_parked: bool = False

    @property
    def is_moving_ever(self) -> bool:
        return self.speed.start_mps > 0 or bool(self.speed.stretches)

    @cached_property
    def size_lwh_m(self) -> tuple[float, float, float]:
        """As people label: vehicles without their mirrors, people with the reach of a middling step."""
        if self.person is None:
            length, width, height = (float(v) for v in bare_size_m(self.shape))
            return length, width, height
        return _CYCLIST_SIZE_M if self.label is ObjectClass.CYCLIST else (0.6, 0.6, self.person.height_m)

    def pose(self, time_s: float) -> Pose:
        """Of its middle on the ground, in the street's frame."""
        way = self.speed.distance_m(time_s)
        x, y = self.x_m + way * math.cos(self.heading_rad), self.y_m + way * math.sin(self.heading_rad)
        return Pose.from_xy_yaw(x, y, self.heading_rad, KERB_M if abs(y) > ROAD_HALF_M else 0.0)

    def box(self, time_s: float) -> OrientedBox:
        """In the street's frame."""
        x, y, z = (float(v) for v in self.pose(time_s).translation_m)
        height = self.size_lwh_m[2]
        return OrientedBox(centre_m=(x, y, z + 0.5 * height), size_lwh_m=self.size_lwh_m, yaw_rad=self.heading_rad)

    def motion(self, time_s: float) -> str:
        """In the words of the truth: Parked, Stopped or Moving."""
        if self.is_parked:
            return "Parked"
        return "Moving" if self.speed.speed_mps(time_s) > 0.1 else "Stopped"

    def mesh(self, time_s: float) -> Mesh:
        """As it looks at `time_s`, in its place."""
        pose = self.pose(time_s)
        x, y, z = (float(v) for v in pose.translation_m)
        return self._shaped(time_s).moved(x, y, z, self.heading_rad)

    def _shaped(self, time_s: float) -> Mesh:
        if self.person is None:
            return vehicle(self.shape)
        cycle = _PEDAL_M if self.label is ObjectClass.CYCLIST else _STEP_M
        # Nobody starts in step with another: where one begins shifts the phase.
        way = self.speed.distance_m(time_s) + self.x_m
        phase = int(way / cycle * _PHASES) % _PHASES
        stride = _STRIDE_RAD if self.speed.speed_mps(time_s) > 0.1 else _STANDING_RAD
        look = (phase, stride)
        if look not in self._looks:
            angle = phase * math.tau / _PHASES
            is_rider = self.label is ObjectClass.CYCLIST
            self._looks[look] = cyclist(self.person, angle) if is_rider else walker(self.person, angle, stride)
        return self._looks[look]

    @cached_property
    def _looks(self) -> dict[tuple[int, float], Mesh]:
        return {}
