"""All bags of a prefix: what is done already is left, what fails by chance is tried again, what fails is named."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from crossmodal_narrator.fleet.executor import Executor
from crossmodal_narrator.fleet.folder import FleetFolder
from crossmodal_narrator.fleet.job import Ending, Job, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A bag of which there is no result, and why."""

    bag: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Course:
    """How far a run has come. `kept`: those that were done before it began."""

    total: int
    kept: int = 0
    done: int = 0
    retried: int = 0
    failures: list[Failure] = field(default_factory=list)


def run_fleet(
    jobs: Sequence[Job],
    executor: Callable[[], Executor],
    *,
    retries: int,
    on_course: Callable[[Course], None] = lambda course: None,
) -> Course:
    """Do all jobs; `executor` is asked for only if there is one to do. Failures are sorted by the name of the bag."""
    waiting = deque(job for job in jobs if FleetFolder(job.out).result(job.bag.name, job.key) is None)
    course = Course(total=len(jobs), kept=len(jobs) - len(waiting))
    on_course(course)
    if waiting:
        running = executor()
        try:
            _work_off(waiting, running, retries, course, on_course)
        finally:
            running.close()
    course.failures.sort(key=lambda failure: failure.bag)
    return course


def _work_off(
    waiting: deque[Job], executor: Executor, retries: int, course: Course, on_course: Callable[[Course], None]
) -> None:
    tickets: dict[Hashable, Job] = {}
    crashes: dict[str, int] = {}
    while waiting or tickets:
        while waiting and len(tickets) < executor.workers:
            job = waiting.popleft()
            tickets[executor.submit(job)] = job
        ticket, outcome = executor.finished()
        job = tickets.pop(ticket)
        if _is_done(job, outcome):
            course.done += 1
        elif outcome.ending is Ending.CRASHED and crashes.get(job.bag.name, 0) < retries:
            crashes[job.bag.name] = crashes.get(job.bag.name, 0) + 1
            course.retried += 1
            waiting.append(job)
        else:
            course.failures.append(Failure(bag=job.bag.name, reason=_told(outcome, retries)))
        on_course(course)


def _is_done(job: Job, outcome: Outcome) -> bool:
    """A worker may die when its result is in place and before it could say so."""
    return outcome.ending is Ending.DONE or (
        outcome.ending is Ending.CRASHED and FleetFolder(job.out).result(job.bag.name, job.key) is not None
    )


def _told(outcome: Outcome, retries: int) -> str:
    again = f", {retries + 1} times" if outcome.ending is Ending.CRASHED and retries else ""
    return f"{outcome.reason}{again}"
