"""Parameters: declared once, refused with file, key and allowed range, and described where people look."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crossmodal_narrator.configuration import NarratorNodeConfig, PerceptionConfig
from crossmodal_narrator.core.config import Parameter, build, parameters_of, read_parameter_file
from crossmodal_narrator.core.errors import ConfigError

parameters = pytest.importorskip("crossmodal_narrator.nodes.parameters", reason="rclpy is not installed")

CONFIGS: dict[str, type[Any]] = {"perception": PerceptionConfig, "narrator": NarratorNodeConfig}
MUTATIONS = 200
SEED = 20261124
Change = tuple[str, Any]  # the key that the file then has, and its value


@pytest.fixture(scope="module")
def document(repository: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((repository / "config" / "narrator.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("node", CONFIGS)
def test_the_parameter_file_holds_every_parameter_with_its_default(node: str, repository: Path) -> None:
    given = read_parameter_file(repository / "config" / "narrator.yaml", node)

    assert list(given) == [p.name for p in parameters_of(CONFIGS[node])]
    assert build(CONFIGS[node], given) == CONFIGS[node]()


def wrong_type(parameter: Parameter, draw: random.Random) -> Change:
    texts: list[Any] = ["fast", [1, 2], {"a": 1}, None]
    wrong = {bool: ["on the left", 1, 0.5], str: [7, 2.5, True, [True]]}.get(parameter.kind, texts)
    # Of a list of numbers, [1, 2] would be one.
    return parameter.name, draw.choice(
        ["fast", {"a": 1}, [[1]], [None]] if isinstance(parameter.default, tuple) else wrong
    )


def out_of_range(parameter: Parameter, draw: random.Random) -> Change:
    beyond: list[Any] = [float("nan"), float("inf")] if parameter.kind is float else []
    number = int if parameter.kind is int else float
    if parameter.low is not None:
        beyond.append(number(parameter.low) - draw.randint(1, 1000))
    if parameter.high is not None:
        beyond.append(number(parameter.high) + draw.randint(1, 1000))
    chosen = draw.choice(beyond)
    return parameter.name, [chosen] if isinstance(parameter.default, tuple) else chosen


def another_word(parameter: Parameter, draw: random.Random) -> Change:
    word = "".join(draw.choices("abcdefg", k=5))
    return parameter.name, [word] if isinstance(parameter.default, tuple) else word


def misspelt(parameter: Parameter, draw: random.Random) -> Change:
    place = draw.randrange(len(parameter.name) - 1)
    return parameter.name[:place] + draw.choice("qxz") + parameter.name[place + 1 :], parameter.default


def mutations(count: int) -> Iterator[tuple[str, Parameter, Change]]:
    """Node, the parameter that is meant, and what its line is changed to; the same ones every time."""
    draw = random.Random(SEED)
    for _ in range(count):
        node = draw.choice(list(CONFIGS))
        parameter = draw.choice(list(parameters_of(CONFIGS[node])))
        kinds: list[Callable[[Parameter, random.Random], Change]] = [wrong_type, misspelt]
        if parameter.low is not None or parameter.high is not None:
            kinds += [out_of_range, out_of_range]
        if parameter.choices:
            kinds.append(another_word)
        yield node, parameter, draw.choice(kinds)(parameter, draw)


def mutated(document: dict[str, Any], node: str, parameter: Parameter, change: Change) -> dict[str, Any]:
    altered = copy.deepcopy(document)
    *path, leaf = parameter.name.split(".")
    section = altered[node]["ros__parameters"]
    for part in path:
        section = section[part]
    del section[leaf]
    key, value = change
    altered[node]["ros__parameters"][key] = value  # rcl takes dotted names too
    return altered


@pytest.mark.parametrize(("node", "parameter", "change"), list(mutations(MUTATIONS)))
def test_a_mutated_file_is_refused_with_file_key_and_allowed_range(
    node: str, parameter: Parameter, change: Change, document: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "mutated.yaml"
    path.write_text(yaml.safe_dump(mutated(document, node, parameter, change)), encoding="utf-8")
    key, value = change
    with pytest.raises(ConfigError) as refusal:
        parameters.check_parameter_files(["--ros-args", "--params-file", str(path)], node, CONFIGS[node])

    told = str(refusal.value)
    assert str(path) in told
    assert key.split(".")[-1] in told or (isinstance(value, dict) and f"{key}." in told)
    is_unknown = key != parameter.name or isinstance(value, dict)
    assert ("is not a parameter" if is_unknown else f"allowed: {parameter.allowed}") in told


@pytest.mark.parametrize("node", CONFIGS)
def test_a_misspelt_name_of_any_of_our_nodes_is_refused_by_each(node: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("planner: {ros__parameters: {a: 1}}\ndisplai: {ros__parameters: {port: 8000}}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"mine\.yaml: displai is no node — did you mean display\?"):
        parameters.check_parameter_files(["--ros-args", "--params-file", str(path)], node, CONFIGS[node])


@pytest.mark.parametrize("node", CONFIGS)
def test_every_parameter_is_described_to_ros_with_type_and_range(node: str) -> None:
    for parameter in parameters_of(CONFIGS[node]):
        described = parameters.descriptor(parameter)

        assert parameter.help in described.description
        assert described.additional_constraints == parameter.allowed
        if parameter.kind is float and parameter.low is not None and parameter.high is not None:
            assert described.floating_point_range[0].to_value == parameter.high
