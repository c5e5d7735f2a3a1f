"""The commands of the pages as they stand there, beside what a page presumes; test_start_page has the first two."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from copied_bags import copied
from documented import PAGES, ROOT, commands, commands_in_sentences, page_name, run, write_files
from make_nuscenes import write_nuscenes

from crossmodal_narrator.evaluation import EVALUATION_FILE

Folder = Callable[[str], Path]
PROGRAM = "crossmodal-narrator "
STARTING = ("docs/start.md", "docs/guides/your_own.md")
REAL = "README.md"
SHORTER = " --seconds 1.6 --size 320x180 --processes 1"
WITHOUT_RAY = " --on processes --workers 1"  # whose start takes longer than all else here: test_fleet_verb.py has it

# How a command begins, and why it is not run here. Whatever else a page tells to type is run.
LEFT_OUT = {
    "demo": "plays in real time, after minutes of simulation: test_page_live.py has its nodes and its page",
    "run ": "plays until it is stopped: test_run.py; the programs of other simulators are not here: test_profiles.py",
    "node ": "lives until it is stopped: test_interfaces.py and test_page_live.py",
    "simulate red_then_green --live": "publishes until somebody stops it: test_live.py",
    "simulate ambulance_from_behind --size 640x360": "minutes: docs/start.md has the same of a shorter drive",
    "replay BAG --out named --profile isaac_sim": "no bag of Isaac Sim is here: test_names_of_topics.py has a profile",
    "train ": "hours: test/unit/training trains for a few steps",
    "models pull": "fetches 148 MB from elsewhere: `make setup` pulls what is needed",
    "models record street_yolox": "a network of the reader's own: test_brought_detectors.py records and verifies one",
    "models verify street_yolox": "a network of the reader's own: test_brought_detectors.py records and verifies one",
}  # fmt: skip

# What lies in the folder in which a page's commands are typed: the name, and which of the things made below it is.
# `./` is something that the page itself makes.
PRESUMED: Mapping[str, Mapping[str, str]] = {
    "docs/encoders/crossmodal.md": {"BAG": "drive/bag", "another_replay": "./out"},
    "docs/evaluation.md": {"BAG": "drive/bag", "truth.json": "drive/truth.json", "san_francisco": "drive", "sf": "run"},
    "docs/fleet.md": {"drives/monday": "drive"},
    "docs/importing.md": {"nuscenes_mini": "nuscenes_mini"},
    "docs/nodes/dialogue.md": {"BAG": "drive/bag"},
    "docs/replay.md": {"../shared/drives/san_francisco": "drive", "BAG": "otherwise_named/bag"},
    "docs/report.md": {
        "BAG": "drive/bag",
        "truth.json": "drive/truth.json",
        "ambulance": "drive",
        "amb": "run",
        "RUN_A": "run",
        "RUN_B": "run",
        "standard": "run",
        "talkative": "talkative",
    },
    "docs/search.md": {"street": "drive", "crossmodal.yaml": "crossmodal.yaml"},
    "docs/views.md": {"drive": "drive"},
}

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("detector")]


def is_left_out(line: str) -> bool:
    return line.removeprefix(PROGRAM).startswith(tuple(LEFT_OUT))


def runnable(page: Path) -> list[tuple[str, int]]:
    return [(line, status) for line, status in commands(page) if not is_left_out(line)]


def sooner(line: str) -> str:
    """The same, in seconds."""
    if line.startswith(f"{PROGRAM}simulate ") and "--list" not in line:
        return line + SHORTER
    return line + WITHOUT_RAY if line.startswith(f"{PROGRAM}fleet ") else line


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One small drive, its replay, and what else pages presume."""
    folder = tmp_path_factory.mktemp("made")
    run(f"{PROGRAM}simulate lead_brakes --out drive --lidar beams_32{SHORTER}", folder)
    run(f"{PROGRAM}replay drive/bag --out run --language en,zh", folder)
    run(f"{PROGRAM}evaluate run --truth drive/truth.json --bag drive/bag", folder)
    talkative = shutil.copytree(folder / "run", folder / "talkative") / EVALUATION_FILE
    evaluation = json.loads(talkative.read_text(encoding="utf-8"))
    evaluation["figures"]["speaking_share_en"] *= 1.2
    talkative.write_text(json.dumps(evaluation), encoding="utf-8")
    renamed = {"/lidar/points": "/velodyne_points", "/camera/front/image/compressed": "/cam0/jpeg"}
    copied(folder / "drive" / "bag", folder / "otherwise_named", renamed=renamed)
    write_nuscenes(folder / "nuscenes_mini")
    write_files(ROOT / "docs" / "encoders" / "crossmodal.md", folder)
    return folder


@pytest.fixture
def folder_of(made: Path, tmp_path: Path) -> Folder:
    """Where a page's commands are typed, with what it presumes and the files that it shows."""

    def prepared(page: str) -> Path:
        folder = tmp_path / "main"
        folder.mkdir()
        for name, source in PRESUMED.get(page, {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if source.startswith("./"):
                (folder / name).symlink_to(source)
            elif (made / source).is_dir():
                shutil.copytree(made / source, folder / name)
            else:
                shutil.copy(made / source, folder / name)
        write_files(ROOT / page, folder)
        return folder

    return prepared


OTHERS = [page for page in map(page_name, PAGES) if page not in (*STARTING, REAL) and runnable(ROOT / page)]


@pytest.mark.parametrize("page", OTHERS)
def test_the_commands_of_a_page_can_be_typed_one_after_another(page: str, folder_of: Folder) -> None:
    folder = folder_of(page)
    for line, status in runnable(ROOT / page):
        run(sooner(line), folder, status)


def test_an_import_prints_what_its_page_shows(folder_of: Folder) -> None:
    page = ROOT / "docs" / "importing.md"
    ((line, status),) = runnable(page)
    shown = page.read_text(encoding="utf-8").partition(f"$ {line}\n")[2].partition("\n\n")[0]
    assert run(line, folder_of("docs/importing.md"), status).splitlines() == [row.strip() for row in shown.splitlines()]


def test_the_readme_shows_what_is_said_and_answered_on_the_real_drive(shared_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").symlink_to(shared_dir)
    (tmp_path / "main").mkdir()
    told = {line.split()[1]: run(line, tmp_path / "main", status) for line, status in runnable(ROOT / REAL)}

    assert sorted(told) == ["ask", "replay"]
    page = (ROOT / REAL).read_text(encoding="utf-8")
    of_the_drive = page[: page.index("$ crossmodal-narrator simulate")]
    said = re.findall(r"[\d.]+ s  \[\w\w\] .+", of_the_drive)
    assert said == re.findall(r"[\d.]+ s  \[\w\w\] .+", told["replay"])
    shown = page[page.index("$ crossmodal-narrator ask") :].partition("\n\n")[0].splitlines()[1:]
    assert [line for line in shown if re.split("  +# | …", line.strip())[0] not in told["ask"]] == []


def test_every_command_in_a_sentence_is_run_or_left_out_for_a_reason() -> None:
    run_somewhere = {line for page in PAGES for line, _ in runnable(page)}
    found = {line for page in PAGES for line in commands_in_sentences(page) if not is_left_out(line)}
    assert found <= run_somewhere


def test_what_is_left_out_still_stands_in_a_page() -> None:
    lines = [line for page in PAGES for line in (*(line for line, _ in commands(page)), *commands_in_sentences(page))]
    told = [line.removeprefix(PROGRAM) for line in lines]
    assert [begin for begin in LEFT_OUT if not any(line.startswith(begin) for line in told)] == []


def test_every_presumption_is_of_a_page_that_is_run() -> None:
    assert set(PRESUMED) <= set(OTHERS)
