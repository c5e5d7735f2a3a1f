"""A rollout's world made ready to be seen: what never moves is built once, what moves is placed for each moment."""

from __future__ import annotations

import numpy as np

from crossmodal_narrator.simulation.rollout import Rollout
from crossmodal_narrator.simulation.scenery.build import build_scenery
from crossmodal_narrator.simulation.shapes.appearance import body_of
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Mesh, Rgb, Texels
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.world import Body, Moment

REACH_M = 150.0  # from the ego: farther away nobody is more than some pixels or points


class Stage:
    """Building it takes seconds; its moments cost little, and less with the bodies within a smaller `reach_m`."""

    def __init__(self, rollout: Rollout, reach_m: float = REACH_M) -> None:
        self._rollout, self._reach_m = rollout, reach_m
        self.scenery = build_scenery(rollout)
        resting = [actor for actor in rollout.actors if _is_resting(actor, rollout.length_s)]
        rests = {actor.actor_id for actor in resting}
        self._movers = [actor for actor in rollout.actors if actor.actor_id not in rests]
        looks = [body_of(actor, 0.0) for actor in resting]
        textures: dict[int, Texels] = {}  # those of one look share theirs
        meshes = [_placed(look, actor, textures) for look, actor in zip(looks, resting, strict=True)]
        paints = [_paint(look) for look in looks]
        self._still = Matter.of([*self.scenery.meshes, *meshes], [*self.scenery.paints, *paints])
        self._still_actors = dict(enumerate(resting, start=len(self.scenery.meshes)))

    def moment(self, time_s: float) -> Moment:
        """The world at `time_s`: bodies are those that are there, and near enough to the ego to matter."""
        ego = self._rollout.ego.pose(time_s).translation_m
        bodies = []
        for actor in self._movers:
            if not actor.timeline.is_present(time_s):
                continue
            pose = actor.timeline.pose(time_s)
            if float(np.linalg.norm(pose.translation_m - ego)) <= self._reach_m:
                matter = body_of(actor, time_s)
                bodies.append(Body(actor=actor, matter=matter, world_from_body=pose, reach_m=matter.reach_m))
        return Moment(
            rollout=self._rollout,
            time_s=time_s,
            still=self._still,
            scenery=self.scenery,
            still_actors=self._still_actors,
            bodies=bodies,
        )


def _is_resting(actor: Actor, length_s: float) -> bool:
    timeline = actor.timeline
    return not timeline.is_moving_ever and timeline.is_present(0.0) and timeline.is_present(length_s)


def _placed(matter: Matter, actor: Actor, textures: dict[int, Texels]) -> Mesh:
    """The one body of `matter` as a mesh where the actor stands."""
    _, columns, rows = matter.layout[0]
    texture = textures.setdefault(id(matter.atlas), matter.atlas.reshape(rows, columns, 4))
    mesh = Mesh(corners=matter.corners, normals=matter.normals, texels=matter.texels, texture=texture)
    pose = actor.timeline.pose(0.0)
    x, y, z = (float(v) for v in pose.translation_m)
    return mesh.moved(x, y, z, pose.yaw_rad)


def _paint(matter: Matter) -> Rgb:
    red, green, blue = (int(v) for v in matter.paint[0])
    return red, green, blue
