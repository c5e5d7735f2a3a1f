"""What is to be done with one bag, and how that ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from crossmodal_narrator.fleet.finding import FoundBag


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBag:
    """A bag as the work opens it. `beside`: truth.json and the like, by name, as far as they are this bag's."""

    name: str
    path: Path
    beside: Mapping[str, Path]


class Work(Protocol):
    """What is made of a bag. It is sent to other processes, so that its class is one of a module."""

    def __call__(self, bag: LocalBag, folder: Path) -> Mapping[str, Any]:
        """Turn a bag's files into files in `folder`; what is returned is written into the bag's result."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`key` stands for all that the result depends on; a result with another key is made anew."""

    bag: FoundBag
    key: str
    out: Path
    limit_s: float
    work: Work


class Ending(str, Enum):
    DONE = "done"
    REFUSED = "refused"  # the bag, or what was asked of it, cannot be: again it would be the same
    LATE = "late"
    CRASHED = "crashed"  # perhaps by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended, and why, if not well."""

    ending: Ending
    reason: str = ""
