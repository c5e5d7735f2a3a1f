"""One run of the large model's process: frames in and out with deadlines, and an end that is certain."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from crossmodal_narrator.core.errors import DescriptionLostError
from crossmodal_narrator.runtime.vision_language.frames import (
    HEADER,
    MAX_TEXT_BYTES,
    FormatError,
    Frame,
    Kind,
    read_header,
)

_CHUNK = 64 * 1024
_LAST_LINES = 6  # of its standard error, which say why it died
_LINE_BYTES = 400
_REAP_S = 1.0

NowS = Callable[[], float]


class WaitExpiredError(Exception):
    """The deadline of one wait has passed; whoever waits knows what that means."""


class WorkerProcess:
    """Starts at once. It serves one thread; `kill` may be called more than once."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], now_s: NowS) -> None:
        """Run `command`, with pipes for its three streams, in a session of its own.

        Raises:
            DescriptionLostError: it cannot be started.
        """
        self._now_s = now_s
        try:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(environment),
                cwd="/",  # so that no file of the node's folder is taken for a module
                start_new_session=True,  # Ctrl-C ends the node, and the node ends this
            )
        except OSError as error:
            raise DescriptionLostError(f"{command[0]} does not start: {error.strerror}", remedy="install it") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        for stream in (self._in, self._out):
            os.set_blocking(stream, False)
        self._buffer = bytearray()
        self._errors: deque[str] = deque(maxlen=_LAST_LINES)
        self._listener = threading.Thread(target=self._listen, name="vision-language-stderr", daemon=True)
        self._listener.start()
        self.is_ready = False  # whether the checkpoint is loaded
        self.is_broken = False  # whether a frame was begun and not ended, so that nothing more can be said to it

    def send(self, frame: Frame, until_s: float) -> None:
        """Write all of `frame`.

        Raises:
            WaitExpiredError: it was not taken in time.
            DescriptionLostError: the process is gone.
        """
        left = memoryview(frame.packed())
        self.is_broken = True
        while left:
            self._wait(self._in, select.POLLOUT, until_s)
            try:
                left = left[os.write(self._in, left[: 1024 * 1024]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise self._lost() from error
        self.is_broken = False

    def receive(self, until_s: float) -> Frame:
        """The next frame.

        Raises:
            WaitExpiredError: none came in time.
            DescriptionLostError: the process is gone, or says what is no frame.
        """
        try:
            kind, request, length = read_header(self._take(HEADER.size, until_s, keep=True), MAX_TEXT_BYTES)
        except FormatError as error:
            raise DescriptionLostError(f"the large model's process says {error}", remedy=self._remedy()) from error
        whole = self._take(HEADER.size + length, until_s)
        return Frame(kind=Kind(kind), request=request, payload=whole[HEADER.size :])

    def kill(self) -> None:
        """End it with whatever it has started, if it still runs."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            try:
                self._process.wait(_REAP_S)
            except subprocess.TimeoutExpired:
                # It hangs in its driver; the kernel ends it when the driver lets go, and nobody here waits for that.
                self._errors.append("it did not end within a second after SIGKILL")
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._listener.join(_REAP_S)

    def _take(self, count: int, until_s: float, *, keep: bool = False) -> bytes:
        """The next `count` bytes; with `keep` they stay for the next call."""
        while len(self._buffer) < count:
            self._wait(self._out, select.POLLIN, until_s)
            try:
                chunk = os.read(self._out, _CHUNK)
            except BlockingIOError:
                continue
            if not chunk:
                raise self._lost()
            self._buffer += chunk
        taken = bytes(self._buffer[:count])
        if not keep:
            del self._buffer[:count]
        return taken

    def _wait(self, stream: int, event: int, until_s: float) -> None:
        left_s = until_s - self._now_s()
        poll = select.poll()
        poll.register(stream, event)
        if left_s <= 0.0 or not poll.poll(left_s * 1000.0):
            raise WaitExpiredError

    def _listen(self) -> None:
        """Read its standard error to the end, so that it never waits for a reader; the last lines are kept."""
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            while line := stream.readline(_LINE_BYTES):
                self._errors.append(line.decode("utf-8", "replace").strip())

    def _lost(self) -> DescriptionLostError:
        try:
            status = self._process.wait(_REAP_S)
        except subprocess.TimeoutExpired:
            return DescriptionLostError("the large model's process has closed its pipes", remedy=self._remedy())
        self._listener.join(_REAP_S)
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        return DescriptionLostError(f"the large model's process {how}", remedy=self._remedy())

    def _remedy(self) -> str:
        said = " / ".join(line for line in self._errors if line)
        return f"it last said: {said}" if said else "it said nothing; a smaller checkpoint needs less memory"
