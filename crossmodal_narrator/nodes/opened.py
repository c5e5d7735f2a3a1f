"""An encoder as a node opened it: with the engine that runs it, those that were refused, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from crossmodal_narrator.assembly import OnRefusal
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime import Refusal

E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Generic[E]):
    """`encoder` is None where nothing was to be opened, or where `error` says why it could not be."""

    encoder: E | None = None
    error: ModelError | None = None
    refusals: tuple[Refusal, ...] = ()


def opened(open_encoder: Callable[[OnRefusal], E]) -> Opened[E]:
    """Open it; weights that are absent or altered are an answer, not the end of a node."""
    refusals: list[Refusal] = []
    try:
        encoder = open_encoder(refusals.append)
    except ModelError as error:
        return Opened(error=error, refusals=tuple(refusals))
    return Opened(encoder=encoder, refusals=tuple(refusals))
