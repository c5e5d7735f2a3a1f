"""How many of the questions that others wrote are understood and rightly answered, from the scenes that they describe.

    python test/benchmark/questions.py FOLDER [--failures]     # with driving_with_llms.jsonl and lampilot_commands.json
    python test/benchmark/questions.py --wordings FILE…        # such as blind_wordings.yaml: these alone

A scene in words becomes a SceneState. An answer is judged by what of it a scene can tell: numbers within 5 %, counts,
lights, and that what cannot be known is said to be unknown. Attention, pedals, steering, intersections and what one
would do are no part of a scene: there the right reply says that.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.core.scene import Evidence, Motion, Relation, SceneObject, SceneState, TrafficSignal, side_of
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Utterance
from crossmodal_narrator.language import NarratorConfig
from crossmodal_narrator.language.dialogue import Asks, Context, Dialogue, Query, Told, read_words, understand

MPS_PER_MPH = 0.44704
HERE = Path(__file__).parent
WORDINGS = sorted(HERE.glob("*wordings*.yaml"))
STEP_NS = 100_000_000
STEPS = 15  # of the same scene, so that what is said of it has held for a while
THING = re.compile(
    r"A (?P<what>pedestrian|moving car|car|[a-z ]+); Angle in degrees: (?P<angle>-?[\d.]+); Distance: (?P<away>[\d.]+)m"
    r"(; Direction of travel: (?P<way>[a-z ]+))?(; Crossing: (?P<crosses>True|False))?"
)
WAYS = {"same direction as me": (1.0, 0.0), "opposite direction from me": (-1.0, 0.0)}
ACROSS = {"from left to right": (0.0, -1.0), "from right to left": (0.0, 1.0)}


@dataclass(frozen=True, kw_only=True)
class Judged:
    kind: str
    question: str
    wanted: str
    told: Told
    is_right: bool

    @property
    def is_understood(self) -> bool:
        return self.told.query.asks is not Asks.OTHER or self.kind == "anything else"


def scenes(text: str) -> Iterator[SceneState]:
    """The same scene for a second and a half."""
    for k in range(STEPS):
        yield scene(text, 1_000_000_000 + k * STEP_NS)


def scene(text: str, stamp_ns: int) -> SceneState:
    speed_mph = float((re.search(r"current speed is (-?[\d.]+) mph", text) or ["", "0"])[1])
    light = re.search(r"traffic light and it is ([a-z+]+)\. It is ([\d.]+)m ahead", text)
    evidence = tuple(Evidence(modality=s, stamp_ns=stamp_ns, detail="told") for s in (Sense.CAMERA, Sense.LIDAR))
    signals = ()
    if light is not None:
        state = {"red": SignalState.RED, "green": SignalState.GREEN}.get(light[1], SignalState.AMBER)
        signals = (
            TrafficSignal(
                signal_id=1, state=state, azimuth_rad=0.0, range_m=float(light[2]), confidence=1.0, evidence=evidence
            ),
        )
    objects = tuple(thing(k, match, evidence) for k, match in enumerate(THING.finditer(text), 1))
    return SceneState(
        stamp_ns=stamp_ns,
        ego=EgoMotion(
            stamp_ns=stamp_ns,
            odom_from_base=Pose.identity(),
            velocity_mps=(speed_mph * MPS_PER_MPH, 0.0, 0.0),
            yaw_rate_rps=0.0,
        ),
        objects=objects,
        sounds=(),
        signals=signals,
        degraded=(),
        senses=(Sense.CAMERA, Sense.LIDAR, Sense.ODOMETRY),
    )


def thing(number: int, match: re.Match[str], evidence: tuple[Evidence, ...]) -> SceneObject:
    azimuth = -math.radians(float(match["angle"]))  # theirs is positive to the right
    away = float(match["away"])
    x, y = away * math.cos(azimuth), away * math.sin(azimuth)
    label = ObjectClass.PEDESTRIAN if match["what"] == "pedestrian" else ObjectClass.CAR
    speed = 1.3 if label is ObjectClass.PEDESTRIAN else 8.0
    way = (match["way"] or "").strip()
    along = WAYS.get(way) or ACROSS.get(way) or (0.0, 0.0)
    motion = Motion.MOVING
    if match["crosses"] == "True" or (way in ACROSS and label is ObjectClass.CAR):
        motion = Motion.CROSSING
    elif way.startswith("opposite"):
        motion = Motion.ONCOMING
    return SceneObject(
        track_id=number,
        label=label,
        attributes=(),
        azimuth_rad=azimuth,
        position_m=(x, y, 0.8),
        size_lwh_m=(4.5, 1.8, 1.5) if label is ObjectClass.CAR else (0.5, 0.5, 1.7),
        yaw_rad=0.0,
        velocity_mps=(speed * along[0], speed * along[1], 0.0),
        relation=Relation(side=side_of(azimuth), in_path=x > 0.0 and abs(y) < 1.1, distance_m=away),
        motion=motion,
        confidence=0.95,
        age_s=3.0,
        evidence=evidence,
    )


Judge = Callable[[str, str, Told], bool]


def _values(told: Told, predicate: str) -> list[float]:
    return [float(c.value) for c in told.reply.claims if c.predicate == predicate]


def _near(value: float, wanted: float) -> bool:
    return abs(value - wanted) <= max(0.05 * abs(wanted), 0.05)


def _metres(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"(-?\d+(?:\.\d+)?) ?(?:m\b|met)", text)]


def distance(question: str, answer: str, told: Told) -> bool:
    return any(_near(v, w) for v in _values(told, "distance") for w in _metres(answer))


def own_speed(question: str, answer: str, told: Told) -> bool:
    wanted = [float(n) * MPS_PER_MPH for n in re.findall(r"(\d+(?:\.\d+)?) ?mph", answer)]
    stands = any(c.predicate == "ego_motion" and c.value in ("standing", "stopped") for c in told.reply.claims)
    return any(_near(v, w) for v in _values(told, "speed") for w in wanted) or (
        stands and min(wanted, default=0.0) < 0.6
    )


def light(question: str, answer: str, told: Told) -> bool:
    states = {c.value for c in told.reply.claims if c.predicate == "signal_state"}
    colours = set(re.findall(r"red\+yellow|red|green|yellow|amber", answer.lower()))
    if re.search(r"\b(no|not any|aren't|there (is|are) no)\b", answer.lower()) or not colours:
        return not states and told.query.asks is Asks.SIGNAL
    named = {"amber" if colour in ("yellow", "red+yellow") else colour for colour in colours}
    return bool(states) and states <= named


NUMBERS = {"no": 0, "none": 0, "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "a single": 1}


def count(question: str, answer: str, told: Told) -> bool:
    wanted = re.search(r"\b(\d+|no|none|zero|one|two|three|four|five)\b", answer.lower())
    if wanted is None:
        return False
    number = NUMBERS.get(wanted[1], int(wanted[1]) if wanted[1].isdigit() else -1)
    counted = sum(int(v) for v in _values(told, "count"))
    none = any(c.predicate == "none_seen" for c in told.reply.claims)
    return counted == number or (number == 0 and none)


def seen(question: str, answer: str, told: Told) -> bool:
    """What is observed: as many of each kind as the answer says, or as many as are told at most."""
    labels = Counter(str(c.value) for c in told.reply.claims if c.predicate == "exists")
    right = True
    for word, label in (("pedestrian", "pedestrian"), ("car", "car")):
        wanted = re.search(rf"\b(\d+|no|one|two|three|four|five) (?:moving )?{word}", answer.lower())
        if wanted is not None:
            number = NUMBERS.get(wanted[1], int(wanted[1]) if wanted[1].isdigit() else 0)
            right = right and (labels[label] == number or sum(labels.values()) >= 4 or labels[label] == min(number, 4))
    return right and (bool(labels) or "none_seen" in {c.predicate for c in told.reply.claims})


def crossing(question: str, answer: str, told: Told) -> bool:
    crosses = any(c.predicate == "motion" and c.value in ("crossing", "stepping_out") for c in told.reply.claims)
    wanted = not re.search(r"\b(no|not|none|neither|isn't|aren't)\b", answer.lower())
    return crosses == wanted


def heading(question: str, answer: str, told: Told) -> bool:
    """Directions of travel are told as movements, and angles as sides."""
    motions = {c.value for c in told.reply.claims if c.predicate == "motion"}
    if re.search(r"left to right|right to left", answer):
        return bool(motions & {"crossing", "stepping_out", "cutting_in"})
    if "opposite" in answer:
        return "oncoming" in motions
    return bool(told.reply.claims) and not motions & {"oncoming", "crossing", "stepping_out"}


def refused(question: str, answer: str, told: Told) -> bool:
    return told.reply.declined


NO_PART = (
    "attention steer pedal intersection junction next.turn lane your.action your.next what.action "
    "what.(should|will|would|are).you.(do|going) how.(are|will|would|should).you roundabout degree angle meaning.of "
    r"hazard turn\b"
)
ELSE = (
    "favou?rite your.name temperature weather limit building capital president joke day.is date time.is how.old "
    "colou?r.of.the.(building|sky|car|vehicle|pedestrian) brand model.of london city song food weight wearing gender "
    "age.of name.of passenger fuel license"
)
OWN_SPEED = (
    "(your|current|our|the.car.?s|my).(current.)?speed how.fast.are.(you|we) speed.of.(your|our|the).(car|vehicle)"
)
KINDS: tuple[tuple[str, str, Judge], ...] = (
    ("no part of a scene", NO_PART, refused),
    ("anything else", ELSE, refused),
    ("lights", "traffic.light signal colou?r", light),
    ("own speed", OWN_SPEED, own_speed),
    ("crossing", "crossing cross.the", crossing),
    ("counts", "how.many", count),
    ("distance", "distance how.far how.close", distance),
    ("heading", "direction", heading),
    ("what is seen", r"observ seeing describe summari situation scenario around see\b", seen),
)


def judged(folder: Path) -> Iterator[Judged]:
    with (folder / "driving_with_llms.jsonl").open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            dialogue = Dialogue(NarratorConfig(max_range_m=100.0))
            for state in scenes(entry["scene"]):
                dialogue.observe(state)
            for asked in entry["qa"]:
                question, answer = asked["q"], asked["a"]
                asking = Utterance(stamp_ns=0, text=question, language="en", confidence=1.0, seat=question)
                told = dialogue.ask(asking)
                kind, judge = _kind_of(question)
                yield Judged(
                    kind=kind, question=question, wanted=answer, told=told, is_right=judge(question, answer, told)
                )


def _kind_of(question: str) -> tuple[str, Judge]:
    lower = question.lower()
    return next(
        ((kind, judge) for kind, words, judge in KINDS if re.search(words.replace(" ", "|"), lower)),
        ("not judged", refused),
    )


def commands(folder: Path) -> list[tuple[str, Told]]:
    dialogue = Dialogue(NarratorConfig())
    for state in scenes("My current speed is 20 mph"):
        dialogue.observe(state)
    wordings = json.loads((folder / "lampilot_commands.json").read_text(encoding="utf-8"))
    asked = [Utterance(stamp_ns=0, text=w["text"], language="en", confidence=1.0) for w in wordings]
    return [(utterance.text, dialogue.ask(utterance)) for utterance in asked]


def taken(path: Path) -> Iterator[tuple[dict[str, str], Query]]:
    """The wordings of a file, and the query that each is taken for."""
    for wording in yaml.safe_load(path.read_text(encoding="utf-8")):
        yield wording, understand(wording["text"], read_words(wording["lang"]), Context())


def is_whole(wording: dict[str, str], query: Query) -> bool:
    """Of what has no place, the wordings tell neither kind nor area; the older ones not what we did either."""
    if query.asks in (Asks.WHY, Asks.IF):
        return all(getattr(query, name) == wording.get(name, getattr(query, name)) for name in ("did", "supposed"))
    kind = wording.get("kind", "")
    if (wording["lang"], kind, query.kind) == ("zh", "car", "vehicle"):
        kind = "vehicle"  # 车 is any vehicle; who wrote the wordings was to choose from the English kinds
    return (query.kind, query.area) == (kind, wording.get("area", ""))


def wordings_table(name: str, taken_for: list[tuple[dict[str, str], Query]]) -> Table:
    table = Table("language", "wordings", "intent right", "and all that it is about", title=name)
    for language in ("en", "zh"):
        ours = [(w, q) for w, q in taken_for if w["lang"] == language]
        right = [(w, q) for w, q in ours if q.asks.value == w["asks"]]
        whole = [(w, q) for w, q in right if is_whole(w, q)]
        about = f"{len(whole) / len(ours):.1%}" if any("kind" in w for w, _ in ours) else "not told"
        table.add_row(language, str(len(ours)), f"{len(right) / len(ours):.1%}", about)
    return table


def judged_table(results: list[Judged]) -> Table:
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for one in results:
        by_kind[one.kind].append(one)
    table = Table("asks of", "questions", "understood", "right")
    for kind, group in sorted(by_kind.items(), key=lambda entry: -len(entry[1])):
        told = "" if kind == "not judged" else f"{sum(o.is_right for o in group) / len(group):.1%}"
        table.add_row(kind, str(len(group)), f"{sum(o.is_understood for o in group) / len(group):.1%}", told)
    of = [o for o in results if o.kind != "not judged"]
    table.add_row("all that is judged", str(len(of)), "", f"{sum(o.is_right for o in of) / len(of):.1%}")
    return table


def failures(
    results: list[Judged],
    orders: list[tuple[str, Told]],
) -> Iterator[str]:
    """The most common ones of the judged questions, and all of the orders."""
    wrong = [o for o in results if o.kind != "not judged" and not o.is_right]
    for (kind, query), number in Counter((o.kind, str(o.told.query)) for o in wrong).most_common(25):
        o = next(o for o in wrong if (o.kind, str(o.told.query)) == (kind, query))
        yield f"{number} {kind} {query}: {o.question} | {o.wanted[:90]} | {o.told.reply.text}"
    yield from (f"no command: {text} → {told.query}" for text, told in orders if told.query.asks is not Asks.COMMAND)


def show_judged(folder: Path, console: Console, *, with_failures: bool) -> None:
    began_s = time.perf_counter()
    results = list(judged(folder))
    console.print(judged_table(results))
    console.print(f"{1e3 * (time.perf_counter() - began_s) / len(results):.2f} ms a question, with its scene")
    orders = commands(folder)
    known = [text for text, told in orders if told.query.asks is Asks.COMMAND and told.reply.declined]
    console.print(f"commands recognised and declined: {len(known)} of {len(orders)}")
    for line in failures(results, orders) if with_failures else ():
        console.print(line, soft_wrap=True, markup=False)


def show_wordings(path: Path, console: Console, *, with_failures: bool) -> None:
    told = list(taken(path))
    console.print(wordings_table(path.name, told))
    for wording, query in told if with_failures else ():
        if query.asks.value != wording["asks"] or not is_whole(wording, query):
            console.print(f"{wording['asks']}: {wording['text']} → {query}", soft_wrap=True, markup=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("folder", type=Path, nargs="?")
    what.add_argument(
        "--wordings", type=Path, nargs="+", default=WORDINGS, help="files of wordings, each with its query"
    )
    parser.add_argument("--failures", action="store_true", help="the most common ones, and all of the wordings")
    args = parser.parse_args()
    console = Console(width=140)
    if args.folder:
        show_judged(args.folder, console, with_failures=args.failures)
    for path in args.wordings:
        show_wordings(path, console, with_failures=args.failures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
