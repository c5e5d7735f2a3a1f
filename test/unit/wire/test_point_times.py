"""Per-point times come out in seconds from the stamp, whatever a driver calls them and counts them in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_clouds import Layout, cloud, xyz_columns
from wire_messages import STAMP_NS

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.wire.point_times import TIME_FIELDS, point_offsets
from crossmodal_narrator.wire.points import decode_points

UNITS_S = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


@pytest.mark.parametrize("name", TIME_FIELDS)
@pytest.mark.parametrize("is_bigendian", [False, True])
def test_every_usual_name_is_read(name: str, is_bigendian: bool) -> None:
    columns = {**xyz_columns(np.ones((5, 3))), name: np.arange(5) * 25_000_000}
    fields = [(name, "u4"), *((n, "f4") for n in "xyz")]
    sweep = decode_points(cloud(columns, Layout(fields=fields, gap=3, is_bigendian=is_bigendian)))
    assert sweep.point_offset_s is not None
    assert np.allclose(sweep.point_offset_s, np.arange(5) * 0.025)


@settings(max_examples=200)
@given(
    unit=st.sampled_from(list(UNITS_S)),
    kind=st.sampled_from(["f4", "f8"]),
    length_s=st.floats(0.004, 0.3),
    start=st.sampled_from([-1.0, -0.5, 0.0]),
)
def test_offsets_are_read_in_every_unit_of_a_float(unit: str, kind: str, length_s: float, start: float) -> None:
    """Before the stamp (Velodyne), around it, or after it."""
    offsets = np.linspace(start * length_s, (start + 1.0) * length_s, 50)
    read = point_offsets((offsets / UNITS_S[unit]).astype(kind), STAMP_NS)
    assert np.allclose(read, offsets, atol=1e-6)


@settings(max_examples=200)
@given(unit=st.sampled_from(["us", "ns"]), kind=st.sampled_from(["u4", "i4", "u8"]), length_s=st.floats(0.004, 0.3))
def test_offsets_are_read_in_every_unit_of_an_integer(unit: str, kind: str, length_s: float) -> None:
    offsets = np.linspace(0.0, length_s, 50)
    read = point_offsets(np.rint(offsets / UNITS_S[unit]).astype(kind), STAMP_NS)
    assert np.allclose(read, offsets, atol=2e-6)


@settings(max_examples=100)
@given(unit=st.sampled_from(list(UNITS_S)), start_s=st.floats(-0.3, 0.1), length_s=st.sampled_from([0.0, 0.02, 0.1]))
def test_times_since_the_epoch_are_taken_from_the_stamp(unit: str, start_s: float, length_s: float) -> None:
    """Hesai and RoboSense in seconds, Livox in nanoseconds; a flash LiDAR has one time for all points."""
    offsets = start_s + np.linspace(0.0, length_s, 50)
    times = STAMP_NS / (UNITS_S[unit] * 1e9) + offsets / UNITS_S[unit]
    assert np.allclose(point_offsets(times, STAMP_NS), offsets, atol=2e-6)


def test_another_clock_is_refused_with_what_to_mend() -> None:
    leap_seconds = 37
    times = STAMP_NS / 1e9 + leap_seconds + np.linspace(0.0, 0.1, 10)
    with pytest.raises(FrameError, match=r"up to 37\.1\d\d s from the sweep's stamp.*UTC not TAI"):
        point_offsets(times, STAMP_NS)


def test_times_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(FrameError, match="not finite"):
        point_offsets(np.array([0.0, np.nan]), STAMP_NS)


def test_no_points_have_no_times() -> None:
    assert point_offsets(np.empty(0, "u4"), STAMP_NS).shape == (0,)
