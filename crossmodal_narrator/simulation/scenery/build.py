"""Everything that stands still around the ego's way, from the map, the props and the seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crossmodal_narrator.simulation.rollout import Rollout
from crossmodal_narrator.simulation.scenery.buildings import Houses
from crossmodal_narrator.simulation.scenery.footprint import Footprint
from crossmodal_narrator.simulation.scenery.horizon import fields, woods
from crossmodal_narrator.simulation.scenery.markings import markings
from crossmodal_narrator.simulation.scenery.painting import painted
from crossmodal_narrator.simulation.scenery.plots import Ground, plots, yards
from crossmodal_narrator.simulation.scenery.props import standing
from crossmodal_narrator.simulation.scenery.roadside import roadside
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.scenery.signals import traffic_lights
from crossmodal_narrator.simulation.scenery.signposts import signposts
from crossmodal_narrator.simulation.scenery.site import Site
from crossmodal_narrator.simulation.scenery.terrain import ground_mesh
from crossmodal_narrator.simulation.scenery.ways import Ways
from crossmodal_narrator.simulation.shapes.matter import WHITE
from crossmodal_narrator.simulation.shapes.meshes import Mesh, joined
from crossmodal_narrator.simulation.traffic.roads import KERB_M


def build_scenery(rollout: Rollout) -> Scenery:
    """The same for the same rollout; only what lies within `site.REACH_M` of the ego's way."""
    site = Site.of(rollout)
    footprint = Footprint.of(site)
    ground = Ground(site, footprint)
    houses, built = Houses(KERB_M if site.has_kerbs else 0.0), plots(site, footprint, ground)
    for plot in built:
        houses.build(plot)
    ways = Ways.of(site)
    beside = roadside(site, footprint, ground)
    lights, posts = traffic_lights(site, footprint)
    props = list(standing((*rollout.props, *signposts(site, footprint, ways)), footprint, has_kerbs=site.has_kerbs))
    plain = [ground_mesh(site, footprint), woods(site), *_grouped([*houses.meshes(), *beside.meshes, *posts, *props])]
    meshes = [*plain, *lights.values()]
    return Scenery(
        meshes=meshes,
        paints=[WHITE] * len(meshes),
        signal_of_mesh={len(plain) + number: signal_id for number, signal_id in enumerate(lights)},
        street_lamps_m=np.array(beside.lamps_m, np.float64).reshape(-1, 3),
        walls=(*(plot.wall() for plot in built), *beside.walls),
        ground=painted(site, footprint, [*fields(site), *yards(site, built)], markings(site, ways)),
    )


def _grouped(meshes: Sequence[Mesh]) -> list[Mesh]:
    """Those that share a texture as one."""
    groups: dict[int, list[Mesh]] = {}
    for mesh in meshes:
        groups.setdefault(id(mesh.texture), []).append(mesh)
    return [joined(group) for group in groups.values()]
