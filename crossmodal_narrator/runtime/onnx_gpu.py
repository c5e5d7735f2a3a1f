"""ONNX Runtime on an NVIDIA GPU, by its CUDA provider or its TensorRT provider."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.runtime import sealed_folder
from crossmodal_narrator.runtime.cuda_device import FindDevice, find_cuda_device, find_nvinfer
from crossmodal_narrator.runtime.onnx_session import (
    CPU,
    CUDA,
    TENSORRT,
    OnnxSessionEngine,
    OpenSession,
    Provider,
    open_session,
    require_provider,
)
from crossmodal_narrator.runtime.profile import ShapeProfile
from crossmodal_narrator.runtime.request import EngineRequest

RequireProvider = Callable[[str], str]

# fp32 means fp32: by default the CUDA provider rounds to TF32's 10 bits. The search for the fastest convolution runs
# anew for each shape of image, which a drive cannot wait for.
_CUDA_OPTIONS = {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}


class OnnxGpuEngines:
    """Opens both kinds. What asks the machine and what opens a session can be exchanged, as the tests do."""

    def __init__(
        self,
        *,
        device: FindDevice = find_cuda_device,
        require: RequireProvider = require_provider,
        nvinfer: Callable[[], str] = find_nvinfer,
        opens: OpenSession = open_session,
    ) -> None:
        self._device, self._require, self._nvinfer, self._opens = device, require, nvinfer, opens

    def find_cuda(self) -> str:
        """What would run it.

        Raises:
            EngineAbsentError: no such provider, no driver, or no device.
        """
        return f"{self._require(CUDA)} on {self._device()}"

    def find_tensorrt(self) -> str:
        """As `find_cuda`, for the TensorRT provider."""
        return f"{self._require(TENSORRT)} on {self._device()}"

    def open_cuda(self, request: EngineRequest) -> OnnxSessionEngine:
        """By the CUDA provider; what it does not know runs on the CPU.

        Raises:
            EngineError: absent, or a session that is refused or runs elsewhere.
        """
        self.find_cuda()
        provider = Provider(name="ONNX Runtime CUDA", wanted=CUDA, others=(CPU,), options=_CUDA_OPTIONS)
        return self._session(request, provider)

    def open_tensorrt(self, request: EngineRequest) -> OnnxSessionEngine:
        """By the TensorRT provider, from engines in a sealed folder of the cache, which are built where they may be.

        Raises:
            EngineError: absent, not built yet, a graph that TensorRT must not be given, or a session that is refused,
                runs elsewhere, or leaves nothing to TensorRT.
        """
        version, device = self._require(TENSORRT), self._device()
        key = request.plan_key("onnxruntime_tensorrt", f"{version}, {self._nvinfer()}", device)
        request.check_graph()
        cache = request.plans
        folder = cache.path(key).with_suffix(".engines")
        if sealed_folder.is_sealed(folder):  # nobody builds into a folder that is sealed
            return self._kept(request, folder, key.profile)
        if folder.exists():
            request.tell(f"{folder} is not used: it is not as it was sealed")
        if not request.builds:
            raise request.not_built()
        with cache.held(key):
            if sealed_folder.is_sealed(folder):
                return self._kept(request, folder, key.profile)
            return self._built(request, folder, key.profile)

    def _kept(self, request: EngineRequest, folder: Path, profile: ShapeProfile) -> OnnxSessionEngine:
        try:
            return self._session(request, _tensorrt(folder, profile))
        except EngineError:
            # Whole, and yet not to be loaded: it would be in the way of every later build.
            sealed_folder.unseal(folder)
            raise

    def _built(self, request: EngineRequest, folder: Path, profile: ShapeProfile) -> OnnxSessionEngine:
        request.tell("building, of which ONNX Runtime tells no progress")
        try:
            sealed_folder.empty(folder)
            engine = self._session(request, _tensorrt(folder, profile))
            if not any(folder.glob("*.engine")):
                raise EngineError(
                    f"TensorRT took no part of {request.manifest.name}", remedy="let another engine run this model"
                )
            sealed_folder.seal(folder)
        except OSError as error:
            remedy = "free some space, or set XDG_CACHE_HOME to a folder that can be written"
            raise EngineError(f"{folder}: {error.strerror}", remedy=remedy) from error
        return engine

    def _session(self, request: EngineRequest, provider: Provider) -> OnnxSessionEngine:
        threads = request.config.threads
        return OnnxSessionEngine(
            request.manifest, request.content, provider=provider, threads=threads, opens=self._opens
        )


def _tensorrt(folder: Path, profile: ShapeProfile) -> Provider:
    """No precision flags: without them the provider builds strongly typed networks, as the file says (its sources)."""
    options = {"trt_engine_cache_enable": "1", "trt_engine_cache_path": str(folder)}
    free = {name: shapes for name, shapes in profile.items() if not shapes.is_fixed}
    if free:
        options |= {
            "trt_profile_min_shapes": _told({name: shapes.least for name, shapes in free.items()}),
            "trt_profile_opt_shapes": _told({name: shapes.typical for name, shapes in free.items()}),
            "trt_profile_max_shapes": _told({name: shapes.most for name, shapes in free.items()}),
        }
    return Provider(name="ONNX Runtime TensorRT", wanted=TENSORRT, others=(CUDA, CPU), options=options)


def _told(shapes: dict[str, tuple[int, ...]]) -> str:
    """`image:1x3x256x416,points:4096x4`, as the provider's options want shapes."""
    return ",".join(f"{name}:{'x'.join(map(str, shape))}" for name, shape in shapes.items())
