"""Meshes, and what vehicles and people are made of."""

import numpy as np
import pytest

from crossmodal_narrator.simulation.shapes.blueprint import Blueprint
from crossmodal_narrator.simulation.shapes.figure import Person
from crossmodal_narrator.simulation.shapes.lofting import rounded_box
from crossmodal_narrator.simulation.shapes.meshes import Material, Mesh, box, palette
from crossmodal_narrator.simulation.shapes.people import walker
from crossmodal_narrator.simulation.shapes.two_wheelers import cyclist
from crossmodal_narrator.simulation.shapes.vehicles import SHAPES, vehicle


@pytest.mark.parametrize("kind", list(SHAPES))
def test_texels_of_a_vehicle_lie_in_its_blueprint(kind):
    mesh = vehicle(kind)
    rows, columns, _ = mesh.texture.shape
    assert (mesh.texels >= 0).all()
    assert (mesh.texels[..., 0] < columns).all()
    assert (mesh.texels[..., 1] < rows).all()


def test_a_rounded_box_reaches_exactly_its_corners_and_leans_back_above_its_belt():
    mesh = rounded_box((-2.0, -1.0, 0.5), (2.0, 1.0, 3.0), radius_m=0.2, rake_m=0.4, belt_m=1.5, bulge_m=0.1)
    points = mesh.corners.reshape(-1, 3)
    assert points.min(axis=0) == pytest.approx((-2.0, -1.0, 0.5), abs=1e-3)
    assert points.max(axis=0) == pytest.approx((2.0, 1.0, 3.0), abs=1e-3)
    assert points[points[:, 2] > 2.9][:, 0].max() < 1.8
    assert _is_unit(mesh)


def test_writing_is_read_from_outside_on_both_sides():
    """The right side shows its texels as they are seen, the left shows them mirrored."""
    sheet = Blueprint(4.0, 2.0, 2.0)
    sheet.writing("side", (0.0, 1.0), "L", 0.5, (0, 0, 0))
    stem = {}
    for view in ("left", "right"):
        across = np.linspace(-0.3, 0.3, 61)
        row = np.stack([across, np.zeros(61), np.full(61, 1.1)], -1).astype(np.float32)  # above the foot of the letter
        texel = sheet.texels(view, row).astype(int)
        ink = sheet.texture()[texel[:, 1], texel[:, 0], 0] < 100
        stem[view] = float(across[ink].mean())
    assert stem["right"] < -0.05
    assert stem["left"] > 0.05


def test_indicators_of_a_blueprint_are_left_and_right():
    sheet = Blueprint(4.0, 2.0, 2.0)
    sheet.indicators("front", (0.5, 0.6), (0.7, 0.7))
    for y, material in ((0.6, Material.LEFT_LAMP), (-0.6, Material.RIGHT_LAMP)):
        column, row = sheet.texels("front", np.array([0.0, y, 0.65], np.float32)).astype(int)
        assert sheet.texture()[row, column, 3] == material


def _is_unit(mesh: Mesh) -> bool:
    return bool(np.allclose(np.linalg.norm(mesh.normals, axis=2), 1.0, atol=1e-3))


def test_normals_of_a_box_look_outwards():
    mesh = box((-1, -1, 0), (1, 1, 2), palette([(9, 9, 9)]))
    away = mesh.corners.mean(axis=1) - (0, 0, 1)
    assert ((mesh.normals[:, 0] * away).sum(axis=1) > 0).all()
    assert _is_unit(mesh)


@pytest.mark.parametrize("phase", np.linspace(0, 6, 5))
def test_a_walker_stands_on_the_ground_at_its_height_in_every_phase(phase):
    person = Person.drawn_by(np.random.default_rng(3))
    mesh = walker(person, float(phase), 0.32)
    assert mesh.corners[..., 2].min() == pytest.approx(0.0, abs=1e-3)
    assert mesh.corners[..., 2].max() == pytest.approx(person.height_m, abs=1e-3)
    assert _is_unit(mesh)


def test_a_cyclist_has_wheels_on_the_ground():
    mesh = cyclist(Person.drawn_by(np.random.default_rng(3)), 1.0)
    assert abs(mesh.corners[..., 2].min()) < 0.03
    assert 1.5 < mesh.size_lwh_m()[0] < 1.9


def test_a_moved_mesh_keeps_its_size_and_turns():
    mesh = vehicle("sedan").moved(10.0, -2.0, 0.0, np.pi / 2)
    length, width, _ = vehicle("sedan").size_lwh_m()
    assert mesh.size_lwh_m()[1] == pytest.approx(length, abs=1e-3)
    assert mesh.size_lwh_m()[0] == pytest.approx(width, abs=1e-3)
    assert mesh.corners[..., 0].mean() == pytest.approx(10.0, abs=0.3)
