"""A recorded drive made ready for the pipeline, as the verbs that read one need it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.assembly import build_pipeline
from crossmodal_narrator.bags import Bag, open_bag
from crossmodal_narrator.bags.vehicle import vehicle_file
from crossmodal_narrator.cli.parameters import narrator_config, perception_config
from crossmodal_narrator.configuration import NarratorNodeConfig
from crossmodal_narrator.pipeline import Pipeline
from crossmodal_narrator.wire import Intake, guess_topics


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDrive:
    """The bag, what reads its messages, and what is made of them."""

    bag: Bag
    intake: Intake
    pipeline: Pipeline
    narrator: NarratorNodeConfig


def open_drive(path: Path, params: Path | None, languages: str | None) -> RecordedDrive:
    """With the sensors that the bag has; `params` and `languages` as in `cli.parameters`.

    Raises:
        BagError: it is not there, or no bag.
        ConfigError: a parameter or a language is not right.
    """
    bag = open_bag(path)
    topics = guess_topics([(topic.name, topic.msgtype) for topic in bag.topics])
    perception = perception_config(params, topics, vehicle_file(path))
    narrator = narrator_config(params, languages)
    intake = Intake(
        topics.described(perception.cameras, perception.intake),
        base_frame=perception.sync.base_frame,
        config=perception.intake,
    )
    pipeline = build_pipeline(perception, narrator, now_ns=time.perf_counter_ns)
    return RecordedDrive(bag=bag, intake=intake, pipeline=pipeline, narrator=narrator)
