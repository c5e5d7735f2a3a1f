"""Traffic signs: painted boards on posts, retroreflective (Vienna Convention on Road Signs and Signals, 1968)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

from crossmodal_narrator.simulation.scenery.furniture import furniture_kit
from crossmodal_narrator.simulation.shapes.meshes import Floats, Material, Mesh, Rgb, Texels

_TEXELS = 96
_RED, _WHITE, _BLACK, _YELLOW, _BLUE = (178, 30, 34), (226, 226, 222), (28, 28, 28), (226, 178, 40), (30, 80, 150)
_POST_M, _LOW_M = 0.035, 2.1
Pixels = list[tuple[float, float]]  # x to the right, y downwards, 0 to 1


def _painted(draw: Callable[[Texels], None]) -> Texels:
    board = np.zeros((_TEXELS, _TEXELS, 4), np.uint8)
    board[..., :3], board[..., 3] = 120, int(Material.RETRO)
    draw(board)
    return board


def _fill(board: Texels, outline: Pixels, colour: Rgb) -> None:
    corners = np.round(np.array(outline) * _TEXELS).astype(np.int32)
    cv2.fillPoly(board, [corners], (*colour, int(Material.RETRO)))


def _disc(board: Texels, radius: float, colour: Rgb) -> None:
    middle = _TEXELS // 2
    cv2.circle(board, (middle, middle), round(radius * _TEXELS), (*colour, int(Material.RETRO)), -1)


def _write(board: Texels, text: str, scale: float) -> None:
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 7)
    at = ((_TEXELS - width) // 2, (_TEXELS + height) // 2)
    colours = np.ascontiguousarray(board[..., :3])  # OpenCV 5 takes a fourth channel for opacity, and blends it
    cv2.putText(colours, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, _BLACK, 7)
    board[..., :3] = colours


def _speed(limit: str) -> Callable[[Texels], None]:
    def draw(board: Texels) -> None:
        _disc(board, 0.5, _RED)
        _disc(board, 0.38, _WHITE)
        _write(board, limit, 1.5)

    return draw


def _triangle(board: Texels) -> None:
    _fill(board, [(0.5, 0.0), (1.0, 0.9), (0.0, 0.9)], _RED)
    _fill(board, [(0.5, 0.2), (0.83, 0.8), (0.17, 0.8)], _WHITE)


def _roadworks(board: Texels) -> None:
    """A digging man, as far as it can be told from a car."""
    _triangle(board)
    _fill(board, [(0.36, 0.76), (0.5, 0.44), (0.58, 0.5), (0.48, 0.76)], _BLACK)
    _fill(board, [(0.5, 0.5), (0.68, 0.72), (0.64, 0.74), (0.48, 0.56)], _BLACK)
    _fill(board, [(0.58, 0.76), (0.7, 0.66), (0.8, 0.76)], _BLACK)
    cv2.circle(board, (round(0.55 * _TEXELS), round(0.4 * _TEXELS)), 4, (*_BLACK, int(Material.RETRO)), -1)


def _give_way(board: Texels) -> None:
    _fill(board, [(0.0, 0.08), (1.0, 0.08), (0.5, 0.96)], _RED)
    _fill(board, [(0.2, 0.2), (0.8, 0.2), (0.5, 0.74)], _WHITE)


def _priority(board: Texels) -> None:
    _fill(board, [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)], _WHITE)
    _fill(board, [(0.5, 0.16), (0.84, 0.5), (0.5, 0.84), (0.16, 0.5)], _YELLOW)


def _crossing(board: Texels) -> None:
    board[..., :3] = _BLUE
    _fill(board, [(0.5, 0.12), (0.88, 0.85), (0.12, 0.85)], _WHITE)
    _fill(board, [(0.5, 0.4), (0.58, 0.78), (0.42, 0.78)], _BLACK)
    cv2.circle(board, (_TEXELS // 2, round(0.36 * _TEXELS)), 5, (*_BLACK, int(Material.RETRO)), -1)


def _roundabout(board: Texels) -> None:
    _disc(board, 0.5, _BLUE)
    middle, radius = (_TEXELS // 2, _TEXELS // 2), round(0.28 * _TEXELS)
    for start in (0, 120, 240):
        cv2.ellipse(board, middle, (radius, radius), 0, start, start + 85, (*_WHITE, int(Material.RETRO)), 9)


_ROUND = [(0.5 + 0.5 * math.cos(a), 0.5 + 0.5 * math.sin(a)) for a in np.linspace(0, math.tau, 25)[:-1]]
_UP, _DOWN = [(0.5, 0.0), (1.0, 0.9), (0.0, 0.9)], [(0.0, 0.08), (1.0, 0.08), (0.5, 0.96)]
_SQUARE, _DIAMOND = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)], [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)]
_SIGNS: dict[str, tuple[Callable[[Texels], None], Pixels, float]] = {
    "sign_speed": (_speed("30"), _ROUND, 0.6),
    "sign_speed_50": (_speed("50"), _ROUND, 0.6),
    "sign_speed_80": (_speed("80"), _ROUND, 0.75),
    "sign_roadworks": (_roadworks, _UP, 0.9),
    "sign_give_way": (_give_way, _DOWN, 0.9),
    "sign_priority": (_priority, _DIAMOND, 0.6),
    "sign_crossing": (_crossing, _SQUARE, 0.6),
    "sign_roundabout": (_roundabout, _ROUND, 0.6),
}
SIGN_KINDS = tuple(_SIGNS)


@cache
def board(kind: str) -> Mesh:
    """The painted side, which looks to -x, on a post that stands at the origin."""
    draw, outline, size_m = _SIGNS[kind]
    texture = _painted(draw)
    points = np.array(outline, np.float32)
    y, z = (0.5 - points[:, 0]) * size_m, _LOW_M + (1.0 - points[:, 1]) * size_m
    face: Floats = np.stack([np.full(len(y), -_POST_M - 0.02, np.float32), y, z], axis=1).astype(np.float32)
    triangles = np.stack([np.stack([face[0], face[k], face[k + 1]]) for k in range(1, len(face) - 1)])
    places = np.stack([np.stack([points[0], points[k], points[k + 1]]) for k in range(1, len(face) - 1)])
    normals = np.zeros_like(triangles)
    normals[..., 0] = -1.0
    return Mesh(
        corners=triangles, normals=normals, texels=(places * (_TEXELS - 0.01)).astype(np.float32), texture=texture
    )


@cache
def post(kind: str) -> Mesh:
    """What carries the board, and its grey back."""
    _, outline, size_m = _SIGNS[kind]
    kit = furniture_kit()
    top = _LOW_M + size_m
    kit.tube([(0, 0, 0), (0, 0, top)], (_POST_M, _POST_M), 0, sides=6)
    x = -_POST_M - 0.015
    kit.fan([(x, (0.5 - u) * size_m, _LOW_M + (1.0 - v) * size_m) for u, v in outline], 8)
    return kit.mesh()
