"""Which files make up a bag. metadata.yaml says it where it can be read; else the folder itself does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from crossmodal_narrator.core.errors import BagError

STORAGES = (".mcap", ".db3")
COMPRESSED = (".zstd", ".zst")


@dataclass(slots=True, kw_only=True)
class BagFiles:
    """The files of a bag in the order of recording, and what metadata.yaml says of them.

    `formats`: of serialization. `scratch`: where unpacked copies lie, if any are needed.
    """

    paths: tuple[Path, ...]
    damage: list[str] = field(default_factory=list)
    stated_count: int | None = None
    formats: frozenset[str] = frozenset()
    scratch: Path | None = None


def find_files(path: Path) -> BagFiles:
    """The files of the bag at `path`, a folder or a file.

    Raises:
        BagError: there is nothing, or nothing of a kind that is known.
    """
    if path.is_file():
        if not _is_storage(path):
            raise BagError(f"{path} is no recording", remedy="name a rosbag2 folder, or a .mcap or .db3 file")
        return BagFiles(paths=(path,))
    if not path.is_dir():
        raise BagError(f"{path} does not exist", remedy="name a rosbag2 folder, or a .mcap or .db3 file")
    lying = tuple(sorted((file for file in path.iterdir() if _is_storage(file)), key=_natural))
    metadata = _metadata(path / "metadata.yaml")
    # Old metadata holds the folder's name in front of the file's, which may have changed since; the last part counts.
    named = [path / PurePosixPath(name).name for name in _file_names(metadata)]
    present = tuple(file for file in named if file.is_file())
    damage = [f"{file} is named in metadata.yaml and missing" for file in named if not file.is_file()]
    if not present and not lying:
        what = "; ".join(damage) or f"{path} holds no .mcap or .db3 file"
        inside = sorted({file.parent for file in path.glob("*/*") if _is_storage(file)})
        remedy = f"name a bag in it, as {inside[0]}" if inside else "name the folder that `ros2 bag` wrote"
        raise BagError(what, remedy=remedy)
    if not present:
        return BagFiles(paths=lying)
    count = metadata.get("message_count")
    return BagFiles(
        paths=present,
        damage=damage,
        stated_count=count if isinstance(count, int) else None,
        formats=_formats(metadata),
    )


def _metadata(path: Path) -> dict[str, Any]:
    """What metadata.yaml holds. One that is absent or cannot be understood says nothing, and a bag does not need it."""
    try:
        document: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return {}
    information = document.get("rosbag2_bagfile_information") if isinstance(document, dict) else None
    return information if isinstance(information, dict) else {}


def _file_names(metadata: dict[str, Any]) -> list[str]:
    names = metadata.get("relative_file_paths")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _formats(metadata: dict[str, Any]) -> frozenset[str]:
    topics = metadata.get("topics_with_message_count")
    described = [entry.get("topic_metadata") for entry in topics or () if isinstance(entry, dict)]
    return frozenset(
        str(topic["serialization_format"])
        for topic in described
        if isinstance(topic, dict) and "serialization_format" in topic
    )


def _is_storage(path: Path) -> bool:
    plain = path.with_suffix("") if path.suffix in COMPRESSED else path
    return path.is_file() and plain.suffix in STORAGES


def _natural(path: Path) -> tuple[list[int | str], ...]:
    """bag_2 before bag_10."""
    return ([int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name)],)
