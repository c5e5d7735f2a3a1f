"""Which bags are done, how often, and what is said of those that are not. The executor is one that we direct."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from pathlib import Path

import pytest
from misbehaving import job_of

from crossmodal_narrator.bags.index import Outcome as Indexed
from crossmodal_narrator.cli.fleet import _results_of
from crossmodal_narrator.cli.fleet_index import index_results
from crossmodal_narrator.cli.indexing import Indexer
from crossmodal_narrator.core.errors import ConfigError, ModelError
from crossmodal_narrator.fleet.child import do
from crossmodal_narrator.fleet.fleet import Course, Failure, run_fleet
from crossmodal_narrator.fleet.folder import FleetFolder
from crossmodal_narrator.fleet.job import Ending, Job, Outcome

CRASH = Outcome(ending=Ending.CRASHED, reason="it crashed")
LATE = Outcome(ending=Ending.LATE, reason="late")
REFUSED = Outcome(ending=Ending.REFUSED, reason="refused")


class Directed:
    """Does jobs in this process, last come first, but for bags that have an outcome to be told first."""

    workers = 2

    def __init__(self, told: dict[str, list[Outcome]] | None = None, *, does_all_the_same: bool = False) -> None:
        self.told = told or {}
        self.does_all_the_same = does_all_the_same
        self.asked: list[str] = []
        self.is_closed = False
        self._running: list[Job] = []

    def submit(self, job: Job) -> Hashable:
        self.asked.append(job.bag.name)
        self._running.append(job)
        return id(job)

    def finished(self) -> tuple[Hashable, Outcome]:
        job = self._running.pop()
        told = self.told.get(job.bag.name)
        outcome = do(job) if not told or self.does_all_the_same else Outcome(ending=Ending.DONE)
        return id(job), told.pop(0) if told else outcome

    def close(self) -> None:
        self.is_closed = True


def jobs(out: Path, *names: str, key: str = "k") -> list[Job]:
    return [job_of(name, out, key=key) for name in names]


def test_each_bag_is_done_once(tmp_path: Path) -> None:
    executor = Directed()
    course = run_fleet(jobs(tmp_path, "a", "b", "c"), lambda: executor, retries=2)

    assert (course.done, course.kept, course.failures) == (3, 0, [])
    assert sorted(executor.asked) == ["a", "b", "c"]
    assert executor.is_closed


def test_a_second_run_asks_for_no_executor_where_all_is_done(tmp_path: Path) -> None:
    run_fleet(jobs(tmp_path, "a", "b"), Directed, retries=0)
    course = run_fleet(jobs(tmp_path, "a", "b"), lambda: pytest.fail("nothing was to be done"), retries=0)

    assert (course.kept, course.done) == (2, 0)


def test_a_bag_is_done_anew_when_what_its_result_depends_on_has_changed(tmp_path: Path) -> None:
    run_fleet(jobs(tmp_path, "a"), Directed, retries=0)
    course = run_fleet(jobs(tmp_path, "a", key="other"), Directed, retries=0)

    assert course.done == 1
    assert FleetFolder(tmp_path).result("a", "other") == {"name": "a"}
    assert FleetFolder(tmp_path).result("a", "k") is None


def test_a_crash_is_tried_again_as_often_as_is_allowed(tmp_path: Path) -> None:
    executor = Directed({"a": [CRASH, CRASH], "b": [CRASH] * 9})
    course = run_fleet(jobs(tmp_path, "a", "b"), lambda: executor, retries=2)

    assert (course.done, course.retried) == (1, 4)
    assert course.failures == [Failure(bag="b", reason="it crashed, 3 times")]
    assert executor.asked.count("b") == 3


def test_what_would_be_the_same_again_is_not_tried_again(tmp_path: Path) -> None:
    executor = Directed({"b": [REFUSED], "a": [LATE]})
    course = run_fleet(jobs(tmp_path, "b", "a", "c"), lambda: executor, retries=5)

    assert course.failures == [Failure(bag="a", reason="late"), Failure(bag="b", reason="refused")]
    assert sorted(executor.asked) == ["a", "b", "c"]


class _Throttled:
    """A store that does not give its files just now."""

    def get_file(self, key: str, target: str) -> None:
        raise TimeoutError("slow down")


def test_a_store_that_does_not_answer_is_asked_again_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossmodal_narrator.fleet.fetching.file_system", lambda prefix: (_Throttled(), "drives"))
    local = job_of("a", tmp_path / "out")
    job = dataclasses.replace(local, bag=dataclasses.replace(local.bag, prefix="s3://drives"))
    course = run_fleet([job], Directed, retries=2)

    assert course.retried == 2
    assert course.failures == [Failure(bag="a", reason="a cannot be copied: TimeoutError: slow down, 3 times")]


def test_a_worker_that_dies_after_its_result_is_in_place_has_done_its_bag(tmp_path: Path) -> None:
    executor = Directed({"a": [CRASH]}, does_all_the_same=True)
    course = run_fleet(jobs(tmp_path, "a"), lambda: executor, retries=2)

    assert (course.done, course.retried) == (1, 0)


def test_of_two_that_did_one_bag_the_first_counts_and_nothing_is_left_of_the_other(tmp_path: Path) -> None:
    assert do(job_of("a", tmp_path)).ending is Ending.DONE
    first = (FleetFolder(tmp_path).place("a") / "result.json").stat().st_ino
    assert do(job_of("a", tmp_path)).ending is Ending.DONE

    assert (FleetFolder(tmp_path).place("a") / "result.json").stat().st_ino == first
    assert list((tmp_path / ".making").iterdir()) == []


def test_a_result_that_was_damaged_is_replaced(tmp_path: Path) -> None:
    do(job_of("a", tmp_path))
    (FleetFolder(tmp_path).place("a") / "result.json").write_text('{"format": 1, "key": "k"')
    course = run_fleet(jobs(tmp_path, "a"), Directed, retries=0)

    assert course.done == 1
    assert FleetFolder(tmp_path).result("a", "k") == {"name": "a"}


def test_a_bag_in_the_folder_of_another_keeps_its_result_when_that_is_done_after_it(tmp_path: Path) -> None:
    course = run_fleet(jobs(tmp_path, "x", "x/sub"), Directed, retries=0)

    assert course.done == 2
    folder = FleetFolder(tmp_path)
    assert [folder.result(name, "k") for name in ("x", "x/sub")] == [{"name": "x"}, {"name": "x/sub"}]


def test_bags_of_long_names_that_begin_alike_have_a_folder_each(tmp_path: Path) -> None:
    names = ("街" * 80 + "/a", "街" * 80 + "/b")

    assert run_fleet(jobs(tmp_path, *names), Directed, retries=0).done == 2
    assert [FleetFolder(tmp_path).result(name, "k") for name in names] == [{"name": name} for name in names]


def test_a_bag_whose_result_was_lost_is_named(tmp_path: Path) -> None:
    course = Course(total=2, done=1, failures=[Failure(bag="b", reason="late")])
    results, failures = _results_of(jobs(tmp_path, "b", "a"), course, FleetFolder(tmp_path))

    assert results == ()
    assert [failure.bag for failure in failures] == ["a", "b"]
    assert "is gone" in failures[0].reason


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    with (
        FleetFolder(tmp_path).held(),
        pytest.raises(ConfigError, match="another run writes"),
        FleetFolder(tmp_path).held(),
    ):
        pass


class _Indexing(Indexer):
    """Finds damage in one bag, and cannot word another."""

    def lacking(self, replay: Path, place: str = "") -> str:
        if replay.name == "b":
            raise ModelError("there are no weights", remedy="pull them")
        self.damage.append("a: cut short")
        return ""


def test_a_replay_that_cannot_be_indexed_is_named_and_damage_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("crossmodal_narrator.cli.fleet_index.Indexer", _Indexing)
    bags = [job.bag for job in jobs(tmp_path, "a", "b")]
    outcomes, lost = index_results(bags, FleetFolder(tmp_path), tmp_path / "store", None)

    assert dict(outcomes) == {Indexed.KNOWN: 1}
    assert lost == (Failure(bag="b", reason="not in the store: there are no weights"),)
    assert capsys.readouterr().err == "a: cut short\n"
