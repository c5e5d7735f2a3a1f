"""The road networks: the map that is read from them, and their drawings."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.traffic.heights import heights
from crossmodal_narrator.simulation.traffic.network import load_network, network_names
from crossmodal_narrator.simulation.traffic.roads import KERB_M, LaneKind

NAMES = ("arterial", "grid", "merge", "residential", "roundabout", "rural")


def test_all_networks_are_there() -> None:
    assert network_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_lanes_that_lead_to_each_other_touch(name: str) -> None:
    network = load_network(name)
    lanes = network.roads.lanes

    assert network.links
    for link in network.links:
        assert all(lanes[inside].is_inside_junction for inside in link.via)
        way = [lanes[name] for name in (link.start, *link.via, link.end)]
        for before, after in pairwise(way):
            # A car that turns into a street with a bicycle lane on its right may swing out by half of that.
            assert np.linalg.norm(before.centre[-1] - after.centre[0]) < 1.0


@pytest.mark.parametrize("name", NAMES)
def test_every_street_is_described(name: str, repository: Path) -> None:
    text = (repository / "docs" / "simulator" / "networks.md").read_text()

    assert f"## {name}" in text
    if name in ("arterial", "merge", "residential", "rural"):
        section = text.split(f"## {name}")[1].split("\n## ")[0]
        nodes = {node for edge in load_network(name).edges for node in edge.split("_")}
        assert all(node in section for node in nodes)


def test_the_grid_has_streets_of_every_kind() -> None:
    network = load_network("grid")
    kinds = {edge: [lane.kind.value for lane in lanes] for edge, lanes in network.edges.items()}

    assert kinds["A1_B1"] == ["sidewalk", "driving", "driving"]
    assert kinds["B2_C2"] == ["sidewalk", "bicycle", "driving"]
    assert kinds["A0_A1"] == ["sidewalk", "driving"]
    assert network.after("A1_B1") == ("B1_B0", "B1_B2", "B1_C1")
    assert len(network.roads.lanes_of(LaneKind.CROSSING)) == 4 * 2 + 12 * 4  # over the arms of corners, and of the rest


def test_a_light_governs_each_driving_lane_that_meets_it() -> None:
    roads = load_network("grid").roads
    heads = {head.lane_id: head for head in roads.signals}

    assert {"A1_B1_1", "A1_B1_2", "B2_B1_1", "B2_B1_2", "C1_B1_2"} <= set(heads)
    assert not any(lane.startswith("A0") for lane in heads)
    head = heads["A1_B1_1"]
    assert head.stop_m == tuple(roads.lanes["A1_B1_1"].centre[-1])
    assert head.yaw_rad == pytest.approx(0.0)


def test_pavements_lie_higher_than_crossings_and_lanes() -> None:
    roads = load_network("residential").roads
    places = [roads.lanes[lane].at(20.0)[:2] for lane in ("W_A_0", "W_A_1", "W_A_2")]
    places.append(tuple(roads.lanes_of(LaneKind.CROSSING)[0].centre.mean(axis=0)))
    corner = roads.lanes_of(LaneKind.WALKING_AREA)[0].centre

    assert heights(roads, np.array(places)).tolist() == [KERB_M, 0.0, 0.0, 0.0]
    assert heights(roads, corner.mean(axis=0)[None])[0] == KERB_M


def test_an_unknown_network_lane_or_edge_is_refused_with_the_choice() -> None:
    with pytest.raises(ScenarioError, match="no road network 'moon' — choose one of arterial, grid"):
        load_network("moon")
    network = load_network("merge")
    with pytest.raises(ScenarioError, match="x: network merge has no lane 'M0_M1_7' — choose one of M0_M1_0, M0_M1_1"):
        network.lane("M0_M1_7", who="x")
    with pytest.raises(ScenarioError, match="has no edge 'M1_M0' — choose one of M0_M1, M1_M2"):
        network.edge("M1_M0", who="x")


@pytest.mark.skipif(importlib.util.find_spec("sumo") is None, reason="eclipse-sumo is not installed")
def test_the_files_are_what_the_tool_draws(repository: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, repository / "tools" / "networks", "--out", tmp_path], check=True, capture_output=True
    )

    for name in NAMES:
        kept = repository / "crossmodal_narrator" / "simulation" / "traffic" / "networks" / f"{name}.net.xml"
        assert (tmp_path / kept.name).read_text() == kept.read_text(), f"run tools/networks: {name} has changed"
