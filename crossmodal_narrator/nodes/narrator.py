"""The `narrator` node: scenes in, sentences out, each with its claims and their evidence."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from std_msgs.msg import String

from crossmodal_narrator.assembly import build_narrator, open_rewriter
from crossmodal_narrator.configuration import NarratorNodeConfig
from crossmodal_narrator.core.errors import FrameError, ModelError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.language import Narrator
from crossmodal_narrator.language.rewriting import Rewriter
from crossmodal_narrator.nodes import diagnostics, qos
from crossmodal_narrator.nodes.diagnostics import Health
from crossmodal_narrator.nodes.lifecycle import NOT_ACTIVE, NarratorLifecycleNode, transition
from crossmodal_narrator.nodes.outbox import Outbox
from crossmodal_narrator.nodes.process import run_node
from crossmodal_narrator.nodes.rates import Latencies, Rate
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.wire import narration_to_message, scene_from_message
from crossmodal_narrator_msgs.srv import Describe

NAME = "narrator"
SCENE_TOPIC = "perception/scene"
REMEMBERED_SCENES = 20  # two seconds at 10 Hz
OpenRewriter = Callable[[NarratorNodeConfig], Rewriter | None]


class NarratorNode(NarratorLifecycleNode):
    """A scene is small and a sentence takes a millisecond: the callback converts, narrates and publishes.

    Where a large model may choose other words, an outbox publishes, since nobody knows how long that takes.
    """

    def __init__(self, open_rewriter: OpenRewriter = open_rewriter) -> None:
        super().__init__(NAME, NarratorNodeConfig)
        self._open_rewriter = open_rewriter
        self._rewriter: Rewriter | None = None
        self._without: ModelError | None = None  # why there is no rewriter, where there should be one
        self._outbox: Outbox | None = None
        self._types = message_types()
        self._narrator: Narrator | None = None
        self._timer = StageTimer(time.perf_counter_ns)
        self._latencies, self._scenes, self._sentences = Latencies(), Rate(), Rate()
        self._recent: deque[SceneState] = deque(maxlen=REMEMBERED_SCENES)
        self._since_ns = 0
        self._narration_out = self.create_lifecycle_publisher(self._types.Narration, "~/narration", qos.SAID)
        self._text_out = self.create_lifecycle_publisher(String, "~/narration/text", qos.NARRATION)
        self.create_service(Describe, "~/describe", self._describe)

    @transition
    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        config = self.settings.read(NarratorNodeConfig)
        self._narrator = build_narrator(config, self._timer)
        self.settings.is_locked = True
        try:
            self._rewriter = self._open_rewriter(config)
        except ModelError as error:  # its absence is told, and no reason to say nothing
            self._without = error
            self.get_logger().error(f"going on without other words: {error}")
        return TransitionCallbackReturn.SUCCESS

    @transition
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._since_ns = time.monotonic_ns()
        if self._rewriter is not None:
            deadline_s = self.settings.read(NarratorNodeConfig).rewriting.deadline_s
            self._outbox = Outbox(self._rewriter, deadline_s=deadline_s, publish=self._publish)
            self._outbox.start()
        self.subscribe(self._types.Scene, SCENE_TOPIC, self._hear, qos.SCENE)
        return super().on_activate(state)

    def release(self) -> None:
        self._narrator = None
        if self._rewriter is not None:
            self._rewriter.model.close()
        self._rewriter = self._without = None

    def stop(self) -> None:
        super().stop()
        if self._outbox is not None and not self._outbox.close():
            self.get_logger().warning("the large model holds up the end")
        self._outbox = None
        self._recent.clear()
        if self._narrator is not None:
            self._narrator.forget()

    def _hear(self, message: Any) -> None:
        if self._narrator is None:
            return
        self._scenes.count(time.monotonic_ns())
        try:
            scene = scene_from_message(message)
            narrations = self._narrator.narrate(scene)
        except FrameError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=5.0)
            return
        for stage in self._timer.drain():
            self._latencies.add(stage.stage, stage.ms)
        if self._recent and scene.stamp_ns < self._recent[-1].stamp_ns:
            self._recent.clear()
        self._recent.append(scene)
        if narrations:
            self._sentences.count(time.monotonic_ns())
        if self._outbox is not None:
            self._outbox.submit(narrations)
            return
        for narration in narrations:
            self._publish(narration)

    def _publish(self, narration: Narration) -> None:
        self._narration_out.publish(narration_to_message(narration, self._types))
        self._text_out.publish(String(data=narration.text))

    def _describe(self, request: Any, response: Any) -> Any:
        """What someone would say who has just begun to look: a narrator without a memory, on the last two seconds."""
        told: list[Narration] = []
        if self._narrator is not None:
            config = self.settings.read(NarratorNodeConfig)
            # Who asks wants to hear something.
            newcomer = build_narrator(replace(config, profile="standard") if config.profile == "quiet" else config)
            told = [narration for scene in self._recent for narration in newcomer.narrate(scene)]
        wanted = [
            narration
            for narration in told
            if request.language in ("", narration.language)
            and (not request.subject or any(request.subject in c.subject.split(",") for c in narration.claims))
        ]
        response.success = bool(wanted)
        response.narrations = [narration_to_message(narration, self._types) for narration in wanted]
        if not wanted:
            about = f"{request.subject} in " if request.subject else ""
            response.reason = f"nothing can be said of {about}the last scenes; look at /diagnostics, or ask again"
        return response

    def health(self) -> Iterator[Health]:
        if not self.is_subscribed:
            yield NOT_ACTIVE
            return
        now_ns = time.monotonic_ns()
        silent_s = min(self._scenes.silent_s(now_ns) or inf, (now_ns - self._since_ns) / 1e9)
        values = {"scenes_per_s": f"{self._scenes.per_s(now_ns):.1f}", "sentences": str(self._sentences.total)}
        yield diagnostics.scenes(self.resolve_topic_name(SCENE_TOPIC), silent_s, values)
        if self._without is not None or self._outbox is not None:
            yield diagnostics.rewriting(self._outbox, self._without)
        yield diagnostics.times("latency", self._latencies.quantiles(), {})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node until it is told to stop."""
    return run_node(NAME, NarratorNodeConfig, NarratorNode, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
