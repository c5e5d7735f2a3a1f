"""`crossmodal-narrator run`: the nodes in their processes, a bag played to them, and what they say on the terminal."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions
from rich.console import Console

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.nodes.listener import Listener
from crossmodal_narrator.nodes.player import names_of_the_nodes
from crossmodal_narrator.nodes.supervisor import Supervisor
from crossmodal_narrator.nodes.terminal import TerminalView

DRAIN_S = 2.0  # without a new scene after the bag's end
FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What is to be run. Without a bag the nodes listen to whatever is published."""

    bag: Path | None
    languages: tuple[str, ...]
    params: Path | None
    rate: float
    exits_at_end: bool


class Run:
    """One run, from starting the nodes to the summary."""

    def __init__(self, plan: RunPlan, environment: Mapping[str, str]) -> None:
        self._plan, self._environment = plan, environment
        self._is_over = False
        self._player: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """The exit status: 0 when all went well or the user ended it."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        is_sim = self._plan.bag is not None
        node = rclpy.create_node("runner", parameter_overrides=[Parameter("use_sim_time", value=is_sim)])
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        with TerminalView(Console()) as view:
            listener = Listener(node, lambda narration: view.say(narration, listener.first_ns))
            supervisor = Supervisor(node, executor, self._environment, view.tell, lambda: self._is_over)
            try:
                is_well = supervisor.start(self._nodes()) and self._attend(supervisor, listener, view, executor)
            finally:
                self._end_player()
                supervisor.stop()
                node.destroy_node()
                rclpy.try_shutdown()
            view.tell(_summary(view, listener))
        return 0 if is_well or self._is_over else FAILED

    def _stop(self, _signal: int, _frame: object) -> None:
        self._is_over = True

    def _nodes(self) -> list[tuple[str, Sequence[str]]]:
        common = [] if self._plan.params is None else ["--params-file", str(self._plan.params)]
        perception, narrator = list(common), list(common)
        narrator += ["-p", f"languages:=[{','.join(self._plan.languages)}]"]
        if self._plan.bag is not None:
            theirs, _ = names_of_the_nodes(open_bag(self._plan.bag))
            if theirs.cameras:
                perception += ["-p", f"cameras:=[{','.join(sorted(theirs.cameras))}]"]
            for arguments in (perception, narrator):
                arguments += ["-p", "use_sim_time:=true"]
        return [("perception", perception), ("narrator", narrator)]

    def _attend(
        self, supervisor: Supervisor, listener: Listener, view: TerminalView, executor: SingleThreadedExecutor
    ) -> bool:
        """Until the bag is over, someone ends it, or a node cannot be kept alive."""
        if self._plan.bag is not None:
            self._player = self._start_player(self._plan.bag)
        ended_s: float | None = None
        while not self._is_over:
            executor.spin_once(timeout_sec=0.1)
            view.renew(listener)
            if not supervisor.tend():
                return False
            if self._player is not None and self._player.poll() is not None:
                ended_s = time.monotonic() if ended_s is None else ended_s
                is_drained = time.monotonic() - max(ended_s, listener.newest_scene_s) > DRAIN_S
                if self._plan.exits_at_end and is_drained:
                    return self._player.returncode == 0
        return True

    def _start_player(self, bag: Path) -> subprocess.Popen[bytes]:
        command = (
            sys.executable,
            "-m",
            "crossmodal_narrator",
            "play",
            str(bag),
            "--rate",
            str(self._plan.rate),
            "--quiet",
        )
        return subprocess.Popen(command, env=dict(self._environment))

    def _end_player(self) -> None:
        if self._player is None or self._player.poll() is not None:
            return
        self._player.send_signal(signal.SIGINT)
        try:
            self._player.wait(5.0)
        except subprocess.TimeoutExpired:
            self._player.kill()
            self._player.wait()


def _summary(view: TerminalView, listener: Listener) -> str:
    ages = listener.ages.quantiles().get("age")
    latency = "" if ages is None else f"; from sensor to scene {ages[0]:.0f} ms (median), {ages[1]:.0f} ms (p99)"
    return f"{view.sentences} sentences, {listener.scenes} scenes{latency}"
