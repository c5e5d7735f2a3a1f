"""What time it is, by the stamps of many sensors of which some may have a wrong clock.

The stamps that most sources agree on are right; of as many on either side, those of the sense that sees most. A source
that has stopped has no say: it has stopped when others go on without it. That they go on is told by their steps from
frame to frame, since a clock that is set forward makes one large step, and nobody has stopped by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crossmodal_narrator.sync.source import Source


@dataclass(slots=True)
class _Clock:
    """Of one source: its newest stamp, and how long each other source has gone on since it came last."""

    newest_ns: int
    alone_ns: dict[Source, int] = field(default_factory=dict)

    def has_stopped(self, after_ns: int) -> bool:
        return any(since_ns > after_ns for since_ns in self.alone_ns.values())


class Clocks:
    """Sources within `apart_s` of each other agree; one that is so long without the others' company has stopped.

    Who was too far ahead has no say again until it is within half of that.
    """

    def __init__(self, apart_s: float) -> None:
        self._apart_ns = round(apart_s * 1e9)
        self._clocks: dict[Source, _Clock] = {}
        self.now_ns = 0
        self.ahead_ns: Mapping[Source, int] = {}  # of those whose newest stamp lies beyond what most agree on, how far

    def hear(self, source: Source, stamp_ns: int) -> bool:
        """Take a stamp, and say whether it may be right: False where it is too far ahead of what most agree on."""
        self._step(source, stamp_ns)
        agreed_ns = self._agreed_ns()
        is_another_time = self.now_ns - agreed_ns > self._apart_ns  # who came first was ahead
        self.now_ns = agreed_ns if is_another_time else max(self.now_ns, agreed_ns)
        leads_ns = {one: clock.newest_ns - self.now_ns for one, clock in self._clocks.items()}
        self.ahead_ns = {one: lead_ns for one, lead_ns in leads_ns.items() if lead_ns > self._may_lead_ns(one)}
        return source not in self.ahead_ns

    def _may_lead_ns(self, source: Source) -> int:
        return self._apart_ns // 2 if source in self.ahead_ns else self._apart_ns

    def _step(self, source: Source, stamp_ns: int) -> None:
        clock = self._clocks.setdefault(source, _Clock(stamp_ns))
        step_ns = min(stamp_ns - clock.newest_ns, self._apart_ns // 2)
        if step_ns > 0:
            for other, its in self._clocks.items():
                if other != source:
                    its.alone_ns[source] = its.alone_ns.get(source, 0) + step_ns
        # Of a clock that was ahead and is set right, the stamps before mean nothing.
        clock.newest_ns = stamp_ns if source in self.ahead_ns else max(clock.newest_ns, stamp_ns)
        clock.alone_ns.clear()

    def _agreed_ns(self) -> int:
        """The newest stamp of those that agree; the source that has just come has not stopped, so there are some."""
        going = {one: c.newest_ns for one, c in self._clocks.items() if not c.has_stopped(self._apart_ns)}
        going = {one: ns for one, ns in going.items() if one not in self.ahead_ns} or going
        newest_ns = max(going.values())
        if newest_ns - min(going.values()) <= self._apart_ns:
            return newest_ns
        parties = [
            sorted((one, ns) for one, ns in going.items() if abs(ns - middle_ns) <= self._apart_ns)
            for middle_ns in sorted(set(going.values()))
        ]
        most = max(parties, key=lambda party: (len(party), -party[0][0].rank, max(ns for _, ns in party)))
        return max(ns for _, ns in most)
