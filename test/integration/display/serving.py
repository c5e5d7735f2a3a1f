"""A server in a process of its own, for test_crowd.py: it says twenty sentences a second, and when each was said.

With the argument `pictures` a camera gives ten images of 1280 x 720 a second, and every sentence is about one of them.

`time.monotonic` is one clock for all processes of a Linux machine.
"""

from __future__ import annotations

import select
import sys
import threading
import time

from ride import SEEN_BUS, START_NS, TENTH_NS, image, said, street

from crossmodal_narrator.display import Board, DisplayConfig, Takers, open_server


def film(board: Board) -> None:
    """As the node's own thread does: the sentences are about the first image."""
    began_ns = time.monotonic_ns()
    while True:
        board.pictures.take(image(START_NS - TENTH_NS + time.monotonic_ns() - began_ns))
        time.sleep(0.1)


def main() -> None:
    has_pictures = "pictures" in sys.argv
    config = DisplayConfig(port=0, kept=200, pictures=64 if has_pictures else 0)
    board = Board(kept=config.kept, scenes_per_s=config.scenes_per_s, pictures=config.pictures)
    takers = Takers(ask=lambda _question: None, hear=lambda _clip: None, complain=sys.stderr.write)
    server = open_server(config, board, takers)
    server.start()
    if has_pictures:
        threading.Thread(target=film, args=(board,), daemon=True).start()
    sys.stdout.write(f"{server.address}\n")
    sys.stdout.flush()
    took_s = []
    while not select.select([sys.stdin], [], [], 0.05)[0]:  # until it is closed
        began_s = time.monotonic()
        board.see(street())
        board.narrate(said(f"{time.monotonic():.6f}", SEEN_BUS, stamp_ns=time.monotonic_ns()))
        took_s.append(time.monotonic() - began_s)
    sys.stdout.write(f"{sorted(took_s)[int(0.99 * len(took_s))]:.6f}\n")
    server.stop()


main()
