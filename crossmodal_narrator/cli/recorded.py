"""A recorded drive made ready for the pipeline, as the verbs that read one need it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.assembly import build_pipeline
from crossmodal_narrator.bags import Bag, open_bag
from crossmodal_narrator.bags.vehicle import vehicle_file
from crossmodal_narrator.cli.naming import topics_of
from crossmodal_narrator.cli.parameters import narrator_config, perception_config
from crossmodal_narrator.configuration import NarratorNodeConfig, PerceptionConfig
from crossmodal_narrator.nodes.profile import load_profile
from crossmodal_narrator.pipeline import Pipeline
from crossmodal_narrator.runtime import Opened
from crossmodal_narrator.wire import Intake, TopicMap


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


def open_drive(
    path: Path, params: Path | None, languages: str | None, *, profile: str | None = None, topics: Sequence[str] = ()
) -> RecordedDrive:
    """With the sensors that the bag has; `params` and `languages` as in `cli.parameters`, the rest as in `cli.naming`.

    Raises:
        BagError: it is not there, no bag, or has nothing that can be read.
        ConfigError: a parameter, a language, a profile or the name of a topic is not right.
    """
    bag = open_bag(path)
    return open_configured(bag, drive_config(bag, params, languages, profile=profile, topics=topics))


def drive_config(
    bag: Bag, params: Path | None, languages: str | None, *, profile: str | None = None, topics: Sequence[str] = ()
) -> DriveConfig:
    """What `open_drive` opens; raises as it does."""
    known = load_profile(profile) if profile is not None else None
    said = known.parameters if known is not None else {}
    chosen = topics_of(bag, known, topics)
    return DriveConfig(
        topics=chosen,
        perception=perception_config(params, chosen, vehicle_file(bag.path), said.get("perception", {})),
        narrator=narrator_config(params, languages, said.get("narrator", {})),
    )


def open_configured(bag: Bag, config: DriveConfig) -> RecordedDrive:
    """By `config` alone, whatever the bag's topics are called and whatever lies beside it.

    Raises:
        ModelError: a model that `config` names cannot be run.
    """
    models: list[Opened] = []
    pipeline = build_pipeline(config.perception, config.narrator, now_ns=time.perf_counter_ns, on_opened=models.append)
    return RecordedDrive(
        bag=bag,
        intake=intake_of(config),
        pipeline=pipeline,
        narrator=config.narrator,
        config=config,
        models=tuple(models),
    )


def intake_of(config: DriveConfig) -> Intake:
    """What reads the messages of such a drive."""
    perception = config.perception
    return Intake(
        config.topics.described(perception.cameras, perception.intake),
        base_frame=perception.sync.base_frame,
        config=perception.intake,
    )
