"""How long a store of many moments takes to answer: made up, 28 hours at one moment a second by default.

    python test/benchmark/drive_search_latency.py [--moments 100000] [--store DIR]

Five events and a sentence in each of two languages for every two seconds, vectors of 128 numbers, no thumbnails. The
searches are those of drive_search_queries.yaml, without and with filters. The words' vectors are made beforehand: 15 ms
each, and 0.5 s for the first.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from crossmodal_narrator.bags.index import Asked, DriveStore, Filters, Run, search
from crossmodal_narrator.bags.index.events import Event
from crossmodal_narrator.bags.index.run import Moment, Sentence
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.claims.predicates import EgoState, Movement
from crossmodal_narrator.language.searching import Topic, read_search_words, wanted_by, words_of

QUERIES = Path(__file__).with_name("drive_search_queries.yaml")
SECONDS, SPACE, NS = 250, 128, 1_000_000_000
LABELS = ("car",) * 12 + ("van", "van", "truck", "bus", "cyclist", "pedestrian", "pedestrian", "pedestrian")
COLOURS = ("", "", "white", "black", "grey", "red", "blue")
TEXTS = (
    ("en", "A {} car is coming towards us, {} metres ahead on the left."),
    ("en", "A {} van is parked ahead on the right, {} metres."),
    ("en", "We're slowing for a pedestrian who is crossing, {} {} metres ahead."),
    ("en", "The siren is getting closer, behind us; {} {}."),
    ("zh", "左前方{}{}米有一辆轿车迎面驶来。"),
    ("zh", "前方行人{}{}米正在过马路，我们减速。"),
    ("zh", "听到警笛声{}{}，越来越近，在后面。"),
)
FILTERS = (
    Filters(),
    Filters(speed_kmh=(0.0, 30.0)),
    Filters(light="night", weather="rain"),
    Filters(near_m=(500.0, 500.0, 100.0)),
    Filters(language="zh"),
    Filters(event=wanted_by("siren", read_search_words("en"))),
)


def run_of(number: int, rng: np.random.Generator) -> Run:
    begin = 1_700_000_000 * NS + number * 3600 * NS
    light, weather = rng.choice(["day", "dusk", "night"]), rng.choice(["clear", "clear", "rain", "fog"])
    vectors = rng.normal(size=(SECONDS, SPACE)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    speeds = rng.uniform(0, 20, SECONDS)
    moments = tuple(
        Moment(stamp_ns=begin + k * NS, speed_mps=float(speeds[k]), light=str(light), weather=str(weather),
               place="town", vector=vectors[k])
        for k in range(SECONDS)
    )  # fmt: skip
    return Run(
        replay=Path(f"replay-{number}"),
        digest=f"{number:064x}",
        begin_ns=begin,
        end_ns=begin + SECONDS * NS,
        moments=moments,
        events=tuple(events_of(begin, rng)),
        sentences=tuple(sentences_of(begin, rng)),
    )


def events_of(begin: int, rng: np.random.Generator) -> Iterable[Event]:
    movements, states, sides = [m.value for m in Movement], [s.value for s in EgoState], list(Side)
    yield event(Topic.LIGHT, "surroundings", "night", begin, SECONDS)
    for k in range(SECONDS):
        yield event(Topic.EGO, "ego", str(rng.choice(states)), begin + k * NS, 1.0)
        for j in range(4):
            yield Event(
                topic=Topic.THING, subject=f"track:{4 * k + j}", value=str(rng.choice(movements)),
                begin_ns=begin + k * NS, end_ns=begin + k * NS + int(rng.integers(1, 8)) * NS,
                label=str(rng.choice(LABELS)), sides=(sides[int(rng.integers(8))],), in_path=bool(rng.random() < 0.2),
                colour=str(rng.choice(COLOURS)), weight=float(rng.random()),
            )  # fmt: skip
        if k % 10 == 0:
            yield event(Topic.SIGNAL, "signal", str(rng.choice(["red", "green"])), begin + k * NS, 8.0)
        if k % 50 == 0:
            side = sides[int(rng.integers(8))]
            yield event(Topic.SOUND, "sound:siren", "siren", begin + k * NS, 10.0, (side,))


def event(topic: Topic, subject: str, value: str, begin: int, length_s: float, sides: tuple[Side, ...] = ()) -> Event:
    end = begin + round(length_s * NS)
    return Event(topic=topic, subject=subject, value=value, begin_ns=begin, end_ns=end, sides=sides)


def sentences_of(begin: int, rng: np.random.Generator) -> Iterable[Sentence]:
    for k in range(0, SECONDS, 2):
        for language in ("en", "zh"):
            texts = [text for tag, text in TEXTS if tag == language]
            text = str(rng.choice(texts)).format(rng.choice(COLOURS), int(rng.integers(5, 60)))
            yield Sentence(stamp_ns=begin + k * NS, language=language, text=text, subjects=(f"track:{4 * k}",))


def questions(rng: np.random.Generator) -> Sequence[tuple[str, Asked]]:
    queries = yaml.safe_load(QUERIES.read_text(encoding="utf-8"))
    found = []
    for by in queries.values():
        for language, texts in by.items():
            words = read_search_words(language)
            for text in texts:
                vector = rng.normal(size=SPACE).astype(np.float32)
                vector /= np.linalg.norm(vector)
                said = words_of(text, words)
                found.append((text, Asked(wanted=wanted_by(text, words), words=said, language=language, vector=vector)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=100_000)
    parser.add_argument("--store", type=Path, help="kept, and used again where it is there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.store or Path(scratch)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        fill(folder, args.moments // SECONDS)
        measure(folder, before)


def fill(folder: Path, runs: int) -> None:
    rng = np.random.default_rng(7)
    with DriveStore(folder, make=True) as store:
        began = time.perf_counter()
        for number in range(runs if not store.rows("SELECT 1 FROM run LIMIT 1") else 0):
            store.add(run_of(number, rng))
        loaded = store.loaded()
        counts = {"moments": len(loaded.moments), "events": len(loaded.event_run)}
        counts["sentences"] = int(str(store.rows("SELECT count(*) FROM sentence")[0][0]))
        size = store.path.stat().st_size / 1e6
        print(f"{counts}, {size:.0f} MB, filled in {time.perf_counter() - began:.0f} s")


def measure(folder: Path, before: float) -> None:
    with DriveStore(folder) as store:
        asked = questions(np.random.default_rng(8))
        began = time.perf_counter()
        search(store, asked[0][1], most=10)
        print(f"first answer {1e3 * (time.perf_counter() - began):.0f} ms")
        for filters in FILTERS:
            times = [timed(store, replace(one, filters=filters)) for _, one in asked]
            wall, cpu = np.array(times).T
            slowest = asked[int(np.argmax(wall))][0]
            print(
                f"{told(filters):15} p50 {np.median(wall):4.0f} ms  p95 {np.percentile(wall, 95):4.0f} ms  "
                f"of the processor p95 {np.percentile(cpu, 95):4.0f} ms  slowest {wall.max():4.0f} ms: {slowest}"
            )
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"memory at most {after:.0f} MB, {before:.0f} MB before anything was read; {os.cpu_count()} cores")


def told(filters: Filters) -> str:
    empty = Filters()
    names = [name for name in filters.__dataclass_fields__ if getattr(filters, name) != getattr(empty, name)]
    return ", ".join(names) or "no filter"


def timed(store: DriveStore, asked: Asked) -> tuple[float, float]:
    """By the clock, and of the processor."""
    began, used = time.perf_counter(), time.process_time()
    search(store, asked, most=10)
    return 1e3 * (time.perf_counter() - began), 1e3 * (time.process_time() - used)


if __name__ == "__main__":
    main()
