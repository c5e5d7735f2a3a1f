"""Bodies are closed, look outwards, stand on the ground and have the size that they claim."""

import numpy as np
import pytest

from crossmodal_narrator.simulation.meshes import Material, Mesh, box, palette
from crossmodal_narrator.simulation.people import Person, cyclist, walker
from crossmodal_narrator.simulation.raycasting import RayScene
from crossmodal_narrator.simulation.vehicles import SHAPES, bare_size_m, vehicle


@pytest.mark.parametrize("kind", list(SHAPES))
def test_a_vehicle_has_the_size_that_people_label(kind):
    length, width, height = vehicle(kind).size_lwh_m()
    claimed = bare_size_m(kind)
    assert length == pytest.approx(claimed[0], abs=0.08)
    assert width == pytest.approx(claimed[1], abs=0.4)  # the mirrors reach out
    assert height == pytest.approx(claimed[2], abs=0.05)
    assert vehicle(kind).corners[..., 2].min() >= -0.01


@pytest.mark.parametrize("kind", list(SHAPES))
def test_texels_of_a_vehicle_lie_in_its_blueprint(kind):
    mesh = vehicle(kind)
    rows, columns, _ = mesh.texture.shape
    assert (mesh.texels >= 0).all()
    assert (mesh.texels[..., 0] < columns).all()
    assert (mesh.texels[..., 1] < rows).all()
    assert {Material.PAINT, Material.GLASS, Material.LAMP} <= {Material(m) for m in np.unique(mesh.texture[..., 3])}


@pytest.mark.parametrize("kind", list(SHAPES))
def test_a_vehicle_cannot_be_looked_through(kind):
    scene = RayScene(vehicle(kind).corners)
    y, z = np.meshgrid(np.linspace(-0.6, 0.6, 9), np.linspace(0.4, 0.9, 6))
    origins = np.stack([np.full(y.size, 20.0), y.ravel(), z.ravel()], -1).astype(np.float32)
    hits = scene.cast(origins, np.tile(np.array([-1, 0, 0], np.float32), (len(origins), 1)))
    assert np.isfinite(hits.distance_m).all()
    assert (hits.distance_m > 20.0 - 0.5 * bare_size_m(kind)[0] - 0.1).all()


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
