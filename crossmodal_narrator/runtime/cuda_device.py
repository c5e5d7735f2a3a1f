"""The CUDA device of this machine, asked for in a process of its own.

TensorRT's libraries crash the process that loads them where there is no driver, and ONNX Runtime lists its CUDA
provider whether or not one is there. So nothing of either is touched before a child has spoken to the driver itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from crossmodal_narrator.core.errors import EngineAbsentError

_TIMEOUT_S = 20.0
# CUDA driver API: cuInit, cuDriverGetVersion, cuDeviceGet, cuDeviceGetName, cuDeviceGetAttribute (75 and 76 are the
# compute capability's major and minor).
_PROBE = """
import ctypes, json
def asked(name, *arguments):
    status = getattr(cuda, name)(*arguments)
    if status:
        print(json.dumps({"why": f"{name} answers with CUDA error {status}"}))
        raise SystemExit
try:
    cuda = ctypes.CDLL("libcuda.so.1")
except OSError as error:
    print(json.dumps({"why": f"no CUDA driver is installed ({error})"}))
    raise SystemExit
version, device, major, minor = (ctypes.c_int() for _ in range(4))
name = ctypes.create_string_buffer(256)
asked("cuInit", 0)
asked("cuDriverGetVersion", ctypes.byref(version))
asked("cuDeviceGet", ctypes.byref(device), 0)
asked("cuDeviceGetName", name, len(name), device)
asked("cuDeviceGetAttribute", ctypes.byref(major), 75, device)
asked("cuDeviceGetAttribute", ctypes.byref(minor), 76, device)
found = {"name": name.value.decode(), "major": major.value, "minor": minor.value, "driver": version.value}
print(json.dumps(found))
"""

_NVINFER_PROBE = """
import ctypes
for name in ("libnvinfer.so.11", "libnvinfer.so.10"):
    try:
        print(ctypes.CDLL(name).getInferLibVersion())
        break
    except OSError:
        continue
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CudaDevice:
    """The first device that the driver shows. `driver` is the CUDA version of the driver, 12060 for 12.6."""

    name: str
    compute_capability: str
    driver: int

    def __str__(self) -> str:
        cuda = f"{self.driver // 1000}.{self.driver % 1000 // 10}"
        return f"{self.name}, compute capability {self.compute_capability}, driver for CUDA {cuda}"


def parse_probe(returncode: int, output: str) -> CudaDevice:
    """What the child found.

    Raises:
        EngineAbsentError: no driver, no device, or a driver that crashed it; says which.
    """
    remedy = "install the NVIDIA driver of this GPU, or leave the GPU's engines out of `engine.engines`"
    if returncode < 0:
        raise EngineAbsentError(f"the CUDA driver crashed with signal {-returncode}", remedy=remedy)
    try:
        found = json.loads(output)
        if "why" in found:
            raise EngineAbsentError(found["why"], remedy=remedy)
        capability = f"{int(found['major'])}.{int(found['minor'])}"
        return CudaDevice(name=str(found["name"]), compute_capability=capability, driver=int(found["driver"]))
    except (ValueError, KeyError, TypeError) as error:
        raise EngineAbsentError(f"the CUDA driver's answer is {output[:80]!r}", remedy=remedy) from error


def find_cuda_device() -> CudaDevice:
    """The device; the driver is asked once in a process's life.

    Raises:
        EngineAbsentError: as `parse_probe`.
    """
    return parse_probe(*_probed())


FindDevice = Callable[[], CudaDevice]


@lru_cache(maxsize=1)
def find_nvinfer() -> str:
    """Which TensorRT library the linker finds, `TensorRT 100900` for 10.9; for keys, where another library uses it.

    Only to be asked where there is a driver.
    """
    _, output = _answer(_NVINFER_PROBE)
    return f"TensorRT {output or 'unknown'}"


@lru_cache(maxsize=1)
def _probed() -> tuple[int, str]:
    return _answer(_PROBE)


def _answer(code: str) -> tuple[int, str]:
    command = [sys.executable, "-I", "-c", code]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return 0, json.dumps({"why": f"the CUDA driver does not answer within {_TIMEOUT_S:.0f} s"})
    return result.returncode, result.stdout.strip()
