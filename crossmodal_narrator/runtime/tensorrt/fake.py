"""TensorRT and CUDA for machines that have neither: what the engine does with them is held to their contracts.

Device memory is host memory behind addresses of its own. Work is queued on a stream and done when the stream is
synchronised, so that an answer read too early, an address that was freed, or a shape outside of the profile shows. A
fake plan is an ONNX file with its profile, and ONNX Runtime's CPU provider answers for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import Enum
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from crossmodal_narrator.runtime.profile import ShapeProfile
from crossmodal_narrator.runtime.tensorrt.builder import BuiltPlan

_MAGIC = b"fake plan\n"
_FIRST_ADDRESS = 0x7000_0000_0000


class FakeCuda:
    """Keeps `Cuda`'s contract, and raises AssertionError where a caller does not."""

    def __init__(self) -> None:
        self.memory: dict[int, NDArray[np.uint8]] = {}
        self.streams: dict[int, list[Callable[[], None]]] = {}
        self._next = _FIRST_ADDRESS

    def create_stream(self) -> int:
        stream = len(self.streams) + 1
        self.streams[stream] = []
        return stream

    def destroy_stream(self, stream: int) -> None:
        assert not self.streams.pop(stream), "a stream is destroyed with work on it"

    def allocate(self, size_bytes: int) -> int:
        assert size_bytes > 0, "cudaMalloc of nothing answers with an address that is none"
        address, self._next = self._next, self._next + size_bytes + 256
        self.memory[address] = np.full(size_bytes, 0xAB, np.uint8)
        return address

    def free(self, address: int) -> None:
        del self.memory[address]

    def copy_in(self, address: int, array: NDArray[Any], stream: int) -> None:
        assert array.flags.c_contiguous
        self.enqueue(stream, lambda: self.write(address, array))

    def copy_out(self, array: NDArray[Any], address: int, stream: int) -> None:
        assert array.flags.c_contiguous
        assert array.flags.writeable

        def copy() -> None:
            array[...] = self.read(address, array.shape, array.dtype)

        self.enqueue(stream, copy)

    def synchronise(self, stream: int) -> None:
        queue = self.streams[stream]
        while queue:
            queue.pop(0)()

    def enqueue(self, stream: int, work: Callable[[], None]) -> None:
        self.streams[stream].append(work)

    def read(self, address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        size_bytes = int(np.prod(shape)) * dtype.itemsize
        held: NDArray[Any] = self.memory[address][:size_bytes].view(dtype).reshape(shape).copy()
        return held

    def write(self, address: int, array: NDArray[Any]) -> None:
        assert array.nbytes <= len(self.memory[address]), "written beyond the end of a buffer"
        self.memory[address][: array.nbytes] = array.reshape(-1).view(np.uint8)


class FakeTensorIOMode(Enum):
    INPUT = 1
    OUTPUT = 2


class FakeLogger:
    ERROR = 1

    def __init__(self, severity: int) -> None:
        self.severity = severity


class FakeTensorRt:
    """Stands for the module `tensorrt`, where plans are loaded and run."""

    TensorIOMode, Logger = FakeTensorIOMode, FakeLogger

    def __init__(self, cuda: FakeCuda, version: str = "10.9.0.34") -> None:
        self.__version__, self._cuda = version, cuda

    def Runtime(self, logger: FakeLogger) -> FakeRuntime:  # noqa: N802 - TensorRT's name
        return FakeRuntime(self._cuda)

    @staticmethod
    def nptype(dtype: str) -> type[Any]:
        return {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(int64)": np.int64}[dtype]


class FakeRuntime:
    def __init__(self, cuda: FakeCuda) -> None:
        self._cuda = cuda

    def deserialize_cuda_engine(self, plan: bytes) -> FakePlan | None:
        """None for bytes that are no plan, as TensorRT answers."""
        if not plan.startswith(_MAGIC):
            return None
        profile, _, content = plan[len(_MAGIC) :].partition(b"\n")
        return FakePlan(self._cuda, json.loads(profile), content)


class FakePlan:
    def __init__(self, cuda: FakeCuda, profile: dict[str, list[list[int]]], content: bytes) -> None:
        self.cuda, self.profile = cuda, profile
        self.session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        self.inputs = {value.name: value for value in self.session.get_inputs()}
        self.outputs = {value.name: value for value in self.session.get_outputs()}

    @property
    def num_io_tensors(self) -> int:
        return len(self.inputs) + len(self.outputs)

    def get_tensor_name(self, index: int) -> str:
        name: str = [*self.inputs, *self.outputs][index]
        return name

    def get_tensor_mode(self, name: str) -> FakeTensorIOMode:
        return FakeTensorIOMode.INPUT if name in self.inputs else FakeTensorIOMode.OUTPUT

    def get_tensor_dtype(self, name: str) -> str:
        return str((self.inputs | self.outputs)[name].type)

    def create_execution_context(self) -> FakeContext:
        return FakeContext(self)


class FakeContext:
    def __init__(self, plan: FakePlan) -> None:
        self._plan = plan
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._addresses: dict[str, int] = {}

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        least, _, most = self._plan.profile[name]
        if not all(low <= length <= high for low, length, high in zip(least, shape, most, strict=True)):
            return False
        self._shapes[name] = shape
        return True

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        assert set(self._shapes) == set(self._plan.inputs), "the inputs' shapes are not set yet"
        zeros = {k: np.zeros(shape, self._dtype(k)) for k, shape in self._shapes.items()}
        return tuple(self._plan.session.run([name], zeros)[0].shape)

    def set_tensor_address(self, name: str, address: int) -> bool:
        self._addresses[name] = address
        return address in self._plan.cuda.memory

    def execute_async_v3(self, stream: int) -> bool:
        if set(self._addresses) != {*self._plan.inputs, *self._plan.outputs}:
            return False
        shapes, addresses = dict(self._shapes), dict(self._addresses)
        self._plan.cuda.enqueue(stream, lambda: self._run(shapes, addresses))
        return True

    def _run(self, shapes: dict[str, tuple[int, ...]], addresses: dict[str, int]) -> None:
        cuda = self._plan.cuda
        feed = {k: cuda.read(addresses[k], shape, self._dtype(k)) for k, shape in shapes.items()}
        names = list(self._plan.outputs)
        for name, answer in zip(names, self._plan.session.run(names, feed), strict=True):
            cuda.write(addresses[name], np.ascontiguousarray(answer))

    def _dtype(self, name: str) -> np.dtype[Any]:
        return np.dtype(FakeTensorRt.nptype(self._plan.get_tensor_dtype(name)))


def fake_build(
    module: str,
    content: bytes,
    profile: ShapeProfile,
    *,
    limit_s: float,
    timings: bytes = b"",
    report: Callable[[str], None] = lambda text: None,
) -> BuiltPlan:
    """As `build_in_process`, for plans that `FakeTensorRt` runs."""
    report("building")
    bounds = {name: [shapes.least, shapes.typical, shapes.most] for name, shapes in profile.items()}
    return BuiltPlan(plan=_MAGIC + json.dumps(bounds).encode() + b"\n" + content, timings=timings + b"timed ")
