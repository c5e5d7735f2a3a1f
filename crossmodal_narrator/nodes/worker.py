"""The one thread that perceives: letters from the mailbox in, scenes out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from crossmodal_narrator.core.errors import FrameError, NarratorError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.nodes.mailbox import Letter, Mailbox
from crossmodal_narrator.nodes.rates import Latencies, Rate
from crossmodal_narrator.pipeline import Perception
from crossmodal_narrator.wire import Intake

REMEMBERED = 64  # stamps whose arrival is known


class PerceptionWorker:
    """Owns the perception. A message that cannot be read is refused, told, and never ends the thread."""

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        intake: Intake,
        perception: Perception,
        on_scene: Callable[[SceneState], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        self.latencies = Latencies()
        self.scenes = Rate()
        self.refused = 0
        self.newest: SceneState | None = None
        self._mailbox, self._intake, self._perception = mailbox, intake, perception
        self._on_scene, self._on_trouble = on_scene, on_trouble
        self._arrivals: dict[int, int] = {}
        self._jumps = 0
        self._thread = threading.Thread(target=self._run, name="perception", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread, whose mailbox was closed; whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (letter := self._mailbox.take()) is not None:
            try:
                self._push(letter)
                for scene in self._perception.observe():
                    self._tell(scene)
            except NarratorError as error:
                self._on_trouble(str(error))
            except Exception as error:  # whatever a message does, the next one is looked at
                self._on_trouble(f"{letter.topic}: a mistake in the narrator itself: {error!r}; please report it")

    def _push(self, letter: Letter) -> None:
        try:
            with self._perception.timer.stage("decode"):
                frames = self._intake.frames(letter.topic, letter.message)
        except FrameError as error:
            self._refuse(letter, error)
            return
        for refused in self._intake.drain_refused():
            self._on_trouble(str(refused))
        for frame in frames:
            self._arrivals[frame.stamp_ns] = letter.arrival_ns
            self._perception.push(frame)
        while len(self._arrivals) > REMEMBERED:
            del self._arrivals[next(iter(self._arrivals))]
        if self._perception.clock_jumps != self._jumps:
            self._jumps = self._perception.clock_jumps
            self._on_trouble(
                f"{letter.topic}: the sensors' clock jumped back; everything that moved was forgotten. "
                "Let all sensors take their time from one source (PTP or NTP)"
            )

    def _refuse(self, letter: Letter, error: FrameError) -> None:
        self.refused += 1
        self._on_trouble(str(error))
        source = self._intake.topics.source_of(letter.topic)
        if source is not None:
            newest_ns = self.newest.stamp_ns if self.newest is not None else max(self._arrivals, default=0)
            self._perception.refuse(source, error, newest_ns)

    def _tell(self, scene: SceneState) -> None:
        self.newest = scene
        now_ns = time.monotonic_ns()
        self.scenes.count(now_ns)
        arrival_ns = self._arrivals.get(scene.stamp_ns)
        self._on_scene(scene)
        if arrival_ns is not None:
            self.latencies.add("arrival to scene", (time.monotonic_ns() - arrival_ns) / 1e6)
        for stage in self._perception.timer.drain():
            self.latencies.add(stage.stage, stage.ms)
