"""A large model as the rest of the narrator sees it: one call that answers, or says in time why it does not."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

import crossmodal_narrator
from crossmodal_narrator.core.errors import (
    DescriptionLateError,
    DescriptionLostError,
    DescriptionRefusedError,
    FrameError,
    ModelError,
)
from crossmodal_narrator.runtime.vision_language.checkpoint import check_checkpoint, check_packages
from crossmodal_narrator.runtime.vision_language.config import VisionLanguageConfig
from crossmodal_narrator.runtime.vision_language.frames import (
    MAX_REQUEST_BYTES,
    MAX_TEXT_BYTES,
    FormatError,
    Frame,
    Kind,
    Request,
)
from crossmodal_narrator.runtime.vision_language.process import NowS, WaitExpiredError, WorkerProcess

_BUDGET_SHARE = 0.8  # of the time left, for the model itself: an answer given up in time spares a start anew
_MAX_FAILED_LOADS = 3
_ID_LIMIT = 2**32


class VisionLanguageModel:
    """Keeps the process: starts it, asks it, and starts it anew when it dies or misses a deadline.

    Threads may share one; they are answered one after the other, each within its own deadline.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        load_timeout_s: float = 300.0,
        max_new_tokens: int = 96,
        now_s: NowS = time.monotonic,
    ) -> None:
        """`command` starts a process that speaks the frames of `frames.py`; it is not started yet."""
        self._command, self._environment = command, dict(os.environ if environment is None else environment)
        self._load_timeout_s, self._max_new_tokens, self._now_s = load_timeout_s, max_new_tokens, now_s
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._load_until_s = 0.0
        self._failed_loads = 0
        self._refusal: ModelError | None = None  # why there is no use in starting it again
        self._request = 0

    def start(self) -> None:
        """Begin to load, so that the first request need not wait for it; returns at once.

        Raises:
            DescriptionLostError: the process cannot be started.
        """
        with self._lock:
            self._running()

    def wait_ready(self, deadline_s: float) -> None:
        """Return once the checkpoint is loaded.

        Raises:
            DescriptionLateError: it is still loading after `deadline_s`, or another request is being answered.
            DescriptionRefusedError: it cannot be loaded; says why.
            DescriptionLostError: its process died, or did not load in its own time.
        """
        until_s = self._now_s() + deadline_s
        with self._turn(deadline_s):
            self._ready(until_s)

    def describe(self, image_rgb: NDArray[np.uint8], prompt: str, deadline_s: float) -> str:
        """What the model answers to `prompt` about `image_rgb`, (height, width, 3) uint8, within `deadline_s`.

        Raises:
            FrameError: no such image, or a prompt that is empty or too long.
            DescriptionLateError: no answer in time; a process that gave no sign is ended and starts anew.
            DescriptionRefusedError: the checkpoint or the request cannot be taken; says why.
            DescriptionLostError: the process died or answered what is no answer; it starts anew.
        """
        _check_image(image_rgb)
        return self._asked(image_rgb, prompt, deadline_s)

    def answer(self, prompt: str, deadline_s: float) -> str:
        """What the model answers to words alone, within `deadline_s`. Raises as `describe` does."""
        return self._asked(None, prompt, deadline_s)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def __enter__(self) -> VisionLanguageModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _asked(self, image_rgb: NDArray[np.uint8] | None, prompt: str, deadline_s: float) -> str:
        until_s = self._now_s() + deadline_s
        _check_prompt(prompt)
        with self._turn(deadline_s):
            worker = self._ready(until_s)
            if self._now_s() >= until_s:  # nothing was asked, so nobody is to blame
                raise DescriptionLateError("no time is left to ask the large model", remedy="allow more time")
            try:
                return self._ask(worker, image_rgb, prompt, until_s)
            except WaitExpiredError:
                self._start_anew()
                raise DescriptionLateError(
                    f"the large model did not answer within {deadline_s:g} s and starts anew",
                    remedy="allow more time or fewer tokens, or use a smaller checkpoint",
                ) from None
            except DescriptionLostError:
                self._start_anew()
                raise

    @contextmanager
    def _turn(self, deadline_s: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=max(0.0, deadline_s)):
            remedy = "ask less often, or allow more time"
            raise DescriptionLateError(f"the large model was busy for {deadline_s:g} s", remedy=remedy)
        try:
            yield
        finally:
            self._lock.release()

    def _running(self) -> WorkerProcess:
        if self._refusal is not None:
            raise type(self._refusal)(self._refusal.what, remedy=self._refusal.remedy)
        if self._worker is not None and self._worker.is_broken:
            self._end()
        if self._worker is None:
            self._worker = WorkerProcess(self._command, self._environment, self._now_s)
            self._load_until_s = self._now_s() + self._load_timeout_s
        return self._worker

    def _ready(self, until_s: float) -> WorkerProcess:
        worker = self._running()
        try:
            while not worker.is_ready:
                self._loaded(worker, worker.receive(min(until_s, self._load_until_s)))
        except WaitExpiredError:
            if self._now_s() < self._load_until_s:
                remedy = "wait for it, or use a smaller checkpoint"
                raise DescriptionLateError("the large model is still being loaded", remedy=remedy) from None
            why = f"the large model was not loaded within {self._load_timeout_s:g} s"
            raise self._not_loaded(DescriptionLostError(why, remedy="raise load_timeout_s")) from None
        except DescriptionLostError as error:
            raise self._not_loaded(error) from error
        return worker

    def _loaded(self, worker: WorkerProcess, frame: Frame) -> None:
        if frame.kind is Kind.READY:
            worker.is_ready, self._failed_loads = True, 0
            return
        if frame.kind is Kind.REFUSED:
            self._refusal = DescriptionRefusedError(
                f"the checkpoint cannot be loaded: {_text(frame)}",
                remedy="correct its folder or the large model's parameters, and start again",
            )
            self._end()
            raise self._refusal
        raise DescriptionLostError(f"the large model's process begins with {frame.kind.name}", remedy="use ours")

    def _not_loaded(self, error: DescriptionLostError) -> DescriptionLostError:
        """`error`, after the process is ended; a few times in a row are enough to leave it."""
        self._end()
        self._failed_loads += 1
        if self._failed_loads >= _MAX_FAILED_LOADS:
            self._refusal = DescriptionLostError(
                f"the large model failed to load {self._failed_loads} times: {error.what}", remedy=error.remedy
            )
        return error

    def _ask(self, worker: WorkerProcess, image_rgb: NDArray[np.uint8] | None, prompt: str, until_s: float) -> str:
        self._request = (self._request + 1) % _ID_LIMIT
        budget_ms = max(1, int((until_s - self._now_s()) * 1000.0 * _BUDGET_SHARE))
        request = Request(
            image_rgb=image_rgb, prompt=prompt, max_new_tokens=self._max_new_tokens, budget_ms=min(budget_ms, 2**31)
        )
        worker.send(Frame(kind=Kind.REQUEST, request=self._request, payload=request.packed()), until_s)
        while True:
            frame = worker.receive(until_s)
            if frame.request < self._request:
                continue  # the answer to a request that was given up
            return self._answer(frame)

    def _answer(self, frame: Frame) -> str:
        if frame.request > self._request or frame.kind in (Kind.READY, Kind.REQUEST):
            raise DescriptionLostError(
                f"the large model's process says {frame.kind.name} {frame.request} to request {self._request}",
                remedy="use the process that comes with this package",
            )
        if frame.kind is Kind.LATE:
            remedy = "allow more time or fewer tokens, or use a smaller checkpoint"
            raise DescriptionLateError("the large model gave up its answer to keep its deadline", remedy=remedy)
        text = _text(frame)
        if frame.kind is Kind.REFUSED:
            raise DescriptionRefusedError(f"the large model cannot answer: {text}", remedy="change image or prompt")
        return text

    def _start_anew(self) -> None:
        """Loading goes on while nobody waits for it."""
        self._end()
        self._running()

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None


def open_vision_language(config: VisionLanguageConfig) -> VisionLanguageModel:
    """The model in `config.folder`; its process is started by the first request, or by `start`.

    Raises:
        ModelError: a package, the folder, or safe weights in it are absent; says the remedy.
    """
    check_packages()
    folder = Path(config.folder).expanduser().resolve()
    check_checkpoint(folder)
    command = [sys.executable, "-m", "crossmodal_narrator.runtime.vision_language.worker", "--folder", str(folder)]
    command += ["--device", config.device, "--threads", str(config.threads), "--memory-mb", str(config.memory_mb)]
    return VisionLanguageModel(
        command,
        environment=_offline(config.threads),
        load_timeout_s=config.load_timeout_s,
        max_new_tokens=config.max_new_tokens,
    )


def _offline(threads: int) -> dict[str, str]:
    """The node's environment, with our package importable from anywhere, and every way to the network closed."""
    ours = str(Path(crossmodal_narrator.__file__).resolve().parents[1])
    paths = [ours, *(p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p)]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(Path(path).resolve()) for path in paths),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": str(threads),
    }


def _check_image(image_rgb: NDArray[np.uint8]) -> None:
    if image_rgb.ndim != 3 or image_rgb.shape[2] != 3 or image_rgb.dtype != np.uint8 or image_rgb.size == 0:
        raise FrameError(f"an image is (height, width, 3) uint8, got {image_rgb.shape} {image_rgb.dtype}")
    if image_rgb.nbytes + MAX_TEXT_BYTES > MAX_REQUEST_BYTES:
        raise FrameError(f"an image of {image_rgb.shape} is too large to be asked about", remedy="make it smaller")


def _check_prompt(prompt: str) -> None:
    if not prompt.strip() or len(prompt.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise FrameError(f"a prompt of {len(prompt)} characters", remedy=f"1 to {MAX_TEXT_BYTES} bytes of UTF-8")


def _text(frame: Frame) -> str:
    try:
        return frame.text().strip()
    except FormatError as error:
        raise DescriptionLostError(f"the large model's process says {error}", remedy="use ours") from error
