"""The bags under a prefix: a folder, or a URL that fsspec knows."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from crossmodal_narrator.bags.folder import COMPRESSED, STORAGES
from crossmodal_narrator.core.errors import BagError, ConfigError

METADATA = "metadata.yaml"
BESIDE = ("truth.json", "expectations.json", "vehicle.yaml")  # what other verbs look for in the folder of a bag
_RECORDING = re.compile(
    rf"(?P<stem>.+?)(_\d+)?({'|'.join(map(re.escape, STORAGES))})({'|'.join(map(re.escape, COMPRESSED))})?"
)
_REMEDY = "name the folder, or the prefix of an object store, in which bags lie"

# Files by their path under the prefix, each with a mark that changes when the file does.
Listing = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBag:
    """`name`: its path under `prefix`. `files` and `beside` are paths under it, too; `mark` changes when they do."""

    prefix: str
    name: str
    files: tuple[str, ...]
    beside: tuple[str, ...]
    mark: str


def find_bags(prefix: str, *, leave_out: Path | None = None) -> tuple[FoundBag, ...]:
    """All bags under `prefix`, by name; what lies in the folder `leave_out` is none.

    Raises:
        BagError: there is no such place, or no bag in it.
        ConfigError: a URL of a kind that nothing here can read.
    """
    listing = _remote_listing(prefix) if is_url(prefix) else _local_listing(Path(prefix), leave_out)
    bags = tuple(bags_in(listing, prefix))
    if not bags:
        raise BagError(f"{prefix} holds no bag", remedy=_REMEDY)
    return bags


def is_url(prefix: str) -> bool:
    return "://" in prefix


def bags_in(listing: Listing, prefix: str = "") -> Iterator[FoundBag]:
    """Group files into bags, by name. A folder with metadata.yaml, or in which all recordings are called like the
    folder (`drive/drive_0.mcap`), is one bag; every other recording is a bag by itself.

    Raises:
        BagError: the prefix itself is a bag.
    """
    folders: dict[PurePosixPath, list[str]] = {}
    for path in sorted(listing):
        folders.setdefault(PurePosixPath(path).parent, []).append(path)
    groups: dict[str, list[str]] = {}
    for folder, files in folders.items():
        if METADATA in {PurePosixPath(file).name for file in files} and folder == PurePosixPath():
            raise BagError(f"{prefix} is a bag itself", remedy="name the folder in which it lies, or `replay` it")
        groups |= _of_folder(folder, files)
    lying = Counter(PurePosixPath(name).parent for name in groups)
    for name in sorted(groups):
        place = PurePosixPath(name).parent
        # One truth beside several bags is of one of them, and nobody knows of which.
        beside = [str(place / file) for file in BESIDE if lying[place] == 1 or file == "vehicle.yaml"]
        known = tuple(path for path in beside if path in listing)
        own = tuple(groups[name])
        mark = _digest([f"{path} {listing[path]}" for path in (*own, *known)])
        yield FoundBag(prefix=prefix, name=name, files=own, beside=known, mark=mark)


def _of_folder(folder: PurePosixPath, files: list[str]) -> dict[str, list[str]]:
    """Files by the name of their bag; those of no bag are left out."""
    stems = {path: found["stem"] for path in files if (found := _RECORDING.fullmatch(PurePosixPath(path).name))}
    has_metadata = any(PurePosixPath(path).name == METADATA for path in files)
    if has_metadata or (stems and folder.name and set(stems.values()) == {folder.name}):
        return {str(folder): files}
    return {path: [path, *(log for log in (f"{path}-wal", f"{path}-shm") if log in files)] for path in stems}


def _local_listing(prefix: Path, leave_out: Path | None) -> dict[str, str]:
    if not prefix.is_dir():
        raise BagError(f"{prefix} is no folder", remedy=_REMEDY)
    left_out = None if leave_out is None else leave_out.resolve()
    listing: dict[str, str] = {}
    for folder, folders, files in os.walk(prefix, followlinks=True):
        here = Path(folder)
        folders[:] = [f for f in folders if not f.startswith(".") and (here / f).resolve() != left_out]
        for file in files:
            path = here / file
            if path.is_file():  # a pipe would be waited for, a link may lead nowhere
                state = path.stat()
                listing[path.relative_to(prefix).as_posix()] = f"{state.st_size} {state.st_mtime_ns}"
    return listing


def _remote_listing(prefix: str) -> dict[str, str]:
    """A store's key may hold `..`: what would be copied out of its folder is no file of a bag."""
    system, root = file_system(prefix)
    try:
        found: Mapping[str, Mapping[str, Any]] = system.find(root, detail=True)
    except Exception as error:  # each store has errors of its own, of no common base
        raise BagError(f"{prefix}: {type(error).__name__}: {error}", remedy=_REMEDY) from error
    # What tells versions of a file apart has another name in each store.
    marks = {
        path: _digest([f"{k}={entry[k]}" for k in sorted(_VERSIONS & entry.keys())]) for path, entry in found.items()
    }
    listing = {path.removeprefix(root).lstrip("/"): mark for path, mark in marks.items()}
    return {name: mark for name, mark in listing.items() if ".." not in PurePosixPath(name).parts}


_VERSIONS = {"size", "mtime", "ETag", "etag", "LastModified", "last_modified", "md5Hash", "crc32c", "generation"}


def file_system(prefix: str) -> tuple[Any, str]:
    """What reads a URL, and the path in it.

    Raises:
        ConfigError: fsspec, or its part for such URLs, is not installed; or there are no rights.
    """
    try:
        from fsspec.core import url_to_fs

        system, root = url_to_fs(prefix)
    except ImportError as error:
        remedy = "install fsspec, and s3fs for s3://, gcsfs for gs://, adlfs for az://"
        raise ConfigError(f"{prefix} cannot be read: {error}", remedy=remedy) from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{prefix} cannot be read: {error}", remedy=_REMEDY) from error
    return system, str(root).rstrip("/")


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
