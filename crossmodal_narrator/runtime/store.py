"""The model store: manifests from the package, weights from the user's cache, and nothing opened that was not checked.

A file is read once; its digest is taken of the very bytes that the runtime is then given, so that nobody can exchange
the file between the check and the use.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.folders import shared_folder, user_cache_dir
from crossmodal_narrator.core.whole_file import replace_whole
from crossmodal_narrator.runtime.artifacts import FileEntry, Precision
from crossmodal_narrator.runtime.golden import GoldenSample, read_golden
from crossmodal_narrator.runtime.manifest import Manifest, read_manifest


class ModelState(str, Enum):
    READY = "ready"
    ABSENT = "absent"
    ALTERED = "altered"


class ModelStore:
    """Finds and checks models. `models_dir` holds the manifests, `cache_dir` what `models pull` fetched."""

    def __init__(self, models_dir: Path | None = None, cache_dir: Path | None = None) -> None:
        self.models_dir = shared_folder("models") if models_dir is None else models_dir
        self._cache_dir = user_cache_dir() if cache_dir is None else cache_dir

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(path.parent.name for path in self.models_dir.glob("*/manifest.yaml")))

    def manifest(self, name: str) -> Manifest:
        """The manifest of `name`.

        Raises:
            ModelError: no such model, a folder without any, or a manifest that does not hold together.
        """
        refuse_unknown([name], self.names(), self.models_dir)
        manifest = read_manifest(self.models_dir / name / "manifest.yaml")
        if manifest.name != name:
            raise ModelError(f"{manifest.folder} calls itself {manifest.name!r}", remedy="name the folder as the model")
        return manifest

    def folder(self, manifest: Manifest) -> Path:
        """Where the artifact lies: the cache, or the model's own folder where the repository holds the weights."""
        if manifest.source is None:
            return manifest.folder
        return self._cache_dir / "models" / manifest.name / manifest.artifact.sha256[:16]

    @property
    def plans_folder(self) -> Path:
        """Where engines that were built for this machine are kept."""
        return self._cache_dir / "plans"

    def artifact(self, manifest: Manifest, precision: Precision = Precision.FP32) -> bytes:
        """The checked bytes of the ONNX file in `precision`, which `manifest` must have.

        Raises:
            ModelError: absent, altered, or not allowed.
        """
        remedy = f"run `crossmodal-narrator models pull {manifest.name}`"
        if manifest.source is None:
            remedy = "restore it from the repository"
        return read_checked(self.folder(manifest), manifest.artifact_in(precision), remedy=remedy)

    def golden(self, manifest: Manifest, precision: Precision = Precision.FP32) -> GoldenSample:
        remedy = "restore the golden sample from the repository"
        tolerance = manifest.golden_in(precision)
        return read_golden(read_checked(manifest.folder, tolerance.file, remedy=remedy), tolerance)

    def state(self, manifest: Manifest) -> ModelState:
        if not (self.folder(manifest) / manifest.artifact.path).exists():
            return ModelState.ABSENT
        try:
            self.artifact(manifest)
        except ModelError:
            return ModelState.ALTERED
        return ModelState.READY

    def install(self, manifest: Manifest, content: bytes, precision: Precision = Precision.FP32) -> Path:
        """Write the artifact of `precision` atomically, after checking that it is what the manifest says.

        Raises:
            ModelError: other bytes than the manifest names, or a cache folder that cannot be written.
        """
        entry = manifest.artifact_in(precision)
        check_content(content, entry, name=f"{manifest.name}/{entry.path}", remedy="report this")
        path = self.folder(manifest) / entry.path
        keep(path, content)
        return path


def refuse_unknown(names: Iterable[str], known: Sequence[str], models_dir: Path) -> None:
    """Raise ModelError where `models_dir` holds nothing, or one of `names` is not among the `known` that it holds."""
    if not known:
        raise ModelError(f"{models_dir} holds no manifest", remedy="name a folder with NAME/manifest.yaml")
    for name in names:
        if name not in known:
            raise ModelError(f"there is no model {name!r} in {models_dir}", remedy=f"known models: {', '.join(known)}")


def keep(path: Path, content: bytes) -> None:
    """Write a file of the cache, whole or not at all.

    Raises:
        ModelError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(path, content)
    except OSError as error:
        remedy = "free some space, or set XDG_CACHE_HOME to a folder that can be written"
        raise ModelError(f"{path}: {error.strerror}", remedy=remedy) from error


def read_checked(folder: Path, entry: FileEntry, *, remedy: str) -> bytes:
    """The bytes of `entry` in `folder`, if they are a plain file of exactly the size and digest that it names.

    Raises:
        ModelError: absent, a link, outside of the folder, of another size, or altered.
    """
    path = folder / entry.path
    _refuse_links(folder, entry, remedy)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}", remedy=remedy) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ModelError(f"{path} is not a plain file", remedy=remedy)
        if status.st_size != entry.size_bytes:
            raise ModelError(f"{path} has {status.st_size} bytes instead of {entry.size_bytes}", remedy=remedy)
        content = file.read(entry.size_bytes + 1)
    check_content(content, entry, name=str(path), remedy=remedy)
    return content


def check_content(content: bytes, entry: FileEntry, *, name: str, remedy: str) -> None:
    """Raise ModelError unless `content` has the size and digest of `entry`."""
    if len(content) != entry.size_bytes:
        raise ModelError(f"{name} has {len(content)} bytes instead of {entry.size_bytes}", remedy=remedy)
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise ModelError(f"{name} has sha256 {digest}, its manifest says {entry.sha256}", remedy=remedy)


def _refuse_links(folder: Path, entry: FileEntry, remedy: str) -> None:
    """A link inside of the folder could lead anywhere; the way to the folder itself is the user's own business."""
    path = folder
    for part in entry.path.parts:
        path = path / part
        if part == ".." or path.is_symlink():
            raise ModelError(f"{path} leaves the model's folder", remedy=f"replace it by the file itself, or {remedy}")
