"""How fast a drive is made, against real time: `python test/benchmark/simulator.py [SCENARIO …]`.

A row for each rig: seconds of the drive made in a second, what starting costs, and the memory of all processes.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from pathlib import Path

from crossmodal_narrator.simulation.drive import Drive, build_drive
from crossmodal_narrator.simulation.suite import TICK_S

RIGS = (
    ("64 beams, 640x360, microphones", 640, 360, "front", 0.5),
    ("64 beams, 960x540, microphones", 960, 540, "front", 1 / 3),
    ("64 beams, microphones", 640, 360, "none", 1.0),
)
PAGE = os.sysconf("SC_PAGE_SIZE")


def proportional_mb(pid: int) -> float:
    """Memory of one process, what it shares counted by share."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # it has ended meanwhile
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def family() -> list[int]:
    """This process and its children."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return [os.getpid(), *(int(child) for child in children)]


class MemoryWatch:
    """The largest sum that was seen, of looks each half second."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._stop.wait(0.5):
            self.peak_mb = max(self.peak_mb, sum(proportional_mb(pid) for pid in family()))

    def end(self) -> float:
        self._stop.set()
        self._thread.join()
        return self.peak_mb


def measured(drive: Drive, processes: int) -> tuple[float, float]:
    """Seconds until the first tick, and seconds of the drive a second from the third tick on."""
    started = time.perf_counter()
    times = [time.perf_counter() for _ in drive.ticks(processes)]
    made = (len(times) - 3) * TICK_S
    return times[0] - started, made / (times[-1] - times[2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=["red_then_green", "lead_brakes", "night_rain"])
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    print(f"{'scenario':24}{'rig':34}{'real time':>10}{'asked':>8}{'start':>8}{'memory':>10}")
    for scenario in args.scenarios:
        for name, width, height, cameras, asked in RIGS:
            drive = build_drive(scenario, seconds=args.seconds, width=width, height=height, cameras=cameras)
            watch = MemoryWatch()
            start_s, rate = measured(drive, args.processes)
            print(
                f"{scenario:24}{name:34}{rate:>9.2f}x{asked:>7.2f}x{start_s:>6.1f} s{watch.end():>7.0f} MB", flush=True
            )


if __name__ == "__main__":
    main()
