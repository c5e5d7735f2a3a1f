"""Between the narrator and its listeners: a sentence waits for other words until its deadline, and not longer."""

from __future__ import annotations

import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.errors import DescriptionError, DescriptionLateError
from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.language.rewriting import Outcome, Rewriter, Rewritten

READY_S = 0.5  # how long the model is waited for at a time, while it loads
FAILURES, REST_S = 5, 30.0  # after so many in a row the model is left alone for so long
LEAST_SHARE = 0.3  # of the deadline: with less left nobody is asked, and the model is not to blame
ENDS_WITHIN_S = 5.0
RECENT = 50  # sentences of which diagnostics give shares


@dataclass(slots=True, kw_only=True, eq=False)
class Held:
    """A sentence that waits. `told` is what became of it, None while nobody knows."""

    narration: Narration
    due_s: float
    told: Rewritten | None = None
    is_asked: bool = False


class Outbox:
    """Publishes narrations in the order in which they came. Nothing is published after `close`.

    One thread asks, and may be held up by the model; the other keeps the deadlines, and is held up by nothing. What is
    urgent goes out in the call that brings it, after whatever waited, all in their own words: as without a model.
    """

    def __init__(
        self,
        rewriter: Rewriter,
        *,
        deadline_s: float,
        publish: Callable[[Narration], None],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.recent: deque[Outcome] = deque(maxlen=RECENT)
        self.error: DescriptionError | None = None  # why the model last gave no answer
        self.refused = ""  # what it last said in vain
        self._mistakes = {"asking": "", "publishing": ""}  # of our own, until the same succeeds again
        self._rewriter, self._deadline_s = rewriter, deadline_s
        self._publish, self._now_s = publish, now_s
        self._totals: Counter[Outcome] = Counter()
        self._waiting: deque[Held] = deque()
        self._changed = threading.Condition()
        self._is_ready = self._is_closed = False
        self._failures, self._rest_until_s = 0, 0.0
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (("rewriting", self._ask_all), ("deadlines", self._keep_deadlines))
        ]

    @property
    def is_ready(self) -> bool:
        """Whether the model is asked."""
        return self._is_ready

    @property
    def mistake(self) -> str:
        return self._mistakes["asking"] or self._mistakes["publishing"]

    @property
    def totals(self) -> Mapping[Outcome, int]:
        with self._changed:
            return dict(self._totals)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> bool:
        """Publish nothing any more; whether the threads have ended, which wait for the model at most once."""
        with self._changed:
            self._is_closed = True
            self._waiting.clear()
            self._changed.notify_all()
        until_s = time.monotonic() + ENDS_WITHIN_S
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until_s - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def submit(self, narrations: Sequence[Narration]) -> None:
        """Take what is said of one scene, in all languages. Waits for nobody."""
        if not narrations:
            return
        with self._changed:
            if self._is_closed:
                return
            at_once = self._why_at_once(narrations)
            if at_once is Outcome.URGENT:
                self._settle_all(Outcome.OVERTAKEN)
            due_s = self._now_s() + self._deadline_s
            for narration in narrations:
                told = None if at_once is None else Rewritten(narration=narration, outcome=at_once)
                self._waiting.append(Held(narration=narration, due_s=due_s, told=told))
            self._say()
            self._changed.notify_all()

    def _why_at_once(self, narrations: Sequence[Narration]) -> Outcome | None:
        if any(narration.urgency is Urgency.URGENT for narration in narrations):
            return Outcome.URGENT
        return None if self._is_ready else Outcome.NOT_READY

    def _settle_all(self, outcome: Outcome) -> None:
        for held in self._waiting:
            held.told = held.told or Rewritten(narration=held.narration, outcome=outcome)

    def _say(self) -> None:
        """Publish what need not wait any more, up to the first that must."""
        while self._waiting and (self._waiting[0].told is not None or self._now_s() >= self._waiting[0].due_s):
            held = self._waiting.popleft()
            late = Outcome.LATE if held.is_asked else Outcome.NO_TIME
            held.told = held.told or Rewritten(narration=held.narration, outcome=late)
            self._totals[held.told.outcome] += 1
            self.recent.append(held.told.outcome)
            try:
                self._publish(held.told.narration)
                self._mistakes["publishing"] = ""
            except Exception:  # noqa: BLE001 - it is told; a sentence that is lost must not end the thread of all others
                self._mistakes["publishing"] = traceback.format_exc()

    def _keep_deadlines(self) -> None:
        with self._changed:
            while not self._is_closed:
                self._say()
                left_s = self._waiting[0].due_s - self._now_s() if self._waiting else None
                self._changed.wait(left_s)

    def _ask_all(self) -> None:
        while not self._is_closed:
            if not self._is_ready:
                self._get_ready()
            elif (held := self._next()) is not None:
                self._ask(held)

    def _next(self) -> Held | None:
        """The first that may still be asked about; waits for one. None when the box was closed."""
        with self._changed:
            while not self._is_closed:
                held = next((h for h in self._waiting if h.told is None and not h.is_asked), None)
                if held is None:
                    self._changed.wait()
                elif held.due_s - self._now_s() >= LEAST_SHARE * self._deadline_s:
                    held.is_asked = True
                    return held
                else:
                    held.told = Rewritten(narration=held.narration, outcome=Outcome.NO_TIME)
                    self._changed.notify_all()
            return None

    def _ask(self, held: Held) -> None:
        told = self._rewritten(held.narration, held.due_s - self._now_s())
        with self._changed:
            held.told = held.told or told
            self.refused = told.refused or self.refused
            self._judge(told)
            self._changed.notify_all()

    def _rewritten(self, narration: Narration, left_s: float) -> Rewritten:
        try:
            return self._rewriter.rewrite(narration, left_s)
        except Exception:  # noqa: BLE001 - it is told, and the grounded sentence is said
            self._mistakes["asking"] = traceback.format_exc()
            return Rewritten(narration=narration, outcome=Outcome.LOST)

    def _judge(self, told: Rewritten) -> None:
        """Whether the model did answer; what it said is another matter."""
        if told.outcome in (Outcome.LATE, Outcome.LOST):
            self._fail(told.error)
        elif told.outcome is not Outcome.NO_WORDS:
            self._failures, self.error, self._mistakes["asking"] = 0, None, ""

    def _get_ready(self) -> None:
        """Wait for the model a little, or out its rest; meanwhile sentences go out as they are."""
        with self._changed:
            if self._is_closed:  # `close` has notified before this thread waits
                return
            left_s = self._rest_until_s - self._now_s()
            if left_s > 0.0:
                self._changed.wait(left_s)
                return
        try:
            self._rewriter.model.wait_ready(READY_S)
        except DescriptionLateError:
            return
        except DescriptionError as error:
            with self._changed:
                self._fail(error)
            return
        self._is_ready = True

    def _fail(self, error: DescriptionError | None) -> None:
        self.error, self._is_ready = error or self.error, False
        self._failures += 1
        if self._failures >= FAILURES:
            self._failures, self._rest_until_s = 0, self._now_s() + REST_S
