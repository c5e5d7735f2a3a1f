"""The folder of a fleet's results: a folder for each bag that is done, which is there as a whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from crossmodal_narrator.core.errors import BagError, ConfigError

BAGS = "bags"
RESULT = "result.json"
FORMAT = 1
_MAKING = ".making"
_LOCK = ".lock"
_LONGEST = 200  # bytes of a folder's name; file systems take 255
_SHOWN = 40  # of a name, in that of a folder that is gone when its bag is done


class FleetFolder:
    """`root/bags/NAME/` for each bag, side by side whatever lies in what; what is being made lies in
    `root/.making/`, on the same file system.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def has_results(self) -> bool:
        return (self.root / BAGS).exists()

    def place(self, name: str) -> Path:
        """One folder, however deep the bag lies: a bag in the folder of another is not within its results."""
        quoted = quote(name, safe="")
        if len(quoted) > _LONGEST:
            quoted = f"{quoted[:_LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        return self.root / BAGS / quoted

    def result(self, name: str, key: str) -> Mapping[str, Any] | None:
        """What was written of a bag, or None where nothing was, or by another key."""
        try:
            document = json.loads((self.place(name) / RESULT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(document, dict) or document.get("format") != FORMAT or document.get("key") != key:
            return None
        written = document.get("written")
        return written if isinstance(written, dict) else None

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """A folder to make a bag's results in; gone afterwards, unless it was committed."""
        parent = self.root / _MAKING
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=f"{quote(Path(name).name)[:_SHOWN]}-"))
        (folder / "files").mkdir()
        (folder / "pid").write_text(str(os.getpid()))
        try:
            yield folder / "files"
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def commit(self, making: Path, name: str, key: str, written: Mapping[str, Any]) -> None:
        """Put what was made in its place, at once. Of two that made the same, the first counts."""
        document = {"format": FORMAT, "key": key, "written": written}
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n"
        (making / RESULT).write_text(text, encoding="utf-8", newline="\n")
        place = self.place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        while self.result(name, key) is None:
            if place.exists():  # of another key, or damaged: out of the way at once, and gone with what was being made
                place.rename(making.parent / f"before-{os.getpid()}")
            try:
                making.rename(place)
            except OSError:
                if not place.exists():
                    raise

    def sweep(self) -> None:
        """Remove what was being made by processes that are no more."""
        shutil.rmtree(self.root / _MAKING, ignore_errors=True)
        for folder in self.root.glob(".fetched-*"):
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for one run; the kernel lets go of it however the run ends.

        Raises:
            ConfigError: another run holds it.
            BagError: it cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise BagError(f"{self.root}: {error.strerror}", remedy="name a folder that can be written") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise ConfigError(
                f"another run writes {self.root}", remedy="wait for it, or name another folder"
            ) from error
        finally:
            os.close(descriptor)
