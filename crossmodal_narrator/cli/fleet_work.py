"""What a fleet makes of one bag: its replay, with run.json, and the evaluation of that."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.cli.evaluating import EXPECTATIONS, TRUTH, Recorded, evaluated
from crossmodal_narrator.cli.recorded import DriveConfig, RecordedDrive, drive_config, intake_of, open_configured
from crossmodal_narrator.cli.replaying import replay_drive
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation import EVALUATION_FILE, merged, write_evaluation
from crossmodal_narrator.evaluation.latency import PREFIX
from crossmodal_narrator.fleet.job import LocalBag
from crossmodal_narrator.fleet.results import BagResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of the verb that say what is made of each bag."""

    params: Path | None
    profile: str | None
    topics: tuple[str, ...]
    languages: str | None
    with_truth: bool


@dataclass(frozen=True, slots=True)
class ReplayAndEvaluate:
    """The work of a fleet."""

    asked: Asked

    def __call__(self, bag: LocalBag, folder: Path) -> Mapping[str, Any]:
        """Write the files of `replay` and `evaluate` into `folder`; returns the bag's row of the results.

        Raises:
            BagError: the bag cannot be read, or no scene came of it.
            ConfigError: it has no such topics, or a parameter is not right.
        """
        drive = _opened(bag.path, self.asked)
        summary, manifest = replay_drive(drive, folder)
        if summary.scenes == 0:
            why = "; ".join(summary.damage) or "it has no message of a sensor that leads"
            raise BagError(f"no scene came of it: {why}", remedy="record it again, or name its topics with --topic")
        beside = bag.beside if self.asked.with_truth else {}
        recorded = Recorded(
            bag=drive.bag,
            intake=intake_of(drive.config),
            truth=beside.get(TRUTH),
            expectations=beside.get(EXPECTATIONS),
        )
        evaluation = merged(evaluated(folder, recorded).values())
        write_evaluation(evaluation, folder / EVALUATION_FILE)
        outputs = {Path(name).stem: output.sha256 for name, output in manifest.outputs.items()}
        result = BagResult(
            bag=bag.name,
            damage=manifest.damage,
            drive_s=round((drive.bag.end_ns - drive.bag.start_ns) / 1e9, 3),
            scenes=summary.scenes,
            narrations=summary.narrations,
            bag_sha256=manifest.bag.sha256,
            configuration_sha256=manifest.configuration_sha256,
            transcript_sha256=outputs["transcript"],
            scenes_sha256=outputs["scenes"],
            figures={k: v for k, v in evaluation.figures.items() if not k.startswith(PREFIX)},
        )
        return dataclasses.asdict(result)


def _opened(path: Path, asked: Asked) -> RecordedDrive:
    """With one thread for each network: the other cores have bags of their own, and the bytes are the same."""
    bag = open_bag(path)
    found = drive_config(bag, asked.params, asked.languages, profile=asked.profile, topics=asked.topics)
    engine = dataclasses.replace(found.perception.engine, threads=1)
    perception = dataclasses.replace(found.perception, engine=engine)
    return open_configured(bag, DriveConfig(topics=found.topics, perception=perception, narrator=found.narrator))
