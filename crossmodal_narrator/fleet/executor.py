"""Where jobs run: the protocol of executors, and the one that needs nothing but this machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Protocol

from crossmodal_narrator.fleet.isolation import Isolation
from crossmodal_narrator.fleet.job import Job, Outcome


class Executor(Protocol):
    """Runs up to `workers` jobs at once. A ticket stands for a job that was submitted."""

    @property
    def workers(self) -> int: ...

    def submit(self, job: Job) -> Hashable: ...

    def finished(self) -> tuple[Hashable, Outcome]:
        """Wait for one of the jobs to end, however it does."""
        ...

    def close(self) -> None:
        """End everything, at once."""
        ...


def usable_cores() -> int:
    return len(os.sched_getaffinity(0))


class ProcessExecutor:
    """A thread for each worker, each with a process of its own."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = ThreadPoolExecutor(workers)
        self._mine = threading.local()
        self._isolations: list[Isolation] = []
        self._pending: set[Future[Outcome]] = set()

    def submit(self, job: Job) -> Hashable:
        future = self._pool.submit(self._run, job)
        self._pending.add(future)
        return future

    def finished(self) -> tuple[Hashable, Outcome]:
        done, _ = wait(self._pending, return_when=FIRST_COMPLETED)
        future = done.pop()
        self._pending.remove(future)
        return future, future.result()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for isolation in self._isolations:
            isolation.kill()
        self._pool.shutdown(wait=True)
        for isolation in self._isolations:
            isolation.close()

    def _run(self, job: Job) -> Outcome:
        if not hasattr(self._mine, "isolation"):
            self._mine.isolation = Isolation()
            self._isolations.append(self._mine.isolation)
        isolation: Isolation = self._mine.isolation
        return isolation.run(job)
