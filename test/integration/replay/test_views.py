"""One command turns a bag into a film, subtitles and a recording for Rerun, and what is said stays the same bytes."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from copied_bags import replayed, said_and_seen

from crossmodal_narrator.cli.main import main

SCENES = 30
DARKEST = 40  # of the panel on which the scene is drawn from above


@pytest.fixture(scope="module")
def seen(small_bag: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("views")
    views = ["--video", str(out / "d.webm"), "--subtitles", str(out / "d.vtt")]
    if find_spec("rerun") is not None:
        views += ["--rerun", str(out / "d.rrd")]
    replayed(small_bag, out / "replay", *views)
    return out


def test_a_view_changes_no_byte_of_what_is_written(seen: Path, small_replay: Path) -> None:
    assert said_and_seen(seen / "replay") == said_and_seen(small_replay)


def test_the_film_shows_the_drive(seen: Path) -> None:
    film = cv2.VideoCapture(str(seen / "d.webm"))
    pictures = []
    while (read := film.read())[0]:
        pictures.append(read[1])
    assert len(pictures) >= SCENES
    assert pictures[0].shape == (720, 1280, 3)
    camera, above = pictures[20][60:540, :896], pictures[20][60:540, 900:]
    assert camera.std() > 25
    assert (above.max(axis=-1) > DARKEST).sum() > 500
    assert not np.array_equal(pictures[5], pictures[25])


def test_the_subtitles_are_the_sentences_of_the_transcript(seen: Path) -> None:
    lines = [json.loads(line) for line in (seen / "replay" / "transcript.jsonl").read_text("utf-8").splitlines()]
    scenes = [json.loads(line) for line in (seen / "replay" / "scenes.jsonl").read_text("utf-8").splitlines()]
    assert lines
    for language in ("en", "zh"):
        said = [line for line in lines if line["language"] == language]
        first, *_ = (seen / f"d.{language}.vtt").read_text("utf-8").removeprefix("WEBVTT\n\n").split("\n\n")
        _, timing, text = first.split("\n")
        assert text == said[0]["text"]
        after_ms = (said[0]["stamp_ns"] - scenes[0]["stamp_ns"]) // 1_000_000
        assert timing.startswith(f"00:00:{after_ms // 1000:02d}.{after_ms % 1000:03d} --> ")


def test_a_recording_for_rerun_holds_the_sentences(seen: Path) -> None:
    pytest.importorskip("rerun", reason="the extra `rerun` is not installed")
    from rerun.chunk import RrdReader

    lines = [json.loads(line) for line in (seen / "replay" / "transcript.jsonl").read_text("utf-8").splitlines()]
    chunks = [c for c in RrdReader(str(seen / "d.rrd")).stream() if c.entity_path == "/said/zh"]
    texts = [text for c in chunks for [text] in c.to_record_batch().to_pydict()["TextLog:text"]]
    assert sorted(texts) == sorted(line["text"] for line in lines if line["language"] == "zh")


@pytest.mark.parametrize(
    ("option", "name", "module", "remedy"),
    [
        ("--video", "d.avi", None, "let its name end with .mp4 or .webm"),
        ("--video", "d.mp4", "av", "pip install 'crossmodal_narrator[video]'"),
        ("--subtitles", "d.ass", None, "let its name end with .vtt or .srt"),
        ("--rerun", "d.rrd", "rerun", "pip install 'crossmodal_narrator[rerun]'"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_bag_is_read(
    option: str,
    name: str,
    module: str | None,
    remedy: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if module is not None:
        monkeypatch.setitem(sys.modules, module, None)
    status = main(["replay", str(tmp_path / "no_bag"), "--out", str(tmp_path / "out"), option, str(tmp_path / name)])
    assert status == 2
    assert remedy in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
