"""One node in one process: from its command line to a clean end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode
from rclpy.signals import SignalHandlerOptions

from crossmodal_narrator.core.errors import NarratorError

REFUSED = 2


def run_node(make: Callable[[], LifecycleNode], arguments: list[str] | None = None) -> int:
    """Spin until SIGINT or SIGTERM. The exit status is 2 where the parameters are not right."""
    # `spin` of rclpy sometimes does not hear a signal; our own flag is looked at between two short turns.
    is_over = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal is_over
        is_over = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = make()
    except NarratorError as error:
        print(error, file=sys.stderr)
        rclpy.shutdown()
        return REFUSED
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        with suppress(ExternalShutdownException):
            while rclpy.ok() and not is_over:
                executor.spin_once(timeout_sec=0.2)
    finally:
        if rclpy.ok():
            node.trigger_shutdown()
        executor.remove_node(node)
        node.destroy_node()
        rclpy.try_shutdown()
    return 0
