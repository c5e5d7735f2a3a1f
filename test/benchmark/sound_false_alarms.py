"""How often a siren or a horn is heard in simulated traffic in which there is none, by the product's own rule.

    python test/benchmark/sound_false_alarms.py --hours 1 [--models FOLDER ...]

Drives of the simulator that nothing was learnt from (by their numbers): any network, weather and traffic, four
capsules, engines, tyres, wind and rain, nobody who sounds a siren or a horn.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.console import Console
from sounds import encoder

from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio import CueAlarms, SoundEncoder, SoundEncoderConfig
from crossmodal_narrator.simulation.sensors.rig import Rig
from crossmodal_narrator.simulation.sound.microphones import MicrophoneArray
from crossmodal_narrator.simulation.sound.soundscape import Soundscape
from crossmodal_narrator.simulation.stage import Stage
from crossmodal_narrator.training.drives import drive

FIRST = 90_000  # training takes drives from 0 on
RATE_HZ = 16_000
TICKS = 470  # of the 48 s that a drive has


def heard(number: int, folder: Path | None) -> Iterator[AudioChunk]:
    """One drive's sound, kept in `folder` for the next time."""
    path = None if folder is None else folder / f"drive_{number}.npy"
    if path is not None and path.exists():
        samples = np.load(path)
    else:
        samples = np.stack([chunk.samples for chunk in made(number)])
        if path is not None:
            np.save(path, samples.astype(np.float16))
    for k, part in enumerate(samples.astype(np.float32)):
        yield AudioChunk(
            stamp_ns=1_000_000_000 + k * 100_000_000, frame_id="roof", samples=part, sample_rate_hz=RATE_HZ
        )


def made(number: int) -> Iterator[AudioChunk]:
    drawn = drive(number)
    rig = Rig(cameras=(), lidar=None, microphones=MicrophoneArray(), has_cabin_microphone=False)
    soundscape = Soundscape(drawn.rollout, Stage(drawn.rollout).scenery, rig)
    return (soundscape.outside(tick) for tick in range(TICKS))


def alarms(ears: SoundEncoder, chunks: list[AudioChunk]) -> Counter[str]:
    """How often each began."""
    judge, timer = CueAlarms(SoundEncoderConfig()), StageTimer(time.perf_counter_ns)
    raised: Counter[str] = Counter()
    before = False, False
    for chunk in chunks:
        for frame in ears.encode(chunk, timer):
            now = judge.push(frame)
            raised.update(
                kind for kind, was, is_ in zip(("siren", "horn"), before, now, strict=True) if is_ and not was
            )
            before = now
    return raised


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--skip", type=int, default=0, metavar="DRIVES", help="go on where an earlier run ended")
    parser.add_argument("--models", type=Path, nargs="*", default=[], help="folders of models beside the package's")
    parser.add_argument("--keep", type=Path, help="folder in which the drives' sound is kept for the next time")
    args = parser.parse_args()
    if args.keep is not None:
        args.keep.mkdir(parents=True, exist_ok=True)
    console = Console(width=120)
    folders: list[Path | None] = [None, *args.models]
    counted: dict[str, Counter[str]] = {str(folder or "the package's"): Counter() for folder in folders}
    first = FIRST + args.skip
    seconds, number = 0.0, first
    while seconds < args.hours * 3_600.0:
        chunks = list(heard(number, args.keep))
        for folder in folders:
            counted[str(folder or "the package's")] += alarms(encoder(folder), chunks)
        seconds, number = seconds + TICKS / 10.0, number + 1
        told = ", ".join(f"{name}: {c['siren']} sirens, {c['horn']} horns" for name, c in counted.items())
        console.print(f"{number - first} drives, {seconds / 60.0:.1f} min: {told}", soft_wrap=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
