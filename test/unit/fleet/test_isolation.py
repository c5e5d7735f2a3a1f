"""Work in a real process of its own: however it ends, the one who asked is told, and the next bag is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from misbehaving import job_of

from crossmodal_narrator.fleet.folder import FleetFolder
from crossmodal_narrator.fleet.isolation import Isolation
from crossmodal_narrator.fleet.job import Ending, Outcome


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    isolation = Isolation()
    yield isolation
    isolation.close()


def pid_of(out: Path, name: str) -> str:
    return (FleetFolder(out).place(name) / "pid.txt").read_text()


def test_bags_that_go_well_share_one_process(isolation: Isolation, tmp_path: Path) -> None:
    outcomes = [isolation.run(job_of(name, tmp_path)) for name in ("one", "two")]

    assert outcomes == [Outcome(ending=Ending.DONE)] * 2
    assert FleetFolder(tmp_path).result("one", "k") == {"name": "one"}
    assert pid_of(tmp_path, "one") == pid_of(tmp_path, "two")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("segfault", "its process was ended by SIGSEGV"),
        ("killed", "its process was ended by SIGKILL"),
        ("exits", "its process ended itself with status 7"),
    ],
)
def test_a_bag_that_ends_its_process_is_told_of_with_the_reason(
    isolation: Isolation, tmp_path: Path, name: str, reason: str
) -> None:
    assert isolation.run(job_of(name, tmp_path)) == Outcome(ending=Ending.CRASHED, reason=reason)
    assert isolation.run(job_of("next", tmp_path)).ending is Ending.DONE
    assert not FleetFolder(tmp_path).place(name).exists()


@pytest.mark.parametrize("name", ["sleeps", "holds_the_interpreter"])
def test_a_bag_that_does_not_end_is_ended(isolation: Isolation, tmp_path: Path, name: str) -> None:
    outcome = isolation.run(job_of(name, tmp_path, limit_s=0.3))

    assert outcome == Outcome(ending=Ending.LATE, reason="it did not end within 0.3 s")


def test_reasons_are_the_same_wherever_the_results_lie(isolation: Isolation, tmp_path: Path) -> None:
    raised = isolation.run(job_of("raises", tmp_path / "out"))
    refused = isolation.run(job_of("refuses", tmp_path / "out"))

    assert raised == Outcome(ending=Ending.CRASHED, reason="RuntimeError: no memory for points")
    assert refused == Outcome(ending=Ending.REFUSED, reason="refuses/x.mcap is not an MCAP file")
