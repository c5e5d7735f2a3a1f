"""A lock that processes share through a file, and that the kernel lets go of when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crossmodal_narrator.core.errors import EngineError

_LOOK_AGAIN_S = 0.1


@contextmanager
def locked(
    path: Path,
    *,
    limit_s: float,
    waiting: Callable[[], None] = lambda: None,
    now_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock `path`; `waiting` is called once if another process holds it.

    The file stays when the lock is let go of: removing it would let two processes each lock a file of that name.

    Raises:
        EngineError: another process has not let go of it within `limit_s`.
        OSError: the file cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        given_up_at_s = now_s() + limit_s
        has_told = False
        while not _taken(descriptor):
            if now_s() >= given_up_at_s:
                remedy = "wait until it is done, or end it; see engine.build_limit_s"
                raise EngineError(f"another process has held {path.name} for {limit_s:g} s", remedy=remedy)
            if not has_told:
                waiting()
                has_told = True
            sleep(_LOOK_AGAIN_S)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
