"""A bar tells how far a verb has come, on a terminal alone; what is printed into a file is not touched by it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import pytest

from crossmodal_narrator.bags import Bag, BagWriter, open_bag
from crossmodal_narrator.cli.progress import progress, reading
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def bag(tmp_path: Path) -> Bag:
    with BagWriter(tmp_path / "bag") as writer:
        for k in range(11):
            motion = EgoMotion(
                stamp_ns=1 + k * 100_000_000,
                odom_from_base=Pose.identity(),
                velocity_mps=(5.0, 0.0, 0.0),
                yaw_rate_rps=0.0,
            )
            writer.write_frame(motion)
    return open_bag(tmp_path / "bag")


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


@contextmanager
def on_terminal() -> Iterator[tuple[Terminal, io.StringIO]]:
    """Stderr is one, stdout is a file."""
    with redirect_stderr(Terminal()) as shown, redirect_stdout(io.StringIO()) as printed:
        yield shown, printed


def test_the_bar_goes_as_far_as_the_bag_was_read(bag: Bag) -> None:
    with on_terminal() as (shown, printed), reading(bag, "replaying a drive"):
        for message in bag.messages():
            sys.stdout.write(f"{message.topic}\n")
    assert "replaying a drive" in shown.getvalue()
    assert "100%" in shown.getvalue()
    assert printed.getvalue().splitlines() == [message.topic for message in bag.messages()]


@pytest.mark.parametrize(("is_asked", "shows", "does_not"), [(True, "100%", "50%"), (False, "50%", "100%")])
def test_the_way_is_that_to_the_moment_that_is_asked_for(bag: Bag, is_asked: bool, shows: str, does_not: str) -> None:
    until_ns = (bag.start_ns + bag.end_ns) // 2
    with on_terminal() as (shown, _), reading(bag, "asking", until_ns if is_asked else None):
        next(message for message in bag.messages() if message.log_time_ns >= until_ns)
    assert shows in shown.getvalue()
    assert does_not not in shown.getvalue()


def test_what_follows_begins_anew_and_lines_stand_above() -> None:
    with on_terminal() as (shown, _), progress("driving") as bar:
        bar.tell(5, 5)
        bar.say("drawing [1] of a film")
        bar.print("step 7: loss 0.5 [val]")
    assert "drawing [1] of a film" in shown.getvalue()
    assert "step 7: loss 0.5 [val]" in shown.getvalue()


def test_where_there_is_no_terminal_only_lines_are_told(bag: Bag, capsys: pytest.CaptureFixture[str]) -> None:
    with reading(bag, "replaying"):
        assert sum(1 for _ in bag.messages()) > 0
    with progress("training") as bar:
        bar.tell(1, 2)
        bar.print("step 1")
    assert capsys.readouterr() == ("", "step 1\n")


def test_a_bag_that_is_read_after_its_bar_has_ended_moves_none(bag: Bag) -> None:
    silent = bag.on_read
    with on_terminal(), suppress(KeyboardInterrupt), reading(bag, "replaying a drive"):
        assert bag.on_read is not silent
        raise KeyboardInterrupt

    assert bag.on_read is silent
