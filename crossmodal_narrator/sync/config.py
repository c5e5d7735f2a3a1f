"""How frames are brought together."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncConfig:
    """All times are of the sensors' clock, so that a replay does what the live vehicle did."""

    base_frame: str = parameter("base_link", help="the vehicle's frame (REP 105)")
    odom_frame: str = parameter("odom", help="the frame in which the vehicle's motion is smooth (REP 105)")
    max_wait_s: float = parameter(
        0.15, help="a snapshot waits at most so long for a sense that is late", unit="s", low=0.0, high=2.0
    )
    max_skew_s: float = parameter(
        0.12, help="a frame further than this from the snapshot's stamp is left out", unit="s", low=0.001, high=2.0
    )
    lookahead_s: float = parameter(
        0.02, help="a frame so little after the snapshot's stamp still belongs to it", unit="s", low=0.0, high=0.5
    )
    stale_after_s: float = parameter(
        0.5, help="a sense silent for so long is called stale", unit="s", low=0.05, high=60.0
    )
    startup_wait_s: float = parameter(
        1.0, help="how long an expected sense may take to appear", unit="s", low=0.0, high=60.0
    )
    max_extrapolation_s: float = parameter(
        0.2, help="the ego's motion is continued at most so far beyond its newest message", unit="s", low=0.0, high=2.0
    )
    jump_back_s: float = parameter(
        1.0,
        help="a stamp so much older than the stream's newest is a clock that jumped",
        unit="s",
        low=0.1,
        high=3600.0,
    )
