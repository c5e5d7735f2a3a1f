"""Runs jobs in a process of their own: one that dies or does not end is told of, and a new one takes its place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.fleet.child import READY
from crossmodal_narrator.fleet.job import Ending, Job, Outcome

_START_LIMIT_S = 120.0
# A bag has one core: threads beyond it would take those of other bags. Read by libraries as they are loaded.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"
)


class Isolation:
    """A child that waits for jobs, started when the first comes. Not for several threads at once."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._is_over = False

    def run(self, job: Job) -> Outcome:
        """Do one job. Its limit does not count what a child needs to start."""
        connection = self._connected(type(job.work).__module__)
        if self._is_over:
            return Outcome(ending=Ending.CRASHED, reason="the run was ended")
        try:
            connection.send(job)
            if connection.poll(job.limit_s):
                outcome: Outcome = connection.recv()
                return outcome
        except (EOFError, OSError):  # it died while it was asked, or before it answered
            return Outcome(ending=Ending.CRASHED, reason=f"its process {self._last_word()}")
        self.close()
        return Outcome(ending=Ending.LATE, reason=f"it did not end within {job.limit_s:g} s")

    def kill(self) -> None:
        """Have the child die, so that `run`, which waits for it in another thread, returns; no job is begun then."""
        self._is_over = True
        if self._child is not None:
            self._child.kill()

    def close(self) -> None:
        """End the child, whatever it does."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        if self._connection is not None:
            self._connection.close()
        self._child = self._connection = None

    def _connected(self, module: str) -> Connection:
        if self._child is not None and self._connection is not None and self._child.poll() is None:
            return self._connection
        self.close()
        ours, theirs = Pipe()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "crossmodal_narrator.fleet.child", str(theirs.fileno()), module],
            pass_fds=[theirs.fileno()],
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        theirs.close()
        self._connection = ours
        try:
            if ours.poll(_START_LIMIT_S) and ours.recv() == READY:
                return ours
        except EOFError:
            pass
        word = self._last_word()
        raise ConfigError(f"the process for bags {word} as it started", remedy="run `crossmodal-narrator doctor`")

    def _last_word(self) -> str:
        """How the child ended; afterwards there is none."""
        assert self._child is not None
        try:
            status = self._child.wait(timeout=_START_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.close()
            return "answered no more"
        self.close()
        if status < 0:
            return f"was ended by {signal.Signals(-status).name}"
        return f"ended itself with status {status}"
