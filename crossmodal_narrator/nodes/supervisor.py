"""Keeps the nodes running in their own processes, and drives their lifecycle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.executors import Executor
from rclpy.node import Node

from crossmodal_narrator.nodes.environment import RUNNER
from crossmodal_narrator.nodes.process import REFUSED
from crossmodal_narrator.nodes.shared_memory import segments_of

APPEARS_WITHIN_S = 30.0
ASKED_AGAIN_AFTER_S, STATE_WITHIN_S = 1.5, 0.5
TRANSITION_WITHIN_S = 60.0  # opening a model the first time may take long on a slow disk
# With `engine.build_at_start` a node that has engines builds them, each within `engine.build_limit_s`.
BUILDS_WITHIN_S = {"perception": 1_860.0}
ENDS_WITHIN_S = 8.0
MOST_RESTARTS = 5  # in a row
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.5, 10.0
IS_WELL_AFTER_S = 30.0  # a node that has lived so long begins to count anew


@dataclass(frozen=True, slots=True)
class Change:
    """A transition of the lifecycle, and the state that it leads to."""

    transition: int
    goal: int


CONFIGURE = Change(Transition.TRANSITION_CONFIGURE, State.PRIMARY_STATE_INACTIVE)
ACTIVATE = Change(Transition.TRANSITION_ACTIVATE, State.PRIMARY_STATE_ACTIVE)
DEACTIVATE = Change(Transition.TRANSITION_DEACTIVATE, State.PRIMARY_STATE_INACTIVE)


@dataclass(slots=True, kw_only=True)
class Child:
    """One node and its process. `restart_s` is when it will be started again, by `time.monotonic`."""

    name: str
    command: tuple[str, ...]
    process: subprocess.Popen[bytes]
    change_state: Any
    get_state: Any
    started_s: float
    restarts: int = 0
    restart_s: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Start the nodes, keep them alive by `tend`, and `stop` them. All calls come from one thread, which spins."""

    node: Node
    executor: Executor
    environment: Mapping[str, str]
    tell: Callable[[str], None]
    is_over: Callable[[], bool]
    children: list[Child] = field(default_factory=list)
    restarts: int = 0
    segments: set[Path] = field(default_factory=set)

    def start(self, names_and_arguments: Sequence[tuple[str, Sequence[str]]]) -> bool:
        """Start all, then bring up each. Whether all are active."""
        for name, arguments in names_and_arguments:
            command = node_command(name, arguments)
            child = Child(
                name=name,
                command=command,
                process=start_process(command, self.environment),
                change_state=self.node.create_client(ChangeState, f"{name}/change_state"),
                get_state=self.node.create_client(GetState, f"{name}/get_state"),
                started_s=time.monotonic(),
            )
            self.children.append(child)
        return all(self._bring_up(child) for child in self.children)

    def tend(self) -> bool:
        """Start again what has died. False when one cannot be kept alive."""
        return all(self._tend(child) for child in self.children)

    def rest(self, besides: str = "") -> None:
        """Deactivate all in order: each finishes what it has taken in, and the next one hears of it. `besides`: the one
        that `stop` ends.
        """
        for child in self.children:
            if child.name != besides and child.process.poll() is None:
                self._change(child, DEACTIVATE)

    def stop(self) -> None:
        """Ask all to end, then make them. Once the runner itself has left DDS, nothing needs `segments` any more."""
        self.segments |= segments_of(os.getpid())
        for child in self.children:
            self.segments |= segments_of(child.process.pid)
            if child.process.poll() is None:
                child.process.terminate()
        end_s = time.monotonic() + ENDS_WITHIN_S
        for child in self.children:
            if not ends(child.process, end_s - time.monotonic()):
                self.tell(f"{child.name} does not end by itself and is killed")
                child.process.kill()
                child.process.wait()

    def _tend(self, child: Child) -> bool:
        now_s = time.monotonic()
        status = child.process.poll()
        if status is None or self.is_over():
            return True
        if child.restart_s is None:
            return self._plan_restart(child, status, now_s)
        if now_s >= child.restart_s:
            child.restart_s = None
            child.process = start_process(child.command, self.environment)
            child.started_s = now_s
            self.restarts += 1
            if self._bring_up(child):
                self.tell(f"{child.name} is active again")
            elif not self.is_over():
                child.process.terminate()  # alive and of no use: its end is seen next time, and counts as one more
        return True

    def _plan_restart(self, child: Child, status: int, now_s: float) -> bool:
        if now_s - child.started_s > IS_WELL_AFTER_S:
            child.restarts = 0
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        if status == REFUSED or child.restarts >= MOST_RESTARTS:
            self.tell(f"{child.name} {how} and is not started again; its last words say why")
            return False
        wait_s = min(FIRST_BACKOFF_S * 2**child.restarts, LONGEST_BACKOFF_S)
        child.restarts += 1
        child.restart_s = now_s + wait_s
        self.tell(f"{child.name} {how}; starting it again in {wait_s:g} s ({child.restarts} of {MOST_RESTARTS})")
        return True

    def _bring_up(self, child: Child) -> bool:
        is_up = self._change(child, CONFIGURE) and self._change(child, ACTIVATE)
        self.segments |= segments_of(child.process.pid)
        return is_up

    def _change(self, child: Child, change: Change) -> bool:
        """Ask until the node has heard it: what is asked before DDS has found the node's process goes nowhere, and a
        process that was killed is taken for a living one for a while.
        """
        began_s = time.monotonic()
        within_s = BUILDS_WITHIN_S.get(child.name, TRANSITION_WITHIN_S) if change is CONFIGURE else TRANSITION_WITHIN_S
        appears_until_s, done_until_s = began_s + APPEARS_WITHIN_S, began_s + within_s
        has_appeared = is_told = False
        while self._is_awaited(child) and time.monotonic() < (done_until_s if has_appeared else appears_until_s):
            answer = child.change_state.call_async(ChangeState.Request(transition=Transition(id=change.transition)))
            while self._is_awaited(child) and time.monotonic() < done_until_s:
                if self._until(answer.done, child, ASKED_AGAIN_AFTER_S):
                    # Of a slow node that was asked twice the second answer is no: it is there already.
                    is_done = bool(answer.result().success) or self._state(child) == change.goal
                    return self._judge(child, is_done)
                state = self._state(child)  # none while it is busy with the transition
                has_appeared = has_appeared or state is not None
                if state == change.goal:
                    return True
                if not is_told and time.monotonic() - began_s > TRANSITION_WITHIN_S:
                    is_told = True
                    self.tell(f"{child.name} is still getting ready: an engine that is built takes minutes")
                if state is not None or not has_appeared:
                    break
        return self._judge(child, is_done=False)

    def _judge(self, child: Child, is_done: bool) -> bool:
        if not is_done and self._is_awaited(child):
            self.tell(f"{child.name} does not change its state; its log says why")
        return is_done

    def _state(self, child: Child) -> int | None:
        """Of the lifecycle, if the node answers at once."""
        answer = child.get_state.call_async(GetState.Request())
        return int(answer.result().current_state.id) if self._until(answer.done, child, STATE_WITHIN_S) else None

    def _is_awaited(self, child: Child) -> bool:
        return not self.is_over() and child.process.poll() is None

    def _until(self, holds: Callable[[], bool], child: Child, within_s: float) -> bool:
        end_s = time.monotonic() + within_s
        while time.monotonic() < end_s and self._is_awaited(child):
            if holds():
                return True
            self.executor.spin_once(timeout_sec=0.05)
        return holds()


def node_command(name: str, arguments: Sequence[str]) -> tuple[str, ...]:
    return (sys.executable, "-m", "crossmodal_narrator", "node", name, "--ros-args", *arguments)


def start_process(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches this process only, which then ends all in their order."""
    return subprocess.Popen(command, env={**environment, RUNNER: str(os.getpid())}, start_new_session=True)


def ends(process: subprocess.Popen[bytes], within_s: float) -> bool:
    try:
        process.wait(max(0.1, within_s))
    except subprocess.TimeoutExpired:
        return False
    return True


def interrupt(process: subprocess.Popen[bytes], within_s: float) -> None:
    """As Ctrl-C does; after `within_s` by force."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        if not ends(process, within_s):
            process.kill()
            process.wait()
