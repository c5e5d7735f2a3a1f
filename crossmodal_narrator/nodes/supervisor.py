"""Keeps the nodes running in their own processes, and drives their lifecycle."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.executors import Executor
from rclpy.node import Node

APPEARS_WITHIN_S = 20.0
TRANSITION_WITHIN_S = 60.0  # opening a model the first time may take long on a slow disk
ENDS_WITHIN_S = 8.0
MOST_RESTARTS = 5
BACKOFF_S = 1.0
REFUSED = 2  # the exit status of a node whose parameters are not right: starting it again would not help


@dataclass(slots=True, kw_only=True)
class Child:
    """One node and its process."""

    name: str
    command: tuple[str, ...]
    process: subprocess.Popen[bytes]
    change_state: Any
    restarts: int = 0
    wait_until: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Start the nodes, keep them alive by `tend`, and `stop` them. All calls come from one thread, which spins."""

    node: Node
    executor: Executor
    environment: Mapping[str, str]
    tell: Callable[[str], None]
    is_over: Callable[[], bool]
    children: list[Child] = field(default_factory=list)

    def start(self, names_and_arguments: Sequence[tuple[str, Sequence[str]]]) -> bool:
        """Start all, then bring up each. Whether all are active."""
        for name, arguments in names_and_arguments:
            command = node_command(name, arguments)
            client = self.node.create_client(ChangeState, f"{name}/change_state")
            process = subprocess.Popen(command, env=dict(self.environment))
            self.children.append(Child(name=name, command=command, process=process, change_state=client))
        return all(self._bring_up(child) for child in self.children)

    def tend(self) -> bool:
        """Start again what has died. False when one cannot be kept alive."""
        now = time.monotonic()
        for child in self.children:
            status = child.process.poll()
            if status is None or self.is_over():
                continue
            if status == REFUSED or child.restarts >= MOST_RESTARTS:
                self.tell(f"{child.name} ended with status {status} and is not started again; its last words say why")
                return False
            if child.wait_until == 0.0:
                child.restarts += 1
                child.wait_until = now + BACKOFF_S * child.restarts
                self.tell(
                    f"{child.name} died (status {status}); starting it again, {child.restarts} of {MOST_RESTARTS}"
                )
            elif now >= child.wait_until:
                child.wait_until = 0.0
                child.process = subprocess.Popen(child.command, env=dict(self.environment))
                self._bring_up(child)
        return True

    def stop(self) -> None:
        """Ask all to end, then make them."""
        for child in self.children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGINT)
        end = time.monotonic() + ENDS_WITHIN_S
        for child in self.children:
            try:
                child.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.tell(f"{child.name} does not end by itself and is killed")
                child.process.kill()
                child.process.wait()

    def _bring_up(self, child: Child) -> bool:
        for transition in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
            if not self._change(child, transition):
                return False
        return True

    def _change(self, child: Child, transition: int) -> bool:
        if not self._until(child.change_state.service_is_ready, child, APPEARS_WITHIN_S):
            if not self.is_over():
                self.tell(f"{child.name} has not appeared within {APPEARS_WITHIN_S:.0f} s")
            return False
        request = ChangeState.Request(transition=Transition(id=transition))
        answer = child.change_state.call_async(request)
        if not self._until(answer.done, child, TRANSITION_WITHIN_S) or not answer.result().success:
            if not self.is_over():
                self.tell(f"{child.name} could not be made active; its log says why")
            return False
        return True

    def _until(self, holds: Callable[[], bool], child: Child, within_s: float) -> bool:
        end = time.monotonic() + within_s
        while time.monotonic() < end and not self.is_over() and child.process.poll() is None:
            if holds():
                return True
            self.executor.spin_once(timeout_sec=0.05)
        return holds()


def node_command(name: str, arguments: Sequence[str]) -> tuple[str, ...]:
    return (sys.executable, "-m", "crossmodal_narrator", "node", name, "--ros-args", *arguments)
