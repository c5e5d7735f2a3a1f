"""The `display` node: a page for passengers, of what is said and what is around; what they type or say to it is asked.

The page is served from a thread of its own. What comes from there waits, bounded, for this node's thread.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn

from crossmodal_narrator.configuration import DisplayNodeConfig
from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.display import Board, Clip, Question, Refusal, Takers, open_server
from crossmodal_narrator.nodes import diagnostics, qos
from crossmodal_narrator.nodes.asking import Asking
from crossmodal_narrator.nodes.diagnostics import Health
from crossmodal_narrator.nodes.hearing import Hearing
from crossmodal_narrator.nodes.lifecycle import NOT_ACTIVE, NarratorLifecycleNode, transition
from crossmodal_narrator.nodes.looking import Looking
from crossmodal_narrator.nodes.process import run_node
from crossmodal_narrator.nodes.rates import Rate
from crossmodal_narrator.nodes.settings_of import SettingsOf
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.wire import narration_from_message, reply_from_message, scene_from_message

if TYPE_CHECKING:
    from crossmodal_narrator.display.server import DisplayServer

NAME = "display"
SCENE_TOPIC, NARRATION_TOPIC, REPLY_TOPIC = "perception/scene", "narrator/narration", "dialogue/reply"
MOST_WAITING = 32  # questions that this node has not taken up yet
LOOKED_AFTER_EVERY_S = 0.5


class DisplayNode(NarratorLifecycleNode):
    """Callbacks write on the board, which takes microseconds whatever the pages do."""

    def __init__(self) -> None:
        super().__init__(NAME, DisplayNodeConfig)
        self._types = message_types()
        self._board: Board | None = None
        self._server: DisplayServer | None = None
        self._asking: Asking | None = None
        self._hearing: Hearing | None = None
        self._looking: Looking | None = None
        self._narrator = SettingsOf(self, "narrator", ("languages", "profile"))
        self._perception = SettingsOf(self, "perception", ("cameras",))
        self._scenes, self._sentences = Rate(), Rate()
        self._typed: deque[Question] = deque(maxlen=MOST_WAITING)
        self._complaints: deque[str] = deque(maxlen=4)
        self._from_pages = self.create_guard_condition(self._take_up)
        # Also while a simulated clock stands still.
        self.create_timer(LOOKED_AFTER_EVERY_S, self._look_after, clock=Clock(clock_type=ClockType.STEADY_TIME))

    @transition
    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self.settings.read(DisplayNodeConfig).token()  # refuse now what would be refused when the page opens
        self.settings.is_locked = True
        return TransitionCallbackReturn.SUCCESS

    @transition
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        config = self.settings.read(DisplayNodeConfig)
        board = Board(kept=config.kept, scenes_per_s=config.scenes_per_s, pictures=config.pictures)
        takers = Takers(ask=self._hand_over, hear=self._hear, complain=self._complain)
        self._server = open_server(config, board, takers)
        self._board = board
        if config.microphone:
            self._hearing = Hearing(self, config.engines, self._understand, board.refuse)
        if board.pictures.are_on:
            self._looking = Looking(self, board.pictures.take)
        self._asking = Asking(self, config.answered_within_s, board.refuse)
        self.subscribe(self._types.Scene, SCENE_TOPIC, self._see, qos.SCENE)
        # Latched: what was said while this node was away is heard now.
        self.subscribe(self._types.Narration, NARRATION_TOPIC, self._narrate, qos.SAID)
        self.subscribe(self._types.Reply, REPLY_TOPIC, self._reply, qos.SAID)
        self._server.start()
        self.get_logger().info(f"the page is at {self._server.address}")
        return super().on_activate(state)

    def release(self) -> None:
        """Nothing is taken by configuring."""

    def stop(self) -> None:
        super().stop()
        if self._server is not None and not self._server.stop():
            self.get_logger().warning("a page holds up the end")
        if self._looking is not None:
            self._looking.close()
        if self._hearing is not None:
            self._hearing.stop()
        if self._asking is not None:
            self._asking.close()
        self._server = self._board = self._asking = self._hearing = self._looking = None
        self._typed.clear()

    def _narrate(self, message: Any, about: Mapping[str, Any]) -> None:
        try:
            narration = narration_from_message(message)
        except FrameError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=5.0)
            return
        if self._board is not None:
            self._sentences.count(time.monotonic_ns())
            self._board.narrate(narration, _ago_s(about))

    def _reply(self, message: Any, about: Mapping[str, Any]) -> None:
        try:
            reply = reply_from_message(message)
        except FrameError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=5.0)
            return
        if self._asking is not None and self._board is not None:
            self._asking.settle(reply)
            self._board.answer(reply, _ago_s(about))

    def _see(self, message: Any) -> None:
        self._scenes.count(time.monotonic_ns())
        try:
            scene = scene_from_message(message)
        except FrameError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=5.0)
            return
        if self._board is not None:
            self._board.see(scene)

    def _hand_over(self, question: Question) -> None:
        """In the server's thread, or in the one that hears, which may still do so when this node is not active."""
        board = self._board
        if board is None:
            return
        if len(self._typed) == self._typed.maxlen:
            board.refuse(question, Refusal.TOO_MANY)
            return
        self._typed.append(question)
        self._from_pages.trigger()

    def _hear(self, clip: Clip) -> None:
        """In the server's thread."""
        if self._hearing is not None:
            self._hearing.hear(clip)

    def _understand(self, question: Question) -> None:
        """In the thread that hears: the page is told what was understood before it is answered."""
        if self._board is not None:
            self._board.understand(question)
        self._hand_over(question)

    def _complain(self, told: str) -> None:
        """In the server's thread."""
        self._complaints.append(told)
        self._from_pages.trigger()

    def _take_up(self) -> None:
        while self._complaints:
            self.get_logger().error(self._complaints.popleft(), throttle_duration_sec=5.0)
        while self._typed:
            question = self._typed.popleft()
            if self._asking is not None:
                self._asking.ask(question)

    def _look_after(self) -> None:
        if self._asking is not None:
            self._asking.give_up()
        if self._board is not None:
            if self._hearing is not None and self._board.readers:
                self._hearing.open()
            self._narrator.renew()
            narrator = self._narrator.values
            hears = None if self._hearing is None else self._hearing.languages
            languages, profile = narrator.get("languages") or (), narrator.get("profile", "")
            self._board.tell(languages=languages, profile=profile, hears=hears)
        self._look()

    def _look(self) -> None:
        """Through the cameras, as long as a page is open."""
        if self._looking is None or self._board is None:
            return
        if self._board.readers:
            self._perception.renew()
            if self._looking.follow(self._perception.values.get("cameras") or ()):
                self._board.pictures.forget_recent()
        elif self._looking.cameras:
            self._looking.close()
            self._board.pictures.forget_recent()

    def health(self) -> Iterator[Health]:
        server, board = self._server, self._board
        if server is None or board is None:
            yield NOT_ACTIVE
            return
        values = {
            "address": server.address,
            "pages": str(len(board.readers)),
            "refused": str(server.doorkeeper.refused),
            "dropped": str(server.doorkeeper.dropped),
            "sentences": str(self._sentences.total),
        }
        yield Health(name="page", level=diagnostics.OK, message=f"it is at {server.address}", values=values)
        if self._hearing is not None:
            yield from self._hearing.health()
        if self._looking is not None:
            yield _pictures(self._looking, board)
        silent_s = self._scenes.silent_s(time.monotonic_ns())
        yield diagnostics.scenes(self.resolve_topic_name(SCENE_TOPIC), silent_s, {})


def _pictures(looking: Looking, board: Board) -> Health:
    values = {"size_mb": f"{board.pictures.size_bytes / 1e6:.1f}", "refused": str(looking.refused)}
    told = ", ".join(looking.cameras)
    message = f"looking through {told}" if told else "no camera is looked through: no page is open, or there is none"
    return Health(name="pictures", level=diagnostics.OK, message=message, values=values)


def _ago_s(about: Mapping[str, Any]) -> float:
    """Since it was published, which for what was latched is a while. DDS stamps by the machine's own clock."""
    published_ns = int(about.get("source_timestamp") or 0)
    return max(0.0, (time.time_ns() - published_ns) / 1e9) if published_ns > 0 else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node until it is told to stop."""
    return run_node(NAME, DisplayNodeConfig, DisplayNode, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
