"""Memory of the GPU, by CUDA's runtime alone (package cuda-python), and the buffers that an engine reads and writes."""

from __future__ import annotations

import importlib
import weakref
from typing import Any, Protocol

from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EngineAbsentError, EngineError


class Cuda(Protocol):
    """The part of CUDA's runtime that is used. Addresses and streams are integers, as TensorRT takes them."""

    def create_stream(self) -> int: ...
    def destroy_stream(self, stream: int) -> None: ...
    def allocate(self, size_bytes: int) -> int: ...
    def free(self, address: int) -> None: ...

    def copy_in(self, address: int, array: NDArray[Any], stream: int) -> None:
        """Begin to copy `array`, which is contiguous and must stay until the stream is synchronised."""

    def copy_out(self, array: NDArray[Any], address: int, stream: int) -> None:
        """Begin to copy into `array`, which is contiguous; it is whole once the stream is synchronised."""

    def synchronise(self, stream: int) -> None: ...


class CudaRuntime:
    """`Cuda` by cuda.bindings.runtime."""

    def __init__(self) -> None:
        """Import the bindings.

        Raises:
            EngineAbsentError: they are not installed.
        """
        try:
            self._cuda: Any = importlib.import_module("cuda.bindings.runtime")
        except ImportError as error:
            remedy = "`pip install cuda-python` in the major version of the driver's CUDA"
            raise EngineAbsentError(f"cuda.bindings does not load: {error}", remedy=remedy) from error

    def create_stream(self) -> int:
        return int(self._asked("cudaStreamCreate"))

    def destroy_stream(self, stream: int) -> None:
        self._asked("cudaStreamDestroy", stream)

    def allocate(self, size_bytes: int) -> int:
        return int(self._asked("cudaMalloc", size_bytes))

    def free(self, address: int) -> None:
        self._asked("cudaFree", address)

    def copy_in(self, address: int, array: NDArray[Any], stream: int) -> None:
        kind = self._cuda.cudaMemcpyKind.cudaMemcpyHostToDevice
        self._asked("cudaMemcpyAsync", address, array.ctypes.data, array.nbytes, kind, stream)

    def copy_out(self, array: NDArray[Any], address: int, stream: int) -> None:
        kind = self._cuda.cudaMemcpyKind.cudaMemcpyDeviceToHost
        self._asked("cudaMemcpyAsync", array.ctypes.data, address, array.nbytes, kind, stream)

    def synchronise(self, stream: int) -> None:
        self._asked("cudaStreamSynchronize", stream)

    def _asked(self, name: str, *arguments: Any) -> Any:
        """Every function of the bindings answers with a status and then its result, if it has one."""
        status, *result = getattr(self._cuda, name)(*arguments)
        if int(status) != 0:
            remedy = "free GPU memory where it is short; otherwise restart the node, and report this"
            raise EngineError(f"{name} answers with {status!r}", remedy=remedy)
        return result[0] if result else None


class DeviceBuffers:
    """A stream, and a buffer for each tensor that grows with it. All is freed when this object goes."""

    def __init__(self, cuda: Cuda) -> None:
        self._cuda = cuda
        self._buffers: dict[str, tuple[int, int]] = {}  # name → address, size
        self.stream = cuda.create_stream()
        self._finalizer = weakref.finalize(self, _free_all, cuda, self.stream, self._buffers)

    def copy_in(self, name: str, array: NDArray[Any]) -> int:
        """Begin to copy `array` into the buffer of `name`; its address."""
        address = self.address(name, array.nbytes)
        self._cuda.copy_in(address, array, self.stream)
        return address

    def copy_out(self, name: str, array: NDArray[Any]) -> None:
        self._cuda.copy_out(array, self._buffers[name][0], self.stream)

    def address(self, name: str, size_bytes: int) -> int:
        """Of a buffer of at least `size_bytes`. TensorRT wants an address for an empty tensor, too."""
        address, size = self._buffers.get(name, (0, 0))
        if size < max(size_bytes, 1):
            if address:
                self._cuda.free(address)
                del self._buffers[name]
            address, size = self._cuda.allocate(max(size_bytes, 1)), max(size_bytes, 1)
            self._buffers[name] = address, size
        return address

    def synchronise(self) -> None:
        self._cuda.synchronise(self.stream)


def _free_all(cuda: Cuda, stream: int, buffers: dict[str, tuple[int, int]]) -> None:
    cuda.synchronise(stream)
    for address, _ in buffers.values():
        cuda.free(address)
    buffers.clear()
    cuda.destroy_stream(stream)
