"""Pairs of two lists, one to one."""

from __future__ import annotations

from collections.abc import Iterable


def pair_up(candidates: Iterable[tuple[float, int, int]]) -> dict[int, int]:
    """First index → second index, of (cost, first, second): the cheapest first, each at most once."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(candidates):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs
