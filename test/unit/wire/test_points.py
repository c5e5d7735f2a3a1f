"""The same points come out of a PointCloud2 whatever its layout."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_clouds import DATATYPES, Layout, cloud, xyz_columns
from wire_messages import STAMP_NS

from crossmodal_narrator.core.errors import EncodingError, FrameError
from crossmodal_narrator.wire.points import decode_points

OTHERS = st.lists(
    st.tuples(st.sampled_from(["ring", "rgb", "intensity", "ambient", "range"]), st.sampled_from(list(DATATYPES))),
    max_size=4,
    unique_by=lambda field: field[0],
)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Any order, types, gaps, padding and byte order."""
    xyz = [(name, draw(st.sampled_from(list(DATATYPES)))) for name in "xyz"]
    if draw(st.booleans()):  # as most drivers do
        xyz = [(name, "f4") for name in "xyz"]
    return Layout(
        fields=draw(st.permutations([*xyz, *draw(OTHERS)])),
        gap=draw(st.integers(0, 5)),
        tail=draw(st.integers(0, 9)),
        row_padding=draw(st.integers(0, 7)),
        is_bigendian=draw(st.booleans()),
        height=draw(st.sampled_from([1, 2, 4])),
    )


@settings(max_examples=300, deadline=None)
@given(layout=layouts(), points=st.integers(0, 6), seed=st.integers(0, 99))
def test_points_come_out_the_same_of_every_layout(layout: Layout, points: int, seed: int) -> None:
    count = points * layout.height
    generator = np.random.default_rng(seed)
    # Whole numbers that each type can hold, none of them at the origin.
    columns = {name: generator.integers(1, 100, count) for name, _ in layout.fields}
    sweep = decode_points(cloud(columns, layout))
    assert np.array_equal(sweep.xyz, np.column_stack([columns[name] for name in "xyz"]).astype(np.float32))
    assert (sweep.stamp_ns, sweep.frame_id, sweep.point_offset_s) == (STAMP_NS, "lidar", None)
    if "intensity" in columns:
        assert sweep.intensity is not None
        assert np.array_equal(sweep.intensity, columns["intensity"])
    else:
        assert sweep.intensity is None


@settings(max_examples=100, deadline=None)
@given(
    bad=st.lists(st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1e300]), min_size=1, max_size=6),
    kind=st.sampled_from(["f4", "f8"]),
    place=st.integers(0, 5),
)
def test_rays_without_an_echo_are_left_out_with_their_intensity_and_time(
    bad: list[float], kind: str, place: int
) -> None:
    if kind == "f4":
        bad = [np.inf if value == 1e300 else value for value in bad]
    good = np.arange(1.0, 19.0).reshape(6, 3)
    points = np.insert(good, [place] * len(bad), np.repeat(np.array(bad)[:, None], 3, axis=1), axis=0)
    number = np.insert(np.arange(6.0), [place] * len(bad), -1.0)
    layout = Layout(fields=[(name, kind) for name in "xyz"] + [("intensity", "f4"), ("t", "u4")])
    times = np.insert(np.arange(6) * 10_000_000, [place] * len(bad), 4_000_000_000)
    sweep = decode_points(cloud({**xyz_columns(points), "intensity": number, "t": times}, layout))
    assert np.array_equal(sweep.xyz, good.astype(np.float32))
    assert sweep.intensity is not None
    assert sweep.intensity.tolist() == list(range(6))
    assert sweep.point_offset_s is not None
    assert np.allclose(sweep.point_offset_s, np.arange(6) * 0.01)


def test_one_bad_coordinate_is_enough_to_leave_a_point_out_and_a_zero_is_not() -> None:
    points = np.array([[1.0, 2.0, 3.0], [np.nan, 5.0, 6.0], [0.0, 8.0, 9.0], [0.0, 0.0, 0.0], [4.0, 5.0, np.inf]])
    assert decode_points(cloud(xyz_columns(points))).xyz.tolist() == [[1, 2, 3], [0, 8, 9]]


def test_an_organised_cloud_is_read_row_by_row() -> None:
    points = np.arange(1.0, 25.0).reshape(8, 3)
    assert np.array_equal(decode_points(cloud(xyz_columns(points), Layout(height=2, row_padding=16))).xyz, points)


def test_a_sweep_is_a_copy_and_outlives_its_message() -> None:
    message = cloud(xyz_columns(np.ones((4, 3))))
    sweep = decode_points(message)
    assert not np.shares_memory(sweep.xyz, message.data)
    assert sweep.xyz.flags.c_contiguous


def test_a_row_step_of_zero_is_taken_for_one_row() -> None:
    message = cloud(xyz_columns(np.ones((4, 3))), Layout(changed={"row_step": 0}))
    assert len(decode_points(message).xyz) == 4


@pytest.mark.parametrize("rows", [0, 1])
def test_a_cloud_without_points_is_an_empty_sweep(rows: int) -> None:
    message = cloud(xyz_columns(np.ones((0, 3))), Layout(changed={"height": rows}))
    assert decode_points(message).xyz.shape == (0, 3)


@pytest.mark.parametrize("name", ["intensity", "i", "intensities", "reflectivity"])
def test_intensity_has_many_names(name: str) -> None:
    columns = {**xyz_columns(np.ones((3, 3))), name: np.array([5.0, 6.0, 7.0])}
    sweep = decode_points(cloud(columns, Layout(fields=[(n, "f4") for n in "xyz"] + [(name, "u1")])))
    assert sweep.intensity is not None
    assert sweep.intensity.tolist() == [5.0, 6.0, 7.0]


@settings(max_examples=200, deadline=None)
@given(
    changed=st.fixed_dictionaries(
        {},
        optional={
            "width": st.integers(11, 2**32 - 1),
            "height": st.integers(2, 2**32 - 1),
            "point_step": st.integers(13, 2**32 - 1),
        },
    ).filter(bool)
)
def test_absurd_sizes_are_refused_without_allocating(changed: dict[str, int]) -> None:
    message = cloud(xyz_columns(np.ones((10, 3))), Layout(changed=changed))
    tracemalloc.start()
    try:
        with pytest.raises(FrameError, match="PointCloud2"):
            decode_points(message)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_data_that_is_too_short_is_refused_with_what_it_needs() -> None:
    message = cloud(xyz_columns(np.ones((10, 3))))
    message.data = message.data[:-1]
    with pytest.raises(FrameError, match=r"needs 120 bytes and has 119.*row_step"):
        decode_points(message)


@pytest.mark.parametrize(
    ("fault", "error", "match"),
    [
        ({"offset": 9}, FrameError, "leaves the point of 12 bytes"),
        ({"offset": 2**32 - 1}, FrameError, "leaves the point"),
        ({"count": 2**32 - 1}, FrameError, "leaves the point"),
        ({"datatype": 0}, EncodingError, "datatype 0"),
        ({"datatype": 9}, EncodingError, "datatype 9"),
        ({"name": "range"}, EncodingError, r"no field z \(fields: x, y, range\)"),
    ],
)
def test_a_field_that_cannot_be_true_is_refused_by_name(
    fault: dict[str, Any], error: type[FrameError], match: str
) -> None:
    message = cloud(xyz_columns(np.ones((10, 3))))
    for name, value in fault.items():
        setattr(message.fields[2], name, value)
    with pytest.raises(error, match=match):
        decode_points(message)


@pytest.mark.parametrize(
    ("fields", "times"),
    [
        pytest.param([("ring", "u2"), ("time", "f4")], np.array([-0.1, -0.05, 0.0]), id="velodyne_pointcloud"),
        pytest.param(
            [("ring", "u2"), ("timestamp", "f8")],
            STAMP_NS * 1e-9 + np.array([-0.1, -0.05, 0.0]),
            id="HesaiLidar_ROS_2.0",
        ),
        pytest.param([("ring", "u1"), ("t", "u4")], np.array([0, 50_000_000, 100_000_000]), id="ouster_ros, 2020"),
        pytest.param([("ring", "u2"), ("t", "u4")], np.array([0, 50_000_000, 100_000_000]), id="ouster_ros"),
    ],
)
def test_rings_and_times_are_read_as_drivers_publish_them(fields: list[tuple[str, str]], times: Any) -> None:
    layout = Layout(fields=[("x", "f4"), ("y", "f4"), ("z", "f4"), ("intensity", "f4"), *fields])
    columns = {"intensity": np.array([1.0, 2.0, 3.0]), "ring": np.array([0, 63, 127]), fields[1][0]: times}
    sweep = decode_points(cloud({**xyz_columns(np.arange(1.0, 10.0).reshape(3, 3)), **columns}, layout))
    assert sweep.ring is not None
    assert sweep.ring.dtype == np.uint16
    assert sweep.ring.tolist() == [0, 63, 127]
    assert sweep.point_offset_s is not None
    assert np.allclose(np.diff(sweep.point_offset_s), 0.05, atol=1e-6)


def test_a_ring_in_another_type_is_left_alone() -> None:
    layout = Layout(fields=[("x", "f4"), ("y", "f4"), ("z", "f4"), ("ring", "f4")])
    columns = {**xyz_columns(np.arange(1.0, 7.0).reshape(2, 3)), "ring": np.array([np.nan, 1.0])}
    assert decode_points(cloud(columns, layout)).ring is None
