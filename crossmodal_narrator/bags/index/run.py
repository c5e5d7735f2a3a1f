"""A replay as it is indexed: its moments, its events and its sentences, and the digest by which it is known again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.digest import take_file
from crossmodal_narrator.bags.index.events import Event, EventGatherer
from crossmodal_narrator.bags.index.scenes import scene_from
from crossmodal_narrator.bags.records import SCENES_FILE, TRANSCRIPT_FILE, Record, read_records
from crossmodal_narrator.core.detections import Attribute
from crossmodal_narrator.core.errors import BagError, NarratorError
from crossmodal_narrator.core.scene import SceneState

_PERIOD_NS = 1_000_000_000  # between moments where nothing looks at the surroundings
_STALE_NS = 1_500_000_000
T = TypeVar("T")
Floats = NDArray[np.float32]
Worded = Callable[[Floats], tuple[Attribute, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """About one a second. Light, weather and place are "" and the vector is None where nothing tells."""

    stamp_ns: int
    speed_mps: float | None
    light: str
    weather: str
    place: str
    vector: Floats | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What was said, and whom it is about."""

    stamp_ns: int
    language: str
    text: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`digest` is that of the two files: a replay that was copied or moved is the same run."""

    replay: Path
    digest: str
    begin_ns: int
    end_ns: int
    moments: tuple[Moment, ...]
    events: tuple[Event, ...]
    sentences: tuple[Sentence, ...]


def digest_of(replay: Path) -> str:
    """By which a replay is known.

    Raises:
        BagError: a file of it is not there, or cannot be read.
    """
    digest = hashlib.sha256()
    for name in (SCENES_FILE, TRANSCRIPT_FILE):
        take_file(digest, replay / name, remedy="give a folder that `replay BAG --out` wrote")
        digest.update(b"\0")
    return digest.hexdigest()


def read_run(replay: Path, worded: Worded | None = None, *, digest: str = "") -> Run:
    """From a folder that `replay` wrote, a line at a time.

    `worded` names the surroundings by their vector where the replay has not. `digest` is `digest_of(replay)`, where it
    is known already.

    Raises:
        BagError: a file is not there, a line of it is cut or not of that form, or no scene is in it.
    """
    gatherer, moments = EventGatherer(), _Moments()
    stamps: list[int] = []
    for scene in _scenes(replay / SCENES_FILE, worded):
        stamps.append(scene.stamp_ns)
        gatherer.observe(scene)
        moments.observe(scene)
    if not stamps:
        raise BagError(f"{replay / SCENES_FILE} has no scene", remedy="replay the bag again")
    return Run(
        replay=replay,
        digest=digest or digest_of(replay),
        begin_ns=min(stamps),
        end_ns=max(stamps),
        moments=tuple(moments.taken),
        events=gatherer.events(),
        sentences=tuple(_lines(replay / TRANSCRIPT_FILE, _sentence)),
    )


@dataclass(slots=True)
class _Moments:
    """Takes the scenes that looked at the surroundings, and one a second where none did."""

    taken: list[Moment] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    _looked_ns: int | None = None

    def observe(self, scene: SceneState) -> None:
        seen = scene.surroundings
        if seen is not None:
            self._looked_ns = scene.stamp_ns
            self.told = {attribute.name: attribute.value for attribute in seen.attributes}
        elif not self._is_time(scene.stamp_ns):
            return
        self.taken.append(
            Moment(
                stamp_ns=scene.stamp_ns,
                speed_mps=None if scene.ego is None else scene.ego.speed_mps,
                light=self.told.get("light", ""),
                weather=self.told.get("weather", ""),
                place=self.told.get("place", ""),
                vector=None if seen is None else seen.vector,
            )
        )

    def _is_time(self, stamp_ns: int) -> bool:
        wait_ns = _PERIOD_NS if self._looked_ns is None else _STALE_NS
        return not self.taken or not 0 <= stamp_ns - self.taken[-1].stamp_ns < wait_ns


def _scenes(path: Path, worded: Worded | None) -> Iterator[SceneState]:
    for scene in _lines(path, scene_from):
        seen = scene.surroundings
        if worded is None or seen is None or seen.vector is None or seen.attributes:
            yield scene
            continue
        yield replace(scene, surroundings=replace(seen, attributes=worded(seen.vector)))


def _lines(path: Path, made: Callable[[Record], T]) -> Iterator[T]:
    """Each record as `made` reads it."""
    for number, record in enumerate(read_records(path), start=1):
        yield _line(path, number, record, made)


def _line(path: Path, number: int, record: Record, made: Callable[[Record], T]) -> T:
    try:
        return made(record)
    except (ValueError, KeyError, TypeError, NarratorError) as error:
        remedy = "replay the bag again: this file is cut or of another version"
        raise BagError(f"{path}, line {number}: {error!r}", remedy=remedy) from error


def _sentence(record: Record) -> Sentence:
    subjects = dict.fromkeys(str(claim["subject"]) for claim in record["claims"])
    return Sentence(
        stamp_ns=int(record["stamp_ns"]),
        language=str(record["language"]),
        text=str(record["text"]),
        subjects=tuple(subjects),
    )
