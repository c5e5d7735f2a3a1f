"""Every look of the catalogue has a body: as large as it claims, closed, on the ground, and the same each time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.shapes.appearance import CAR_PAINTS, PHASES, body_of, paint_of
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS, EngineKind, look_of, size_of
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Material
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.timeline import Timeline

ON_FOOT = ("pedestrian", "child")
RIDDEN = ("motorcycle", "cyclist")
VEHICLES = [name for name in LOOKS if name not in (*ON_FOOT, *RIDDEN)]
# What is mounted beyond the box that people label: mirrors at the sides and ahead, beacons above.
MOUNTED_M = {"city_bus": (0.3, 0.5, 0.03), "ambulance": (0.05, 0.5, 0.16), "police_car": (0.03, 0.4, 0.18)}


def actor(look: str, seed: int = 5, speed_mps: float = 1.4) -> Actor:
    """One that moves straight ahead."""
    return Actor(
        actor_id=f"{look}-{seed}",
        look=look,
        label=LOOKS[look].label,
        size_lwh_m=size_of(look, seed),
        look_seed=seed,
        timeline=Timeline(
            time_s=np.array([0.0, 20.0]),
            xyz_m=np.array([[0.0, 0.0, 0.0], [20.0 * speed_mps, 0.0, 0.0]]),
            yaw_rad=np.zeros(2),
            speed_mps=np.full(2, speed_mps),
            lamps=np.zeros(2, np.uint8),
        ),
    )


def extents(matter: Matter) -> tuple[np.ndarray, np.ndarray]:
    points = matter.corners.reshape(-1, 3)
    return points.min(axis=0), points.max(axis=0)


@pytest.mark.parametrize("look", VEHICLES + list(RIDDEN))
def test_a_body_is_as_large_as_it_is_labelled_apart_from_what_is_mounted(look):
    low, high = extents(body_of(actor(look), 1.0))
    size = np.array(LOOKS[look].size_lwh_m)
    over = (high - low) - size
    mounted = MOUNTED_M.get(look, (0.03, 0.55 if look in VEHICLES else 0.03, 0.03))
    assert (over >= -0.03).all()
    assert (over <= mounted).all()
    assert low[2] == pytest.approx(0.0, abs=0.01)
    assert -low[0] == pytest.approx(0.5 * size[0], abs=0.03)  # no mirror reaches behind
    assert low[1] == pytest.approx(-high[1], abs=0.03)


@pytest.mark.parametrize("look", ON_FOOT)
@pytest.mark.parametrize("seed", range(6))
def test_people_stand_on_the_ground_at_their_height(look, seed):
    someone = actor(look, seed)
    low, high = extents(body_of(someone, 2.0))
    assert low[2] == pytest.approx(0.0, abs=1e-3)
    assert high[2] == pytest.approx(someone.size_lwh_m[2], abs=0.01)
    assert (np.abs([low[:2], high[:2]]) < 0.75).all()


@pytest.mark.parametrize("look", list(LOOKS))
def test_shapes_and_textures_stay_small(look):
    matter = body_of(actor(look), 0.0)
    assert len(matter.corners) <= (4000 if look in (*ON_FOOT, "cyclist") else 6000)
    assert matter.atlas.nbytes <= 2_000_000
    assert matter.reach_m == pytest.approx(float(np.linalg.norm(matter.corners, axis=-1).max()), rel=1e-5)
    assert np.allclose(np.linalg.norm(matter.normals, axis=-1), 1.0, atol=1e-3)


@pytest.mark.parametrize("look", VEHICLES)
def test_no_ray_finds_a_hole_and_surfaces_look_outwards(look):
    """Rays from all around into the body's core meet it, and meet it from outside."""
    matter, size = body_of(actor(look), 0.0), np.array(LOOKS[look].size_lwh_m)
    rng = np.random.default_rng(1)
    angle, height = rng.uniform(0, math.tau, 600), rng.uniform(0.1, 0.7, 600)
    flat = np.sqrt(1.0 - height**2)
    start = 30.0 * np.stack([flat * np.cos(angle), flat * np.sin(angle), height], -1)
    core = (rng.uniform(-0.5, 0.5, (600, 3)) * (0.7, 0.5, 0.1) + (0.0, 0.0, 0.4)) * size
    rays = core - start
    aims = np.linalg.norm(rays, axis=1, keepdims=True)
    rays = (rays / aims).astype(np.float32)
    hits = matter.scene.cast(start.astype(np.float32), rays)
    gap = look == "semi_truck"  # one can look through between tractor and trailer
    assert (hits.distance_m < aims[:, 0]).mean() >= (0.93 if gap else 0.998)
    met = np.flatnonzero(np.isfinite(hits.distance_m))
    facing = np.einsum("ij,ij->i", matter.normals_at(hits.only(met)), rays[met])
    assert (facing < 0.1).mean() > 0.97


@pytest.mark.parametrize("look", VEHICLES)
def test_a_vehicle_has_the_lamps_that_shine(look):
    kinds = {Material(k) for k in np.unique(body_of(actor(look), 0.0).atlas[:, 3])}
    needed = {Material.PAINT, Material.GLASS, Material.HEAD_LAMP, Material.TAIL_LAMP, Material.RETRO}
    assert needed | {Material.LEFT_LAMP, Material.RIGHT_LAMP} <= kinds
    assert (Material.BLUE_LAMP in kinds) == LOOKS[look].is_emergency


@pytest.mark.parametrize(("material", "ahead", "left"), [(Material.HEAD_LAMP, 1, 0), (Material.TAIL_LAMP, -1, 0)])
@pytest.mark.parametrize("look", VEHICLES)
def test_lamps_are_where_they_belong(look, material, ahead, left):
    matter = body_of(actor(look), 0.0)
    middles = _middles_of(matter, material)
    assert len(middles) > 0
    assert (middles[:, 0] * ahead > 0.3 * LOOKS[look].size_lwh_m[0]).all()
    assert (middles[:, 1] > 0.2).any()
    assert (middles[:, 1] < -0.2).any()


@pytest.mark.parametrize("look", [*VEHICLES, "motorcycle"])
def test_indicators_shine_on_their_own_side(look):
    matter = body_of(actor(look), 0.0)
    assert (_middles_of(matter, Material.LEFT_LAMP)[:, 1] > 0).all()
    assert (_middles_of(matter, Material.RIGHT_LAMP)[:, 1] < 0).all()


def _middles_of(matter: Matter, material: Material) -> np.ndarray:
    """(points, 3) on the body where its texels are of `material`."""
    share = np.random.default_rng(0).dirichlet((1.0, 1.0, 1.0), 60)  # points within each triangle
    texels = np.einsum("pc,tcx->ptx", share, matter.texels).astype(int)
    start, columns, _ = matter.layout[0]
    index = start + texels[..., 1] * columns + texels[..., 0]
    places = np.einsum("pc,tcx->ptx", share, matter.corners)
    return places[matter.atlas[index, 3] == material]


@pytest.mark.parametrize("look", list(LOOKS))
def test_one_seed_looks_one_way(look):
    first, again = body_of(actor(look, 7), 1.3), body_of(actor(look, 7), 1.3)
    assert np.array_equal(first.corners, again.corners)
    assert np.array_equal(first.atlas, again.atlas)
    assert np.array_equal(first.paint, again.paint)


def test_paints_of_one_shape_share_its_ray_scene():
    bodies = [body_of(actor("sedan", seed), 0.0) for seed in range(12)]
    assert len({id(body.scene) for body in bodies}) == 1
    assert len({tuple(body.paint[0]) for body in bodies}) > 2


def test_liveries_of_a_truck_share_its_ray_scene_but_not_its_texture():
    bodies = [body_of(actor("box_truck", seed), 0.0) for seed in range(12)]
    assert len({id(body.scene) for body in bodies}) == 1
    assert len({body.atlas.tobytes() for body in bodies}) > 1


def test_people_are_not_all_alike():
    bodies = [body_of(actor("pedestrian", seed), 0.0) for seed in range(20)]
    assert len({body.atlas.tobytes() for body in bodies}) > 15
    assert len({len(body.corners) for body in bodies}) > 2
    assert len({size_of("pedestrian", seed)[2] for seed in range(20)}) == 3


def test_walking_moves_the_legs_and_standing_does_not():
    walks, stands = actor("pedestrian"), actor("pedestrian", speed_mps=0.0)
    spans = [np.ptp(body_of(walks, t).corners[..., 0]) for t in np.arange(0.0, 1.2, 0.1)]
    assert max(spans) - min(spans) > 0.3
    assert np.ptp(body_of(stands, 0.0).corners[..., 0]) < 0.45
    assert np.array_equal(body_of(stands, 0.0).corners, body_of(stands, 5.0).corners)


def test_a_walk_repeats_with_the_way_and_not_with_the_time():
    slow, fast = actor("pedestrian", speed_mps=1.0), actor("pedestrian", speed_mps=2.0)
    assert np.array_equal(body_of(slow, 4.0).corners, body_of(fast, 2.0).corners)


def test_pedals_turn():
    rides = actor("cyclist", speed_mps=4.0)
    poses = {body_of(rides, t).corners.tobytes() for t in np.arange(0.0, 1.0, 0.0626)}
    assert len(poses) >= PHASES - 2


def test_white_is_the_commonest_colour_and_all_colours_are_met():
    paints = [paint_of("sedan", seed) for seed in range(600)]
    counts = {paint: paints.count(paint) for paint, _ in CAR_PAINTS}
    assert counts[CAR_PAINTS[0][0]] == max(counts.values())
    assert all(counts.values())
    assert {paint_of("fire_engine", seed) for seed in range(9)} == {(186, 18, 20)}


def test_axles_lie_within_the_body():
    for look in LOOKS.values():
        if look.wheelbase_m:
            assert 0.2 < look.front_axle_m < look.front_axle_m + look.wheelbase_m < look.size_lwh_m[0]
        else:
            assert look.engine is EngineKind.NONE


def test_an_unknown_look_is_refused_with_those_that_exist():
    with pytest.raises(ScenarioError, match="spaceship"):
        look_of("spaceship")
