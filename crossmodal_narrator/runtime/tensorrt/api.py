"""Where TensorRT 10, TensorRT 11 and TensorRT for RTX differ, and nowhere else.

Version 10 (JetPack 6) must be asked for a strongly typed network; 11 and RTX know no other, and warn whoever asks.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from crossmodal_narrator.core.errors import EngineAbsentError

NATIVE, RTX = "tensorrt", "tensorrt_rtx"
_MAJORS = (10, 11)

TensorRt = Any  # the module, or what stands for it in tests


def load(module: str) -> ModuleType:
    """Import `module`, which is done only where a driver has answered.

    Raises:
        EngineAbsentError: not installed, or a version that this package does not know.
    """
    try:
        loaded = importlib.import_module(module)
    except (ImportError, OSError) as error:
        remedy = "`pip install tensorrt`, or the tensorrt of JetPack in a venv made with --system-site-packages"
        raise EngineAbsentError(f"{module} does not load: {error}", remedy=remedy) from error
    if module == NATIVE and major(loaded) not in _MAJORS:
        remedy = "install TensorRT 10 or 11"
        raise EngineAbsentError(f"TensorRT is version {loaded.__version__}", remedy=remedy)
    return loaded


def major(trt: TensorRt) -> int:
    return int(str(trt.__version__).split(".")[0])


def network_flags(trt: TensorRt) -> int:
    """Strongly typed: each layer works in the types that the file says."""
    return 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED) if major(trt) == 10 else 0


def has_timing_cache(trt: TensorRt) -> bool:
    """RTX times nothing as it builds, and warns whoever asks."""
    return str(getattr(trt, "__name__", NATIVE)) != RTX


def builder_config(trt: TensorRt, builder: Any) -> Any:
    """A configuration in which fp32 means fp32: by default matrices are rounded to TF32's 10 bits."""
    config = builder.create_builder_config()
    config.clear_flag(trt.BuilderFlag.TF32)
    return config
