"""`crossmodal-narrator models list | pull | verify`: the weights that the narrator needs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from crossmodal_narrator.core.errors import ModelError

if TYPE_CHECKING:  # the engines' libraries take a second to import, and the help needs none of them
    from crossmodal_narrator.runtime import Manifest, ModelStore

Action = Callable[["ModelStore", "Manifest", bool], str]

SUMMARY = "list, fetch and verify the models' weights"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("list", "pull", "verify"), help="what to do")
    parser.add_argument("names", nargs="*", metavar="NAME", help="models (default: all)")
    parser.add_argument("--offline", action="store_true", help="fetch nothing over the network")
    parser.add_argument("--models-dir", type=Path, help="folder of manifests (default: the package's own)")
    parser.add_argument("--cache-dir", type=Path, help="where weights are kept (default: the user's cache folder)")


def run(arguments: argparse.Namespace) -> int:
    """The exit status: 0 when every model named is ready, or was made so."""
    from crossmodal_narrator.runtime import ModelStore

    store = ModelStore(arguments.models_dir, arguments.cache_dir)
    manifests = [store.manifest(name) for name in arguments.names or store.names()]
    if arguments.action == "list":
        return _list(store, manifests)
    act = _pull if arguments.action == "pull" else _verify
    failures = sum(not _announced(act, store, manifest, arguments.offline) for manifest in manifests)
    return 1 if failures else 0


def _list(store: ModelStore, manifests: list[Manifest]) -> int:
    for manifest in manifests:
        state = store.state(manifest).value
        megabytes = manifest.artifact.size_bytes / 1e6
        print(f"{manifest.name:20} {state:8} {megabytes:7.1f} MB  {manifest.licence:12} {store.folder(manifest)}")
    return 0


def _announced(act: Action, store: ModelStore, manifest: Manifest, offline: bool) -> bool:
    """Run `act` and say how it ended; one model's failure does not keep the others from being tried."""
    try:
        print(f"{manifest.name}: {act(store, manifest, offline)}")
    except ModelError as error:
        print(f"{manifest.name}: {error}", file=sys.stderr)
        return False
    return True


def _pull(store: ModelStore, manifest: Manifest, offline: bool) -> str:
    from crossmodal_narrator.runtime import ModelState

    if store.state(manifest) is ModelState.READY:
        return "is ready already"
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from crossmodal_narrator.runtime.pull import pull  # onnx is needed for converting alone

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(manifest.name, total=None)
        pull(
            manifest,
            store,
            offline=offline,
            report=lambda stage: progress.update(task, description=f"{manifest.name}: {stage}"),
        )
    return f"is ready in {store.folder(manifest)}"


def _verify(store: ModelStore, manifest: Manifest, offline: bool) -> str:
    """Digests, then the golden sample on every engine that may be used."""
    from crossmodal_narrator.runtime import EngineConfig, open_engine

    engine = open_engine(manifest, store, EngineConfig())
    return f"digest and golden sample agree on {engine.name}"
