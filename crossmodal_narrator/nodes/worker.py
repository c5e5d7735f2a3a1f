"""The one thread that perceives: letters from the mailbox in, scenes out."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from crossmodal_narrator.core.errors import FrameError, NarratorError
from crossmodal_narrator.core.frames import SensorFrame
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.nodes.mailbox import Letter, Mailbox
from crossmodal_narrator.nodes.rates import Latencies, Rate
from crossmodal_narrator.pipeline import Perception
from crossmodal_narrator.sync import Source
from crossmodal_narrator.wire import Intake

REMEMBERED = 64  # stamps whose arrival is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What was wrong with a message, where it came from, and when by `time.monotonic_ns`."""

    topic: str
    what: str
    at_ns: int


class PerceptionWorker:
    """Owns the perception. A message that cannot be read is refused, told, and never ends the thread.

    `lost` are sensors that cannot be used whatever they send, and why: every scene says so.
    """

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        intake: Intake,
        perception: Perception,
        lost: Mapping[Source, NarratorError],
        on_scene: Callable[[SceneState], None],
        on_trouble: Callable[[Trouble], None],
    ) -> None:
        self.latencies = Latencies()
        self.scenes = Rate()
        self.refused = 0
        self.clock_jumps = 0
        self.newest: SceneState | None = None
        self.trouble: Trouble | None = None
        self._mailbox, self._intake, self._perception = mailbox, intake, perception
        self._lost = dict(lost)
        self._on_scene, self._on_trouble = on_scene, on_trouble
        self._arrivals: dict[int, int] = {}  # by stamp, the newest last
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
            self._handle(letter)
        self._tell_all("the end", self._perception.finish())
        self._perception.close()

    def _handle(self, letter: Letter) -> None:
        try:
            with self._perception.timer.stage("decode"):
                frames = self._intake.frames(letter.topic, letter.message)
            for refused in self._intake.drain_refused():
                self._note(letter.topic, str(refused))
            for frame in frames:
                self._push(frame, letter)
        except FrameError as error:
            self._refuse(letter, error)
            return
        except Exception:  # noqa: BLE001 - whatever a message does, the next one is looked at
            self._note(letter.topic, f"a mistake in the narrator itself; please report it\n{traceback.format_exc()}")
            return
        self._tell_all(letter.topic, self._perception.observe())

    def _push(self, frame: SensorFrame, letter: Letter) -> None:
        while self._lost:
            source, error = self._lost.popitem()
            self._perception.refuse(source, error, frame.stamp_ns)
        self._arrivals.setdefault(frame.stamp_ns, letter.arrival_ns)
        while len(self._arrivals) > REMEMBERED:
            del self._arrivals[next(iter(self._arrivals))]
        self._perception.push(frame)
        if self._perception.clock_jumps != self.clock_jumps:
            self.clock_jumps = self._perception.clock_jumps
            self._note(
                letter.topic,
                "the sensors' clock jumped back, and everything that moved was forgotten; "
                "let all sensors take their time from one source (PTP or NTP)",
            )

    def _refuse(self, letter: Letter, error: FrameError) -> None:
        self.refused += 1
        self._note(letter.topic, str(error))
        source = self._intake.topics.source_of(letter.topic)
        if source is not None:
            newest_ns = self.newest.stamp_ns if self.newest is not None else max(self._arrivals, default=0)
            self._perception.refuse(source, error, newest_ns)

    def _tell_all(self, topic: str, scenes: Iterator[SceneState]) -> None:
        try:
            for scene in scenes:
                self._tell(scene)
        except NarratorError as error:
            self._note(topic, str(error))
        except Exception:  # noqa: BLE001 - whatever a message does, the next one is looked at
            self._note(topic, f"a mistake in the narrator itself; please report it\n{traceback.format_exc()}")

    def _tell(self, scene: SceneState) -> None:
        self.newest = scene
        self.scenes.count(time.monotonic_ns())
        self._on_scene(scene)
        arrival_ns = self._arrivals.get(scene.stamp_ns)
        if arrival_ns is not None:
            self.latencies.add("arrival to scene", (time.monotonic_ns() - arrival_ns) / 1e6)
        for stage in self._perception.timer.drain():
            self.latencies.add(stage.stage, stage.ms)

    def _note(self, topic: str, what: str) -> None:
        self.trouble = Trouble(topic=topic, what=what, at_ns=time.monotonic_ns())
        self._on_trouble(self.trouble)
