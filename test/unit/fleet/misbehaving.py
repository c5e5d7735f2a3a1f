"""Work that ends as bags may make it end. The name of the bag says how."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.fleet.finding import FoundBag
from crossmodal_narrator.fleet.job import Job, LocalBag


@dataclass(frozen=True, slots=True)
class Misbehaving:
    """`limit_s` of `job_of` is what bounds those that do not end."""

    def __call__(self, bag: LocalBag, folder: Path) -> Mapping[str, Any]:
        (folder / "pid.txt").write_text(str(os.getpid()))
        match bag.name:
            case "segfault":
                ctypes.string_at(0)
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exits":
                os._exit(7)
            case "sleeps":
                time.sleep(600)
            case "holds_the_interpreter":
                re.match(r"(a+)+$", "a" * 64 + "b")
            case "raises":
                raise RuntimeError(f"no memory for {folder}/points")
            case "refuses":
                raise BagError(f"{bag.path}/x.mcap is not an MCAP file", remedy="copy it again")
        return {"name": bag.name}


def job_of(name: str, out: Path, *, key: str = "k", limit_s: float = 20.0) -> Job:
    bag = FoundBag(prefix=str(out.parent / "bags"), name=name, files=(name,), beside=(), mark="m")
    return Job(bag=bag, key=key, out=out, limit_s=limit_s, work=Misbehaving())
