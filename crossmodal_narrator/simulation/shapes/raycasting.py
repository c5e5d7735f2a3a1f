"""Rays against triangles, by Embree. The only place that knows it; it is imported when the first scene is built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.shapes.meshes import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hits:
    """Where rays end. `triangle` and `weights` have no meaning where `distance_m` is infinite."""

    distance_m: Floats  # (rays,)
    triangle: NDArray[np.int64]  # (rays,)
    weights: Floats  # (rays, 2): of the triangle's second and third corner

    def only(self, chosen: NDArray[np.int64]) -> Hits:
        return Hits(distance_m=self.distance_m[chosen], triangle=self.triangle[chosen], weights=self.weights[chosen])


class RayScene:
    """Triangles that rays can hit."""

    def __init__(self, corners: Floats) -> None:
        """`corners` (triangles, 3, 3).

        Raises:
            ScenarioError: Embree cannot be loaded.
        """
        embree = load_embree()
        self._scene = embree.EmbreeScene(embree.device)
        self._is_empty = len(corners) == 0
        if not self._is_empty:
            vertices = np.ascontiguousarray(corners.reshape(-1, 3), dtype=np.float32)
            triangles = np.arange(len(vertices), dtype=np.int32).reshape(-1, 3)
            self._mesh = embree.TriangleMesh(self._scene, vertices, triangles)  # the scene does not keep it alive

    def cast(self, origins: Floats, directions: Floats) -> Hits:
        """(rays, 3) or (3,) origins, (rays, 3) unit directions."""
        count = len(directions)
        if self._is_empty or count == 0:
            nothing = np.full(count, np.inf, np.float32)
            return Hits(
                distance_m=nothing, triangle=np.zeros(count, np.int64), weights=np.zeros((count, 2), np.float32)
            )
        starts = np.ascontiguousarray(np.broadcast_to(origins, (count, 3)), dtype=np.float32)
        answer = self._scene.run(
            starts, np.ascontiguousarray(directions, dtype=np.float32), query="INTERSECT", output=1
        )
        missed = answer["primID"] < 0
        return Hits(
            distance_m=np.where(missed, np.float32(np.inf), answer["tfar"]),
            triangle=answer["primID"].astype(np.int64),
            weights=np.stack([answer["u"], answer["v"]], axis=1),
        )

    def is_blocked(self, origins: Floats, directions: Floats) -> NDArray[np.bool_]:
        """(rays, 3) or (3,) origins, (rays, 3) unit directions → (rays,) whether a ray meets anything at all.

        Half the price of a cast.
        """
        count = len(directions)
        if self._is_empty or count == 0:
            return np.zeros(count, np.bool_)
        starts = np.ascontiguousarray(np.broadcast_to(origins, (count, 3)), dtype=np.float32)
        answer = self._scene.run(starts, np.ascontiguousarray(directions, dtype=np.float32), query="OCCLUDED")
        blocked: NDArray[np.bool_] = answer >= 0
        return blocked


def nearer(first: Hits, second: Hits, offset: int) -> Hits:
    """Of two casts of the same rays the nearer hit; the triangles of `second` are counted from `offset`."""
    wins = second.distance_m < first.distance_m
    return Hits(
        distance_m=np.where(wins, second.distance_m, first.distance_m),
        triangle=np.where(wins, second.triangle + offset, first.triangle),
        weights=np.where(wins[:, None], second.weights, first.weights),
    )


@cache
def load_embree() -> SimpleNamespace:
    """What is used of Embree: two classes, and one device for all scenes.

    A scene that is given none makes its own, and the process dies of the thousandth that is alive.

    Raises:
        ScenarioError: it is not installed.
    """
    try:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore import EmbreeDevice
        from embreex.rtcore_scene import EmbreeScene
    except (ImportError, OSError) as error:
        raise ScenarioError(
            f"the simulator needs Embree, which does not load: {error}", remedy="`make setup`, or `pip install embreex`"
        ) from error
    return SimpleNamespace(EmbreeScene=EmbreeScene, TriangleMesh=TriangleMesh, device=EmbreeDevice())
