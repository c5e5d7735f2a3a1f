"""One node in one process: from its command line to a clean end."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import rclpy
from rclpy._rclpy_pybind11 import RCLError
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode
from rclpy.signals import SignalHandlerOptions

from crossmodal_narrator.core.errors import NarratorError
from crossmodal_narrator.nodes.environment import RUNNER
from crossmodal_narrator.nodes.parameters import check_parameter_files

REFUSED = 2  # the exit status of a node whose parameters are not right
FAILED, INTERRUPTED = 2, 130  # of a process that plays something
_PR_SET_PDEATHSIG = 1  # of prctl(2)


def run_node(name: str, config: type[Any], make: Callable[[], LifecycleNode], arguments: Sequence[str]) -> int:
    """Spin until SIGINT or SIGTERM. The exit status is 2 where the parameters are not right."""
    # `spin` of rclpy sometimes does not hear a signal; our own flag is looked at between two short turns.
    is_over = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal is_over
        is_over = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    end_with_runner()
    try:
        check_parameter_files(arguments, name, config)
        rclpy.init(args=[name, *arguments], signal_handler_options=SignalHandlerOptions.NO)
        node = make()
    except NarratorError as error:
        sys.stderr.write(f"{name}: {error}\n")
        rclpy.try_shutdown()
        return REFUSED
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        while rclpy.ok() and not is_over:
            _turn(executor, node)
    finally:
        if rclpy.ok():
            with suppress(RCLError):  # somebody has shut it down already
                node.trigger_shutdown()
        executor.remove_node(node)
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


@contextmanager
def one_shot(arguments: Sequence[str]) -> Iterator[threading.Event]:
    """ROS for a process that does one thing and ends; SIGINT or SIGTERM sets the event."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    end_with_runner()
    rclpy.init(args=list(arguments), signal_handler_options=SignalHandlerOptions.NO)
    try:
        yield stop
    finally:
        rclpy.try_shutdown()


def _turn(executor: SingleThreadedExecutor, node: LifecycleNode) -> None:
    """One callback. A node does not die of what a message does to it."""
    try:
        executor.spin_once(timeout_sec=0.2)
    except ExternalShutdownException:
        return
    except Exception:  # noqa: BLE001 - it is told, and the next message is looked at
        told = f"a mistake in the narrator itself; please report it\n{traceback.format_exc()}"
        node.get_logger().error(told, throttle_duration_sec=5.0)


def end_with_runner() -> None:
    """Where a runner has started this process, end when it does, even when it is killed: Linux tells by a signal."""
    runner = os.environ.get(RUNNER)
    if runner is None:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(runner):  # it has died before Linux was asked
        os.kill(os.getpid(), signal.SIGTERM)
