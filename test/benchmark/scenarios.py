"""What is said of the simulator's scenarios, against what had to be said, and against what really stood there.

    python test/benchmark/scenarios.py DIR [--seed 1] [--size 640x360] [--only NAME …] [--transcripts FILE.md]
    python test/benchmark/scenarios.py DIR --replays FLEET [--transcripts FILE.md]

Drives that are not in DIR yet are made there (one to three minutes each). Perception runs once a drive, or not at all
where `--replays` names what `fleet` has written of DIR; each profile narrates the same scenes, so that its words a
minute can be compared. Claims and expectations are those of the standard profile.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from crossmodal_narrator.bags.index.scenes import scene_from
from crossmodal_narrator.bags.records import SCENES_FILE, read_records
from crossmodal_narrator.bags.replay import recorded_frames
from crossmodal_narrator.cli.main import main as narrator_cli
from crossmodal_narrator.cli.recorded import open_drive
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.evaluation import (
    identify_by,
    read_expectations,
    read_truth,
    score_claims,
    score_expectations,
)
from crossmodal_narrator.evaluation.expectations import Outcome, Verdict
from crossmodal_narrator.fleet.folder import FleetFolder
from crossmodal_narrator.language import Narrator, NarratorConfig
from crossmodal_narrator.language.profiles import PROFILES
from crossmodal_narrator.simulation.scenarios import scenario_names
from crossmodal_narrator.wire.records import narration_record, scene_record

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, kw_only=True)
class Told:
    """One scenario."""

    name: str
    length_s: float
    said: tuple[Narration, ...]
    start_ns: int
    outcomes: tuple[Outcome, ...]
    claims_right: int
    claims_checked: int
    wrong: tuple[str, ...]
    words: dict[str, int]  # by profile, in English


def records(values: Sequence[Any], record: Any) -> list[dict[str, Any]]:
    """As they would be read from a file."""
    return [json.loads(json.dumps(record(value))) for value in values]


def narrated(scenes: Sequence[SceneState], profile: str) -> tuple[Narration, ...]:
    narrator = Narrator(NarratorConfig(languages=LANGUAGES, profile=profile))
    return tuple(narration for scene in scenes for narration in narrator.narrate(scene))


def perceived(drive: Path) -> list[SceneState]:
    recorded = open_drive(drive / "bag", None, "en,zh")
    frames = recorded_frames(recorded.bag, recorded.intake, recorded.bag.end_ns)
    return [scene for scene, _ in recorded.pipeline.run(frames)]


def replayed(folder: Path) -> list[SceneState]:
    """The scenes of a replay, as exact as its records are."""
    return [scene_from(record) for record in read_records(folder / SCENES_FILE)]


def told(drive: Path, scenes: Sequence[SceneState]) -> Told:
    said = {profile: narrated(scenes, profile) for profile in PROFILES}
    transcript, seen = records(said["standard"], narration_record), records(scenes, scene_record)
    truth, expected = read_truth(drive / "truth.json"), read_expectations(drive / "expectations.json")
    score = score_expectations(
        transcript,
        expected.expectations,
        expected.start_ns,
        languages=LANGUAGES,
        identify=identify_by(transcript, seen, truth),
    )
    claims = score_claims(transcript, seen, truth, "en")
    right, false = sum(claims.right.values()), sum(claims.false.values())
    return Told(
        name=drive.name,
        length_s=(scenes[-1].stamp_ns - scenes[0].stamp_ns) / 1e9,
        said=said["standard"],
        start_ns=expected.start_ns,
        outcomes=score.outcomes,
        claims_right=right,
        claims_checked=right + false,
        wrong=tuple(claims.wrong),
        words={
            profile: sum(len(n.text.split()) for n in narrations if n.language == "en")
            for profile, narrations in said.items()
        },
    )


def met(outcomes: Sequence[Outcome], language: str) -> tuple[int, int]:
    verdicts = [o.verdict for o in outcomes if o.language == language]
    return verdicts.count(Verdict.MET), len(verdicts)


def of_safety(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [o for o in outcomes if o.expectation.safety]


def lead(outcomes: Sequence[Outcome]) -> str:
    """How early what had to be said was said, before its last moment: the median, and the shortest."""
    leads_s = [o.lead_s for o in outcomes if o.verdict is Verdict.MET and o.lead_s is not None]
    return f"{statistics.median(leads_s):.1f}, {min(leads_s):.1f}" if leads_s else "–"


def table(results: Sequence[Told], seed: int) -> Table:
    shown = Table(title=f"what was said of the scenarios, seed {seed}")
    judged = ("met, en", "met, zh", "of safety, en", "lead: median, least (s)", "claims that hold")
    for column in ("scenario", *judged, *(f"{p}, words/min" for p in PROFILES)):
        shown.add_column(column)
    for one in results:
        both = [f"{m} of {n}" for m, n in (met(one.outcomes, language) for language in LANGUAGES)]
        pace = [f"{60 * one.words[p] / one.length_s:.0f}" for p in PROFILES]
        safe = "{} of {}".format(*met(of_safety(one.outcomes), "en"))
        shown.add_row(one.name, *both, safe, lead(one.outcomes), f"{one.claims_right} of {one.claims_checked}", *pace)
    outcomes = [o for one in results for o in one.outcomes]
    both = [f"{m} of {n} ({m / max(n, 1):.1%})" for m, n in (met(outcomes, language) for language in LANGUAGES)]
    met_safe, safe = met(of_safety(outcomes), "en")
    safety = f"{met_safe} of {safe} ({met_safe / max(safe, 1):.1%}); lead {lead(of_safety(outcomes))}"
    right, checked = sum(r.claims_right for r in results), sum(r.claims_checked for r in results)
    minutes = sum(one.length_s for one in results) / 60
    pace = [f"{sum(one.words[p] for one in results) / minutes:.0f}" for p in PROFILES]
    held = f"{right} of {checked} ({right / max(checked, 1):.1%})"
    shown.add_row("all", *both, safety, lead(outcomes), held, *pace, style="bold")
    return shown


def failures(results: Sequence[Told]) -> Iterator[str]:
    for one in results:
        for outcome in one.outcomes:
            if outcome.verdict is not Verdict.MET and outcome.language == "en":
                yield f"{one.name}: {outcome.expectation.name} {outcome.verdict.value}: {outcome.expectation.words}"
        yield from (f"{one.name}: does not hold: {wrong}" for wrong in one.wrong)


def transcripts(results: Sequence[Told], seed: int) -> Iterator[str]:
    yield "# What it says of the simulated scenarios\n"
    yield (
        f"Made by `python test/benchmark/scenarios.py DIR --seed {seed} --transcripts FILE`; nothing is left out or "
        "mended. **Bold** is urgent. What happens in each: [scenarios](simulator/scenarios.md).\n"
    )
    for one in results:
        yield f"## {one.name}\n"
        yield "| s | English | 中文 |\n|---|---|---|"
        for stamp_ns in dict.fromkeys(n.stamp_ns for n in one.said):
            texts = {n.language: n for n in one.said if n.stamp_ns == stamp_ns}
            cells = (f"**{n.text}**" if n.urgency is Urgency.URGENT else n.text for n in (texts[k] for k in LANGUAGES))
            yield f"| {(stamp_ns - one.start_ns) / 1e9:.1f} | {' | '.join(cells)} |"
        yield ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--only", nargs="*", default=[], metavar="SCENARIO")
    parser.add_argument("--replays", type=Path, metavar="FLEET", help="the results of `fleet DIR`")
    parser.add_argument("--transcripts", type=Path)
    args = parser.parse_args()
    results: list[Told] = []
    for name in args.only or scenario_names():
        drive = args.folder / name
        if not drive.is_dir():
            asked = ["simulate", name, "--seed", str(args.seed), "--size", args.size, "--out", str(drive)]
            if status := narrator_cli(asked):
                sys.exit(status)
        replay = None if args.replays is None else FleetFolder(args.replays).place(f"{name}/bag")
        results.append(told(drive, perceived(drive) if replay is None else replayed(replay)))
    console = Console(width=160)
    console.print(table(results, args.seed))
    for line in failures(results):
        console.print(line, markup=False, highlight=False)
    if args.transcripts is not None:
        args.transcripts.write_text("\n".join(transcripts(results, args.seed)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
