"""What passengers type, asked of the dialogue; a question without a reply is told to be one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rclpy.action import ActionClient
from rclpy.node import Node

from crossmodal_narrator.core.speech import Reply, Utterance
from crossmodal_narrator.display import Question, Refusal
from crossmodal_narrator.display.board import SEATS
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.wire import utterance_to_message
from crossmodal_narrator_msgs.action import Ask

ASK = "dialogue/ask"
MOST_OPEN = 16  # questions of all pages that wait for a reply


class Asking:
    """The reply itself comes on dialogue/reply, where every other is heard, too. All in the node's thread."""

    def __init__(self, node: Node, within_s: float, refuse: Callable[[Question, Refusal], None]) -> None:
        self._node, self._within_s, self._refuse = node, within_s, refuse
        self._types = message_types()
        self._client = ActionClient(node, Ask, ASK)
        self._open: dict[Question, float] = {}  # since when, by time.monotonic

    def ask(self, question: Question) -> None:
        if question in self._open:
            return  # the reply to the first is the reply to both
        if len(self._open) >= MOST_OPEN:
            self._refuse(question, Refusal.TOO_MANY)
            return
        if not self._client.server_is_ready():
            self._refuse(question, Refusal.ABSENT)
            return
        utterance = Utterance(
            stamp_ns=self._node.get_clock().now().nanoseconds,
            text=question.text,
            language="",  # the words tell: a page in Chinese may be asked in English
            confidence=question.confidence,
            seat=SEATS + question.seat,
        )
        goal = Ask.Goal(question=utterance_to_message(utterance, self._types), deadline_s=self._within_s)
        self._open[question] = time.monotonic()
        self._client.send_goal_async(goal).add_done_callback(lambda sent: self._sent(question, sent))

    def settle(self, reply: Reply) -> None:
        """A reply was heard."""
        asked = reply.in_reply_to
        for question in list(self._open):
            if asked.seat == SEATS + question.seat and asked.text == question.text:
                del self._open[question]

    def give_up(self) -> None:
        """Tell what has waited for too long."""
        now_s = time.monotonic()
        for question, since_s in list(self._open.items()):
            if now_s - since_s > self._within_s:
                self._close(question, Refusal.LATE)

    def close(self) -> None:
        self._open.clear()
        self._client.destroy()

    def _sent(self, question: Question, sent: Any) -> None:
        goal = sent.result()
        if goal is None or not goal.accepted:
            self._close(question, Refusal.NOT_ACTIVE)
            return
        goal.get_result_async().add_done_callback(lambda done: self._done(question, done))

    def _done(self, question: Question, done: Any) -> None:
        outcome = done.result()
        if outcome is None or not outcome.result.reply.text:
            self._close(question, Refusal.NOT_ACTIVE)

    def _close(self, question: Question, why: Refusal) -> None:
        if self._open.pop(question, None) is not None:
            self._refuse(question, why)
