"""Checks of arrays at the birth of a value; what passes is read-only from then on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from crossmodal_narrator.core.errors import FrameError

Shape = tuple["int | None", ...]


def frozen_array(value: Any, *, name: str, shape: Shape, dtype: DTypeLike, finite: bool = False) -> NDArray[Any]:
    """Return `value` as a read-only view, after checking it; no copy is made.

    `shape` holds a length or None (any) per axis, as in `(None, 3)`.

    Raises:
        FrameError: not an array, another dtype or shape, or NaN/Inf where `finite` is asked for.
    """
    wanted = np.dtype(dtype)
    if not isinstance(value, np.ndarray):
        raise FrameError(f"{name} must be a numpy array, got {type(value).__name__}")
    if value.dtype != wanted:
        raise FrameError(f"{name} must be {wanted}, got {value.dtype}")
    if len(value.shape) != len(shape) or any(
        want is not None and want != got for want, got in zip(shape, value.shape, strict=True)
    ):
        shown = ", ".join("any" if n is None else str(n) for n in shape)
        raise FrameError(f"{name} must have shape ({shown}), got {value.shape}")
    if finite and not np.isfinite(value).all():
        raise FrameError(f"{name} must be finite, got {int((~np.isfinite(value)).sum())} NaN or Inf values")
    view: NDArray[Any] = value.view()
    view.flags.writeable = False
    return view
