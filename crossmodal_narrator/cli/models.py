"""`crossmodal-narrator models list | pull | verify`: the weights that the narrator needs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from crossmodal_narrator.core.errors import ModelError, NarratorError
from crossmodal_narrator.runtime import EngineConfig, Manifest, ModelState, ModelStore, open_engine

Action = Callable[[ModelStore, Manifest, bool], str]

HELP = "list, fetch and verify the models' weights"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("list", "pull", "verify"), help="what to do")
    parser.add_argument("names", nargs="*", metavar="NAME", help="models (default: all)")
    parser.add_argument("--offline", action="store_true", help="fetch nothing over the network")
    parser.add_argument("--models-dir", type=Path, help="folder of manifests (default: the package's own)")
    parser.add_argument("--cache-dir", type=Path, help="where weights are kept (default: the user's cache folder)")


def run(arguments: argparse.Namespace) -> int:
    """The exit status: 0 when every model named is ready, or was made so."""
    store = ModelStore(arguments.models_dir, arguments.cache_dir)
    manifests = [store.manifest(name) for name in arguments.names or store.names()]
    if arguments.action == "list":
        return _list(store, manifests)
    act = _pull if arguments.action == "pull" else _verify
    failures = sum(not _announced(act, store, manifest, arguments.offline) for manifest in manifests)
    return 1 if failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="crossmodal-narrator models", description=HELP)
    configure(parser)
    try:
        return run(parser.parse_args())
    except NarratorError as error:
        print(error, file=sys.stderr)
        return 2


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
    if store.state(manifest) is ModelState.READY:
        return "is ready already"
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
    engine = open_engine(manifest, store, EngineConfig())
    return f"digest and golden sample agree on {engine.name}"


if __name__ == "__main__":
    sys.exit(main())
