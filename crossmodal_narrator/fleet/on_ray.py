"""Jobs on Ray: on this machine by default, or on a cluster that is there already.

Ray spreads the jobs over cores and machines; in each of its workers a process of our own does the work, so that a bag
that crashes or never ends costs neither Ray's worker nor the reason why.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Hashable
from typing import Any

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.fleet.executor import usable_cores
from crossmodal_narrator.fleet.isolation import Isolation
from crossmodal_narrator.fleet.job import Ending, Job, Outcome

_OBJECT_STORE_BYTES = 80 << 20  # about the least that Ray takes: jobs and their outcomes are small
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # it would report to its makers
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # as it will be, and what it would warn of
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_LOG_TO_STDERR": "0",
}
_KNOCK_S = 10.0
_isolation: Isolation | None = None  # of a worker of Ray's, which serves many jobs


class RayExecutor:
    """`address`: of a cluster; None: Ray is started on this machine, and ended with the executor.

    Raises:
        ConfigError: Ray is not installed, or there is no cluster.
    """

    def __init__(self, workers: int | None, address: str | None) -> None:
        os.environ.update(_QUIET)  # read as Ray is loaded
        if address is None and "RAY_AUTH_MODE" not in os.environ:
            # Whoever reaches Ray's ports can run code: a password for this run, which is written nowhere.
            os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        try:
            import ray
        except ImportError as error:
            remedy = "pip install 'crossmodal_narrator[fleet]', or take --on processes for this machine alone"
            raise ConfigError(f"Ray cannot be loaded ({error})", remedy=remedy) from error
        self._ray = ray
        self._folder: str | None = None
        self._pending: set[Any] = set()
        if address is None:
            self._start(workers or usable_cores())
        else:
            self._join(address)
        self.workers = workers or max(int(ray.cluster_resources().get("CPU", 1)), 1)
        self._run = ray.remote(max_retries=0, num_cpus=1)(run_isolated)

    def submit(self, job: Job) -> Hashable:
        ticket = self._run.remote(job)
        self._pending.add(ticket)
        return ticket  # type: ignore[no-any-return]

    def finished(self) -> tuple[Hashable, Outcome]:
        (ticket, *_), _ = self._ray.wait(list(self._pending), num_returns=1)
        self._pending.remove(ticket)
        try:
            outcome: Outcome = self._ray.get(ticket)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, ConfigError):
                raise cause from error
            outcome = Outcome(ending=Ending.CRASHED, reason=f"{type(cause).__name__}: {cause}")
        except self._ray.exceptions.RayError as error:
            outcome = Outcome(ending=Ending.CRASHED, reason=_of_ray(error))
        return ticket, outcome

    def close(self) -> None:
        for ticket in self._pending:
            self._ray.cancel(ticket, force=True)
        self._ray.shutdown()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, workers: int) -> None:
        # Its sockets have long paths, of which the system takes 107 characters: not in the folder of the results.
        self._folder = tempfile.mkdtemp(prefix="ray_")
        try:
            self._init(num_cpus=workers, object_store_memory=_OBJECT_STORE_BYTES, _temp_dir=self._folder)
        except (OSError, RuntimeError, ValueError, self._ray.exceptions.RayError) as error:
            self.close()
            remedy = "take --on processes, which needs no Ray; a long TMPDIR is too long for its sockets"
            raise ConfigError(f"Ray cannot be started: {error}", remedy=remedy) from error

    def _join(self, address: str) -> None:
        try:
            _knock(address)
            self._init(address=address)
        except (OSError, RuntimeError, ValueError, self._ray.exceptions.RayError) as error:
            remedy = "start it with `ray start --head`, or leave --address out for this machine alone"
            raise ConfigError(f"no Ray cluster at {address}: {error}", remedy=remedy) from error

    def _init(self, **where: Any) -> None:
        self._ray.init(
            include_dashboard=False if "address" not in where else None,
            log_to_driver=False,
            configure_logging=False,
            logging_level="ERROR",
            **where,
        )


def run_isolated(job: Job) -> Outcome:
    """What Ray runs."""
    global _isolation
    if _isolation is None:
        _isolation = Isolation()
    return _isolation.run(job)


def _knock(address: str) -> None:
    """Whether anybody answers: Ray itself would ask for minutes. What is no HOST:PORT, as auto, it finds at once.

    Raises:
        OSError: nobody does.
    """
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host, int(port)), _KNOCK_S).close()


def _of_ray(error: Exception) -> str:
    """Without the names of nodes, ports and files, which are others each time."""
    return f"Ray lost its worker ({type(error).__name__})"
