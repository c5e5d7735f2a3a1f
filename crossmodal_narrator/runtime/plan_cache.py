"""Engines that were built for this machine, kept for the next start.

A plan is asked for by everything that it depends on, and never by its own bytes, which differ from build to build. It
is one file: a line that says what it is, a line with its key, size and digest, and the plan. Anything that is not
exactly that is a miss.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.core.whole_file import replace_whole
from crossmodal_narrator.runtime.cuda_device import CudaDevice
from crossmodal_narrator.runtime.file_lock import locked
from crossmodal_narrator.runtime.profile import ShapeProfile

FORMAT = 1
_MAGIC = b"crossmodal_narrator plan\n"
_LONGEST_HEADER = 1 << 20

Tell = Callable[[str], None]
Build = Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanKey:
    """Everything that a plan depends on. A change of any of it is another plan."""

    model: str
    model_sha256: str
    precision: str
    engine: str
    engine_version: str
    device: CudaDevice | None
    profile: ShapeProfile
    options: tuple[tuple[str, str], ...] = ()

    def document(self) -> str:
        """As canonical JSON, with the format of this cache and the kind of machine."""
        fields = {**asdict(self), "machine": platform.machine(), "format": FORMAT}
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.document().encode()).hexdigest()[:32]


class PlanCache:
    """Plans in `folder`, shared by all processes of the user; `tell` hears what a person would want to know."""

    def __init__(self, folder: Path, *, limit_s: float, tell: Tell = lambda text: None) -> None:
        self._folder, self._limit_s, self._tell = folder, limit_s, tell

    def find(self, key: PlanKey) -> bytes | None:
        """The plan of `key`, if a whole one is kept. One that is damaged is told of and not used."""
        path = self.path(key)
        try:
            return _payload(path.read_bytes(), key)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._tell(f"{path} is not used: {error}")
            return None

    def find_or_build(self, key: PlanKey, build: Build) -> bytes:
        """The plan of `key`, built by `build` if there is none. Of several processes at once, one builds.

        Raises:
            EngineError: another process builds it for longer than the limit, the folder cannot be written, or what
                `build` raises.
        """
        found = self.find(key)
        if found is not None:
            return found
        with self.held(key):
            found = self.find(key)
            if found is not None:
                return found
            plan = build()
            self._keep(self.path(key), key, plan)
            return plan

    def forget(self, key: PlanKey) -> None:
        self.path(key).unlink(missing_ok=True)

    def find_timings(self, key: PlanKey) -> bytes:
        """What earlier builds measured on this device, for a quicker build; empty where there is nothing."""
        return self.find(_timing_key(key)) or b""

    def keep_timings(self, key: PlanKey, timings: bytes) -> None:
        """Keep them. Of two builds at once the later keeps its own, and the other's are measured again some day."""
        self._keep(self.path(_timing_key(key)), _timing_key(key), timings)

    def path(self, key: PlanKey) -> Path:
        return self._folder / key.model / f"{key.engine}-{key.precision}-{key.digest}.plan"

    @contextmanager
    def held(self, key: PlanKey) -> Iterator[None]:
        """Nobody else builds `key` meanwhile."""
        path = self.path(key)
        with ExitStack() as stack:
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                lock = locked(
                    path.with_suffix(".lock"),
                    limit_s=self._limit_s,
                    waiting=lambda: self._tell("another process is building it"),
                )
                stack.enter_context(lock)
                _sweep(path)
            except OSError as error:
                raise _unwritable(path, error) from error
            yield

    def _keep(self, path: Path, key: PlanKey, plan: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_whole(path, _header(key, plan) + plan)
        except OSError as error:
            raise _unwritable(path, error) from error


def _timing_key(key: PlanKey) -> PlanKey:
    """Timings are of layers on a device: every model of an engine's version shares them."""
    return PlanKey(
        model="timings",
        model_sha256="",
        precision="any",
        engine=key.engine,
        engine_version=key.engine_version,
        device=key.device,
        profile={},
    )


def _header(key: PlanKey, plan: bytes) -> bytes:
    fields = {"key": key.document(), "size_bytes": len(plan), "sha256": hashlib.sha256(plan).hexdigest()}
    return _MAGIC + json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def _payload(content: bytes, key: PlanKey) -> bytes:
    """The plan in `content`; ValueError says why it is none."""
    end = content.find(b"\n", len(_MAGIC), len(_MAGIC) + _LONGEST_HEADER)
    if not content.startswith(_MAGIC) or end < 0:
        raise ValueError("it does not begin as a plan")
    plan = content[end + 1 :]
    if content[: end + 1] != _header(key, plan):
        raise ValueError("it is cut short, altered, or of another key")
    return plan


def _sweep(path: Path) -> None:
    """What a process that was killed while it wrote `path` left beside it; the lock says that nobody writes now."""
    for left in path.parent.glob(f".{path.name}.*"):
        left.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> EngineError:
    remedy = "free some space, or set XDG_CACHE_HOME to a folder that can be written"
    return EngineError(f"{error.filename or path}: {os.strerror(error.errno or 0)}", remedy=remedy)
