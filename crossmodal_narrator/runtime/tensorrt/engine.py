"""A plan, run by TensorRT. Not verified on hardware yet: docs/engines.md says what was tested, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.encoding.engine import Arrays
from crossmodal_narrator.runtime.cuda_device import FindDevice, find_cuda_device
from crossmodal_narrator.runtime.manifest import Manifest, TensorSpec
from crossmodal_narrator.runtime.plan_cache import PlanKey
from crossmodal_narrator.runtime.request import EngineRequest
from crossmodal_narrator.runtime.signature import check_signature, checked_feed
from crossmodal_narrator.runtime.tensorrt import api
from crossmodal_narrator.runtime.tensorrt.build_process import build_in_process
from crossmodal_narrator.runtime.tensorrt.builder import BuiltPlan
from crossmodal_narrator.runtime.tensorrt.cuda_memory import Cuda, CudaRuntime, DeviceBuffers

BuildPlan = Callable[..., BuiltPlan]
_OPTIONS = {"typing": "strong", "tf32": "off"}


class TensorRtEngine:
    """A plan in the memory of the GPU. The arrays that `infer` returns are fresh and belong to the caller."""

    name = "TensorRT"

    def __init__(self, manifest: Manifest, plan: bytes, *, trt: api.TensorRt, cuda: Cuda) -> None:
        """Load `plan`.

        Raises:
            EngineError: TensorRT does not load it, or its inputs and outputs are not those of the manifest.
        """
        self._manifest = manifest
        self._runtime = trt.Runtime(trt.Logger(trt.Logger.ERROR))
        self._engine = self._runtime.deserialize_cuda_engine(plan)
        self._context: Any = None if self._engine is None else self._engine.create_execution_context()
        if self._context is None:
            remedy = "free GPU memory, or build the plan anew with `crossmodal-narrator models build`"
            raise EngineError(f"{self.name} does not load the plan of {manifest.name}", remedy=remedy)
        self._check(trt)
        self._buffers = DeviceBuffers(cuda)

    def infer(self, inputs: Arrays) -> Arrays:
        """Run once.

        Raises:
            EngineError: an input is absent, unknown, not of the manifest's dtype and shape, or outside of the shapes
                that the plan was built for; or CUDA fails.
        """
        feed = checked_feed(self.name, self._manifest.inputs, inputs)
        # The copies go on until the stream is synchronised, so these arrays have to stay until then.
        sent = {name: np.ascontiguousarray(array) for name, array in feed.items()}
        for name, array in sent.items():
            if not self._context.set_input_shape(name, array.shape):
                raise EngineError(
                    f"{self.name}: {name} {array.shape} lies outside of what {self._manifest.name} was built for",
                    remedy="widen `dimensions` in its manifest, and build it anew",
                )
            self._bind(name, self._buffers.copy_in(name, array))
        answers = {spec.name: self._made(spec) for spec in self._manifest.outputs}
        if not self._context.execute_async_v3(self._buffers.stream):
            raise EngineError(f"{self.name} does not run {self._manifest.name}", remedy="restart the node; report this")
        for name, array in answers.items():
            self._buffers.copy_out(name, array)
        self._buffers.synchronise()
        return answers

    def _made(self, spec: TensorSpec) -> NDArray[Any]:
        """An array for the output `spec`, whose shape TensorRT knows once the inputs' are set."""
        shape = tuple(self._context.get_tensor_shape(spec.name))
        if any(length < 0 for length in shape):
            raise EngineError(f"{self.name}: the shape of {spec.name} depends on values: {shape}")
        array = np.empty(shape, spec.dtype)
        self._bind(spec.name, self._buffers.address(spec.name, array.nbytes))
        return array

    def _bind(self, name: str, address: int) -> None:
        if not self._context.set_tensor_address(name, address):
            raise EngineError(f"{self.name} takes no address for {name}", remedy="report this")

    def _check(self, trt: api.TensorRt) -> None:
        names = [self._engine.get_tensor_name(k) for k in range(self._engine.num_io_tensors)]
        inputs = [name for name in names if self._engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT]
        check_signature(self._manifest, inputs, [name for name in names if name not in inputs])
        for spec in (*self._manifest.inputs, *self._manifest.outputs):
            dtype = np.dtype(trt.nptype(self._engine.get_tensor_dtype(spec.name)))
            if dtype != np.dtype(spec.dtype):
                raise EngineError(
                    f"{self._manifest.name}: {spec.name} is {dtype}, its manifest says {spec.dtype}",
                    remedy="mend the manifest",
                )


class NativeTensorRt:
    """Opens and builds. What asks the machine, loads the libraries and builds can be exchanged, as the tests do."""

    def __init__(
        self,
        *,
        device: FindDevice = find_cuda_device,
        load: Callable[[str], api.TensorRt] = api.load,
        cuda: Callable[[], Cuda] = CudaRuntime,
        build: BuildPlan = build_in_process,
    ) -> None:
        self._device, self._load, self._cuda, self._build = device, load, cuda, build

    def find(self) -> str:
        """What would run it; the driver is asked before anything is loaded, which crashes without one.

        Raises:
            EngineAbsentError: no driver, no device, no TensorRT, or no CUDA bindings.
        """
        device = self._device()
        trt = self._load(api.NATIVE)
        self._cuda()
        return f"TensorRT {trt.__version__} on {device}"

    def open(self, request: EngineRequest) -> TensorRtEngine:
        """The engine, from a plan that is kept or, where that is allowed, built now.

        Raises:
            ModelError: absent, not built yet, or a graph or plan that is refused.
        """
        device = self._device()
        trt, cuda = self._load(api.NATIVE), self._cuda()
        key = request.plan_key(api.NATIVE, str(trt.__version__), device, _OPTIONS)
        request.check_graph()
        plan = self._built(request, key) if request.builds else request.plans.find(key)
        if plan is None:
            raise request.not_built()
        try:
            return TensorRtEngine(request.manifest, plan, trt=trt, cuda=cuda)
        except EngineError:
            # A plan that does not load although its key fits would be in the way of every later build.
            request.plans.forget(key)
            raise

    def build(self, request: EngineRequest) -> None:
        """Have a plan in the cache; nothing is loaded, and nothing is inferred.

        Raises:
            ModelError: absent, or a graph that is refused.
        """
        request.check_graph()
        device = self._device()
        version = str(self._load(api.NATIVE).__version__)
        self._built(request, request.plan_key(api.NATIVE, version, device, _OPTIONS))

    def _built(self, request: EngineRequest, key: PlanKey) -> bytes:
        cache = request.plans

        def build() -> bytes:
            built = self._build(
                api.NATIVE,
                request.content,
                key.profile,
                limit_s=request.config.build_limit_s,
                timings=cache.find_timings(key),
                report=request.tell,
            )
            if built.timings:
                cache.keep_timings(key, built.timings)
            return built.plan

        return cache.find_or_build(key, build)
