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

from crossmodal_narrator.bags import Bag, open_bag
from crossmodal_narrator.bags.vehicle import vehicle_file
from crossmodal_narrator.nodes.listener import Listener
from crossmodal_narrator.nodes.player import names_of_the_nodes
from crossmodal_narrator.nodes.profile import Profile
from crossmodal_narrator.nodes.shared_memory import remove_orphans, segments_of
from crossmodal_narrator.nodes.supervisor import Supervisor, interrupt, start_process
from crossmodal_narrator.nodes.terminal import TerminalView

DRAIN_S = 1.5  # without a new scene after the bag's end
LAST_WORDS_S = 0.5
FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What is to be run. Without a bag the nodes listen to whatever is published."""

    bag: Path | None
    languages: tuple[str, ...] | None  # None: what the parameters say
    params: Path | None
    rate: float
    exits_at_end: bool
    port: int | None = None  # of the page; None: what the parameters say
    remaps: tuple[str, ...] = ()  # "from:=to", as ROS 2 writes them
    profile: Profile | None = None  # of the simulator that is listened to
    has_voice: bool = False  # whether the voice and the dialogue are started, too
    page: str = (
        ""  # the address of the passengers' page; empty: it is not started, nor, without the voice, the dialogue
    )


class Run:
    """One run, from starting the nodes to the summary."""

    def __init__(self, plan: RunPlan, environment: Mapping[str, str]) -> None:
        """Open the bag.

        Raises:
            BagError: it cannot be read.
        """
        self._plan, self._environment = plan, environment
        self._bag: Bag | None = None if plan.bag is None else open_bag(plan.bag)
        self._is_over = False
        self._player: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """The exit status: 0 when all went well or the user ended it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        profile = self._plan.profile
        is_simulated = self._bag is not None or (profile is not None and profile.uses_sim_time)
        uses_sim_time = Parameter("use_sim_time", value=is_simulated)
        node = rclpy.create_node("runner", parameter_overrides=[uses_sim_time])
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        started_s = time.monotonic()
        with TerminalView(Console()) as view:
            listener = Listener(node, view.say, view.answer)
            listener.first_ns = None if self._bag is None else self._bag.start_ns
            supervisor = Supervisor(node, executor, self._environment, view.tell, lambda: self._is_over)
            try:
                is_well = self._start(supervisor, view) and self._attend(supervisor, listener, view, executor)
            finally:
                if self._player is not None:
                    supervisor.segments |= segments_of(self._player.pid)
                    interrupt(self._player, within_s=5.0)
                supervisor.stop()
                node.destroy_node()
                rclpy.try_shutdown()
                remove_orphans(supervisor.segments)
            view.tell(_summary(view, listener, supervisor, time.monotonic() - started_s))
        return 0 if is_well or self._is_over else FAILED

    def _start(self, supervisor: Supervisor, view: TerminalView) -> bool:
        """Whether all nodes are active."""
        is_up = supervisor.start(self._nodes())
        if is_up and self._plan.page:
            view.tell(f"the passengers' page: {self._plan.page}")
        return is_up

    def _stop(self, _signal: int, _frame: object) -> None:
        self._is_over = True

    def _nodes(self) -> list[tuple[str, Sequence[str]]]:
        """Those that are started, each with its arguments."""
        has_dialogue = self._plan.has_voice or bool(self._plan.page)
        asked_for = {"display": bool(self._plan.page), "dialogue": has_dialogue, "voice": self._plan.has_voice}
        order = ("display", "perception", "narrator", "dialogue", "voice")
        return [(name, self._arguments(name)) for name in order if asked_for.get(name, True)]

    def _arguments(self, node: str) -> list[str]:
        """What bag or profile say comes first, so that a parameter file can say otherwise; the command line is last."""
        plan, profile = self._plan, self._plan.profile
        given = [] if plan.params is None else ["--params-file", str(plan.params)]
        given += [word for remap in plan.remaps for word in ("-r", remap)]
        if profile is not None:
            given = [*profile.parameter_arguments(node), *given, *profile.remappings]
        first: list[str] = []
        last: list[str] = [] if self._bag is None else ["-p", "use_sim_time:=true"]
        if node == "perception" and self._bag is not None:
            first = _sensors_of(self._bag)
        if node == "voice" and plan.languages is not None:
            first = ["-p", f"speaking.language:={plan.languages[0]}"]
        if node == "narrator" and plan.languages is not None:
            last += ["-p", f"languages:=[{','.join(plan.languages)}]"]
        if node == "display" and plan.port is not None:
            last += ["-p", f"port:={plan.port}"]
        return [*first, *given, *last]

    def _attend(
        self, supervisor: Supervisor, listener: Listener, view: TerminalView, executor: SingleThreadedExecutor
    ) -> bool:
        """Until the bag is over, someone ends it, or a node cannot be kept alive."""
        self._player = self._start_player()
        ended_s: float | None = None
        while not self._is_over:
            executor.spin_once(timeout_sec=0.1)
            if ended_s is None:
                view.renew(listener)
            if not supervisor.tend():
                return False
            if self._player is None or self._player.poll() is None:
                continue
            ended_s = time.monotonic() if ended_s is None else ended_s
            is_drained = time.monotonic() - max(ended_s, listener.newest_scene_s) > DRAIN_S
            if self._plan.exits_at_end and is_drained:
                supervisor.rest(besides="display")  # which shows the last words of the others
                _spin_for(executor, LAST_WORDS_S)
                return self._player.returncode == 0
        return True

    def _start_player(self) -> subprocess.Popen[bytes] | None:
        if self._plan.bag is None:
            return None
        command = (sys.executable, "-m", "crossmodal_narrator", "play", str(self._plan.bag))
        return start_process((*command, "--rate", str(self._plan.rate), "--quiet"), self._environment)


def _sensors_of(bag: Bag) -> list[str]:
    """What perception is to expect: the sensors that were recorded, and the vehicle's own file beside the bag."""
    recorded, _ = names_of_the_nodes(bag)
    vehicle = vehicle_file(bag.path)
    return [
        *(() if vehicle is None else ("--params-file", str(vehicle))),
        *("-p", f"cameras:=[{','.join(sorted(recorded.cameras))}]"),
        *("-p", f"lidar_enabled:={_word(recorded.lidar is not None)}"),
        *("-p", f"odometry_enabled:={_word(recorded.odometry is not None or recorded.tf is not None)}"),
        *(("-p", f"microphones:=[{','.join(sorted(recorded.microphones))}]") if recorded.microphones else ()),
    ]


def _spin_for(executor: SingleThreadedExecutor, seconds: float) -> None:
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        executor.spin_once(timeout_sec=0.05)


def _word(truth: bool) -> str:
    """As YAML writes it."""
    return "true" if truth else "false"


def _summary(view: TerminalView, listener: Listener, supervisor: Supervisor, took_s: float) -> str:
    ages = listener.ages.quantiles().get("age")
    latency = "" if ages is None else f"; from sensor to scene {ages[0]:.0f} ms (median), {ages[1]:.0f} ms (p99)"
    restarts = f"; {supervisor.restarts} restarts" if supervisor.restarts else ""
    return f"{view.sentences} sentences, {listener.scenes} scenes in {took_s:.0f} s{latency}{restarts}"
