"""An ONNX file becomes a plan. Runs in the child process of `build_process`, and only builds: nothing is inferred."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.runtime.profile import ShapeProfile
from crossmodal_narrator.runtime.tensorrt import api

Report = Callable[[str], None]
_REMEDY = "read docs/engines.md on what a graph may hold, or let another engine run this model"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltPlan:
    """What a build leaves; `timings` is empty where the builder keeps none."""

    plan: bytes
    timings: bytes


def build_plan(
    trt: api.TensorRt,
    content: bytes,
    profile: ShapeProfile,
    *,
    timings: bytes = b"",
    report: Report = lambda text: None,
) -> BuiltPlan:
    """Parse `content` and build it for the shapes of `profile`.

    `timings` are those of earlier builds; `report` hears of each phase.

    Raises:
        EngineError: TensorRT does not parse or build it; names the node where TensorRT does.
    """
    log = _log(trt)
    builder = trt.Builder(log)
    network = builder.create_network(api.network_flags(trt))
    parser = trt.OnnxParser(network, log)
    report("parsing")
    if not parser.parse(content):
        faults = [_fault(parser.get_error(k)) for k in range(parser.num_errors)]
        raise EngineError(f"TensorRT does not parse it: {'; '.join(faults[:3])}", remedy=_REMEDY)
    config = api.builder_config(trt, builder)
    config.progress_monitor = _progress(trt, report)
    if not all(shapes.is_fixed for shapes in profile.values()):
        config.add_optimization_profile(_optimization_profile(builder, profile))
    cache = _attach_timings(trt, config, timings)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise EngineError(f"TensorRT does not build it: {'; '.join(log.errors[-3:])}", remedy=_REMEDY)
    return BuiltPlan(plan=bytes(plan), timings=b"" if cache is None else bytes(cache.serialize()))


def _optimization_profile(builder: Any, profile: ShapeProfile) -> Any:
    made = builder.create_optimization_profile()
    for name, shapes in profile.items():
        made.set_shape(name, shapes.least, shapes.typical, shapes.most)
    return made


def _attach_timings(trt: api.TensorRt, config: Any, timings: bytes) -> Any:
    """The cache that the build fills. One of another device is refused by TensorRT itself; then it begins anew."""
    if not api.has_timing_cache(trt):
        return None
    cache = config.create_timing_cache(timings)
    if cache is None or not config.set_timing_cache(cache, ignore_mismatch=False):
        cache = config.create_timing_cache(b"")
        config.set_timing_cache(cache, ignore_mismatch=False)
    return cache


def _fault(error: Any) -> str:
    name = error.node_name()
    where = f"{error.node_operator()} {name}: " if name else ""
    return f"{where}{error.desc()}"


def _log(trt: api.TensorRt) -> Any:
    """TensorRT's log, of which errors are kept for the message that the build ends with."""

    class Log(trt.ILogger):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.ILogger.__init__(self)  # the bindings take no super() here
            self.errors: list[str] = []

        def log(self, severity: Any, text: str) -> None:
            if severity in (trt.ILogger.Severity.ERROR, trt.ILogger.Severity.INTERNAL_ERROR):
                self.errors.append(text)

    return Log()


def _progress(trt: api.TensorRt, report: Report) -> Any:
    """Reports the outermost phase and its steps; TensorRT calls it from threads of its own."""

    class Progress(trt.IProgressMonitor):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)
            self._lock = threading.Lock()
            self._outer: tuple[str, int] | None = None

        def phase_start(self, phase: str, parent: str | None, steps: int) -> None:
            with self._lock:
                if not parent:
                    self._outer = phase, steps
                    report(phase)

        def step_complete(self, phase: str, step: int) -> bool:
            with self._lock:
                if self._outer is not None and self._outer[0] == phase:
                    report(f"{phase} {step + 1}/{self._outer[1]}")
            return True

        def phase_finish(self, phase: str) -> None:
            with self._lock:
                if self._outer is not None and self._outer[0] == phase:
                    self._outer = None

    return Progress()
