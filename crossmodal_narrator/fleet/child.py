"""The process in which the work on bags is done, one after another. It may crash or hang: `isolation` watches it.

It is started as `python -m crossmodal_narrator.fleet.child DESCRIPTOR MODULE`. The module holds the work: it is
imported, with all that it needs, before the first bag's time begins.
"""

from __future__ import annotations

import importlib
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

from crossmodal_narrator.core.errors import FetchError, NarratorError
from crossmodal_narrator.fleet.fetching import local_bag
from crossmodal_narrator.fleet.folder import FleetFolder
from crossmodal_narrator.fleet.job import Ending, Job, Outcome

READY = "ready"
_LOOK_S = 0.5
_SCRATCH = re.compile(r"\.fetched-\w+/|\.making/[^/]+/files/?")
_GRACE_S = 60  # beyond the limit that the parent holds


def main() -> int:
    connection = Connection(int(sys.argv[1]))
    _be_the_first_to_go()
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    importlib.import_module(sys.argv[2])
    connection.send(READY)
    while True:
        try:
            job: Job = connection.recv()
        except EOFError:
            return 0
        with _mortal(job.limit_s):
            outcome = do(job)
        connection.send(outcome)


def do(job: Job) -> Outcome:
    """Work on one bag, and put what came out in its place."""
    folder = FleetFolder(job.out)
    try:
        with folder.making(job.bag.name) as making, local_bag(job.bag, folder.root) as bag:
            written = job.work(bag, making)
            folder.commit(making, job.bag.name, job.key, written)
    except FetchError as error:  # a store may answer the next time
        return Outcome(ending=Ending.CRASHED, reason=_without_folders(error.what, job))
    except NarratorError as error:
        return Outcome(ending=Ending.REFUSED, reason=_without_folders(error.what, job))
    except Exception as error:  # noqa: BLE001 - one bag's misfortune must not be another's; the reason is told
        return Outcome(ending=Ending.CRASHED, reason=_without_folders(f"{type(error).__name__}: {error}", job))
    return Outcome(ending=Ending.DONE)


def _without_folders(reason: str, job: Job) -> str:
    """What is wrong, and not where it lies: the same on every machine."""
    for place in (job.bag.prefix, str(job.out)):
        reason = reason.replace(f"{place.rstrip('/')}/", "")
    return _SCRATCH.sub("", reason)


@contextmanager
def _mortal(limit_s: float) -> Iterator[None]:
    """An alarm that ends this process by itself, should its parent be gone while C code holds the interpreter."""
    signal.alarm(min(int(limit_s) + _GRACE_S, 2**31 - 1))
    yield
    signal.alarm(0)


def _die_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(1)


def _be_the_first_to_go() -> None:
    """Where memory runs out, the kernel takes this process and not the one that would tell of it."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    sys.exit(main())
