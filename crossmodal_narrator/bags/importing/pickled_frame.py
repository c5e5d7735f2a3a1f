"""The columns of a pickled pandas DataFrame, read without pandas and without running anything that the file asks for.

A pickle names functions and calls them: `pandas.read_pickle` on a stranger's file runs what the stranger wrote. Here
the few names that a DataFrame needs are bound to small classes of our own, which only hold what they are given; any
other name is refused. Not even numpy's own unpickling runs. Frames of pandas 0.25 to 3 are read (the layout of their
blocks: BlockManager.__setstate__ of each), without extension types such as categories or Arrow strings.
"""

from __future__ import annotations

import gzip
import io
import pickle
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.importing.files import read_bytes
from crossmodal_narrator.core.errors import BagError

MOST_BYTES = 2**31  # unpacked; a sweep of PandaSet has 12 MB
_PLAIN = re.compile(r"[biuf][1248]")
_UNFIT = (
    pickle.UnpicklingError,
    EOFError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    MemoryError,
)
Columns = Mapping[str, NDArray[Any]]


class _Dtype:
    """numpy.dtype: numbers, or any objects."""

    def __init__(self, code: str, *_flags: bool) -> None:
        if code not in ("O8", "O") and not _PLAIN.fullmatch(code):
            raise ValueError(f"a column of type {code!r}")
        self.is_object, self._code, self._order = code.startswith("O"), code, "<"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._order = ">" if state[1] == ">" else "<"

    def numpy(self) -> np.dtype[Any]:
        return np.dtype(self._order + self._code)


class _Array:
    """numpy.ndarray, made of its bytes or of a list of objects."""

    def __init__(self, *_arguments: Any) -> None:
        self.values: NDArray[Any] = np.empty(0)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, is_fortran, data = state
        self.fill(data, dtype, shape, "F" if is_fortran else "C")

    def fill(self, data: Any, dtype: Any, shape: tuple[int, ...], order: Any) -> _Array:
        if not isinstance(dtype, _Dtype):
            raise ValueError(f"an array of the type {type(dtype).__name__}")
        if dtype.is_object and isinstance(data, list):
            flat = np.empty(len(data), dtype=object)
            flat[:] = data
        elif not dtype.is_object and isinstance(data, (bytes, bytearray)):
            flat = np.frombuffer(data, dtype=dtype.numpy())
        else:
            raise ValueError(f"an array made of {type(data).__name__}")
        self.values = flat.reshape(shape, order="F" if order == "F" else "C")
        return self


class _Strings:
    """pandas' StringArray, of pandas 3 without Arrow."""

    def __init__(self, *_arguments: Any) -> None:
        self.values: NDArray[Any] = np.empty(0)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.values = next(part.values for part in state if isinstance(part, _Array))


class _Named:
    """A class that is only named, as those that others are told to make. Whatever it is given is dropped: numpy would
    believe an `__array_interface__`, and with it any address.
    """

    __slots__ = ()

    def __init__(self, *_arguments: Any, **_named: Any) -> None:
        pass

    def __setstate__(self, _state: Any) -> None:
        pass


class _Call:
    """A function of ours, whose attributes no pickle can set."""

    __slots__ = ("_run",)

    def __init__(self, run: Callable[..., Any]) -> None:
        self._run = run

    def __call__(self, *arguments: Any) -> Any:
        return self._run(*arguments)

    def __setstate__(self, _state: Any) -> None:
        raise pickle.UnpicklingError("it would change a function")


class _Blocks:
    """pandas' BlockManager: axes, and blocks of rows that are columns of the frame."""

    def __init__(self, blocks: Iterable[Any] = (), axes: Any = ()) -> None:
        self.blocks, self.axes = list(blocks), list(axes)

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) > 3:  # up to pandas 1.2
            told = state[3]["0.14.1"]
            self.axes = told["axes"]
            self.blocks = [(block["values"], block["mgr_locs"]) for block in told["blocks"]]

    def columns(self) -> dict[str, NDArray[Any]]:
        names = _values(self.axes[0])
        found: dict[str, NDArray[Any]] = {}
        for values, place in self.blocks:
            rows = np.atleast_2d(_values(values))
            places = np.arange(len(names))[place] if isinstance(place, slice) else _values(place)
            for row, k in zip(rows, places, strict=True):
                found[str(names[k])] = row
        return found


def _values(array: Any) -> NDArray[Any]:
    """Of what was put together here, and of nothing else."""
    if not isinstance(array, (_Array, _Strings)):
        raise ValueError(f"{type(array).__name__} stands where an array belongs")
    return array.values


class _Frame:
    """pandas' DataFrame."""

    def __init__(self) -> None:
        self.blocks = _Blocks()

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.blocks = state["_mgr"] if "_mgr" in state else state["_data"]


def _index(_kind: Any, state: Mapping[str, Any]) -> Any:
    """Pandas' _new_Index: names of columns, or a range of rows, which is not needed."""
    return state.get("data")


def _block(values: Any, place: Any, _ndim: int, *_more: Any) -> tuple[Any, Any]:
    """Pandas' _unpickle_block."""
    return values, place


def _strings(_kind: Any, _checksum: int, state: Any) -> _Strings:
    """Pandas' unpickling of arrays over numpy arrays."""
    strings = _Strings()
    if state is not None:
        strings.__setstate__(state)
    return strings


def _from_buffer(data: Any, dtype: _Dtype, shape: tuple[int, ...], order: str) -> _Array:
    return _Array().fill(data, dtype, shape, order)


_ALLOWED: Mapping[tuple[str, str], Any] = {
    ("builtins", "slice"): slice,
    ("numpy", "dtype"): _Dtype,
    ("numpy", "ndarray"): _Named,
    ("pandas", "DataFrame"): _Frame,
    ("pandas", "Index"): _Named,
    ("pandas", "RangeIndex"): _Named,
    ("pandas", "StringDtype"): _Named,
    ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"): _Call(_strings),
    ("pandas._libs.internals", "_unpickle_block"): _Call(_block),
    ("pandas.arrays", "StringArray"): _Named,
    ("pandas.core.frame", "DataFrame"): _Frame,
    ("pandas.core.indexes.base", "Index"): _Named,
    ("pandas.core.indexes.base", "_new_Index"): _Call(_index),
    ("pandas.core.indexes.numeric", "Int64Index"): _Named,
    ("pandas.core.indexes.range", "RangeIndex"): _Named,
    ("pandas.core.internals.managers", "BlockManager"): _Blocks,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _Array for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _Call(_from_buffer) for core in ("core", "_core")},
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no table of numbers and words needs")
        return _ALLOWED[module, name]


def read_frame(path: Path, columns: Iterable[str]) -> Columns:
    """`columns` of a .pkl or .pkl.gz, each (rows,).

    Raises:
        BagError: the file is missing, cut short, no DataFrame, asks for anything else, or lacks a column.
    """
    data = read_bytes(path)
    try:
        if path.suffix == ".gz":
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MOST_BYTES)
        frame = _Unpickler(io.BytesIO(data)).load()
        if not isinstance(frame, _Frame) or not isinstance(frame.blocks, _Blocks):
            raise ValueError("it holds something else")
        found = frame.blocks.columns()
    except (OSError, zlib.error, *_UNFIT) as error:
        raise BagError(
            f"{path} cannot be read as a pickled DataFrame: {error}",
            remedy="take the dataset's own file, and copy it again",
        ) from error
    missing = [name for name in columns if name not in found]
    if missing:
        raise BagError(
            f"{path} has no column {', '.join(missing)} (columns: {', '.join(found)})",
            remedy="take the dataset's own file",
        )
    return found
