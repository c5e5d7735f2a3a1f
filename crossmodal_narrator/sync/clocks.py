"""What time it is, by the stamps of many sensors of which one may have a clock that is ahead.

It is the newest stamp, unless that source alone is far ahead of at least two other senses that agree: then theirs is.
Late frames look the same as others that are ahead, so that doubt has to hold: they must go on, each for some frames,
and must not catch up as a sensor does that delivers what it had kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.sync.source import Source

_FRAMES = 3  # of each of two senses, while another is ahead of them
_SENSES, _SENSES_AGAINST_THE_BEST = 2, 3  # that agree


class Time(Enum):
    """What a stamp is worth."""

    RIGHT = "right"
    DOUBTED = "doubted"  # far ahead of the others, so far
    AHEAD = "ahead"


@dataclass(slots=True)
class _Clock:
    """Of one source: its newest stamp, and how long each other source has gone on since it came last."""

    newest_ns: int
    alone_ns: dict[Source, int] = field(default_factory=dict)

    def has_stopped(self, after_ns: int) -> bool:
        return any(since_ns > after_ns for since_ns in self.alone_ns.values())


@dataclass(slots=True, kw_only=True)
class _Doubt:
    """Of a source that leads the others: by how much at first, and how often each sense has come since."""

    source: Source
    lead_ns: int
    frames: Counter[Sense] = field(default_factory=Counter)


class Clocks:
    """Sources within `apart_s` of each other agree; one that is so long without the others' company has stopped.

    Who was found to be ahead is right again once it is within half of that.
    """

    def __init__(self, apart_s: float) -> None:
        self._apart_ns = round(apart_s * 1e9)
        self._clocks: dict[Source, _Clock] = {}
        self._doubt: _Doubt | None = None
        self.now_ns = 0
        self.ahead_ns: Mapping[Source, int] = {}  # of those that are ahead, how far

    def hear(self, source: Source, stamp_ns: int) -> Time:
        """Take a stamp. One that is doubted or ahead says nothing of what time it is."""
        self._step(source, stamp_ns)
        going = {one: c.newest_ns for one, c in self._clocks.items() if not c.has_stopped(self._apart_ns)}
        right = {one: ns for one, ns in going.items() if one not in self.ahead_ns} or going
        self._weigh(source, right)
        told = {one: ns for one, ns in right.items() if not self._is_doubted(one)}
        self.now_ns = max(told.values())
        leads_ns = {one: self._clocks[one].newest_ns - self.now_ns for one in self.ahead_ns}
        self.ahead_ns = {one: lead_ns for one, lead_ns in leads_ns.items() if lead_ns > self._apart_ns // 2}
        if self._doubt is not None and sum(n >= _FRAMES for n in self._doubt.frames.values()) >= _SENSES:
            found = self._doubt.source
            self.ahead_ns = {**self.ahead_ns, found: self._clocks[found].newest_ns - self.now_ns}
            self._doubt = None
        if source in self.ahead_ns:
            return Time.AHEAD
        return Time.DOUBTED if self._is_doubted(source) else Time.RIGHT

    def _is_doubted(self, source: Source) -> bool:
        return self._doubt is not None and self._doubt.source == source

    def _step(self, source: Source, stamp_ns: int) -> None:
        clock = self._clocks.setdefault(source, _Clock(stamp_ns))
        # A clock that is set forward makes one large step, and nobody has stopped by that.
        step_ns = min(stamp_ns - clock.newest_ns, self._apart_ns // 2)
        if step_ns > 0:
            for other, its in self._clocks.items():
                if other != source:
                    its.alone_ns[source] = its.alone_ns.get(source, 0) + step_ns
        # Of a clock that was ahead and is set right, the stamps before mean nothing.
        is_set_back = source in self.ahead_ns or self._is_doubted(source)
        clock.newest_ns = stamp_ns if is_set_back else max(clock.newest_ns, stamp_ns)
        clock.alone_ns.clear()

    def _weigh(self, came: Source, right: Mapping[Source, int]) -> None:
        """Begin, go on with or end the doubt whether the newest of these stamps is right."""
        newest = max(right, key=lambda one: (right[one], one))
        others = {one: ns for one, ns in right.items() if one != newest}
        lead_ns = right[newest] - max(others.values(), default=right[newest])
        if lead_ns <= self._apart_ns or not self._speak_against(newest, others):
            self._doubt = None
            return
        if not self._is_doubted(newest) or self._doubt is None or lead_ns < self._doubt.lead_ns - self._apart_ns // 2:
            self._doubt = _Doubt(source=newest, lead_ns=lead_ns)
        if came in others:
            self._doubt.frames[came.sense] += 1

    def _speak_against(self, newest: Source, others: Mapping[Source, int]) -> bool:
        """Whether enough senses agree on another time: two, of which one sees more than it does, or three."""
        top_ns = max(others.values())
        agreeing = [one for one, ns in others.items() if top_ns - ns <= self._apart_ns]
        senses = len({one.sense for one in agreeing})
        return senses >= (_SENSES if _is_better(agreeing, newest) else _SENSES_AGAINST_THE_BEST)


def _is_better(sources: Collection[Source], than: Source) -> bool:
    return any(one.rank < than.rank for one in sources)
