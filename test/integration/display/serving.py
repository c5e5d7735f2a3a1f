"""A server in a process of its own, for test_crowd.py: it says twenty sentences a second, and when each was said.

`time.monotonic` is one clock for all processes of a Linux machine.
"""

from __future__ import annotations

import select
import sys
import time

from ride import said, street

from crossmodal_narrator.display import Board, DisplayConfig, open_server


def main() -> None:
    config = DisplayConfig(port=0, kept=200)
    board = Board(kept=config.kept, scenes_per_s=config.scenes_per_s)
    server = open_server(config, board, lambda _question: None, sys.stderr.write)
    server.start()
    sys.stdout.write(f"{server.address}\n")
    sys.stdout.flush()
    took_s = []
    while not select.select([sys.stdin], [], [], 0.05)[0]:  # until it is closed
        began_s = time.monotonic()
        board.see(street())
        board.narrate(said(f"{time.monotonic():.6f}", stamp_ns=time.monotonic_ns()))
        took_s.append(time.monotonic() - began_s)
    sys.stdout.write(f"{sorted(took_s)[int(0.99 * len(took_s))]:.6f}\n")
    server.stop()


main()
