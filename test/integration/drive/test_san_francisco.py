"""The real drive, replayed without ROS: what is found, what is said, and that it is the same each time."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.cli import replay
from crossmodal_narrator.cli.survey import survey_bag
from crossmodal_narrator.evaluation import Scope, read_truth, score_claims, score_detection, true_speeds
from crossmodal_narrator.evaluation.all_around import Answer, score_all_around
from crossmodal_narrator.evaluation.truth import Kind, kind_of

FILES = ("transcript.jsonl", "scenes.jsonl", "refusals.jsonl")


def replayed(bag: Path, out: Path) -> Path:
    parser = argparse.ArgumentParser()
    replay.add_arguments(parser)
    assert replay.run(parser.parse_args([str(bag), "--out", str(out), "--language", "en,zh"])) == 0
    return out


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def drive(san_francisco_bag: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return replayed(san_francisco_bag, tmp_path_factory.mktemp("drive"))


@pytest.fixture(scope="module")
def truth_file(san_francisco_bag: Path) -> Path:
    return san_francisco_bag.parent / "truth.json"


def test_vehicles_are_found_and_placed(drive: Path, san_francisco_bag: Path, truth_file: Path) -> None:
    truth = read_truth(truth_file)
    survey = survey_bag(open_bag(san_francisco_bag), tuple(scene.stamp_ns for scene in truth))
    speeds = true_speeds(truth, survey.odom_from_base)
    figures = score_detection(lines(drive / "scenes.jsonl"), truth, survey.in_view, speeds, Scope()).summary()
    assert figures["vehicles"] == 226
    assert figures["vehicle_recall"] is not None
    assert figures["vehicle_recall"] >= 0.85
    assert figures["precision"] is not None
    assert figures["precision"] >= 0.88
    assert figures["position_error_median_m"] is not None
    assert figures["position_error_median_m"] <= 0.5
    assert figures["speed_error_median_mps"] is not None
    assert figures["speed_error_median_mps"] <= 1.0


def all_around(scenes: Path) -> dict[int, list[Answer]]:
    """What is in the scene, on all sides."""
    return {
        record["stamp_ns"]: [
            Answer(
                kind=kind_of(thing["label"]),
                score=thing["confidence"],
                xy_m=tuple(thing["position_m"][:2]),
                yaw_rad=thing["yaw_rad"],
            )
            for thing in record["objects"]
            if thing["position_m"] is not None
        ]
        for record in lines(scenes)
    }


def test_vehicles_are_found_on_all_sides_where_no_camera_looks(drive: Path, truth_file: Path) -> None:
    found = all_around(drive / "scenes.jsonl")
    truth = [scene for scene in read_truth(truth_file) if scene.stamp_ns in found]
    vehicles = score_all_around(found, truth, Kind.VEHICLE, max_range_m=30.0)
    recall, precision = vehicles.curve.at(0.0)

    assert vehicles.curve.total == 1295
    assert recall >= 0.88  # 0.229 without the LiDAR's network
    assert precision >= 0.95
    assert vehicles.yaw_error_median_deg is not None
    assert vehicles.yaw_error_median_deg <= 3.0


def test_people_are_found_that_the_camera_alone_does_not_see(drive: Path, truth_file: Path) -> None:
    found = all_around(drive / "scenes.jsonl")
    truth = [scene for scene in read_truth(truth_file) if scene.stamp_ns in found]
    people = score_all_around(found, truth, Kind.PERSON, max_range_m=20.0)
    recall, precision = people.curve.at(0.0)

    assert people.curve.total == 12
    assert recall == 1.0  # 8 of 12 without the LiDAR's network
    assert precision >= 0.65


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_said_holds(drive: Path, truth_file: Path, language: str) -> None:
    truth = read_truth(truth_file)
    said, scenes = lines(drive / "transcript.jsonl"), lines(drive / "scenes.jsonl")
    claims = score_claims(said, scenes, truth, language)
    assert claims.summary()["claims_checked"] != 0
    assert claims.wrong == []


def test_the_car_ahead_is_named_and_told_to_pull_away_in_both_languages(drive: Path) -> None:
    said = lines(drive / "transcript.jsonl")
    english = [line["text"] for line in said if line["language"] == "en"]
    chinese = [line["text"] for line in said if line["language"] == "zh"]
    assert any("white car" in text and "ahead" in text for text in english)
    assert any("pulling away" in text for text in english)
    assert any("白" in text for text in chinese)
    assert any("起步" in text for text in chinese)


def test_both_languages_make_the_same_claims(drive: Path) -> None:
    said = lines(drive / "transcript.jsonl")
    english = [(line["stamp_ns"], line["claims"]) for line in said if line["language"] == "en"]
    chinese = [(line["stamp_ns"], line["claims"]) for line in said if line["language"] == "zh"]
    assert english == chinese


def test_every_claim_carries_evidence(drive: Path) -> None:
    claims = [claim for line in lines(drive / "transcript.jsonl") for claim in line["claims"]]
    assert claims
    assert all(claim["evidence"] for claim in claims)
    assert all(0.0 < claim["confidence"] <= 1.0 for claim in claims)


def test_the_same_bag_gives_the_same_bytes(drive: Path, san_francisco_bag: Path, tmp_path: Path) -> None:
    again = replayed(san_francisco_bag, tmp_path)
    for name in FILES:
        assert (again / name).read_bytes() == (drive / name).read_bytes(), name
