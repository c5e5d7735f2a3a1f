"""What stands around the road, as meshes in the world's frame, and what of it shines, or stops sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.simulation.scenery.ground_paint import GroundPaint
from crossmodal_narrator.simulation.shapes.meshes import Mesh, Rgb


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wall:
    """A building to the ear: an upright prism over `outline`, (corners, 2) counter-clockwise, metres."""

    outline: NDArray[np.float64]
    height_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenery:
    """`meshes[k]` has the paint `paints[k]`; the ground is meshes[0].

    Its texels of Material.GROUND take their colour from `ground`, by place; kerb faces have one of their own.
    """

    meshes: Sequence[Mesh]
    paints: Sequence[Rgb]
    signal_of_mesh: Mapping[int, str] = field(default_factory=dict)  # which traffic light a mesh shows
    street_lamps_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))  # (lamps, 3)
    walls: tuple[Wall, ...] = ()
    ground: GroundPaint | None = None
