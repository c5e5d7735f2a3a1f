"""A whole replay into a folder, with the manifest of what it was made of."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crossmodal_narrator import __version__
from crossmodal_narrator.bags import Bag
from crossmodal_narrator.bags.manifest import (
    Code,
    Document,
    ModelUsed,
    RunManifest,
    find_manifest,
    write_manifest,
)
from crossmodal_narrator.bags.origin import refuse_another_bag
from crossmodal_narrator.bags.replay import Replay, ReplaySummary, Transcript
from crossmodal_narrator.cli.recorded import DriveConfig, RecordedDrive, intake_of
from crossmodal_narrator.configuration import NarratorNodeConfig, PerceptionConfig
from crossmodal_narrator.core.config import build, flatten_mapping
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.runtime.environment import source_digest, versions
from crossmodal_narrator.wire import Intake, guess_topics
from crossmodal_narrator.wire.topics import CameraTopics, MicrophoneTopics, TopicMap

_FOLDER = "models.folder"
_BEGINS, _ENDS = r"(?<![^\s'\"(\[=:;,])", r"(?![\w/])"  # a path in a sentence


def replay_drive(
    drive: RecordedDrive,
    folder: Path,
    on_scene: Callable[[SceneState, tuple[Narration, ...]], None] = lambda scene, narrations: None,
) -> tuple[ReplaySummary, RunManifest]:
    """Write the files of `Transcript` and, when all is done, run.json; `on_scene` hears meanwhile.

    Raises:
        BagError: the folder cannot be written.
    """
    with Transcript(folder) as transcript:
        replay = Replay(drive.bag, drive.intake, drive.pipeline, transcript)
        for scene, narrations in replay:
            on_scene(scene, narrations)
    manifest = RunManifest(
        code=Code(version=__version__, sha256=source_digest(), versions=versions()),
        models=tuple(
            ModelUsed(name=m.model, precision=m.precision.value, sha256=m.sha256, engine=m.engine) for m in drive.models
        ),
        languages=drive.narrator.languages,
        configuration=configuration_document(drive.config),
        bag=replay.content.content,
        outputs=transcript.outputs,
        damage=tuple(_without_folders(line, drive.bag) for line in replay.summary.damage),
    )
    write_manifest(folder, manifest)
    return replay.summary, manifest


def configuration_document(config: DriveConfig) -> dict[str, Any]:
    """All values, nested, with lists for tuples, as run.json has them.

    But for the models' folder, since where it lies says nothing of what is in it, and for the large model, which a
    replay does not ask.
    """
    document = {
        "topics": dataclasses.asdict(config.topics),
        "perception": dataclasses.asdict(config.perception),
        "narrator": dataclasses.asdict(config.narrator),
    }
    del document["perception"]["models"]["folder"], document["narrator"]["rewriting"]
    read: dict[str, Any] = json.loads(json.dumps(document))
    return read


def configuration_of(document: Document, models: Path | None) -> DriveConfig:
    """The configuration that a manifest holds, with `models` as the models' folder.

    Raises:
        ConfigError: a parameter that this version does not know, or takes no more.
    """
    topics = dict(document["topics"])
    topics["cameras"] = {name: CameraTopics(**camera) for name, camera in topics["cameras"].items()}
    topics["microphones"] = {name: MicrophoneTopics(**mic) for name, mic in topics["microphones"].items()}
    perception = flatten_mapping(document["perception"])
    perception[_FOLDER] = "" if models is None else str(models)
    return DriveConfig(
        topics=TopicMap(**topics),
        perception=build(PerceptionConfig, perception, source="run.json"),
        narrator=build(NarratorNodeConfig, flatten_mapping(document["narrator"]), source="run.json"),
    )


def intake_of_replay(folder: Path, bag: Bag) -> Intake:
    """What read the bag when it was replayed into `folder`; by how its topics look, where that has no run.json.

    Raises:
        BagError: run.json is damaged, or tells of another bag.
        ConfigError: it holds a parameter that this version does not know, or takes no more.
    """
    recorded = find_manifest(folder)
    if recorded is None:
        return Intake(guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]))
    refuse_another_bag(bag, recorded)
    return intake_of(configuration_of(recorded.configuration, None))


def _without_folders(line: str, bag: Bag) -> str:
    """What is damaged, and not where it lies. Names of topics look like paths, and stay as they are."""
    topics = "|".join(re.escape(topic.name) for topic in bag.topics) or "(?!)"
    names = (str(bag.path), bag.path.name) if bag.path.is_file() else (str(bag.path),)
    own = "|".join(map(re.escape, names))
    folders = "|".join(re.escape(str(folder)) for folder in sorted(bag.folders, key=lambda f: -len(str(f))))
    found = f"{_BEGINS}(?:(?P<topic>(?:{topics}){_ENDS})|(?P<own>(?:{own}){_ENDS})|(?:{folders or '(?!)'})/)"
    return re.sub(found, lambda match: match["topic"] or ("the bag" if match["own"] else ""), line)
