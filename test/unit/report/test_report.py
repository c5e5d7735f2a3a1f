"""The report of a run holds what the run says, stays small, runs nothing that a bag says, and is the same each time."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from replayed import HOSTILE, START_NS, TENTH_NS, claim, said, scene, thing, write_labels, write_run

from crossmodal_narrator.bags.digest import BagContent, TopicRead
from crossmodal_narrator.bags.manifest import Code, ModelUsed, RunManifest, write_manifest
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation import read_truth
from crossmodal_narrator.evaluation.evaluation import Evaluation, Table, write_evaluation
from crossmodal_narrator.evaluation.report import Room, render_report


class Markup(HTMLParser):
    """The elements of a page, and the text within scripts and styles, as a browser's parser would cut them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.inner: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.cdata_elem in self.inner:
            self.inner[self.cdata_elem].append(data)


def content_of(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Markup(page).inner["script"][0])
    return found


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Three seconds, one car, and one sentence about it in two languages."""
    claims = (claim("exists", "track:1", "car"), claim("distance", "track:1", 17.8, "nearest of 42 points"))
    spoken = [said("A car ahead.", 1.0, *claims), said("前方有车。", 1.0, *claims, language="zh")]
    return write_run(tmp_path / "run", [scene(k / 10, thing(1, 20 - k / 10)) for k in range(31)], spoken)


def test_what_is_said_in_two_languages_is_one_sentence_with_its_evidence(run: Path) -> None:
    content = content_of(render_report(run))

    (sentence,) = content["sentences"]
    assert sentence["texts"] == {"en": "A car ahead.", "zh": "前方有车。"}
    assert sentence["t"] == 1.0
    details = [content["evidence"][k][2] for k in sentence["claims"][1]["evidence"]]
    assert details == ["nearest of 42 points"]


def test_the_page_asks_nothing_of_a_network_and_runs_its_own_script_alone(run: Path) -> None:
    page = render_report(run)
    markup = Markup(page)
    policy = next(value for name, value in markup.attributes if name == "content" and value and "default-src" in value)

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not {"link", "iframe", "img", "object"} & set(markup.tags)
    assert not [name for name, _ in markup.attributes if name.startswith("on") or name in ("src", "style")]
    for text in (markup.inner["script"][-1], markup.inner["style"][0]):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_a_text_of_a_bag_cannot_become_markup(tmp_path: Path) -> None:
    spoken = [said(HOSTILE, 0.0, claim("exists", f"track:{HOSTILE}", HOSTILE, HOSTILE), trigger=HOSTILE)]
    hostile = scene(0.0, thing(1, 9.0, label=HOSTILE), degraded=[{"sense": HOSTILE, "trouble": "x", "source": HOSTILE}])
    run = write_run(tmp_path / "run", [hostile], spoken)
    plain = write_run(tmp_path / "plain", [scene(0.0)], [])

    page = render_report(run, title=HOSTILE)

    assert Markup(page).tags == Markup(render_report(plain)).tags
    assert content_of(page)["sentences"][0]["texts"]["en"] == HOSTILE


def test_a_bag_of_a_fleet_is_called_by_its_path(tmp_path: Path) -> None:
    page = render_report(write_run(tmp_path / "monday%2Fdrive", [scene(0.0)], []))
    assert "<title>monday/drive: drive report</title>" in page


def test_the_same_run_gives_the_same_bytes(run: Path) -> None:
    assert render_report(run) == render_report(run)


def test_a_long_drive_keeps_its_sentences_and_thins_the_rest(tmp_path: Path) -> None:
    spoken = [said("Now.", at_s) for at_s in (12.3, 77.7)]
    run = write_run(tmp_path / "run", (scene(k / 10, thing(1, 9.0)) for k in range(3000)), spoken)

    content = content_of(render_report(run, room=Room(scenes=100)))

    times = [entry["t"] for entry in content["scenes"]]
    assert len(times) <= 100
    assert {12.3, 77.7} <= set(times)
    assert max(b - a for a, b in pairwise(times)) < 4.0
    assert content["counts"][0] == 3000
    assert any(f"{len(times)} of 3000 scenes" in line for line in content["left_out"])


def test_urgent_sentences_keep_their_scenes_where_not_all_can(tmp_path: Path) -> None:
    calm = [said("Calm.", k / 10, urgency="calm") for k in range(50)]
    run = write_run(tmp_path / "run", [scene(k / 10) for k in range(60)], [*calm, said("Stop!", 5.5, urgency="urgent")])

    content = content_of(render_report(run, room=Room(scenes=10)))

    assert 5.5 in [entry["t"] for entry in content["scenes"]]
    assert len(content["scenes"]) == 10


def test_tracks_that_live_at_once_get_rows_of_their_own(tmp_path: Path) -> None:
    crowd = [thing(k, 9.0 + k) for k in range(1, 10)]
    run = write_run(
        tmp_path / "run",
        [scene(k / 10, *crowd) for k in range(20)],
        [said("A car.", 1.0, claim("exists", "track:9", "car"))],
    )

    (lane,) = content_of(render_report(run))["lanes"]

    assert (lane["name"], len(lane["rows"]), lane["left_out"]) == ("car", 6, 3)
    assert [bar[2:] for bar in lane["rows"][0]] == [[9, 1]]  # who was spoken of comes first


def test_a_sound_that_pauses_is_two_bars(tmp_path: Path) -> None:
    siren = {"kind": "siren", "azimuth_rad": 3.1, "range_m": None, "trend": "unknown", "track_id": None}
    scenes = [scene(k / 10, sounds=[siren] if k < 10 or k > 20 else []) for k in range(30)]

    (lane,) = content_of(render_report(write_run(tmp_path / "run", scenes, [])))["lanes"]

    assert [bar[:2] for bar in lane["rows"][0]] == [[0.0, 0.9], [2.1, 2.9]]


def test_with_truth_the_error_is_told_by_range(run: Path, tmp_path: Path) -> None:
    truth = read_truth(write_labels(tmp_path / "truth.json", 1.0, x=19.5))

    content = content_of(render_report(run, truth=truth))

    assert content["errors"]["bins"] == [[10.0, 20.0, 1, 0.5, 0.5]]
    assert next(entry["r"] for entry in content["scenes"] if entry["t"] == 1.0)[0][1:3] == [19.5, 0.0]


def test_an_evaluation_beside_the_transcript_is_shown(run: Path) -> None:
    table = Table(columns=("range", "pairs"), rows=(("0-10 m", 3),))
    write_evaluation(
        Evaluation(figures={"recall": 1.0, "cars": 1}, tables={"by_range": table}), run / "evaluation.json"
    )

    content = content_of(render_report(run))

    assert content["figures"] == {"recall": "1.000", "cars": "1"}  # a share is no count
    assert [entry["name"] for entry in content["tables"]] == ["by_range", "latency_by_stage"]


def test_what_the_gate_refused_is_listed_once_for_all_its_scenes(run: Path) -> None:
    colour = {"predicate": "colour", "subject": "track:1", "value": "white", "confidence": 0.9}
    told = {"fate": "dropped", "reason": "cannot_be_sensed", "detail": "lidar cannot know it", "trigger": "context"}
    lines = [{"stamp_ns": START_NS + k * TENTH_NS, **told, "topic": "t", "claims": [colour]} for k in (0, 1, 2)]
    assert content_of(render_report(run))["refused"] is None
    (run / "refusals.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    assert content_of(render_report(run))["refused"] == [
        [0.0, 0.2, 3, "dropped", "cannot_be_sensed", "lidar cannot know it", "colour(track:1) = white", "track:1", ""]
    ]


def test_the_page_says_what_it_was_made_of(run: Path) -> None:
    manifest = RunManifest(
        code=Code(version="1.0", sha256="cd34", versions={}),
        models=(ModelUsed(name="eye", precision="fp32", sha256="ab12", engine="cpu"),),
        languages=("en",),
        configuration={"a": {"b": [1, 2]}},
        bag=BagContent(sha256="ef56", topics=(TopicRead(name="/odom", msgtype="nav_msgs/msg/Odometry", count=3),)),
        outputs={},
    )
    assert content_of(render_report(run))["made_of"] == []
    write_manifest(run, manifest)

    made_of = dict(content_of(render_report(run))["made_of"])
    assert made_of["complete"] == [["", "true"]]
    assert made_of["models"] == [["eye.precision", "fp32"], ["eye.sha256", "ab12"], ["eye.engine", "cpu"]]
    assert ["topics./odom.count", "3"] in made_of["bag"]
    assert made_of["damage"] == [["", "–"]]
    assert made_of["configuration"] == [["a.b", "[1, 2]"]]


def test_the_verb_writes_the_page_beside_the_run(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run)]) == 0
    assert re.search(r"MB → .*report\.html", capsys.readouterr().out)
    assert (run / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("scenes.jsonl", "", "holds no scene"),
        ("scenes.jsonl", '{"stamp_ns": 1}\n', "a scene without 'objects'"),
        ("transcript.jsonl", '{"text": "cut', "transcript.jsonl"),
        ("transcript.jsonl", '{"stamp_ns": 1, "language": "en", "text": "no claims"}\n', "without 'claims'"),
        ("transcript.jsonl", "[]\n", "is no record"),
        ("transcript.jsonl", '{"stamp_ns": 1, "language": "en", "text": "", "claims": [{}]}\n', "without 'predicate'"),
        ("timings.jsonl", '{"stage": "x"}\n', "no object with stage, ms"),
    ],
)
def test_a_damaged_run_is_refused_by_name(run: Path, name: str, text: str, told: str) -> None:
    (run / name).write_text(text)

    with pytest.raises(BagError, match=re.escape(told)) as refused:
        render_report(run)
    assert name in str(refused.value)
    assert refused.value.remedy


def test_a_scene_that_is_no_scene_is_refused_without_a_traceback(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for broken in (
        '{"stamp_ns": 1, "objects": [{}]}',
        '{"stamp_ns": "x", "objects": []}',
        '{"stamp_ns": 1, "objects": 3}',
    ):
        (run / "scenes.jsonl").write_text(broken + "\n")

        assert main(["report", str(run)]) == 2
        assert "replay the bag again" in capsys.readouterr().err


def test_stamps_are_kept_to_the_nanosecond(run: Path) -> None:
    content = content_of(render_report(run))

    assert content["sentences"][0]["stamp"] == str(START_NS + 1_000_000_000)
    assert content["evidence"][0][1] == str(START_NS)
