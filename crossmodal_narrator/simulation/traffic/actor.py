"""Somebody in the drive: what it is, what it looks like, where it is when, and what it lets hear."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, Vec3
from crossmodal_narrator.simulation.traffic.timeline import Timeline


class SoundKind(str, Enum):
    """What can be let sound on purpose; engines, tyres and wind sound by themselves."""

    WAIL = "wail"
    YELP = "yelp"
    HI_LO = "hi_lo"
    HORN = "horn"

    @property
    def is_siren(self) -> bool:
        return self is not SoundKind.HORN


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCue:
    """`kind` is heard at its source from `from_s` to `to_s` of the drive."""

    kind: SoundKind
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Actor:
    """`look` is a name of the catalogue of shapes, which gives `label` and `size_lwh_m`; `look_seed` chooses among its
    paints, clothes and loads.
    """

    actor_id: str
    look: str
    label: ObjectClass
    size_lwh_m: Vec3
    look_seed: int
    timeline: Timeline
    is_parked: bool = False
    sounds: tuple[SoundCue, ...] = ()

    def box(self, time_s: float) -> OrientedBox:
        """In the world's frame, as people label: vehicles without mirrors, people with a middling step."""
        pose = self.timeline.pose(time_s)
        x, y, z = (float(v) for v in pose.translation_m)
        return OrientedBox(
            centre_m=(x, y, z + 0.5 * self.size_lwh_m[2]), size_lwh_m=self.size_lwh_m, yaw_rad=pose.yaw_rad
        )

    def motion(self, time_s: float) -> str:
        """In the words of the truth: Parked, Stopped or Moving."""
        if self.is_parked:
            return "Parked"
        return "Moving" if abs(self.timeline.speed(time_s)) > 0.1 else "Stopped"
