"""A node's attributes stand beside those of rclpy's classes, which it does not know of."""

from __future__ import annotations

import ast
import importlib
import inspect

import pytest

from crossmodal_narrator.cli.node import NODES

lifecycle = pytest.importorskip("crossmodal_narrator.nodes.lifecycle", reason="rclpy is not installed")


def assigned(kind: type) -> set[str]:
    """What the methods of a class assign to themselves."""
    tree = ast.parse(inspect.getsource(importlib.import_module(kind.__module__)))
    (body,) = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == kind.__name__)
    return {
        node.attr
        for node in ast.walk(body)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }


def ours() -> list[type]:
    base = lifecycle.NarratorLifecycleNode
    for name in NODES:
        importlib.import_module(f"crossmodal_narrator.nodes.{name}")
    return [base, *base.__subclasses__()]


def test_no_node_takes_a_name_that_rclpy_has() -> None:
    """The voice once kept its subscriptions under the name under which rclpy keeps its own: every other one stayed
    when the node was deactivated, and the executor turned at full speed from then on.
    """
    base = lifecycle.NarratorLifecycleNode
    theirs = {name for kind in base.__mro__[1:-1] for name in (*assigned(kind), *vars(kind))}
    assert "_subscriptions" in theirs
    assert len(ours()) == 1 + len(NODES)
    for kind in ours():
        assert assigned(kind) & theirs == set(), kind
