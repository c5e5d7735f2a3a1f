"""A store holds each run once and whole, also when it is killed or cut; and the verbs say what to do."""

from __future__ import annotations

import argparse
import json
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from replayed_drives import crossing_drive, siren_drive, write_bag

from crossmodal_narrator.bags.index import DriveStore, Outcome, read_run
from crossmodal_narrator.bags.index.schema import FILE
from crossmodal_narrator.cli import search
from crossmodal_narrator.cli.filters import _stamp_ns, filters_of
from crossmodal_narrator.cli.filters import add_arguments as add_filters
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.core.errors import BagError, ConfigError
from crossmodal_narrator.encoding.crossmodal.surroundings import PROMPTS


def counts(folder: Path) -> list[int]:
    with DriveStore(folder) as store:
        loaded = store.loaded()
        sentences = store.rows("SELECT count(*) FROM sentence")[0][0]
        return [len(loaded.runs), len(loaded.moments), len(loaded.event_run), sentences]


def asked(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    search.add_arguments(parser)
    return parser.parse_args(["a siren", "--store", "drives", *arguments])


def test_a_run_that_is_indexed_again_or_was_copied_is_there_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay, store = crossing_drive(tmp_path / "run"), tmp_path / "store"
    assert main(["index", str(replay), "--store", str(store)]) == 0
    before = counts(store)
    shutil.copytree(replay, tmp_path / "copy")
    assert main(["index", str(replay), str(tmp_path / "copy"), "--store", str(store)]) == 0

    assert counts(store) == before
    assert before[:2] == [1, 8]
    assert capsys.readouterr().out.count("known already") == 2


def test_a_bag_that_comes_later_completes_the_run_with_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay, store = crossing_drive(tmp_path / "run"), tmp_path / "store"
    bag = write_bag(tmp_path / "bag", 80)
    assert main(["index", str(replay), "--store", str(store)]) == 0
    before = counts(store)
    assert main(["index", str(replay), "--store", str(store), "--bag", str(bag)]) == 0
    assert counts(store) == before
    assert "completed from its bag" in capsys.readouterr().out
    with DriveStore(store) as opened:
        assert opened.add(read_run(replay), bag=str(bag)) is Outcome.KNOWN


def test_a_run_that_is_known_with_another_bag_gets_the_one_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay, store = crossing_drive(tmp_path / "run"), tmp_path / "store"
    short, whole = write_bag(tmp_path / "short", 10), write_bag(tmp_path / "whole", 80)
    for bag, pictures, told in ((short, 1, "added"), (whole, 8, "its bag replaced"), (whole, 8, "known already")):
        assert main(["index", str(replay), "--store", str(store), "--bag", str(bag)]) == 0
        assert f"{replay}: {told}" in capsys.readouterr().out
        with DriveStore(store) as opened:
            assert opened.rows("SELECT bag FROM run") == [(str(bag),)]
            assert opened.rows("SELECT count(*) FROM thumbnail") == [(pictures,)]


def test_a_search_answers_lines_of_json_with_their_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], no_encoder: None
) -> None:
    replay, store, pictures = crossing_drive(tmp_path / "run"), tmp_path / "store", tmp_path / "pictures"
    bag = write_bag(tmp_path / "bag", 80)
    assert main(["index", str(replay), "--store", str(store), "--bag", str(bag)]) == 0
    capsys.readouterr()
    arguments = ["--store", str(store), "--json", "--thumbnails", str(pictures), "--most", "1"]
    assert main(["search", "行人横穿马路", *arguments]) == 0
    (hit,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert hit["bag"] == str(bag)
    assert hit["tracks"] == [7]
    assert hit["is_sure"] is True
    picture = cv2.imread(hit["thumbnail"])
    assert picture.shape == (160, 320, 3)
    blue, _, red = picture[80, 40].tolist()
    assert red > 180 > blue


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors here have two numbers; the encoder's have 128."""

    class Short:
        def encode(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
            return np.array([1.0, 0.0], np.float32)

    monkeypatch.setattr("crossmodal_narrator.assembly.open_text", lambda config: Short())


def test_a_search_that_finds_nothing_says_so_beside_its_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], no_encoder: None
) -> None:
    store = tmp_path / "store"
    assert main(["index", str(crossing_drive(tmp_path / "run")), "--store", str(store)]) == 0
    capsys.readouterr()

    assert main(["search", "行人横穿马路", "--store", str(store), "--light", "dusk", "--weather", "fog", "--json"]) == 0
    assert capsys.readouterr() == ("", f"nothing of that, as it is asked for, is in {store}\n")


def test_a_killed_index_leaves_nothing_of_its_run(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with DriveStore(store, make=True) as opened:
        opened.add(read_run(siren_drive(tmp_path / "one")))
        before = counts(store)
        run = read_run(crossing_drive(tmp_path / "two"))
        object.__setattr__(run, "sentences", (*run.sentences, None))  # fails in the middle of the transaction
        with pytest.raises(AttributeError):
            opened.add(run)

    assert counts(store) == before


def test_a_cut_store_is_named_with_the_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replay, store = crossing_drive(tmp_path / "run"), tmp_path / "store"
    assert main(["index", str(replay), "--store", str(store)]) == 0
    content = (store / FILE).read_bytes()
    for kept, complaint in ((len(content) - 5000, "malformed"), (50, "drives.sqlite"), (0, "is no store of drives")):
        (store / FILE).write_bytes(content[:kept])
        assert main(["search", "a siren", "--store", str(store)]) == 2
        error = capsys.readouterr().err
        assert complaint in error
        assert FILE in error
        assert " — " in error


def test_a_cut_replay_is_named_by_its_line_and_is_not_indexed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay, store = crossing_drive(tmp_path / "run"), tmp_path / "store"
    scenes = replay / "scenes.jsonl"
    scenes.write_bytes(scenes.read_bytes()[:-40])

    assert main(["index", str(replay), "--store", str(store)]) == 2
    assert "scenes.jsonl, line 80" in capsys.readouterr().err
    assert not store.exists()


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(BagError, match="is no store of drives — name another folder"):
        DriveStore(tmp_path, make=True)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["search", "a siren"], "give REPLAY folders, or --store DIR"),
        (["search", "a siren", "somewhere", "--speed", "0-30"], "--speed asks for what"),
        (["search", "a siren", "--store", "nowhere"], "make a store"),
        (["search", "", "--store", "nowhere"], "'' has no words — say what is looked for"),
        (["search", " …?", "somewhere"], "' …?' has no words"),
        (["index", "nowhere", "--store", "store"], "give a folder that `replay BAG --out` wrote"),
        (["index", "a", "b", "--bag", "c", "--store", "store"], "1 of --bag and 2 replays"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_remedy(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(arguments) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--speed", "fast", "write it as 0-30"),
        ("--speed", "30-0", "--speed 30-0 runs from 30 to 0 — write LOW-HIGH, as 0-30"),
        ("--speed", "nan-30", "runs from nan to 30"),
        ("--near", "1,2", "has 2 numbers"),
        ("--near", "nan,0,5", "--near nan,0,5 is no place with a radius — write X,Y,R in metres, as 12.5,-3,50"),
        ("--near", "0,0,-5", "is no place with a radius"),
        ("--after", "yesterday", "write it as 2026-11-30T09:00"),
        ("--event", "zzz", "is no event that is known"),
    ],
)
def test_a_filter_that_nothing_could_pass_says_how_it_is_written(
    option: str, value: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay, store = crossing_drive(tmp_path / "run"), tmp_path / "store"
    assert main(["index", str(replay), "--store", str(store)]) == 0

    assert main(["search", "a siren", "--store", str(store), option, value]) == 2
    assert complaint in capsys.readouterr().err


def test_times_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"--after 2026-12-02 is later than --before 2026-12-01 — exchange them"):
        filters_of(asked("--after", "2026-12-02", "--before", "2026-12-01"))


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--place", "mars", "choose from '?town'?, '?residential'?, '?arterial"),
        ("--most", "-3", "-3 must be a whole number above 0"),
    ],
)
def test_what_is_no_choice_is_refused_with_those_there_are(
    option: str, value: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        asked(option, value)

    assert re.search(complaint, capsys.readouterr().err)


@pytest.mark.parametrize("name", PROMPTS)
def test_what_the_encoder_tells_of_a_moment_can_be_asked_for(name: str) -> None:
    """Each value and no other: argparse lists all of them."""
    parser = argparse.ArgumentParser()
    add_filters(parser)
    (option,) = [action for action in parser._actions if action.dest == name]

    assert tuple(option.choices or ()) == tuple(PROMPTS[name])


@pytest.mark.parametrize(
    ("text", "stamp_ns"),
    [
        ("1970-01-01T00:00:10.700", 10_700_000_000),
        ("1970-01-01T00:00:10.499Z", 10_499_000_000),
        ("1970-01-01T01:00:10.500+01:00", 10_500_000_000),
    ],
)
def test_fractions_of_a_second_are_what_they_say(text: str, stamp_ns: int) -> None:
    assert _stamp_ns("--after", text) == stamp_ns
