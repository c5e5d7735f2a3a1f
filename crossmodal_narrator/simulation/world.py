"""What a ray can meet: one still matter, and bodies that move, each cast in its own frame.

A body's triangles are built once, in its own axes. A sensor carries its rays into the body's frame at the time of each
ray, so that nothing is rebuilt from frame to frame and every point of a rolling sweep meets a body where it then is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.simulation.rollout import Environment, Rollout
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.traffic.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Body:
    """One that moves, as it looks at a moment.

    `matter` lies in its own axes: x forward, y left, z up, the origin on the ground under its middle.
    """

    actor: Actor
    matter: Matter
    world_from_body: Pose
    reach_m: float  # no triangle is farther from its origin


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """The world as it is seen by one image or sweep: `bodies` are those within reach of the sensors."""

    rollout: Rollout
    time_s: float
    still: Matter  # in the world's frame: scenery first, then the actors that never move
    scenery: Scenery
    still_actors: Mapping[int, Actor]  # by the number of their body in `still`
    bodies: Sequence[Body]

    @property
    def environment(self) -> Environment:
        return self.rollout.environment
