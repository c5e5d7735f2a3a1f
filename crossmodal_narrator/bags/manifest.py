"""run.json: what a replay was made of and what came out, so that it can be made again and compared.

It holds no wall clock and no path: two replays of one bag write the same one. It is written last, when all is written
that it tells of; a replay that was stopped has none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crossmodal_narrator.bags.digest import BagContent, TopicRead
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.whole_file import write_whole

RUN_NAME = "run.json"
FORMAT = 1  # of the manifest; a reader refuses others
Document = Mapping[str, Any]  # values, lists and mappings, as JSON has them


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsed:
    """A model that ran: which of its files, by the digest that was checked, and what ran it."""

    name: str
    precision: str
    sha256: str
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A file that was written."""

    sha256: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What ran. `sha256`: of the sources that the bytes depend on. `versions`: of what is below them, by name."""

    version: str
    sha256: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunManifest:
    """One replay. `configuration` is the whole of it, nested, by part. `damage`: what of the bag could not be read."""

    code: Code
    models: tuple[ModelUsed, ...]
    languages: tuple[str, ...]
    configuration: Document
    bag: BagContent
    outputs: Mapping[str, Output]
    damage: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.damage

    @property
    def configuration_sha256(self) -> str:
        text = json.dumps(self.configuration, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def document(self) -> dict[str, Any]:
        """As the file holds it."""
        return {
            "format": FORMAT,
            "complete": self.is_complete,
            "code": asdict(self.code),
            "models": [asdict(model) for model in self.models],
            "languages": list(self.languages),
            "bag": {
                "sha256": self.bag.sha256,
                "begin_sha256": self.bag.begin_sha256,
                "messages": self.bag.count,
                "topics": [asdict(topic) for topic in self.bag.topics],
            },
            "outputs": {name: asdict(output) for name, output in self.outputs.items()},
            "damage": list(self.damage),
            "configuration_sha256": self.configuration_sha256,
            "configuration": self.configuration,
        }


def write_manifest(folder: Path, manifest: RunManifest) -> None:
    """Write run.json; there is the whole file, or none.

    Raises:
        BagError: the folder cannot be written.
    """
    text = json.dumps(manifest.document(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        write_whole(folder / RUN_NAME, text.encode())
    except OSError as error:
        raise BagError(f"{folder}: {error.strerror}", remedy="free some space, or name another folder") from error


def read_manifest(folder: Path) -> RunManifest:
    """The manifest of the replay in `folder`.

    Raises:
        BagError: there is none, or it is no manifest of this format.
    """
    path = folder / RUN_NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = "run `crossmodal-narrator replay BAG --out DIR` to its end: one that was stopped has no manifest"
        raise BagError(f"{path}: {error.strerror}", remedy=remedy) from error
    except ValueError as error:
        raise BagError(f"{path} is no manifest: {error}", remedy="replay the bag again") from error
    found = document.get("format") if isinstance(document, dict) else None
    if found != FORMAT:
        remedy = f"replay the bag again: this version reads format {FORMAT}"
        raise BagError(f"{path} has format {found!r}", remedy=remedy)
    try:
        return _manifest(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise BagError(f"{path} is no manifest: {error!r}", remedy="replay the bag again") from error


def find_manifest(folder: Path) -> RunManifest | None:
    """That of a replay which may have none.

    Raises:
        BagError: it is no manifest of this format.
    """
    return read_manifest(folder) if (folder / RUN_NAME).is_file() else None


def _manifest(document: Document) -> RunManifest:
    read = document["bag"]
    topics = tuple(TopicRead(**topic) for topic in read["topics"])
    return RunManifest(
        code=Code(**document["code"]),
        models=tuple(ModelUsed(**model) for model in document["models"]),
        languages=tuple(document["languages"]),
        configuration=document["configuration"],
        bag=BagContent(sha256=read["sha256"], topics=topics, begin_sha256=read.get("begin_sha256", "")),
        outputs={name: Output(**output) for name, output in document["outputs"].items()},
        damage=tuple(document["damage"]),
    )
