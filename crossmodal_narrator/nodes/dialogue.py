"""The `dialogue` node: questions in, replies out, each with its claims and the query that it was taken for."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from rclpy.action import ActionServer, CancelResponse
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn

from crossmodal_narrator.assembly import build_dialogue
from crossmodal_narrator.configuration import DialogueConfig
from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.speech import Reply
from crossmodal_narrator.language import Dialogue
from crossmodal_narrator.nodes import diagnostics, qos
from crossmodal_narrator.nodes.diagnostics import Health
from crossmodal_narrator.nodes.lifecycle import NOT_ACTIVE, NarratorLifecycleNode, transition
from crossmodal_narrator.nodes.process import run_node
from crossmodal_narrator.nodes.rates import Latencies, Rate
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.wire import (
    narration_from_message,
    reply_to_message,
    scene_from_message,
    utterance_from_message,
)
from crossmodal_narrator.wire.headers import stamp_ns
from crossmodal_narrator_msgs.action import Ask

NAME = "dialogue"
SCENE_TOPIC, NARRATION_TOPIC, UTTERANCE_TOPIC = "perception/scene", "narrator/narration", "voice/utterance"


class DialogueNode(NarratorLifecycleNode):
    """An answer takes a few milliseconds: callbacks give it themselves."""

    def __init__(self) -> None:
        super().__init__(NAME, DialogueConfig)
        self._types = message_types()
        self._dialogue: Dialogue | None = None
        self._scenes, self._latencies = Rate(), Latencies()
        self._seen_ns = 0  # by the node's clock, which stands still while a simulator does: the newest scene came
        self._asked = self._declined = self._late = 0
        self._reply_out = self.create_lifecycle_publisher(self._types.Reply, "~/reply", qos.SAID)
        self._action = ActionServer(
            self, Ask, "~/ask", execute_callback=self._execute, cancel_callback=lambda goal: CancelResponse.ACCEPT
        )

    @transition
    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self._dialogue = build_dialogue(self.settings.read(DialogueConfig).narration)
        self.settings.is_locked = True
        return TransitionCallbackReturn.SUCCESS

    @transition
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.subscribe(self._types.Scene, SCENE_TOPIC, self._see, qos.SCENE)
        self.subscribe(self._types.Narration, NARRATION_TOPIC, self._hear, qos.NARRATION)
        self.subscribe(self._types.Utterance, UTTERANCE_TOPIC, self._answer, qos.NARRATION)
        return super().on_activate(state)

    def release(self) -> None:
        self._dialogue = None

    def stop(self) -> None:
        super().stop()
        if self._dialogue is not None:
            self._dialogue.forget()

    def destroy_node(self) -> None:
        """The action first: rclpy leaves it to its owner."""
        self._action.destroy()
        super().destroy_node()

    def _see(self, message: Any) -> None:
        self._scenes.count(time.monotonic_ns())
        try:
            scene = scene_from_message(message)
        except FrameError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=5.0)
            return
        if self._dialogue is not None:
            self._seen_ns = self.get_clock().now().nanoseconds
            self._dialogue.observe(scene)

    def _hear(self, message: Any) -> None:
        try:
            narration = narration_from_message(message)
        except FrameError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=5.0)
            return
        if self._dialogue is not None:
            self._dialogue.hear(narration)

    def _answer(self, message: Any) -> None:
        """A passenger has spoken."""
        reply = self._reply_to(message)
        if reply is not None:
            self._reply_out.publish(reply_to_message(reply, self._types))

    def _reply_to(self, message: Any) -> Reply | None:
        if self._dialogue is None or not self.is_subscribed:
            return None
        began_ns = time.monotonic_ns()
        if abs(self.get_clock().now().nanoseconds - self._seen_ns) > diagnostics.QUIET_S * 1e9:
            self._dialogue.lose_sight()  # what was there a while ago is not told as what is there
        reply = self._dialogue.ask(utterance_from_message(message)).reply
        self._latencies.add("question to reply", (time.monotonic_ns() - began_ns) / 1e6)
        self._asked += 1
        self._declined += reply.declined
        return reply

    def _execute(self, goal: Any) -> Any:
        """The action: a sentence is in the feedback as soon as it is known; the reply goes to ~/reply, too."""
        asked_ns = stamp_ns(goal.request.question.stamp) or self.get_clock().now().nanoseconds
        goal.publish_feedback(Ask.Feedback(stage=Ask.Feedback.STAGE_LOOKING))
        reply = self._reply_to(goal.request.question)
        if goal.is_cancel_requested:
            goal.canceled()
            return Ask.Result()
        is_late = self._is_late(asked_ns, float(goal.request.deadline_s))
        self._late += is_late
        if reply is None or is_late:
            goal.abort()  # not active, so that nothing is known of any scene; or nobody waits for it any more
            return Ask.Result()
        goal.publish_feedback(Ask.Feedback(stage=Ask.Feedback.STAGE_ANSWERING, text=reply.text))
        message = reply_to_message(reply, self._types)
        self._reply_out.publish(message)
        goal.succeed()
        return Ask.Result(reply=message)

    def _is_late(self, asked_ns: int, deadline_s: float) -> bool:
        waited_s: float = (self.get_clock().now().nanoseconds - asked_ns) / 1e9
        return 0.0 < deadline_s < waited_s

    def health(self) -> Iterator[Health]:
        if not self.is_subscribed:
            yield NOT_ACTIVE
            return
        silent_s = self._scenes.silent_s(time.monotonic_ns())
        values = {"asked": str(self._asked), "declined": str(self._declined), "late": str(self._late)}
        yield diagnostics.scenes(self.resolve_topic_name(SCENE_TOPIC), silent_s, values)
        yield diagnostics.times("latency", self._latencies.quantiles(), {})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node until it is told to stop."""
    return run_node(NAME, DialogueConfig, DialogueNode, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
