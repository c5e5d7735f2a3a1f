"""A fleet of small simulated bags: what is spoilt among them, workers that are killed, scaling, memory of a long bag.

    python test/benchmark/fleet.py many --bags 200        three spoilt ones among them, on Ray
    python test/benchmark/fleet.py kills --bags 40        ten processes killed at random times: the same bytes
    python test/benchmark/fleet.py scaling --bags 40      one worker, two workers
    python test/benchmark/fleet.py long --minutes 30      resident memory of a replay, by minute of the drive
    python test/benchmark/fleet.py evaluation --minutes 30   resident memory of an evaluation against truth, likewise

Bags have 1.2 s of LiDAR at a sixth of its points and four microphones, and no camera; each has stamps of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "test" / "integration" / "fleet"))

from many_bags import LIDAR, copies, corrupt, empty, endless, repeated, small_drive  # noqa: E402

SPOILT = {"corrupt", "empty", "endless"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("many", "kills", "scaling", "long", "evaluation"))
    parser.add_argument("--bags", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--every-nth-sweep", type=int, default=1, help="long: 5 leaves two sweeps a second")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--on", choices=("ray", "processes"), default="ray")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fleet_") as scratch:
        folder = Path(scratch)
        seed = small_drive(folder / "seed")
        {"many": many, "kills": kills, "scaling": scaling, "long": long, "evaluation": evaluation}[args.part](
            seed, folder, args
        )
    return 0


def many(seed: Path, folder: Path, args: argparse.Namespace) -> None:
    bags = folder / "bags"
    right = set(copies(seed, bags, args.bags - len(SPOILT)))
    corrupt(seed, bags / "corrupt")
    empty(seed, bags / "empty")
    endless(bags / "endless")
    took_s = fleet(bags, folder / "out", "--on", args.on, "--timeout", "60")
    summary = json.loads((folder / "out" / "summary.json").read_text())
    for failure in summary["failed"]:
        print(f"  {failure['bag']}: {failure['reason']}")
    assert {failure["bag"] for failure in summary["failed"]} == SPOILT
    assert {path.name for path in (folder / "out" / "bags").iterdir()} == right
    print(f"{summary['whole']} of {summary['bags']} bags whole in {took_s:.1f} s; load {os.getloadavg()[0]:.1f}")


def kills(seed: Path, folder: Path, args: argparse.Namespace) -> None:
    """Kill workers by the pid that each writes down, at random times; one bag may be hit more than once."""
    bags = folder / "bags"
    copies(seed, bags, args.bags)
    fleet(bags, folder / "undisturbed", "--on", args.on)
    rng, killed, is_over = random.Random(args.seed), [], threading.Event()

    def kill() -> None:
        while len(killed) < args.kills and not is_over.wait(rng.uniform(0.3, 3.0)):
            pids = sorted((folder / "disturbed" / ".making").glob("*/pid"))
            if pids:
                chosen = rng.choice(pids)
                try:
                    pid = int(chosen.read_text())
                    chosen.unlink()
                    os.kill(pid, signal.SIGKILL)
                    killed.append(chosen.parent.name)
                except (OSError, ValueError):
                    continue  # it had ended by itself

    killer = threading.Thread(target=kill)
    killer.start()
    fleet(bags, folder / "disturbed", "--on", args.on, "--retries", str(args.kills))
    is_over.set()
    killer.join()
    one, other = digest(folder / "undisturbed"), digest(folder / "disturbed")
    print(f"{len(killed)} kills, of {', '.join(killed)}")
    print(f"{one[:16]} undisturbed, {other[:16]} disturbed: {'the same bytes' if one == other else 'DIFFERENT'}")
    assert one == other


def scaling(seed: Path, folder: Path, args: argparse.Namespace) -> None:
    bags = folder / "bags"
    copies(seed, bags, args.bags)
    took_s = {}
    for workers in (1, 2):
        # What it costs to start is measured with one bag, and left out.
        copies(seed, folder / f"one_{workers}", workers)
        start_s = fleet(folder / f"one_{workers}", folder / f"o{workers}", "--on", args.on, "--workers", str(workers))
        took_s[workers] = fleet(bags, folder / f"out_{workers}", "--on", args.on, "--workers", str(workers)) - start_s
        driven_s = json.loads((folder / f"out_{workers}" / "summary.json").read_text())["drive_s"]
        rate = f"{driven_s / took_s[workers]:.2f} s of driving in 1 s"
        print(f"{workers} workers: {took_s[workers]:.1f} s beyond {start_s:.1f} s of starting; {rate}")
    print(f"scaling {took_s[1] / took_s[2]:.2f}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def long(seed: Path, folder: Path, args: argparse.Namespace) -> None:
    """Replay one long bag in this process, and look at its resident memory once a minute of the drive."""
    from crossmodal_narrator.bags import open_bag
    from crossmodal_narrator.bags.replay import Replay, Transcript
    from crossmodal_narrator.cli.recorded import open_drive
    from crossmodal_narrator.nodes.memory import resident_mb

    length_s = 0.1 * next(topic.message_count for topic in open_bag(seed).topics if topic.name == LIDAR)
    times = round(args.minutes * 60 / length_s)
    bag = repeated(seed, folder / "long", times=times, every_nth_sweep=args.every_nth_sweep)
    shutil.copy(seed.parent / "vehicle.yaml", folder)
    drive = open_drive(bag, None, None)
    length_s = (drive.bag.end_ns - drive.bag.start_ns) / 1e9
    print(f"{length_s / 60:.1f} min, {drive.bag.message_count} messages")
    started, next_s = time.perf_counter(), 0.0
    with Transcript(folder / "out") as transcript:
        for scene, _ in Replay(drive.bag, drive.intake, drive.pipeline, transcript):
            at_s = (scene.stamp_ns - drive.bag.start_ns) / 1e9
            if at_s >= next_s:
                print(f"  {at_s / 60:5.1f} min  {resident_mb():6.1f} MB  after {time.perf_counter() - started:.0f} s")
                next_s += max(args.minutes * 60 / 15, 1.0)


def evaluation(seed: Path, folder: Path, args: argparse.Namespace) -> None:
    """Scenes, sentences and truth of a short drive, again and again with later stamps, measured in this process."""
    from crossmodal_narrator.cli.recorded import open_drive
    from crossmodal_narrator.cli.replaying import replay_drive
    from crossmodal_narrator.evaluation import TruthFile
    from crossmodal_narrator.evaluation.drive import Truth, evaluate_drive
    from crossmodal_narrator.evaluation.replayed import Replayed, read_replayed
    from crossmodal_narrator.nodes.memory import resident_mb

    replay_drive(open_drive(seed, None, None), folder / "replay")
    once, truth = read_replayed(folder / "replay"), json.loads((seed.parent / "truth.json").read_text())
    step_ns = len(truth) * 100_000_000
    times = round(args.minutes * 60e9 / step_ns)

    def later(records, k: int):
        return ({**record, "stamp_ns": record["stamp_ns"] + k * step_ns} for record in records)

    path = folder / "truth.json"
    with path.open("w") as file:
        for k in range(times):
            file.writelines(("," if k or n else "[") + json.dumps(entry) for n, entry in enumerate(later(truth, k)))
        file.write("]")

    class Scenes:
        def __iter__(self):
            for k in range(times):
                if k % max(times // 15, 1) == 0:
                    print(f"  {k * step_ns / 60e9:5.1f} min  {resident_mb():6.1f} MB")
                yield from later(once.scenes, k)

    said = tuple(line for k in range(times) for line in later(once.transcript, k))
    labelled = TruthFile(path)
    print(
        f"{times * step_ns / 60e9:.1f} min, {len(truth[0]['objects'])} labelled things, {resident_mb():.1f} MB at first"
    )
    evaluate_drive(
        Replayed(scenes=Scenes(), transcript=said), Truth(scenes=labelled, in_view=lambda p: True, speeds={})
    )
    print(f"  at its end  {resident_mb():6.1f} MB")


def fleet(bags: Path, out: Path, *options: str) -> float:
    """Run the verb; 1 says that bags were named."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "crossmodal_narrator", "fleet", str(bags), "--out", str(out), *options]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    print(done.stdout.splitlines()[-1])
    return time.perf_counter() - started


def digest(out: Path) -> str:
    """Of all that does not depend on the clock: results, summaries, and each bag's files but times."""
    found = hashlib.sha256()
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        if path.name not in ("timings.jsonl", "evaluation.json", ".lock"):
            found.update(f"{path.relative_to(out)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
