"""Configuration declared once: defaults, ranges and refusals."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crossmodal_narrator.core.config import build, flatten, parameter, parameters_of, read_parameter_file
from crossmodal_narrator.core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    gain: float = parameter(0.5, help="how much", unit="1", low=0.0, high=1.0)
    mode: str = parameter("calm", help="which", choices=("calm", "lively"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    count: int = parameter(3, help="how many", low=1, high=9)
    names: tuple[str, ...] = parameter(("front",), help="who")
    outline: tuple[float, ...] = parameter((), help="where", low=0.0, high=20.0, length=3)
    on: bool = parameter(True, help="whether")
    inner: Inner = field(default_factory=Inner)


def test_every_parameter_is_declared_with_its_dotted_name() -> None:
    assert [p.name for p in parameters_of(Outer)] == ["count", "names", "outline", "on", "inner.gain", "inner.mode"]


def test_what_is_not_given_keeps_its_default_and_flatten_reverses_build() -> None:
    config = build(Outer, {"inner.gain": 1, "names": ["front", "rear"]})
    assert (config.count, config.inner.gain, config.names) == (3, 1.0, ("front", "rear"))
    assert isinstance(config.inner.gain, float)
    assert build(Outer, flatten(config)) == config


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("inner.gain", 1.5, "inner.gain = 1.5 is out of range — allowed: 0 to 1 1"),
        ("inner.gain", math.nan, "inner.gain = nan is out of range"),
        ("inner.gain", "0.5", "must be a number"),
        ("inner.gain", True, "must be a number"),
        ("inner.mode", "loud", "allowed: one of calm, lively"),
        ("count", 2.0, "must be a whole number"),
        ("count", 10, "allowed: 1 to 9"),
        ("on", 1, "must be true or false"),
        ("names", "front", "must be a list of text"),
        ("outline", [1.0, 2.0], "must have 3 values"),
        ("outline", [1.0, 2.0, 21.0], "out of range"),
        ("inner.gian", 0.5, "did you mean inner.gain?"),
    ],
)
def test_a_value_that_does_not_hold_is_refused_with_key_value_and_range(name: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        build(Outer, {name: value}, source="my.yaml")
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("my.yaml: ")


def test_a_ros_parameter_file_is_read_with_its_wildcard_and_nesting(tmp_path: Path) -> None:
    file = tmp_path / "node.yaml"
    file.write_text("/**: {ros__parameters: {count: 2}}\nme: {ros__parameters: {inner: {gain: 0.25}, count: 4}}\n")
    assert read_parameter_file(file, "me") == {"count": 4, "inner.gain": 0.25}


@pytest.mark.parametrize(
    ("text", "message"),
    [("me: [", "is not YAML"), ("- 1", "holds list"), ("me: {count: 2}", "me has no ros__parameters")],
)
def test_a_file_of_another_shape_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message) as refusal:
        read_parameter_file(file, "me")
    assert "bad.yaml" in str(refusal.value)


@pytest.mark.parametrize("misspelt", ["perceptio", "/percepton", "Perception", "/vehicle/narater", "voise"])
def test_a_section_that_is_nearly_called_as_a_node_is_refused(misspelt: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"perception: {{ros__parameters: {{count: 2}}}}\n{misspelt}: {{ros__parameters: {{count: 4}}}}\n")

    with pytest.raises(
        ConfigError, match=rf"mine\.yaml: {misspelt} is no node — did you mean (perception|narrator|voice)"
    ):
        read_parameter_file(file, "perception", ["perception", "narrator", "voice"])


def test_sections_of_other_nodes_may_stand_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "vehicle.yaml"
    others = [
        "/**",
        "narrator",
        "/planner",
        "lidar_perception",
        "perception_2",
        "narrator2",
        "/front/perception",
        "voip",
    ]
    sections = [f"{name!r}: {{ros__parameters: {{}}}}\n" for name in others]
    file.write_text("".join(sections) + "perception: {ros__parameters: {count: 4}}\n")

    assert read_parameter_file(file, "perception", ["perception", "narrator", "voice"]) == {"count": 4}
