"""Opens a model with the first engine that takes it and reproduces its golden sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crossmodal_narrator.core.errors import EngineAbsentError, EngineError, ModelError
from crossmodal_narrator.encoding.engine import Engine
from crossmodal_narrator.runtime.artifacts import Precision
from crossmodal_narrator.runtime.config import EngineConfig
from crossmodal_narrator.runtime.golden import check_golden
from crossmodal_narrator.runtime.manifest import Manifest
from crossmodal_narrator.runtime.onnx_cpu import OnnxCpuEngine
from crossmodal_narrator.runtime.onnx_gpu import OnnxGpuEngines
from crossmodal_narrator.runtime.onnx_session import CPU, require_provider
from crossmodal_narrator.runtime.request import EngineRequest
from crossmodal_narrator.runtime.store import ModelStore
from crossmodal_narrator.runtime.tensorrt.engine import NativeTensorRt


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineKind:
    """An engine by name: what this machine has of it, how it is opened, and how it is built ahead, if it is built.

    `find` says what would run it, and raises EngineAbsentError where nothing would.
    """

    find: Callable[[], str]
    open: Callable[[EngineRequest], Engine]
    build: Callable[[EngineRequest], object] | None = None


def _open_cpu(request: EngineRequest) -> Engine:
    return OnnxCpuEngine(request.manifest, request.content, request.config)


def engine_kinds(native: NativeTensorRt | None = None, onnx: OnnxGpuEngines | None = None) -> dict[str, EngineKind]:
    """By the name that `engine.engines` uses, in the order in which they are preferred."""
    native = NativeTensorRt() if native is None else native
    onnx = OnnxGpuEngines() if onnx is None else onnx
    return {
        "tensorrt": EngineKind(find=native.find, open=native.open, build=native.build),
        "onnxruntime_tensorrt": EngineKind(find=onnx.find_tensorrt, open=onnx.open_tensorrt, build=onnx.open_tensorrt),
        "onnxruntime_cuda": EngineKind(find=onnx.find_cuda, open=onnx.open_cuda),
        "onnxruntime_cpu": EngineKind(find=lambda: require_provider(CPU), open=_open_cpu),
    }


ENGINES: Mapping[str, EngineKind] = engine_kinds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an engine or a precision was not chosen, for diagnostics.

    `is_absent` where the machine offers no such engine, which is nothing to warn of.
    """

    engine: str
    reason: str
    is_absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A model that runs: the file of it that was taken, and what runs it."""

    model: str
    precision: Precision
    sha256: str
    engine: str


OnRefusal = Callable[[Refusal], None]
OnOpened = Callable[[Opened], None]


def open_engine(
    manifest: Manifest,
    store: ModelStore,
    config: EngineConfig | None = None,
    *,
    on_refusal: OnRefusal = lambda refusal: None,
    on_opened: OnOpened = lambda opened: None,
    tell: Callable[[str], None] = lambda text: None,
    kinds: Mapping[str, EngineKind] = ENGINES,
) -> Engine:
    """Check the weights, then try `config.engines` in order; `on_refusal` hears of each one that is not chosen.

    In another precision than fp32 all of them are tried in that first, and then in fp32. `on_opened` hears of the one
    that is chosen, `tell` of builds.

    Raises:
        ModelError: the weights are absent or altered; no engine was tried.
        EngineError: no engine opened the model and agreed with its golden sample.
    """
    config = EngineConfig() if config is None else config
    refusals: list[Refusal] = []

    def refuse(refusal: Refusal) -> None:
        refusals.append(refusal)
        on_refusal(refusal)

    for request in _requests(manifest, store, config, refuse, tell):
        for name in config.engines:
            tried = _try(name, kinds[name], request, store)
            if not isinstance(tried, Refusal):
                on_opened(_opened(request, tried))
                return tried
            if tried not in refusals:
                refuse(tried)
    reasons = "; ".join(f"{r.engine}: {r.reason}" for r in refusals) or "none is allowed by engines"
    raise EngineError(
        f"no engine runs {manifest.name} ({reasons})", remedy="`crossmodal-narrator models verify` says more"
    )


def _opened(request: EngineRequest, engine: Engine) -> Opened:
    return Opened(
        model=request.manifest.name,
        precision=request.precision,
        sha256=request.manifest.artifact_in(request.precision).sha256,  # of which the content was checked
        engine=engine.name,
    )


def _requests(
    manifest: Manifest, store: ModelStore, config: EngineConfig, refuse: OnRefusal, tell: Callable[[str], None]
) -> Sequence[EngineRequest]:
    """The model in the precision that is wanted, where it has it, and in fp32."""
    contents = {Precision.FP32: store.artifact(manifest)}
    wanted = Precision(config.precision)
    if not manifest.has(wanted):
        refuse(Refusal(engine=wanted.value, reason=f"{manifest.name} has no file in {wanted.value}: fp32 is run"))
    elif wanted is not Precision.FP32:
        try:
            store.golden(manifest, wanted)  # without it nothing may run
            contents = {wanted: store.artifact(manifest, wanted), **contents}
        except ModelError as error:
            refuse(Refusal(engine=wanted.value, reason=f"fp32 is run: {error}"))
    return [
        EngineRequest(
            manifest=manifest,
            precision=precision,
            content=content,
            config=config,
            plans_folder=store.plans_folder,
            builds=config.build_at_start,
            tell=tell,
        )
        for precision, content in contents.items()
    ]


def _try(name: str, kind: EngineKind, request: EngineRequest, store: ModelStore) -> Engine | Refusal:
    golden = store.golden(request.manifest, request.precision)
    try:
        engine = kind.open(request)
        check_golden(engine, golden)
    except EngineAbsentError as error:
        return Refusal(engine=name, reason=str(error), is_absent=True)
    except ModelError as error:
        in_precision = "" if request.precision is Precision.FP32 else f" in {request.precision.value}"
        return Refusal(engine=name + in_precision, reason=str(error))
    return engine
