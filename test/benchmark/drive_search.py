"""Search in simulated drives against what really happened in them, and against plain text search: recall and F1.

    crossmodal-narrator simulate SCENARIO --out DRIVES/SCENARIO          (bag/, truth.json)
    crossmodal-narrator replay DRIVES/SCENARIO/bag --out DRIVES/SCENARIO/run --language en,zh --params crossmodal.yaml
    python test/benchmark/drive_search.py DRIVES

drive_search_queries.yaml has the words, in six parts. What must be found are intervals by rules over truth.json, none
of which looks at what the product saw. A hit is right if at least half of it lies in such an interval, widened by
2 s; an interval is found if a right hit meets it. recall@10: of the intervals, at most ten, how many the first ten hits
find. F1: of the hits that say that they are sure (of plain text search: of all ten), and the intervals. Beside both:
ten moments by chance, a hundred times.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from crossmodal_narrator.assembly import open_text
from crossmodal_narrator.bags.index import Asked, DriveStore, Filters, read_run, search
from crossmodal_narrator.bags.index.ranking import by_words
from crossmodal_narrator.cli.parameters import perception_config
from crossmodal_narrator.language.searching import read_search_words, wanted_by, words_of
from crossmodal_narrator.wire import TopicMap

QUERIES = Path(__file__).with_name("drive_search_queries.yaml")
WIDER_S, GAP_S, LEAST_S = 2.0, 1.0, 0.3
PARTS = ("first", "second", "third", "fourth", "fifth", "sixth")
Entry = Mapping[str, Any]
Span = tuple[str, float, float]  # drive, begin, end: seconds of the sensors' clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    recall: float
    f1: float


def things(entry: Entry, labels: Iterable[str], reach_m: float = 40.0) -> list[Entry]:
    """That the laser met at least five times, within reach."""
    near = (o for o in entry["objects"] if o["label"] in labels and o["lidar_points"] >= 5)
    return [o for o in near if math.hypot(*o["position_m"][:2]) <= reach_m]


def ahead(o: Entry) -> bool:
    return o["position_m"][0] > 0 and abs(o["position_m"][1]) < max(3.0, o["position_m"][0])


def crossing(entry: Entry) -> list[Entry]:
    """Who walks across our direction, on or beside our path."""
    people = things(entry, ("pedestrian",))
    across = [o for o in people if abs(math.sin(o["yaw_rad"])) > 0.8 and o["speed_mps"] > 0.4]
    return [o for o in across if o["position_m"][0] > 0 and abs(o["position_m"][1]) < 6.0]


def sirens(entry: Entry) -> list[Entry]:
    return [s for s in entry["sounds"] if s["kind"] == "siren"]


def red(entry: Entry, state: str) -> bool:
    near = [s for s in entry["signals"] if s["is_for_ego"] and 0 < s["stop_line_m"][0] < 60]
    return any(s["state"] == state for s in near)


def oncoming(entry: Entry) -> bool:
    comes = [o for o in things(entry, ("car", "van", "truck", "bus"), 60) if o["speed_mps"] > 2 and ahead(o)]
    return any(math.cos(o["yaw_rad"]) < -0.7 for o in comes)


def parked_right(entry: Entry) -> bool:
    parked = [o for o in things(entry, ("car", "van", "truck"), 30) if o["motion"] == "Parked"]
    return sum(o["position_m"][1] < -1.5 for o in parked) >= 3


def white_car(entry: Entry) -> bool:
    return any(o["id"] == "car-ahead" and o["position_m"][0] < 30 for o in entry["objects"])


RULES: Mapping[str, Callable[[str, Entry, float], bool]] = {
    "siren": lambda drive, e, t: bool(sirens(e)),
    "siren_behind": lambda drive, e, t: any(abs(s["arrival_azimuth_rad"]) > 1.96 for s in sirens(e)),
    "crossing": lambda drive, e, t: bool(crossing(e)),
    "steps_out": lambda drive, e, t: drive == "pedestrian_steps_out" and bool(crossing(e)),
    "red_stop": lambda drive, e, t: red(e, "red") and e["ego_speed_mps"] < 0.5,
    "bus_ahead": lambda drive, e, t: any(map(ahead, things(e, ("bus",)))),
    "oncoming": lambda drive, e, t: oncoming(e),
    "cyclist": lambda drive, e, t: any(map(ahead, things(e, ("cyclist", "bicycle")))),
    "parked": lambda drive, e, t: parked_right(e),
    "night": lambda drive, e, t: drive == "night_rain" and bool(crossing(e)),
    "stop": lambda drive, e, t: e["ego_speed_mps"] < 0.5,
    "white": lambda drive, e, t: drive == "street" and white_car(e),
    "brake_for": lambda drive, e, t: e["ego_manoeuvre"] == "braking" and bool(crossing(e)),
}
# Changes, by what a drive's script has: the expectation's name.
SCRIPTED: Mapping[str, Sequence[str]] = {
    "siren_nearer": ("siren_closer",),
    "siren_fades": ("siren_fades",),
    "cut_in": ("cuts_in",),
    "green": ("green",),
    "bus_leaves": ("bus_leaves",),
    "pass_cyclist": ("passing_the_cyclist",),
}


def relevant(name: str, drives: Mapping[str, Path]) -> list[Span]:
    if name == "start":
        return [span for drive, folder in drives.items() for span in starts(drive, truth_of(folder))]
    if name in SCRIPTED:
        return [span for drive, folder in drives.items() for span in scripted(drive, folder, SCRIPTED[name])]
    return [span for drive, folder in drives.items() for span in held(drive, truth_of(folder), RULES[name])]


def truth_of(folder: Path) -> list[Entry]:
    return list(json.loads((folder / "truth.json").read_text(encoding="utf-8")))


def held(drive: str, truth: Sequence[Entry], rule: Callable[[str, Entry, float], bool]) -> list[Span]:
    spans: list[Span] = []
    for entry in truth:
        now = entry["stamp_ns"] / 1e9
        if not rule(drive, entry, now):
            continue
        if spans and now - spans[-1][2] <= GAP_S:
            spans[-1] = (drive, spans[-1][1], now)
        else:
            spans.append((drive, now, now))
    return [span for span in spans if span[2] - span[1] >= LEAST_S]


def starts(drive: str, truth: Sequence[Entry]) -> list[Span]:
    """Three seconds from where we had stood."""
    stands = held(drive, truth, RULES["stop"])
    end = truth[-1]["stamp_ns"] / 1e9
    return [(drive, until, until + 3.0) for _, _, until in stands if until < end - 1.0]


def scripted(drive: str, folder: Path, names: Sequence[str]) -> list[Span]:
    script = json.loads((folder / "expectations.json").read_text(encoding="utf-8"))
    begin = script["start_ns"] / 1e9
    expected = [one for one in script["expectations"] if one["name"] in names]
    return [(drive, begin + one["from_s"], begin + one["by_s"]) for one in expected]


def score(hits: Sequence[Span], sure: Sequence[Span], wanted: Sequence[Span]) -> Score:
    right = [hit for hit in hits if is_right(hit, wanted)]
    found = sum(any(meets(hit, span) for hit in right) for span in wanted)
    sure_right = [hit for hit in sure if is_right(hit, wanted)]
    precision = len(sure_right) / len(sure) if sure else 0.0
    recall = sum(any(meets(hit, span) for hit in sure_right) for span in wanted) / len(wanted)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Score(recall=min(1.0, found / min(len(wanted), 10)), f1=f1)


def is_right(hit: Span, wanted: Iterable[Span]) -> bool:
    length = max(hit[2] - hit[1], 0.1)
    return any(d == hit[0] and overlap(hit, (d, b - WIDER_S, e + WIDER_S)) >= 0.5 * length for d, b, e in wanted)


def meets(hit: Span, span: Span) -> bool:
    return hit[0] == span[0] and overlap(hit, (span[0], span[1] - WIDER_S, span[2] + WIDER_S)) > 0


def overlap(one: Span, other: Span) -> float:
    return min(one[2], other[2]) - max(one[1], other[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drives", type=Path, help="folder of drives, each with truth.json, expectations.json and run/")
    parser.add_argument("--verbose", action="store_true", help="a line for each search")
    args = parser.parse_args()
    drives = {f.parent.parent.name: f.parent.parent for f in sorted(args.drives.glob("*/run/transcript.jsonl"))}
    queries = yaml.safe_load(QUERIES.read_text(encoding="utf-8"))
    encoder = open_text(perception_config(None, TopicMap()))
    rows: dict[tuple[str, str, str], list[Score]] = {}
    with tempfile.TemporaryDirectory() as folder, DriveStore(Path(folder), make=True) as store:
        for drive in drives.values():
            store.add(read_run(drive / "run"))
        names = {key: Path(str(replay)).parent.name for key, replay in store.rows("SELECT run, replay FROM run")}
        wanted = {name: relevant(name, drives) for name in queries}
        print(f"{len(drives)} drives: {', '.join(drives)}; {sum(map(len, wanted.values()))} intervals to be found")
        for name, language, k, text in cases(queries):
            if not wanted[name]:
                continue
            ours, plain = both(store, names, encoder.encode(text), text, language, wanted[name])
            rows.setdefault((PARTS[k], language, "facts, words, looks"), []).append(ours)
            rows.setdefault((PARTS[k], language, "plain text"), []).append(plain)
            rows.setdefault(("chance", "-", "ten moments"), []).append(by_chance(store, names, wanted[name]))
            if args.verbose:
                print(f"{name:13} {len(wanted[name]):2} {PARTS[k]:7} {text:50} {ours.recall:.2f} {ours.f1:.2f}  "
                      f"{plain.recall:.2f} {plain.f1:.2f}")  # fmt: skip
    for (part, language, way), scores in sorted(rows.items()):
        recall, f1 = (float(np.mean([getattr(s, figure) for s in scores])) for figure in ("recall", "f1"))
        print(f"{part:7} {language}  {way:20} {len(scores):3} searches  recall@10 {recall:.3f}  F1 {f1:.3f}")


def by_chance(store: DriveStore, names: Mapping[object, str], wanted: Sequence[Span]) -> Score:
    """Ten seconds chosen blindly."""
    loaded, rng = store.loaded(), np.random.default_rng(0)
    drives = [names[loaded.runs[k]] for k in loaded.moment_run]
    moments = [(d, t / 1e9 - 0.5, t / 1e9 + 0.5) for d, t in zip(drives, loaded.moments["stamp_ns"], strict=True)]
    tries = [[moments[k] for k in rng.choice(len(moments), 10, replace=False)] for _ in range(100)]
    scores = [score(hits, hits, wanted) for hits in tries]
    recall, f1 = (float(np.mean([getattr(s, figure) for s in scores])) for figure in ("recall", "f1"))
    return Score(recall=recall, f1=f1)


def cases(queries: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterable[tuple[str, str, int, str]]:
    return ((name, lang, k, text) for name, by in queries.items() for lang in by for k, text in enumerate(by[lang]))


def both(
    store: DriveStore, names: Mapping[object, str], vector: Any, text: str, language: str, wanted: Sequence[Span]
) -> tuple[Score, Score]:
    """Our search, and sentences of the query's language by BM25 alone."""
    words = read_search_words(language)
    asked = Asked(wanted=wanted_by(text, words), words=words_of(text, words), language=language, vector=vector)
    hits = search(store, asked, most=10)
    spans = [(names[h.run], h.begin_ns / 1e9, h.end_ns / 1e9) for h in hits]
    sure = [span for span, hit in zip(spans, hits, strict=True) if hit.is_sure]
    plain = by_words(store, Asked(wanted=(), words=asked.words, filters=Filters(language=language)))[:10]
    texts = [(names[s.run], s.begin_ns / 1e9, s.end_ns / 1e9) for s in plain]
    return score(spans, sure, wanted), score(texts, texts, wanted)


if __name__ == "__main__":
    main()
