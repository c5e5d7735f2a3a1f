"""Views beside a replay: each scene is joined with its snapshot and with what is being said, and shown to all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import Snapshot
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.views.moment import Line, Moment, View
from crossmodal_narrator.voice import Schedule, Sentence, SpeakingConfig, Spoken

_WAITING = 64  # sentences that may be in the queue at once; it says or drops them long before
_AFTER_JUMP_NS = 100_000_000  # from a scene to the next, where the sensors' clock jumped between them
_LONGEST_NS = 7_200_000_000_000  # that a drive may pause; beyond it the clock was set

Lengths = Callable[[Mapping[str, str]], float]  # seconds that a sentence takes, from its text by language


class Watching:
    """Give it each snapshot, then the scene that was made of it. As a context it closes the views."""

    def __init__(self, views: Sequence[View], languages: Sequence[str], length_s: Lengths) -> None:
        self._views = views
        self._voices = {language: _Voice() for language in languages}
        self._length_s = length_s
        self._snapshot: Snapshot | None = None
        self._stamp_ns: int | None = None
        self._at_ns = 0

    def __enter__(self) -> Watching:
        return self

    def __exit__(self, *exc: object) -> None:
        with ExitStack() as stack:
            for view in self._views:
                stack.callback(view.close)

    def take(self, snapshot: Snapshot) -> None:
        """The snapshot of the next scene."""
        self._snapshot = snapshot

    def see(self, scene: SceneState, narrations: tuple[Narration, ...]) -> None:
        assert self._snapshot is not None
        self._forward(scene.stamp_ns)
        over = [line for voice in self._voices.values() for line in voice.until(self._at_ns)]
        if narrations:
            length_ns = round(self._length_s({n.language: n.text for n in narrations}) * 1e9)
            over += [line for n in narrations for line in self._voices[n.language].say(n, self._at_ns, length_ns)]
        moment = Moment(
            at_ns=self._at_ns,
            scene=scene,
            snapshot=self._snapshot,
            begun=narrations,
            lines=tuple(line for voice in self._voices.values() if (line := voice.line) is not None),
            over=tuple(over),
        )
        for view in self._views:
            view.show(moment)

    def finish(self) -> None:
        over = tuple(line for voice in self._voices.values() for line in voice.finish())
        for view in self._views:
            view.finish(over)

    def _forward(self, stamp_ns: int) -> None:
        if self._stamp_ns is not None:
            passed_ns = stamp_ns - self._stamp_ns
            self._at_ns += passed_ns if 0 <= passed_ns <= _LONGEST_NS else _AFTER_JUMP_NS
        self._stamp_ns = stamp_ns


class _Voice:
    """What is said in one language, by the pace that the narrator itself reckons with."""

    def __init__(self) -> None:
        self._known: deque[tuple[Sentence, Narration, int]] = deque(maxlen=_WAITING)
        self._schedule = Schedule(SpeakingConfig(), lambda sentence: self._find(sentence)[1])

    @property
    def line(self) -> Line | None:
        current = self._schedule.current
        return None if current is None else self._line(current)

    def say(self, narration: Narration, at_ns: int, length_ns: int) -> list[Line]:
        sentence = Sentence(
            text=narration.text,
            language=narration.language,
            urgency=narration.urgency,
            is_reply=False,
            at_ns=at_ns,
        )
        self._known.append((sentence, narration, length_ns))
        return [self._line(spoken) for spoken in self._schedule.add(sentence)]

    def until(self, at_ns: int) -> list[Line]:
        return [self._line(spoken) for spoken in self._schedule.until(at_ns)]

    def finish(self) -> list[Line]:
        return [self._line(spoken) for spoken in self._schedule.finish()]

    def _find(self, sentence: Sentence) -> tuple[Narration, int]:
        return next((narration, length_ns) for known, narration, length_ns in self._known if known is sentence)

    def _line(self, spoken: Spoken) -> Line:
        return Line(narration=self._find(spoken.sentence)[0], from_ns=spoken.from_ns, to_ns=spoken.to_ns)
