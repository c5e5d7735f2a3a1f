"""Of what is heard only that is a fact which stays: no echo's direction, and no trend of a moment."""

from __future__ import annotations

import dataclasses
import math

import pytest
import scripted_scenes as scripts

from crossmodal_narrator.core.scene import Side, SoundTrend
from crossmodal_narrator.language.claims.hearing import Hearing

APPROACHING, RECEDING, UNKNOWN = SoundTrend.APPROACHING, SoundTrend.RECEDING, SoundTrend.UNKNOWN
RIGHT, LEFT = math.radians(-80.0), math.radians(78.0)
Told = tuple[float, Side | None, str | None]


def told(*heard: tuple[float, float | None, SoundTrend], track_id: int | None = None) -> list[Told]:
    """Each of `heard` for so many seconds, a scene each tenth: what may be said after each scene."""
    hearing, rows = None, list[Told]()
    for for_s, azimuth_rad, trend in heard:
        for _ in range(round(10 * for_s)):
            at_s = round(0.1 * len(rows), 1)
            stamp_ns = scripts.START_NS + round(at_s * 1e9)
            event = dataclasses.replace(scripts.siren(stamp_ns, 0.0, trend), azimuth_rad=azimuth_rad, track_id=track_id)
            if hearing is None:
                hearing = Hearing(event, stamp_ns)
            hearing.update(event, stamp_ns)
            rows.append((at_s, hearing.side, hearing.trend))
    return rows


def sides(rows: list[Told], from_s: float, to_s: float) -> set[Side | None]:
    return {side for at_s, side, _ in rows if from_s <= at_s < to_s}


def trends(rows: list[Told]) -> list[float]:
    """When one was told."""
    return [at_s for at_s, _, trend in rows if trend is not None]


@pytest.mark.parametrize("gap_s", [0.0, 0.5])
def test_a_direction_that_jumps_across_the_street_is_not_told_until_it_has_stayed(gap_s: float) -> None:
    """As in the scenario siren_behind_building: a facade on the left is louder for a second than the siren itself."""
    rows = told((2.0, RIGHT, UNKNOWN), (gap_s, None, UNKNOWN), (1.0, LEFT, APPROACHING), (3.0, RIGHT, RECEDING))
    back_s = 3.0 + gap_s

    assert sides(rows, 0.0, 0.6) == {None}
    assert sides(rows, 0.6, 2.0) == {Side.RIGHT}
    assert sides(rows, 2.0, back_s + 1.5) == {None}
    assert sides(rows, back_s + 1.5, 9.0) == {Side.RIGHT}
    assert all(at_s >= back_s + 1.5 for at_s in trends(rows))


def test_what_moves_on_around_us_has_a_direction_all_the_time() -> None:
    rows = told(*((0.2, math.radians(170.0 - 8.0 * k), UNKNOWN) for k in range(20)))

    assert None not in sides(rows, 0.6, 4.0)


def test_the_first_direction_of_all_may_be_an_echos() -> None:
    """As in the scenario siren_behind_building: ahead for a moment, where a facade stands, and behind us in truth."""
    rows = told((0.4, math.radians(-55.0), UNKNOWN), (3.0, math.radians(-125.0), UNKNOWN))

    assert sides(rows, 0.0, 1.9) == {None}
    assert sides(rows, 1.9, 3.4) == {Side.BEHIND_RIGHT}


def test_who_is_seen_to_make_it_may_be_on_the_other_side_at_once() -> None:
    rows = told((2.0, RIGHT, UNKNOWN), (1.0, LEFT, RECEDING), track_id=4)

    assert sides(rows, 2.0, 3.0) == {Side.LEFT}
    assert trends(rows)[0] == 2.0


def test_who_was_seen_to_go_a_moment_ago_goes_still() -> None:
    hearing = Hearing(scripts.siren(scripts.START_NS, RIGHT, UNKNOWN), scripts.START_NS)
    for k in range(40):
        stamp_ns = scripts.START_NS + k * 100_000_000
        event = scripts.siren(stamp_ns, RIGHT, RECEDING if k < 20 else UNKNOWN)
        hearing.update(dataclasses.replace(event, track_id=4 if k < 20 else None), stamp_ns)
        assert hearing.trend == ("fading" if k < 26 else None)


def test_a_trend_is_told_once_it_has_held_and_not_where_the_reverse_was_found_a_moment_ago() -> None:
    assert trends(told((0.6, RIGHT, APPROACHING), (2.0, RIGHT, UNKNOWN))) == []
    assert trends(told((1.0, RIGHT, APPROACHING)))[0] == 0.7
    assert trends(told((0.4, RIGHT, APPROACHING), (0.5, RIGHT, UNKNOWN), (0.6, RIGHT, APPROACHING)))[0] == 1.2
    disputed = told((1.0, RIGHT, RECEDING), (1.0, RIGHT, UNKNOWN), (4.0, RIGHT, APPROACHING))
    assert next(at_s for at_s in trends(disputed) if at_s >= 1.0) == pytest.approx(4.0, abs=0.11)
