"""`fleet PREFIX --out DIR`: replay and evaluate all bags of a folder or an object store, on Ray."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossmodal_narrator.cli.options import add_naming_arguments, interrupt_on_sigterm

if TYPE_CHECKING:
    from crossmodal_narrator.fleet.executor import Executor
    from crossmodal_narrator.fleet.fleet import Course, Failure
    from crossmodal_narrator.fleet.folder import FleetFolder
    from crossmodal_narrator.fleet.job import Job
    from crossmodal_narrator.fleet.results import BagResult
    from crossmodal_narrator.fleet.summary import Summary

SUMMARY = "replay and evaluate all bags of a folder or an object store, on this machine or a Ray cluster"

_ALL_WHOLE, _SOME_NAMED = 0, 1
_RAY, _PROCESSES = "ray", "processes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "prefix", help="folder with bags, or a URL as s3://bucket/drives (with fsspec's package for it)"
    )
    parser.add_argument("--out", type=_local, required=True, help="folder for results.parquet, summary.* and bags/")
    parser.add_argument("--truth", action="store_true", help="measure against the truth.json that lies beside a bag")
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run into this folder stopped")
    parser.add_argument("--workers", type=_at_least(1), help="bags at once (default: one a core)")
    parser.add_argument("--retries", type=_at_least(0), default=2, help="how often again after a crash (default: 2)")
    parser.add_argument(
        "--timeout", type=_at_least(1), default=3600, metavar="S", help="longest time for one bag (default: 3600)"
    )
    parser.add_argument("--address", help="of a Ray cluster, as HOST:6379 or auto (default: this machine alone)")
    parser.add_argument(
        "--on", choices=(_RAY, _PROCESSES), default=_RAY, help="what shares them out; processes: this machine, no Ray"
    )
    parser.add_argument("--store", type=_local, help="put every replay into this store, for `search`; made if need be")
    parser.add_argument("--language", help="of en, zh, es; several as en,zh (default: what --params says, else en)")
    parser.add_argument("--params", type=_local, help="ROS 2 parameter file, as the nodes take it")
    add_naming_arguments(parser)


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.cli.fleet_figures import print_summary
    from crossmodal_narrator.cli.fleet_jobs import jobs_for, place_of
    from crossmodal_narrator.cli.fleet_work import Asked
    from crossmodal_narrator.core.errors import ConfigError
    from crossmodal_narrator.fleet.finding import find_bags
    from crossmodal_narrator.fleet.folder import FleetFolder
    from crossmodal_narrator.fleet.results import require_parquet

    if args.address is not None and args.on != _RAY:
        raise ConfigError(f"--address with --on {args.on}", remedy="leave one of them out: clusters are Ray's")
    require_parquet()
    _check_store(args.store)
    folder, prefix = FleetFolder(args.out.resolve()), place_of(args.prefix)
    asked = Asked(
        params=None if args.params is None else args.params.resolve(),
        profile=args.profile,
        topics=tuple(args.topics),
        languages=args.language,
        with_truth=args.truth,
    )
    jobs = jobs_for(find_bags(prefix, leave_out=folder.root), folder.root, asked, args.timeout)
    if folder.has_results and not args.resume:
        raise ConfigError(f"{args.out} has results already", remedy="go on with --resume, or name another folder")
    interrupt_on_sigterm()
    with folder.held():
        folder.sweep()
        started = time.perf_counter()
        course = _work_off(jobs, args)
        summary = _put_together(jobs, course, folder, name=prefix.rsplit("/", 1)[-1])
        lost = () if args.store is None else _indexed(jobs, folder, summary, args)
        folder.sweep()
    print_summary(summary, course, args.out, took_s=time.perf_counter() - started)
    return _SOME_NAMED if summary.named or lost else _ALL_WHOLE


def _check_store(path: Path | None) -> None:
    """Raise BagError where the store cannot be written, before hours are spent."""
    from crossmodal_narrator.bags.index import DriveStore

    if path is not None:
        DriveStore(path, make=True).close()


def _indexed(
    jobs: Sequence[Job], folder: FleetFolder, summary: Summary, args: argparse.Namespace
) -> tuple[Failure, ...]:
    """Put the replays of this run into the store, and print what became of them."""
    from crossmodal_narrator.cli.fleet_index import index_results

    failed = {failure.bag for failure in summary.failed}
    bags = [job.bag for job in jobs if job.bag.name not in failed]
    outcomes, lost = index_results(bags, folder, args.store, args.params)
    for failure in lost:
        print(f"{failure.bag}: {failure.reason}")
    told = ", ".join(f"{count} {outcome.value}" for outcome, count in outcomes.items())
    print(f"{args.store}: {told or 'nothing to put in'}")
    return lost


def _work_off(jobs: Sequence[Job], args: argparse.Namespace) -> Course:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from crossmodal_narrator.fleet.fleet import run_fleet

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=len(jobs))

        def show(course: Course) -> None:
            wrong = f", {len(course.failures)} failed" if course.failures else ""
            again = f", {course.retried} tried again" if course.retried else ""
            ended = course.kept + course.done + len(course.failures)
            progress.update(task, completed=ended, description=f"bags{wrong}{again}")

        return run_fleet(jobs, lambda: _executor(args), retries=args.retries, on_course=show)


def _executor(args: argparse.Namespace) -> Executor:
    from crossmodal_narrator.fleet.executor import ProcessExecutor, usable_cores
    from crossmodal_narrator.fleet.on_ray import RayExecutor

    if args.on == _PROCESSES:
        return ProcessExecutor(args.workers or usable_cores())
    on_ray = RayExecutor(args.workers, args.address)
    interrupt_on_sigterm()  # Ray has put its own in place, which prints where its code was
    return on_ray


def _put_together(jobs: Sequence[Job], course: Course, folder: FleetFolder, name: str) -> Summary:
    """Write results.parquet, summary.json and summary.html, of what lies in the bags' folders."""
    from crossmodal_narrator.fleet.page import write_page
    from crossmodal_narrator.fleet.results import write_results
    from crossmodal_narrator.fleet.summary import summarised, write_summary

    results, failures = _results_of(jobs, course, folder)
    summary = summarised(results, failures)
    write_results(folder.root, results, failures)
    write_summary(folder.root, summary)
    write_page(folder.root, summary, name)
    return summary


def _results_of(
    jobs: Sequence[Job], course: Course, folder: FleetFolder
) -> tuple[tuple[BagResult, ...], tuple[Failure, ...]]:
    """Each job once: its result, or why there is none."""
    from crossmodal_narrator.fleet.fleet import Failure
    from crossmodal_narrator.fleet.results import BagResult

    failed = {failure.bag: failure for failure in course.failures}
    results = []
    for job in jobs:
        written = folder.result(job.bag.name, job.key) if job.bag.name not in failed else None
        if written is not None:
            results.append(BagResult.read(written))
        else:
            lost = Failure(bag=job.bag.name, reason="its result is gone: go on with --resume")
            failed.setdefault(job.bag.name, lost)
    return tuple(results), tuple(failed[name] for name in sorted(failed))


def _local(text: str) -> Path:
    """Path would make of s3://bucket a folder that is called s3:."""
    from crossmodal_narrator.fleet.finding import is_url

    if is_url(text):
        raise argparse.ArgumentTypeError(
            f"{text} is a URL: bags are read from one, and nothing else; name a local path"
        )
    return Path(text)


class _at_least:  # noqa: N801 - argparse calls it as a type
    """A whole number, and not less."""

    def __init__(self, least: int) -> None:
        self._least = least

    def __call__(self, text: str) -> int:
        if not text.isdigit() or int(text) < self._least:
            raise argparse.ArgumentTypeError(f"{text} must be a whole number, {self._least} or more")
        return int(text)
