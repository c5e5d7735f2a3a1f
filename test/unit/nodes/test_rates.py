"""Rates and latencies, as diagnostics tell them."""

from __future__ import annotations

import pytest

from crossmodal_narrator.nodes.rates import Latencies, Rate

S = 1_000_000_000


def test_ten_hertz_are_ten_a_second_and_fall_when_they_stop() -> None:
    rate = Rate()
    for k in range(100):
        rate.count(k * S // 10)

    assert rate.per_s(10 * S) == pytest.approx(10.0, abs=0.4)
    assert rate.per_s(13 * S) == 0.0
    assert rate.silent_s(13 * S) == pytest.approx(3.1)
    assert rate.total == 100


def test_what_has_never_come_is_not_silent_but_unknown() -> None:
    assert Rate().silent_s(S) is None


def test_the_median_and_the_99th_percentile_of_each_stage() -> None:
    latencies = Latencies()
    for k in range(100):
        latencies.add("infer", float(k))

    assert latencies.quantiles() == {"infer": (50.0, 99.0)}
