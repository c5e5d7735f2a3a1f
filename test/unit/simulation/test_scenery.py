"""The still world of a map drawn by hand: a street, turned by any angle, with a zebra behind a traffic light."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.rollout import Environment, Prop, Rollout
from crossmodal_narrator.simulation.scenery.build import build_scenery
from crossmodal_narrator.simulation.scenery.footprint import share_inside
from crossmodal_narrator.simulation.scenery.props import PROP_KINDS
from crossmodal_narrator.simulation.scenery.scenery import Scenery
from crossmodal_narrator.simulation.scenery.site import Site, Style, turned_by
from crossmodal_narrator.simulation.scenery.terrain import trapezoids
from crossmodal_narrator.simulation.shapes.matter import Matter
from crossmodal_narrator.simulation.shapes.meshes import Material
from crossmodal_narrator.simulation.traffic.roads import KERB_M, Junction, Lane, LaneKind, RoadMap, SignalHead
from crossmodal_narrator.simulation.traffic.timeline import Timeline

HALF_M, WIDTH_M, PAVEMENT_M = 6.5, 3.25, 2.6  # of the carriageway; of a lane; of a pavement
STOP_X, ZEBRA_X = 30.0, 32.0


def a_street(yaw: float = 0.0, *, with_light: bool = True) -> RoadMap:
    """Two lanes a direction from x = -90 to 90, lanes of the eastern direction in the south; all turned by `yaw`."""

    def turned(*points: tuple[float, float]) -> np.ndarray:
        return turned_by(points, yaw, (0.0, 0.0))

    lanes = []
    for side, edge in ((-1.0, "east"), (1.0, "west")):
        for part, (x0, x1) in (("1", (-90.0, STOP_X)), ("2", (34.0, 90.0))):
            rows = [(LaneKind.SIDEWALK, HALF_M + 0.5 * PAVEMENT_M, PAVEMENT_M)]
            rows += [(LaneKind.DRIVING, 1.5 * WIDTH_M, WIDTH_M), (LaneKind.DRIVING, 0.5 * WIDTH_M, WIDTH_M)]
            for index, (kind, y, width) in enumerate(rows):
                ends = [(x0, side * y), (x1, side * y)]
                lanes.append(
                    Lane(
                        lane_id=f"{edge}{part}_{index}",
                        edge_id=f"{edge}{part}",
                        index=index,
                        kind=kind,
                        centre=turned(*(ends if side < 0 else ends[::-1])),
                        width_m=width,
                        speed_limit_mps=13.9,
                    )
                )
    middle = 0.5 * (STOP_X + 34.0)
    zebra = turned((middle, -HALF_M), (middle, HALF_M))
    lanes.append(
        Lane(
            lane_id=":j_c0_0",
            edge_id=":j_c0",
            index=0,
            kind=LaneKind.CROSSING,
            centre=zebra,
            width_m=4.0,
            speed_limit_mps=1.0,
            is_inside_junction=True,
        )
    )
    for number, side in enumerate((-1.0, 1.0)):
        near, far = side * HALF_M, side * (HALF_M + PAVEMENT_M)
        corner = turned((STOP_X, near), (34.0, near), (34.0, far), (STOP_X, far))
        lanes.append(
            Lane(
                lane_id=f":j_w{number}_0",
                edge_id=f":j_w{number}",
                index=0,
                kind=LaneKind.WALKING_AREA,
                centre=corner,
                width_m=PAVEMENT_M,
                speed_limit_mps=1.0,
                is_inside_junction=True,
            )
        )
    out = HALF_M + PAVEMENT_M
    outline = turned((STOP_X, -out), (34.0, -out), (34.0, out), (STOP_X, out))
    heads = [
        SignalHead(
            signal_id=lane_id,
            lane_id=lane_id,
            stop_m=tuple(float(v) for v in turned((STOP_X, y))[0]),
            yaw_rad=yaw,
        )
        for lane_id, y in (("east1_1", -1.5 * WIDTH_M), ("east1_2", -0.5 * WIDTH_M))
    ]
    return RoadMap(
        name="street",
        lanes={lane.lane_id: lane for lane in lanes},
        junctions=(Junction(junction_id="j", outline=outline),),
        signals=tuple(heads) if with_light else (),
    )


def a_rollout(roads: RoadMap, yaw: float = 0.0, seed: int = 4, props: tuple[Prop, ...] = ()) -> Rollout:
    """The ego drives from x = -60 to 20 on the lane beside the middle."""
    time_s = np.arange(0.0, 10.01, 0.5)
    xy = turned_by([(-60.0 + 8.0 * t, -0.5 * WIDTH_M) for t in time_s], yaw, (0.0, 0.0))
    ego = Timeline(
        time_s=time_s,
        xyz_m=np.column_stack([xy, np.zeros(len(xy))]),
        yaw_rad=np.full(len(xy), yaw),
        speed_mps=np.full(len(xy), 8.0),
        lamps=np.zeros(len(xy), np.uint8),
    )
    return Rollout(
        name="street",
        seed=seed,
        length_s=10.0,
        roads=roads,
        environment=Environment(),
        ego=ego,
        actors=(),
        props=props,
    )


@pytest.fixture(scope="module", params=[0.0, 0.47])
def yaw(request) -> float:
    return request.param


@pytest.fixture(scope="module")
def scenery(yaw) -> Scenery:
    return build_scenery(a_rollout(a_street(yaw), yaw))


@pytest.fixture(scope="module")
def matter(scenery) -> Matter:
    return Matter.of(scenery.meshes, scenery.paints)


@pytest.fixture(scope="module")
def ground(scenery) -> Matter:
    return Matter.of(scenery.meshes[:1], scenery.paints[:1])


def _cast(matter: Matter, starts: np.ndarray, towards: np.ndarray) -> np.ndarray:
    rays = np.broadcast_to(np.asarray(towards, np.float32), starts.shape)
    return matter.scene.cast(starts.astype(np.float32), np.ascontiguousarray(rays)).distance_m


def test_a_beam_meets_the_kerb_where_the_carriageway_ends(ground, yaw):
    x = np.linspace(-55.0, 25.0, 81)
    starts = np.column_stack([turned_by([(v, 0.0) for v in x], yaw, (0, 0)), np.full(len(x), 0.06)])
    left = np.array([-math.sin(yaw), math.cos(yaw), 0.0])
    for towards in (left, -left):
        assert np.abs(_cast(ground, starts, towards) - HALF_M).max() < 0.02


def test_the_road_lies_at_zero_and_the_pavement_a_kerb_higher(ground, yaw):
    for y, height in ((0.0, 0.0), (HALF_M - 0.05, 0.0), (HALF_M + 0.05, KERB_M), (-HALF_M - 2.0, KERB_M)):
        x = np.linspace(-55.0, 25.0, 81)
        starts = np.column_stack([turned_by([(v, y) for v in x], yaw, (0, 0)), np.full(len(x), 5.0)])
        np.testing.assert_allclose(5.0 - _cast(ground, starts, (0.0, 0.0, -1.0)), height, atol=1e-3)


def _lit_share(scenery: Scenery, corners: list[tuple[float, float]], yaw: float) -> np.ndarray:
    """How much of some places is road paint."""
    at = turned_by(corners, yaw, (0, 0)).astype(np.float32)
    still = np.zeros(len(at), np.float32)
    return scenery.ground.texels(at, still, np.zeros_like(at))[:, 3] / 255.0


def test_stripes_of_the_zebra_lie_on_the_crossing_only(scenery, yaw):
    across = np.arange(-6.0, 6.0, 0.05)
    share = _lit_share(scenery, [(ZEBRA_X, y) for y in across], yaw)
    assert 0.35 < (share > 0.5).mean() < 0.6
    assert np.abs(np.diff((share > 0.5).astype(int))).sum() >= 20  # a dozen stripes
    assert _lit_share(scenery, [(x, -0.5 * WIDTH_M) for x in np.arange(0.0, 20.0, 0.1)], yaw).max() < 0.1


def test_a_stop_line_lies_before_the_light_and_arrows_before_that(scenery, yaw):
    for y in (-0.5 * WIDTH_M, -1.5 * WIDTH_M):
        assert _lit_share(scenery, [(STOP_X - 0.7, y + d) for d in (-1.2, -0.6, 0.0, 0.6, 1.2)], yaw).min() > 0.4
        assert _lit_share(scenery, [(STOP_X - 1.6, y)], yaw).max() < 0.1
    assert _lit_share(scenery, [(STOP_X - 0.7, 0.5 * WIDTH_M)], yaw).max() < 0.1  # not for those who come from there


def test_lanes_of_one_direction_are_parted_by_dashes_and_directions_by_a_solid_line(scenery, yaw):
    x = np.arange(-50.0, 0.0, 0.1)
    assert 0.2 < (_lit_share(scenery, [(v, -WIDTH_M) for v in x], yaw) > 0.4).mean() < 0.5
    assert (_lit_share(scenery, [(v, 0.13) for v in x], yaw) > 0.4).mean() > 0.9


def test_no_house_stands_on_the_street(scenery, yaw):
    x = np.linspace(-85.0, 85.0, 341)
    street = np.concatenate([turned_by([(v, y) for v in x], yaw, (0, 0)) for y in np.linspace(-9.1, 9.1, 15)])
    assert len(scenery.walls) >= 6
    for wall in scenery.walls:
        assert not _inside(wall.outline, street).any()
        assert wall.height_m > 3.0
        a, b, c = wall.outline[:3]
        assert np.cross(np.append(b - a, 0), np.append(c - b, 0))[2] > 0  # counter-clockwise


def _inside(convex: np.ndarray, points: np.ndarray) -> np.ndarray:
    sides = np.roll(convex, -1, axis=0) - convex
    away = points[:, None] - convex[None]
    return (sides[None, :, 0] * away[..., 1] - sides[None, :, 1] * away[..., 0] > 0).all(axis=1)


def test_nothing_hangs_over_the_lanes_lower_than_a_truck(matter, yaw):
    x = np.linspace(-80.0, 80.0, 161)
    for y in (-4.9, -1.6, 1.6, 4.9):
        starts = np.column_stack([turned_by([(v, y) for v in x], yaw, (0, 0)), np.full(len(x), 0.2)])
        assert _cast(matter, starts, (0.0, 0.0, 1.0)).min() > 4.4


def test_the_eye_of_who_waits_meets_the_lenses_of_its_own_light(scenery, matter, yaw):
    lanes = {"east1_1": -1.5 * WIDTH_M, "east1_2": -0.5 * WIDTH_M}
    meshes = {signal: number for number, signal in scenery.signal_of_mesh.items()}
    assert set(meshes) == set(lanes)
    for signal, y in lanes.items():
        shape = scenery.meshes[meshes[signal]]
        materials = shape.texture[0, shape.texels[:, 0, 0].astype(int), 3]
        eye = np.append(turned_by([(STOP_X - 3.0, y)], yaw, (0, 0))[0], 1.45)
        seen, heights = 0, {}
        for material in (Material.SIGNAL_RED, Material.SIGNAL_AMBER, Material.SIGNAL_GREEN):
            lens = shape.corners[materials == material]
            normals = shape.normals[materials == material][:, 0]
            np.testing.assert_allclose(normals @ [math.cos(yaw), math.sin(yaw), 0.0], -1.0, atol=1e-5)
            heights[material] = float(lens[..., 2].max())
            rays = lens.mean(axis=1) - eye
            far = np.linalg.norm(rays, axis=1)
            hits = matter.scene.cast(eye.astype(np.float32), (rays / far[:, None]).astype(np.float32))
            ahead = rays @ [math.cos(yaw), math.sin(yaw), 0.0] / far > 0.85  # within a camera's field of view
            seen += int((matter.body[hits.triangle] == meshes[signal])[ahead].any())
        assert seen == 3, "the head beyond the junction shows all three"
        assert heights[Material.SIGNAL_RED] > heights[Material.SIGNAL_AMBER] > heights[Material.SIGNAL_GREEN]


def test_lamp_posts_reach_over_the_pavement(scenery, yaw):
    assert len(scenery.street_lamps_m) >= 4
    back = turned_by(scenery.street_lamps_m[:, :2], -yaw, (0, 0))
    beside = np.abs(back[np.abs(back[:, 0]) < 80.0, 1])
    assert ((beside > HALF_M - 1.0) & (beside < HALF_M + 2.0)).all()
    assert (scenery.street_lamps_m[:, 2] > 6.0).all()


def _bytes(scenery: Scenery) -> bytes:
    parts = [array for mesh in scenery.meshes for array in (mesh.corners, mesh.normals, mesh.texels, mesh.texture)]
    return b"".join(array.tobytes() for array in [*parts, scenery.ground.store, scenery.street_lamps_m])


def test_a_seed_gives_the_same_scenery_to_the_byte(scenery, yaw):
    again = build_scenery(a_rollout(a_street(yaw), yaw))
    assert _bytes(again) == _bytes(scenery)
    other = build_scenery(a_rollout(a_street(yaw), yaw, seed=5))
    assert _bytes(other) != _bytes(scenery)


def test_props_stand_where_they_were_put():
    roads = a_street()
    props = tuple(Prop(kind=kind, x_m=-50.0 + 4.0 * k, y_m=-2.0, yaw_rad=0.3 * k) for k, kind in enumerate(PROP_KINDS))
    props += (Prop(kind="cone", x_m=10.0, y_m=-8.0),)
    found = build_scenery(a_rollout(roads, props=props))
    shapes = Matter.of(found.meshes, found.paints)

    def top(x: float, y: float) -> float:
        starts = np.array([[x + dx, y + dy, 20.0] for dx in (-0.03, 0.0, 0.03) for dy in (-0.03, 0.0, 0.03)])
        return float(20.0 - _cast(shapes, starts, (0.0, 0.0, -1.0)).min())

    cone = next(prop for prop in props if prop.kind == "cone")
    assert top(cone.x_m, cone.y_m) == pytest.approx(0.75, abs=0.03)
    assert top(10.0, -8.0) == pytest.approx(KERB_M + 0.75, abs=0.03)
    for prop in props:
        corners = np.concatenate([mesh.corners.reshape(-1, 3) for mesh in found.meshes[1:]])
        near = np.hypot(corners[:, 0] - prop.x_m, corners[:, 1] - prop.y_m) < 2.2
        assert (corners[near, 2] > 0.4).any(), prop.kind


def test_every_texel_of_every_prop_and_house_is_of_a_material(scenery):
    """Writing on signs once blended its opacity into the channel of materials."""
    props = tuple(Prop(kind=kind, x_m=-50.0 + 4.0 * k, y_m=-2.0) for k, kind in enumerate(PROP_KINDS))
    with_props = build_scenery(a_rollout(a_street(), props=props))
    for mesh in (*scenery.meshes, *with_props.meshes):
        assert set(np.unique(mesh.texture[..., 3])) <= {int(material) for material in Material}


def test_an_unknown_prop_is_named_with_what_there_is():
    with pytest.raises(ScenarioError, match="piano") as refused:
        build_scenery(a_rollout(a_street(), props=(Prop(kind="piano", x_m=0.0, y_m=0.0),)))
    assert "cone" in str(refused.value.remedy)


def test_a_lone_lane_is_enough_of_a_map():
    lane = a_street().lanes["east1_2"]
    found = build_scenery(a_rollout(RoadMap(name="lane", lanes={lane.lane_id: lane}, junctions=())))
    assert not found.signal_of_mesh
    assert found.ground is not None


def test_surroundings_are_read_from_the_map():
    assert Site.of(a_rollout(a_street())).style is Style.CITY
    assert Site.of(a_rollout(a_street(with_light=False))).style is Style.SUBURB


def test_the_share_of_a_cell_that_a_polygon_covers_is_exact_along_the_rows():
    polygon = np.array([(1.25, 1.0), (7.5, 1.0), (7.5, 3.0), (1.25, 3.0)])
    share = share_inside(polygon, 5, 9)
    np.testing.assert_allclose(share[1], [0, 0.75, 1, 1, 1, 1, 1, 0.5, 0], atol=1e-6)
    assert share.sum() == pytest.approx(12.5)
    slanted = np.array([(0.3, 0.2), (8.1, 2.7), (4.4, 4.9)])
    area = 0.5 * abs((8.1 - 0.3) * (4.9 - 0.2) - (4.4 - 0.3) * (2.7 - 0.2))
    assert share_inside(slanted, 5, 9).sum() == pytest.approx(area, rel=0.01)


def test_trapezoids_fill_a_square_around_a_hole():
    outer = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])
    hole = np.array([(3.0, 5.0), (5.0, 2.5), (7.5, 5.0), (5.0, 8.0)])
    found = trapezoids([outer, hole])
    area = sum(0.5 * ((b - a) + (d - c)) * (y1 - y0) for y0, y1, a, b, c, d in found)
    assert area == pytest.approx(100.0 - 0.5 * 4.5 * 5.5)
    assert len(found) <= 8
