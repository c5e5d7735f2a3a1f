"""How far a verb has come: a bar on stderr, and nothing where that is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from crossmodal_narrator.bags import Bag

_STEPS = 1000  # a bar that is told of each message of a bag would cost as much as reading it


class Bar:
    """One line of a terminal. What is done beats to and fro until it is told how much there is."""

    def __init__(self, shown: Progress, task: TaskID) -> None:
        self._shown, self._task = shown, task

    def tell(self, done: float, total: float) -> None:
        self._shown.update(self._task, completed=done, total=total)

    def say(self, doing: str) -> None:
        """Something else is done now, from its beginning."""
        self._shown.reset(self._task, total=None, description=doing)

    def print(self, line: str) -> None:
        """On stderr, above the bar; also where there is none."""
        self._shown.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress(doing: str) -> Iterator[Bar]:
    """A bar until the block ends; what is printed meanwhile stands above it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),  # what goes into a file goes there still
    ) as shown:
        yield Bar(shown, shown.add_task(doing, total=None))


@contextmanager
def reading(bag: Bag, doing: str, until_ns: int | None = None) -> Iterator[None]:
    """A bar of how far `bag` was read, on the way to its end or to `until_ns`. A second reading begins it anew."""
    length_ns = max(1, (bag.end_ns if until_ns is None else until_ns) - bag.start_ns)
    shown = -1

    with progress(doing) as bar:

        def note(log_time_ns: int) -> None:
            nonlocal shown
            step = _STEPS * (log_time_ns - bag.start_ns) // length_ns
            if step != shown:
                shown = step
                bar.tell(step, _STEPS)

        before, bag.on_read = bag.on_read, note
        try:
            yield
        finally:
            bag.on_read = before
