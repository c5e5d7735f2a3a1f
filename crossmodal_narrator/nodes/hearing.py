"""What passengers say to a page, understood in a thread of its own. The sound never leaves this process."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress

from rclpy.node import Node

from crossmodal_narrator.assembly import open_pressed
from crossmodal_narrator.core.errors import ModelError, NarratorError
from crossmodal_narrator.display import Clip, Question, Refusal
from crossmodal_narrator.nodes import diagnostics
from crossmodal_narrator.nodes.diagnostics import Health
from crossmodal_narrator.nodes.reading import TOLD_EVERY_S
from crossmodal_narrator.runtime.speech import RecogniserConfig
from crossmodal_narrator.voice import Pressed

MOST_WAITING = 4  # clips of at most 15 s
ENDS_WITHIN_S = 10.0  # a slow recogniser may be in the middle of a clip


class Hearing:
    """Opens its engines in its thread, when the first page does. `understood` and `refuse` are called there."""

    def __init__(
        self,
        node: Node,
        engines: RecogniserConfig,
        understood: Callable[[Question], None],
        refuse: Callable[[Question, Refusal], None],
    ) -> None:
        self._node, self._engines = node, engines
        self._understood, self._refuse = understood, refuse
        self._clips: queue.Queue[Clip | None] = queue.Queue(MOST_WAITING + 1)  # and the end
        self._absent: list[ModelError] = []
        self.languages: tuple[str, ...] | None = None  # None: not known yet
        self._heard = self._took_ms = 0
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)

    def open(self) -> None:
        """Somebody may speak from now on; harmless where it is open."""
        if self._thread.ident is None:
            self._thread.start()

    def hear(self, clip: Clip) -> None:
        """Never waits: what is too much is refused."""
        if self._clips.qsize() >= MOST_WAITING:
            self._refuse(_silent(clip), Refusal.TOO_MANY)
        else:
            self._clips.put_nowait(clip)

    def stop(self) -> None:
        """What waits is not heard any more, and what is being understood reaches nobody."""
        self._is_over = True
        with suppress(queue.Empty):
            while True:
                self._clips.get_nowait()
        self._clips.put(None)
        if self._thread.ident is not None:
            self._thread.join(ENDS_WITHIN_S)

    def health(self) -> Iterator[Health]:
        values = {"heard": str(self._heard), "last_took_ms": str(self._took_ms)}
        values |= {f"absent {k}": str(error) for k, error in enumerate(self._absent)}
        told = ", ".join(self.languages or ())
        message = f"pages are understood in {told}" if told else "nobody who speaks to a page is understood"
        if self.languages is None:
            message = "it has not been opened: no page was"
        yield Health(name="microphone", level=diagnostics.OK, message=message, values=values)

    def _run(self) -> None:
        pressed = self._opened()
        for absent in self._absent:
            self._node.get_logger().warning(f"going on without: {absent}")
        self.languages = () if pressed is None else pressed.languages
        while (clip := self._clips.get()) is not None:
            self._take(clip, pressed)
            del clip  # the next one may be long in coming

    def _opened(self) -> Pressed | None:
        try:
            return open_pressed(self._engines, self._absent.append)
        except Exception:  # noqa: BLE001 - it is told, and whoever speaks is told that nothing hears
            self._node.get_logger().error(f"the microphone is not opened\n{traceback.format_exc()}")
            return None

    def _take(self, clip: Clip, pressed: Pressed | None) -> None:
        began_s = time.monotonic()
        try:
            found = Refusal.DEAF if pressed is None else _question(clip, pressed)
        except NarratorError as error:
            self._node.get_logger().warning(str(error), throttle_duration_sec=TOLD_EVERY_S)
            found = Refusal.UNCLEAR
        except Exception:  # noqa: BLE001 - it is told, and the next one is heard
            told = f"a mistake in the narrator itself; please report it\n{traceback.format_exc()}"
            self._node.get_logger().error(told, throttle_duration_sec=TOLD_EVERY_S)
            found = Refusal.UNCLEAR
        self._heard += 1
        self._took_ms = round(1e3 * (time.monotonic() - began_s))
        if self._is_over:
            return
        if isinstance(found, Question):
            self._understood(found)
        else:
            self._refuse(_silent(clip), found)


def _question(clip: Clip, pressed: Pressed) -> Question | Refusal:
    turn = pressed.turn(clip.samples, time.monotonic_ns())
    if turn is None:
        return Refusal.UNHEARD
    utterance = pressed.understood(turn)
    if utterance is None:
        return Refusal.UNCLEAR
    return Question(
        text=utterance.text, language=clip.language, seat=clip.seat, confidence=min(1.0, utterance.confidence)
    )


def _silent(clip: Clip) -> Question:
    """Of what was not understood there are no words."""
    return Question(text="", language=clip.language, seat=clip.seat)
