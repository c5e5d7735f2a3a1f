"""The things that a scenario puts on the road, by the names of their kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.rollout import Prop
from crossmodal_narrator.simulation.scenery import furniture
from crossmodal_narrator.simulation.scenery.footprint import Footprint
from crossmodal_narrator.simulation.scenery.instances import places, repeated
from crossmodal_narrator.simulation.scenery.signs import SIGN_KINDS, board, post
from crossmodal_narrator.simulation.shapes.meshes import Mesh
from crossmodal_narrator.simulation.traffic.roads import KERB_M

_SHAPES: Mapping[str, Callable[[], Mesh]] = {
    "barrier": furniture.barrier,
    "beacon": furniture.beacon,
    "bench": furniture.bench,
    "bin": furniture.bin_,
    "bollard": furniture.bollard,
    "bus_stop": furniture.bus_stop,
    "cone": furniture.cone,
    "container": furniture.container,
    "delineator": furniture.delineator,
    "lamp_post": furniture.lamp_post,
}
PROP_KINDS = tuple(sorted([*_SHAPES, *SIGN_KINDS]))


def standing(props: Sequence[Prop], footprint: Footprint, *, has_kerbs: bool) -> Iterator[Mesh]:
    """One mesh for each texture; on the road's surface or on the pavement, whichever is there.

    Raises:
        ScenarioError: a prop of an unknown kind.
    """
    for kind in sorted({prop.kind for prop in props}):
        if kind not in PROP_KINDS:
            raise ScenarioError(f"there is no prop {kind!r}", remedy=f"choose one of {', '.join(PROP_KINDS)}")
        chosen = [prop for prop in props if prop.kind == kind]
        at = np.array([(prop.x_m, prop.y_m) for prop in chosen])
        is_low = footprint.is_on(footprint.carriageway, at) | (not has_kerbs)
        rows = places(
            [
                (prop.x_m, prop.y_m, 0.0 if low else KERB_M, prop.yaw_rad)
                for prop, low in zip(chosen, is_low, strict=True)
            ]
        )
        shapes = (board(kind), post(kind)) if kind in SIGN_KINDS else (_SHAPES[kind](),)
        yield from (repeated(shape, rows) for shape in shapes)
