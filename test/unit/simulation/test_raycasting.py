"""Rays against triangles, however many scenes there are."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np

from crossmodal_narrator.simulation.shapes.raycasting import RayScene

TRIANGLE = np.array([[[2.0, -1.0, -1.0], [2.0, 1.0, -1.0], [2.0, 0.0, 1.0]]], np.float32)
AHEAD = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], np.float32)


def test_a_ray_ends_at_the_triangle_before_it() -> None:
    hits = RayScene(TRIANGLE).cast(np.zeros(3, np.float32), AHEAD)

    np.testing.assert_allclose(hits.distance_m, [2.0, np.inf], rtol=1e-6)
    assert RayScene(TRIANGLE).is_blocked(np.zeros(3, np.float32), AHEAD).tolist() == [True, False]


def test_thousands_of_bodies_have_scenes_at_once() -> None:
    """In a process of its own: with a device for each, Embree ends it at about the thousandth."""
    program = (
        f"import numpy as np; from {RayScene.__module__} import RayScene; "
        "corners = np.eye(3, dtype=np.float32)[None]; "
        "kept = [RayScene(corners) for _ in range(2500)]; "
        "rays = np.full((1, 3), 3.0 ** -0.5, np.float32); "
        "print(sum(bool(scene.is_blocked(np.zeros(3, np.float32), rays)[0]) for scene in kept))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], env=os.environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert answer.stdout.split() == ["2500"], answer.stderr[-500:]
