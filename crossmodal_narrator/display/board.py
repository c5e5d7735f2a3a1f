"""What the pages show. The node writes on it, and is never held up; the server's loop reads from it."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Narration, Reply
from crossmodal_narrator.display.history import History, to_json
from crossmodal_narrator.display.pictures import Pictures, picture_shown
from crossmodal_narrator.display.protocol import Hello, Question, Refusal
from crossmodal_narrator.display.records import narration_shown, reply_shown, scene_shown

SEEN_WITHIN_S = 1.5
SEATS = "page:"  # how the seat of a page begins, in utterances


class Reader:
    """One page, as far as the board knows it: what it has heard. Belongs to the server's loop.

    A page that reads slowly has no queue that could grow: it takes what it has not heard when it gets to it, and of
    scenes the newest alone.
    """

    def __init__(self, hello: Hello, board: Board) -> None:
        self.seat = hello.seat
        self.number = hello.after if hello.board == board.name else 0
        self.is_looking = True
        self.wake = asyncio.Event()
        self.wake.set()
        self.notices: deque[str] = deque(maxlen=8)  # for this connection only
        self.wanted: deque[str] = deque(maxlen=4)  # keys of pictures: the pictures themselves wait for nobody
        self._scene = self._state = 0
        self._board = board
        self.notices.append(to_json({"kind": "welcome", "board": board.name}))

    def due(self) -> Iterator[str]:
        """What is to be sent now, in order. Each is taken to be sent when the next is asked for."""
        while self.notices:
            yield self.notices.popleft()
        if self._state != self._board.state_number:
            self._state, text = self._board.state()
            yield text
        entries, is_cut = self._board.history.after(self.number, self.seat)
        if is_cut:
            yield to_json({"kind": "cut"})
        for entry in entries:
            self.number = entry.number
            yield entry.text(self._board.now_s())
        while self.wanted:
            yield to_json(picture_shown(self.wanted.popleft(), self._board.pictures))
        if self.is_looking and self._scene != self._board.scene_number and self._board.is_seeing:
            self._scene, text = self._board.scene()
            yield text


class Board:
    """Safe to be written from one thread and read from another."""

    def __init__(
        self, *, kept: int, scenes_per_s: float, pictures: int = 0, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`pictures`: how many are kept. `now_s` only tells how long ago something was; it is compared with nothing
        else.
        """
        self.name = secrets.token_hex(8)  # another one after a restart, when numbers begin anew
        self.history = History(kept, now_s)
        self.pictures = Pictures(pictures)
        self.readers: set[Reader] = set()  # of the loop
        self.now_s, self._period_s = now_s, 1.0 / scenes_per_s
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_waking = False
        self._scene: SceneState | None = None
        self._scene_text, self._scene_written, self._seen_s = "", 0, -1e9
        self._state_text = ""
        self.scene_number = self.state_number = 0

    def narrate(self, narration: Narration, ago_s: float = 0.0) -> None:
        """A sentence that was said, `ago_s` before now."""
        self.pictures.name(narration.claims)
        self.history.add("said", narration_shown(narration), ago_s=ago_s)
        self._wake()

    def answer(self, reply: Reply, ago_s: float = 0.0) -> None:
        """To the page that asked; where somebody spoke, to all."""
        seat = reply.in_reply_to.seat
        page = seat.removeprefix(SEATS) if seat.startswith(SEATS) else None
        self.pictures.name(reply.claims)
        self.history.add("reply", reply_shown(reply), seat=page, ago_s=ago_s)
        self._wake()

    def refuse(self, question: Question, why: Refusal) -> None:
        """Told to the page that asked."""
        self.history.add("unanswered", refused(question, why), seat=question.seat)
        self._wake()

    def understand(self, question: Question) -> None:
        """What was said to a page, as it was understood: told to that page before the reply."""
        self.history.add("asked", {"question": question.text}, seat=question.seat)
        self._wake()

    def see(self, scene: SceneState) -> None:
        """What is around; the newest counts."""
        now_s = self.now_s()
        if now_s - self._seen_s < 0.9 * self._period_s:
            return
        self._seen_s = now_s
        with self._lock:
            self._scene = scene
            self.scene_number += 1
        self._wake()

    def tell(self, *, languages: Sequence[str], profile: str, hears: Sequence[str] | None = None) -> None:
        """How the narrator is set; and which languages a page's microphone is understood in, None where it is off."""
        hearing = None if hears is None else list(hears)
        text = to_json({"kind": "state", "languages": list(languages), "profile": profile, "hears": hearing})
        with self._lock:
            if text == self._state_text:
                return
            self._state_text = text
            self.state_number += 1
        self._wake()

    @property
    def is_seeing(self) -> bool:
        """Whether the newest scene is of now: what was around a while ago is not shown as what is around."""
        return self.now_s() - self._seen_s < SEEN_WITHIN_S

    def scene(self) -> tuple[int, str]:
        """Its number and JSON, made once for all who look."""
        with self._lock:
            number, scene = self.scene_number, self._scene
        if scene is not None and number != self._scene_written:
            self._scene_text = to_json({"kind": "scene", **scene_shown(scene)})
            self._scene_written = number
        return number, self._scene_text

    def state(self) -> tuple[int, str]:
        with self._lock:
            return self.state_number, self._state_text

    def attach(self, reader: Reader) -> None:
        """From the loop, which is woken from now on."""
        self.readers.add(reader)
        with self._lock:
            self._loop = asyncio.get_running_loop()

    def detach(self, reader: Reader) -> None:
        self.readers.discard(reader)

    def close(self) -> None:
        """Nobody is woken any more: the loop ends."""
        with self._lock:
            self._loop = None

    def _wake(self) -> None:
        """At most one call waits in the loop, however far behind it is."""
        with self._lock:
            if self._loop is not None and not self._is_waking:
                self._is_waking = True
                self._loop.call_soon_threadsafe(self._wake_all)

    def _wake_all(self) -> None:
        with self._lock:
            self._is_waking = False
        for reader in self.readers:
            reader.wake.set()


def refused(question: Question, why: Refusal) -> dict[str, str]:
    return {"question": question.text, "why": why.value}
