"""A recorded drive made ready for the pipeline, as the verbs that read one need it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.assembly import build_pipeline
from crossmodal_narrator.bags import Bag, open_bag
from crossmodal_narrator.bags.vehicle import vehicle_file
from crossmodal_narrator.cli.parameters import narrator_config, perception_config
from crossmodal_narrator.configuration import NarratorNodeConfig, PerceptionConfig
from crossmodal_narrator.pipeline import Pipeline
from crossmodal_narrator.runtime import Opened
from crossmodal_narrator.wire import Intake, TopicMap, guess_topics


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveConfig:
    """All that a replay is made of beside the bag: what its topics are, and both nodes' parameters."""

    topics: TopicMap
    perception: PerceptionConfig
    narrator: NarratorNodeConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDrive:
    """The bag, what reads its messages, and what is made of them. `models`: those that were opened, in order."""

    bag: Bag
    intake: Intake
    pipeline: Pipeline
    narrator: NarratorNodeConfig
    config: DriveConfig
    models: tuple[Opened, ...]


def open_drive(path: Path, params: Path | None, languages: str | None) -> RecordedDrive:
    """With the sensors that the bag has; `params` and `languages` as in `cli.parameters`.

    Raises:
        BagError: it is not there, or no bag.
        ConfigError: a parameter or a language is not right.
    """
    bag = open_bag(path)
    topics = guess_topics([(topic.name, topic.msgtype) for topic in bag.topics])
    config = DriveConfig(
        topics=topics,
        perception=perception_config(params, topics, vehicle_file(path)),
        narrator=narrator_config(params, languages),
    )
    return open_configured(bag, config)


def open_configured(bag: Bag, config: DriveConfig) -> RecordedDrive:
    """By `config` alone, whatever the bag's topics are called and whatever lies beside it.

    Raises:
        ModelError: a model that `config` names cannot be run.
    """
    perception = config.perception
    intake = Intake(
        config.topics.described(perception.cameras, perception.intake),
        base_frame=perception.sync.base_frame,
        config=perception.intake,
    )
    models: list[Opened] = []
    pipeline = build_pipeline(perception, config.narrator, now_ns=time.perf_counter_ns, on_opened=models.append)
    return RecordedDrive(
        bag=bag, intake=intake, pipeline=pipeline, narrator=config.narrator, config=config, models=tuple(models)
    )
