"""A bag through the pipeline, without ROS and without a wall clock in what is written: the same bag, the same bytes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from crossmodal_narrator.bags.digest import ContentDigest
from crossmodal_narrator.bags.manifest import RUN_NAME, Output
from crossmodal_narrator.bags.reader import Bag
from crossmodal_narrator.bags.records import REFUSALS_FILE, SCENES_FILE, TIMINGS_FILE, TRANSCRIPT_FILE
from crossmodal_narrator.core.errors import BagError, FrameError
from crossmodal_narrator.core.frames import SensorFrame
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Narration, Refusal
from crossmodal_narrator.pipeline import Pipeline
from crossmodal_narrator.wire.intake import Intake
from crossmodal_narrator.wire.records import narration_record, refusal_record, scene_record, to_json_line

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class ReplaySummary:
    """What a replay did; `damage` holds one line for each message or part of the bag that could not be read."""

    scenes: int = 0
    narrations: int = 0
    damage: list[str] = field(default_factory=list)


class Transcript:
    """The files of a replay: transcript.jsonl, scenes.jsonl, refusals.jsonl and timings.jsonl.

    A manifest of an earlier replay in the folder is removed: the files that it tells of are being written anew.

    Raises:
        BagError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / RUN_NAME).unlink(missing_ok=True)
            with ExitStack() as stack:
                self._transcript, self._scenes, self._refusals, self._timings = (
                    _Lines(stack.enter_context((folder / name).open("wb")))
                    for name in (TRANSCRIPT_FILE, SCENES_FILE, REFUSALS_FILE, TIMINGS_FILE)
                )
                self._stack = stack.pop_all()
        except OSError as error:
            remedy = "name a folder that can be written, or does not exist yet"
            raise BagError(f"{folder}: {error.strerror}", remedy=remedy) from error

    def __enter__(self) -> Transcript:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    @property
    def outputs(self) -> dict[str, Output]:
        """What has been written to the files whose bytes depend on no clock, by their names."""
        written = {TRANSCRIPT_FILE: self._transcript, SCENES_FILE: self._scenes, REFUSALS_FILE: self._refusals}
        return {name: lines.output for name, lines in written.items()}

    def write_scene(self, scene: SceneState) -> None:
        self._scenes.write(to_json_line(scene_record(scene)))

    def write_narration(self, narration: Narration) -> None:
        self._transcript.write(to_json_line(narration_record(narration)))

    def write_refusal(self, refusal: Refusal) -> None:
        self._refusals.write(to_json_line(refusal_record(refusal)))

    def write_time(self, stage: str, stamp_ns: int, ms: float) -> None:
        self._timings.write(json.dumps({"stage": stage, "stamp_ns": stamp_ns, "ms": round(ms, 3)}) + "\n")


class _Lines:
    """A file that is written line by line, and its digest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = sha256()
        self._count = 0

    def write(self, line: str) -> None:
        content = line.encode()
        self._file.write(content)
        self._digest.update(content)
        self._count += 1

    @property
    def output(self) -> Output:
        return Output(sha256=self._digest.hexdigest(), lines=self._count)


class Replay:
    """Runs one bag. Iterate it to see each scene and what was said, as it is written; `content` is what was read."""

    def __init__(self, bag: Bag, intake: Intake, pipeline: Pipeline, transcript: Transcript) -> None:
        self.summary = ReplaySummary()
        self.content = ContentDigest()
        self._bag = bag
        self._intake = intake
        self._pipeline = pipeline
        self._transcript = transcript

    def __iter__(self) -> Iterator[tuple[SceneState, tuple[Narration, ...]]]:
        timer = self._pipeline.perception.timer
        self._pipeline.narrator.on_refusal = self._transcript.write_refusal
        for scene, narrations in self._pipeline.run(self._frames()):
            self._transcript.write_scene(scene)
            for narration in narrations:
                self._transcript.write_narration(narration)
            for time in timer.drain():
                self._transcript.write_time(time.stage, scene.stamp_ns, time.ms)
            self.summary.scenes += 1
            self.summary.narrations += len(narrations)
            yield scene, narrations

    def _frames(self) -> Iterator[SensorFrame]:
        """All frames that can be read. What cannot is named in the summary, and the scenes say so too."""
        perception = self._pipeline.perception
        messages = self.content.over(self._bag.messages(self._intake.topics.names))
        while True:
            try:
                message = next(messages)
            except StopIteration:
                return
            except BagError as error:
                self.summary.damage.append(str(error))
                return
            try:
                with perception.timer.stage("decode"):
                    frames = self._intake.frames(message.topic, message.message)
            except (FrameError, BagError) as error:
                self.summary.damage.append(str(error))
                source = self._intake.topics.source_of(message.topic)
                if source is not None:
                    perception.refuse(source, error, message.log_time_ns)
                continue
            self.summary.damage += [str(error) for error in self._intake.drain_refused()]
            yield from frames


def recorded_frames(bag: Bag, intake: Intake, until_ns: int) -> Iterator[SensorFrame]:
    """What a bag's sensors gave until then. What cannot be read is left out, as in a replay."""
    try:
        for message in bag.messages(intake.topics.names):
            if message.log_time_ns > until_ns:
                return
            with suppress(FrameError):
                yield from intake.frames(message.topic, message.message)
    except BagError as error:
        _log.warning("%s", error)
