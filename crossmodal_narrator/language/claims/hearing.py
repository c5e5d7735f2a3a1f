"""What is heard of one kind: since when, from where, and whether it comes nearer, as far as that holds."""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise

from crossmodal_narrator.core.geometry import wrap_angle
from crossmodal_narrator.core.scene import Side, SoundEvent, SoundTrend, side_of

JUMP_RAD = math.radians(60.0)
JUMP_WITHIN_S = 1.0  # from one known direction to the next
ECHO_NS = 1_500_000_000
AMID_RAD = math.radians(12.0)
STAYS_NS = {"siren": 600_000_000}  # the first direction of all may be an echo's, too; what is short is over by then
# Of trends that held for less, half were wrong: echoes, and a siren that comes out of its street.
TREND_HOLDS_S, TREND_OF_S = 0.7, 3.0  # so much in all of so long, and never the reverse
SEEN_KEPT_S = 0.6
TRENDS = {SoundTrend.APPROACHING: "approaching", SoundTrend.RECEDING: "fading"}


class Hearing:
    """No vehicle is on our right, and a moment later on our left.

    Then what is behind a house is heard by a facade across the street, which is louder, too: where it is, and whether
    it comes nearer, nobody knows until the new direction has stayed for a while.
    """

    __slots__ = (
        "_azimuth_rad",
        "_clear_ns",
        "_event",
        "_known_ns",
        "_now_ns",
        "_seen",
        "_since_ns",
        "_trends",
    )

    def __init__(self, event: SoundEvent, stamp_ns: int) -> None:
        self._since_ns = self._known_ns = stamp_ns
        self._azimuth_rad: float | None = None
        self._clear_ns = stamp_ns + _stays_ns(event)  # from when on the direction is believed, if it stays
        self._seen = 0, SoundTrend.UNKNOWN
        self._trends: deque[tuple[int, SoundTrend]] = deque()
        self.update(event, stamp_ns)

    def update(self, event: SoundEvent, stamp_ns: int) -> None:
        self._event, self._now_ns = event, stamp_ns
        if event.track_id is not None:
            self._seen = stamp_ns, event.trend
        self._trends.append((stamp_ns, event.trend))
        while (stamp_ns - self._trends[0][0]) / 1e9 > TREND_OF_S:
            self._trends.popleft()
        if event.azimuth_rad is not None:
            self._turn_to(event.azimuth_rad, stamp_ns)

    def _turn_to(self, azimuth_rad: float, stamp_ns: int) -> None:
        is_soon = (stamp_ns - self._known_ns) / 1e9 <= JUMP_WITHIN_S
        if is_soon and self._azimuth_rad is not None and abs(wrap_angle(azimuth_rad - self._azimuth_rad)) > JUMP_RAD:
            self._clear_ns = stamp_ns + ECHO_NS
        if self._azimuth_rad is None:
            self._clear_ns = stamp_ns + _stays_ns(self._event)
        self._azimuth_rad, self._known_ns = azimuth_rad, stamp_ns

    @property
    def held_s(self) -> float:
        return (self._now_ns - self._since_ns) / 1e9

    @property
    def side(self) -> Side | None:
        azimuth_rad = self._event.azimuth_rad
        return side_of(azimuth_rad) if azimuth_rad is not None and self._is_clear else None

    @property
    def is_amid(self) -> bool:
        """Whether its direction is so clearly of its side that an error would not change it."""
        azimuth_rad = self._event.azimuth_rad
        return azimuth_rad is not None and side_of(azimuth_rad - AMID_RAD) is side_of(azimuth_rad + AMID_RAD)

    @property
    def is_being_placed(self) -> bool:
        """Whether it has a direction of which nobody knows yet whether it is an echo's."""
        return self._event.azimuth_rad is not None and not self._is_clear

    @property
    def trend(self) -> str | None:
        told = self._event.trend
        is_seen = self._event.track_id is not None
        if told is SoundTrend.UNKNOWN and not is_seen:
            return TRENDS.get(self._seen_lately)
        return TRENDS.get(told) if is_seen or (self._is_clear and self._holds(told)) else None

    @property
    def _seen_lately(self) -> SoundTrend:
        """What was seen to come or to go a moment ago comes or goes still."""
        stamp_ns, trend = self._seen
        return trend if (self._now_ns - stamp_ns) / 1e9 <= SEEN_KEPT_S else SoundTrend.UNKNOWN

    def _holds(self, told: SoundTrend) -> bool:
        is_disputed = any(trend not in (told, SoundTrend.UNKNOWN) for _, trend in self._trends)
        held_ns = sum(after - before for (before, trend), (after, _) in pairwise(self._trends) if trend is told)
        return not is_disputed and held_ns / 1e9 >= TREND_HOLDS_S

    @property
    def _is_clear(self) -> bool:
        """What makes it is seen, or its direction has stayed."""
        return self._event.track_id is not None or self._now_ns >= self._clear_ns


def _stays_ns(event: SoundEvent) -> int:
    return STAYS_NS.get(event.kind, 0)
