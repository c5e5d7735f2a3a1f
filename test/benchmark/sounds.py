"""How well sirens and horns are heard: in recorded clips, and how soon in simulated traffic.

    python test/benchmark/sounds.py FOLDER    # with labels.csv: file, class, salience, recording

A clip counts as heard when the product's own rule (`SoundEncoderConfig`) raises its alarm anywhere in it.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio import CueAlarms, SoundEncoder, SoundEncoderConfig
from crossmodal_narrator.runtime import EngineConfig, ModelStore, open_engine, sound_spec

MODEL = "sound_events"
BEGIN_NS = 1_000_000_000
CHUNK_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the encoder made of a clip."""

    name: str
    label: str
    salience: str
    recording: str
    siren: bool
    horn: bool
    siren_peak: float  # largest probability
    horn_peak: float


def encoder(models: Path | None = None, config: SoundEncoderConfig | None = None) -> SoundEncoder:
    """A new one: nothing of an earlier clip is left in it."""
    store = ModelStore(models)
    manifest = store.manifest(MODEL)
    engine = open_engine(manifest, store, EngineConfig(threads=1))
    return SoundEncoder(config or SoundEncoderConfig(), engine, sound_spec(manifest))


def chunks(samples: NDArray[np.float32], rate_hz: int, microphone: str = "outside") -> Iterator[AudioChunk]:
    """(samples, channels), cut as a driver does."""
    size = round(CHUNK_S * rate_hz)
    for first in range(0, len(samples), size):
        yield AudioChunk(
            stamp_ns=BEGIN_NS + first * 1_000_000_000 // rate_hz,
            frame_id="microphones",
            samples=np.ascontiguousarray(samples[first : first + size]),
            sample_rate_hz=rate_hz,
            microphone=microphone,
        )


def clips(folder: Path, models: Path | None = None) -> list[Heard]:
    """Every clip of `folder`, each as a stream of its own."""
    ears = encoder(models)
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [_heard(row, folder, ears) for row in rows]


def _heard(row: Mapping[str, str], folder: Path, ears: SoundEncoder) -> Heard:
    samples, rate_hz = soundfile.read(folder / row["file"], dtype="float32", always_2d=True)
    alarms = CueAlarms(SoundEncoderConfig())
    timer = StageTimer(time.perf_counter_ns)
    frames = [f for chunk in chunks(samples, rate_hz, row["file"]) for f in ears.encode(chunk, timer)]
    raised = [alarms.push(frame) for frame in frames]
    return Heard(
        name=row["file"],
        label=row["class"],
        salience=row["salience"],
        recording=row["recording"],
        siren=any(siren for siren, _ in raised),
        horn=any(horn for _, horn in raised),
        siren_peak=max((f.siren for f in frames), default=0.0),
        horn_peak=max((f.horn for f in frames), default=0.0),
    )


def share(found: Iterable[bool]) -> float:
    values = list(found)
    return sum(values) / len(values) if values else float("nan")


def figures(heard: list[Heard]) -> dict[str, float]:
    """The marks of the sound encoder."""
    siren = [h for h in heard if h.label == "siren"]
    horn = [h for h in heard if h.label == "car_horn"]
    return {
        "siren_foreground_recall": share(h.siren for h in siren if h.salience == "foreground"),
        "siren_background_recall": share(h.siren for h in siren if h.salience == "background"),
        "siren_false_alarms": share(h.siren for h in heard if h.label != "siren"),
        "horn_recall": share(h.horn for h in horn),
        "horn_foreground_recall": share(h.horn for h in horn if h.salience == "foreground"),
        "horn_false_alarms": share(h.horn for h in heard if h.label not in ("car_horn", "siren")),
    }


def by_recording(heard: list[Heard], label: str, cue: str) -> dict[tuple[str, str], tuple[int, int]]:
    """(recording, salience) → clips in which `cue` was heard, and clips."""
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for h in heard:
        if h.label == label:
            found[h.recording, h.salience].append(bool(getattr(h, cue)))
    return {key: (sum(values), len(values)) for key, values in sorted(found.items())}


def classes_table(heard: list[Heard]) -> Table:
    table = Table("class", "salience", "clips", "siren heard", "horn heard", title="clips in which an alarm was raised")
    groups: dict[tuple[str, str], list[Heard]] = defaultdict(list)
    for h in heard:
        groups[h.label, h.salience].append(h)
    for (label, salience), group in sorted(groups.items()):
        sirens, horns = sum(h.siren for h in group), sum(h.horn for h in group)
        table.add_row(label, salience, str(len(group)), str(sirens), str(horns))
    return table


def recordings_table(heard: list[Heard]) -> Table:
    table = Table("class", "recording", "salience", "heard", title="by recording")
    for label, cue in (("siren", "siren"), ("car_horn", "horn")):
        for (recording, salience), (found, count) in by_recording(heard, label, cue).items():
            table.add_row(label, recording, salience, f"{found} of {count}")
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=Path, help="another folder of models")
    args = parser.parse_args()
    console = Console(width=110)
    heard = clips(args.folder, args.models)
    console.print(classes_table(heard), recordings_table(heard))
    for name, value in figures(heard).items():
        console.print(f"{name}: {value:.3f}")
    wrong = [h for h in heard if h.siren and h.label != "siren"]
    console.print("taken for sirens:", *(f"{h.name} ({h.label})" for h in wrong))
    sys.path.insert(0, str(Path(__file__).parent))
    from sound_delays import delays_table

    console.print(delays_table(encoder(args.models)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
