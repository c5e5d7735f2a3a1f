"""How soon somebody who has nothing of this project reads the first sentence on the page: `make demo` in a clean clone.

    python test/benchmark/newcomer.py [FOLDER]

The clone has a home of its own, so that no cache of this machine helps; what it fetches comes by the network. FOLDER
(default: a temporary one) is kept for a look at `demo.log`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 1800.0


def first_sentence(address: str, until_s: float) -> str | None:
    """The first that stands on the page at `address`; None as long as there is no page, or it ends."""
    host = address.removeprefix("http://").rstrip("/")
    try:
        with connect(f"ws://{host}/talk", origin=Origin(f"http://{host}")) as page:
            page.send(json.dumps({"kind": "hello", "token": "", "seat": "0" * 32, "board": "", "after": 0}))
            while (left_s := until_s - time.monotonic()) > 0:
                message = json.loads(page.recv(timeout=left_s))
                if message["kind"] == "said":
                    return str(message["text"])
    except (OSError, WebSocketException, TimeoutError):
        return None
    return None


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="newcomer-"))
    clone, home, log = folder / "clone", folder / "home", folder / "demo.log"
    home.mkdir(parents=True)
    alone = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "VIRTUAL_ENV", "PIP_CACHE"))}
    started_s = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    with log.open("w") as words:
        demo = subprocess.Popen(
            ["make", "demo"],
            cwd=clone,
            env={**alone, "HOME": str(home)},
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    told, sentence = 0, None
    try:
        while sentence is None and demo.poll() is None and time.monotonic() - started_s < LONGEST_S:
            lines = re.split(r"[\r\n]+", log.read_text(errors="replace"))
            for line in (one for one in lines[told:-1] if one.startswith(("setup:", "the passengers' page"))):
                print(f"{time.monotonic() - started_s:6.1f} s  {line}", flush=True)
            told = max(told, len(lines) - 1)
            address = re.search(r"http://[\w.:]+", "\n".join(lines))
            if address:
                sentence = first_sentence(address[0], started_s + LONGEST_S)
            time.sleep(0.2)
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGINT)
            demo.wait(60)
    print(f"{time.monotonic() - started_s:6.1f} s  {sentence or f'no sentence: see {log}'}")
    return 0 if sentence else 1


if __name__ == "__main__":
    sys.exit(main())
