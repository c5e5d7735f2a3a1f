"""Frames that pandas itself pickled are read without it, and what else a pickle may do is refused."""

from __future__ import annotations

import gzip
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from make_pandaset import pickled_frame

from crossmodal_narrator.bags.importing.pickled_frame import read_frame
from crossmodal_narrator.core.errors import BagError

PICKLED = Path(__file__).parent / "pickled"  # two rows of made-up values, by DataFrame.to_pickle of each version
VERSIONS = ("0.25.3", "1.0.5", "2.3.3", "3.1.1")


@pytest.mark.parametrize("version", VERSIONS)
def test_cuboids_of_each_pandas_are_read(version: str) -> None:
    table = read_frame(PICKLED / f"pandas_{version}_cuboids.pkl.gz", ("uuid", "label", "yaw"))
    assert list(table["uuid"]) == ["a1", "b2"]
    assert list(table["label"]) == ["Car", "Pedestrian"]
    assert list(table["yaw"]) == [0.5, -0.25]
    assert list(table["cuboids.sensor_id"]) == [-1, 1]
    assert list(table["stationary"]) == [True, False]
    assert [list(table[f"position.{axis}"]) for axis in "xyz"] == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert table["attributes.object_motion"][0] == "Parked"


@pytest.mark.parametrize("version", VERSIONS)
def test_points_of_each_pandas_are_read(version: str) -> None:
    table = read_frame(PICKLED / f"pandas_{version}_points.pkl.gz", ("x", "d"))
    assert list(table["x"]) == [1.0, 2.0, 3.0]
    assert list(table["t"]) == [1557539956.1, 1557539956.2, 1557539956.3]
    assert list(table["d"]) == [0, 0, 1]


class Hostile:
    """Runs a command where it is unpickled."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self._call


@pytest.mark.parametrize("function", [os.system, eval, exec, getattr, __import__, np.load])
def test_a_pickle_that_wants_to_run_something_is_refused(tmp_path: Path, function: Any) -> None:
    path = tmp_path / "00.pkl.gz"
    touched = tmp_path / "touched"
    path.write_bytes(gzip.compress(pickle.dumps(Hostile(function, f"touch {touched}"))))
    with pytest.raises(BagError, match=r"00.pkl.gz cannot be read as a pickled DataFrame: it asks for"):
        read_frame(path, ())
    assert not touched.exists()


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps([1, 2]), pickle.dumps({"x": 1.0})])
def test_what_is_no_frame_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "00.pkl").write_bytes(content)
    with pytest.raises(BagError, match="cannot be read as a pickled DataFrame"):
        read_frame(tmp_path / "00.pkl", ())


def test_a_frame_cut_at_any_byte_is_refused_and_never_crashes(tmp_path: Path) -> None:
    whole = pickled_frame({"x": np.arange(3.0), "label": np.array(["a", "b", "c"], dtype=object)})
    path = tmp_path / "00.pkl"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(BagError, match="cannot be read"):
            read_frame(path, ("x",))
    path.write_bytes(whole)
    assert list(read_frame(path, ("x",))["label"]) == ["a", "b", "c"]


@pytest.mark.parametrize("version", ["1.0.5", "3.1.1"])
def test_a_frame_that_was_altered_anywhere_is_read_or_refused(tmp_path: Path, version: str) -> None:
    whole = gzip.decompress((PICKLED / f"pandas_{version}_cuboids.pkl.gz").read_bytes())
    path = tmp_path / "00.pkl"
    refused = 0
    for at in range(0, len(whole), 5):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            read_frame(path, ())
        except BagError:
            refused += 1
    assert refused > len(whole) // 5 // 3


def _global(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


FORGED = b"(S'__array_interface__'\n(S'shape'\n(I1\ntS'typestr'\nS'|S6'\nS'data'\n(I4096\nI01\ntS'version'\nI3\ndd"


def _frame_of(block: bytes) -> bytes:
    """A DataFrame whose only block, and whose names, are what stands in `block`."""
    manager = _global("pandas.core.internals.managers", "BlockManager")
    rows = b"(" + block + _global("builtins", "slice") + b"(I0\nI1\ntRt"
    axes = b"(l" + block + b"a"
    blocks = b"(l" + rows + b"a"
    made = manager + b"(" + blocks + axes + b"tR"
    return _global("pandas", "DataFrame") + b"(tR(S'_mgr'\n" + made + b"db."


@pytest.mark.parametrize("kind", ["Index", "RangeIndex", "StringDtype"])
def test_an_address_that_poses_as_an_array_is_refused(tmp_path: Path, kind: str) -> None:
    """Numpy would read, or call, whatever lies there."""
    named = _global("pandas", kind) + b"(tR"
    inner = named + FORGED + b"b"
    outer = named + b"(S'values'\n" + inner + b"db"
    for forged in (inner, outer):
        path = tmp_path / "frame.pkl"
        path.write_bytes(_frame_of(forged))
        with pytest.raises(BagError, match="stands where an array belongs"):
            read_frame(path, ["x"])


def test_no_pickle_changes_our_own_functions(tmp_path: Path) -> None:
    path = tmp_path / "frame.pkl"
    path.write_bytes(_global("pandas.core.indexes.base", "_new_Index") + b"(N(S'__defaults__'\n(I1\ntdtb.")
    with pytest.raises(BagError, match="it would change a function"):
        read_frame(path, ["x"])
