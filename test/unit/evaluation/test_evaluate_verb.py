"""`evaluate` prints what had to be said where the drive tells it, and works as before where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crossmodal_narrator.bags import BagWriter
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform
from crossmodal_narrator.core.geometry import Intrinsics, Pose
from crossmodal_narrator.evaluation import read_evaluation

START_NS = 1_000_000_000
STAMP_NS = START_NS + 6_500_000_000
OPTICAL = Pose(rotation=np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]), translation_m=np.zeros(3))
CLAIMS = [
    {"predicate": "exists", "subject": "track:1", "value": "car"},
    {"predicate": "motion", "subject": "track:1", "value": "braking"},
]
PATTERN = {"predicate": "motion", "about": "", "label": ["car"], "side": [], "value": ["braking"]}


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A bag, its truth, and a replay in which a braking car is spoken of in one of two languages."""
    frames = [
        FrameTransform(
            stamp_ns=START_NS, parent="base_link", child="optical", parent_from_child=OPTICAL, is_static=True
        ),
        EgoMotion(stamp_ns=STAMP_NS, odom_from_base=Pose.from_xy_yaw(0, 0, 0), velocity_mps=(5, 0, 0), yaw_rate_rps=0),
        CameraFrame(
            stamp_ns=STAMP_NS,
            frame_id="optical",
            camera="front",
            rgb=np.zeros((12, 16, 3), np.uint8),
            intrinsics=Intrinsics(width=16, height=12, fx=10.0, fy=10.0, cx=8.0, cy=6.0),
        ),
    ]
    with BagWriter(tmp_path / "bag") as bag:
        for frame in frames:
            bag.write_frame(frame)
    car = {"id": "lead", "label": "car", "position_m": [12, 0, 0.7], "size_lwh_m": [4.5, 1.8, 1.4], "yaw_rad": 0.0}
    car |= {"motion": "Moving", "lidar_points": 90, "centre_in_front_image": True}
    truth = [{"stamp_ns": STAMP_NS, "ego_speed_mps": 5.0, "objects": [car]}]
    track = {"track_id": 1, "label": "car", "position_m": [12, 0, 0.7], "velocity_mps": [4, 0, 0], "age_s": 3.0}
    lines = [
        {"stamp_ns": STAMP_NS, "language": lang, "text": "…", "claims": CLAIMS[: 2 - k]}
        for k, lang in enumerate(("en", "zh"))
    ]
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    (tmp_path / "scenes.jsonl").write_text(json.dumps({"stamp_ns": STAMP_NS, "objects": [track]}) + "\n")
    (tmp_path / "transcript.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def evaluate(drive: Path) -> dict[str, Any]:
    figures = drive / "figures.json"
    arguments = ["--truth", str(drive / "truth.json"), "--bag", str(drive / "bag"), "--json", str(figures)]
    assert main(["evaluate", str(drive), *arguments]) == 0
    assert figures.read_bytes() == (drive / "evaluation.json").read_bytes()
    return dict(read_evaluation(figures).figures)


def expect(drive: Path, actor: str) -> None:
    entry = {"name": "brakes", "from_s": 5, "by_s": 7, "words": "It [brakes].", "actor": actor, "claims": [PATTERN]}
    tone = {"name": "tone", "from_s": 0, "by_s": 9, "words": "Calm.", "actor": "", "claims": []}
    document = {"scenario": "s", "start_ns": START_NS, "length_s": 9, "expectations": [entry, tone]}
    (drive / "expectations.json").write_text(json.dumps(document))


def test_what_had_to_be_said_is_told_for_each_language(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expect(drive, "lead")
    figures = evaluate(drive)
    printed = capsys.readouterr().out

    assert (figures["expectations_met_en"], figures["expectations_met_zh"]) == (1.0, 0.0)
    assert figures["expectation_lead_median_s"] == pytest.approx(0.5)
    assert all(word in printed for word in ("brakes", "met", "+0.5 s", "missed", "It [brakes].", "not counted"))


def test_the_right_words_about_another_one_do_not_count(drive: Path) -> None:
    expect(drive, "somebody-else")

    assert evaluate(drive)["expectations_met_en"] == 0.0


def test_a_drive_without_expectations_is_evaluated_as_before(drive: Path) -> None:
    figures = evaluate(drive)

    assert figures["vehicle_recall"] == 1.0
    assert [name for name in figures if name.startswith("expectation")] == []


def test_without_truth_a_replay_is_measured_by_itself(drive: Path) -> None:
    assert main(["evaluate", str(drive)]) == 0
    figures = read_evaluation(drive / "evaluation.json").figures

    assert figures["language_equality"] == 0.0
    assert figures["track_jumps"] == 0
    assert "vehicle_recall" not in figures


def test_references_are_measured_beside_their_floors(drive: Path) -> None:
    references = drive / "references.jsonl"
    references.write_text('{"at_s": 0, "language": "en", "text": "The car brakes."}\n', encoding="utf-8")

    assert main(["evaluate", str(drive), "--references", str(references)]) == 0
    evaluation = read_evaluation(drive / "evaluation.json")
    assert evaluation.figures["references_answered_en"] == 1
    assert [row[1] for row in evaluation.tables["references"].rows] == ["said", "floor_commonest", "floor_shifted"]


def test_the_truth_of_another_drive_is_refused_and_the_last_evaluation_stays(
    drive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(drive)
    before = (drive / "evaluation.json").read_bytes()
    truth = json.loads((drive / "truth.json").read_text())
    truth[0]["stamp_ns"] += 1
    (drive / "truth.json").write_text(json.dumps(truth))

    assert main(["evaluate", str(drive), "--truth", str(drive / "truth.json"), "--bag", str(drive / "bag")]) == 2
    told = "none of 1 scenes has the stamp of one of 1 labelled sweeps: this is the truth of another drive — name"
    assert told in capsys.readouterr().err
    assert (drive / "evaluation.json").read_bytes() == before


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda drive: (drive / "scenes.jsonl").unlink(), "replay"),
        (lambda drive: (drive / "scenes.jsonl").write_text("{}\n"), "line 1"),
        (lambda drive: (drive / "scenes.jsonl").write_text("[]\n"), "line 1"),
        (lambda drive: (drive / "transcript.jsonl").write_text("{"), "transcript.jsonl, line 1"),
    ],
)
def test_what_is_no_replay_is_refused_without_a_traceback(
    drive: Path, capsys: pytest.CaptureFixture[str], break_it: Callable[[Path], object], says: str
) -> None:
    break_it(drive)

    assert main(["evaluate", str(drive)]) != 0
    assert says in capsys.readouterr().err


def test_truth_without_the_bag_is_refused_with_the_remedy(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(drive), "--truth", str(drive / "truth.json")]) != 0
    assert "--bag" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("absent/x.json", "No such file or directory — name a file"),
        ("full.json", "No space left on device — free some"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_line_with_its_name(
    drive: Path, capsys: pytest.CaptureFixture[str], name: str, says: str
) -> None:
    (drive / "full.json").symlink_to("/dev/full")

    assert main(["evaluate", str(drive), "--json", str(drive / name)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert f"{drive / name}: {says}" in told


def test_an_evaluation_takes_the_place_of_the_last_as_a_whole(drive: Path) -> None:
    assert main(["evaluate", str(drive)]) == 0
    before = (drive / "evaluation.json").open(encoding="utf-8")
    (drive / "transcript.jsonl").write_text("")
    assert main(["evaluate", str(drive)]) == 0

    with before:
        assert json.load(before)["figures"] != dict(read_evaluation(drive / "evaluation.json").figures)
    assert not list(drive.glob(".*"))
