"""What the nodes share: their life, in which each transition says why it fails, and diagnostics in every state."""

from __future__ import annotations

import functools
import traceback
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import QoSProfile

from crossmodal_narrator.core.errors import NarratorError
from crossmodal_narrator.nodes import diagnostics, qos
from crossmodal_narrator.nodes.diagnostics import Health
from crossmodal_narrator.nodes.parameters import NodeParameters

DIAGNOSTICS_PERIOD_S = 0.5
NOT_ACTIVE = Health(name="state", level=diagnostics.OK, message="not active: nothing is subscribed to")

N = TypeVar("N", bound="NarratorLifecycleNode")
Transition = Callable[[N, LifecycleState], TransitionCallbackReturn]


def transition(callback: Transition[N]) -> Transition[N]:
    """A lifecycle callback whose errors are logged; rclpy itself lets them go without a word."""

    @functools.wraps(callback)
    def guarded(node: N, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            return callback(node, state)
        except NarratorError as error:
            node.get_logger().error(str(error))
            return TransitionCallbackReturn.FAILURE
        except Exception:  # noqa: BLE001 - it is told, and the state machine has a state for it
            node.get_logger().error(f"{callback.__name__}: a mistake in the narrator itself\n{traceback.format_exc()}")
            return TransitionCallbackReturn.ERROR

    return guarded


class NarratorLifecycleNode(LifecycleNode):  # type: ignore[misc]  # rclpy has no types that mypy can follow
    """A lifecycle node with parameters declared from `config`, which says twice a second how it is."""

    def __init__(self, name: str, config: type[Any]) -> None:
        super().__init__(name)
        self.settings = NodeParameters(self, config)
        self._while_active: list[Any] = []  # subscriptions
        self._diagnostics_out = self.create_publisher(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS)
        # Diagnostics must come even while a simulated clock stands still.
        self.create_timer(DIAGNOSTICS_PERIOD_S, self._diagnose, clock=Clock(clock_type=ClockType.STEADY_TIME))

    @abstractmethod
    def health(self) -> Iterable[Health]:
        """What the node says of itself."""

    def subscribe(self, message_type: Any, topic: str, callback: Callable[..., None], profile: QoSProfile) -> None:
        """Hear `topic` until `stop`."""
        self._while_active.append(self.create_subscription(message_type, topic, callback, profile))

    @property
    def is_subscribed(self) -> bool:
        """Whether anything is heard by `subscribe`."""
        return bool(self._while_active)

    def stop(self) -> None:
        """Let go of all that an activation took; harmless where there was none."""
        while self._while_active:
            self.destroy_subscription(self._while_active.pop())

    @abstractmethod
    def release(self) -> None:
        """Let go of all that configuring took; harmless where there was none."""

    @transition
    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.stop()
        return super().on_deactivate(state)

    @transition
    def on_cleanup(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self.release()
        self.settings.is_locked = False
        return TransitionCallbackReturn.SUCCESS

    @transition
    def on_shutdown(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self.stop()
        self.release()
        return TransitionCallbackReturn.SUCCESS

    def on_error(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """After a mistake in a transition nothing of it stays, and the node can be configured anew."""
        self.stop()
        self.release()
        self.settings.is_locked = False
        return TransitionCallbackReturn.SUCCESS

    def _diagnose(self) -> None:
        now = self.get_clock().now()
        found = list(self.health())
        if self.get_parameter("use_sim_time").value:
            found.append(diagnostics.clock(is_ticking=now.nanoseconds > 0))
        self._diagnostics_out.publish(diagnostics.to_array(self.get_name(), now.to_msg(), found))
