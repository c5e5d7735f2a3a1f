"""`crossmodal-narrator models list | pull | verify | build | record`: the weights that the narrator needs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crossmodal_narrator.cli.progress import progress
from crossmodal_narrator.core.errors import ModelError

if TYPE_CHECKING:  # the engines' libraries take a second to import, and the help needs none of them
    from crossmodal_narrator.runtime import Manifest, ModelStore
    from crossmodal_narrator.runtime.bundle import Bundle, BundleStore

Tell = Callable[[str], None]  # of the stage that begins

SUMMARY = "list, fetch and verify the models' weights, build their engines, or record a detector of your own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("list", "pull", "verify", "build", "record"), help="what to do")
    parser.add_argument("names", nargs="*", metavar="NAME", help="models (default: all)")
    parser.add_argument("--offline", action="store_true", help="fetch nothing over the network")
    parser.add_argument("--models-dir", type=Path, help="folder of manifests (default: the package's own)")
    parser.add_argument("--cache-dir", type=Path, help="where weights are kept (default: the user's cache folder)")


def run(arguments: argparse.Namespace) -> int:
    """The exit status: 0 when every model named is ready, or was made so."""
    from crossmodal_narrator.runtime import ModelStore
    from crossmodal_narrator.runtime.bundle import BundleStore
    from crossmodal_narrator.runtime.store import refuse_unknown

    if arguments.action == "record" and not arguments.names:
        print("models record: name the model that is to be recorded", file=sys.stderr)
        return 2
    store = ModelStore(arguments.models_dir, arguments.cache_dir)
    optional = BundleStore(arguments.models_dir, arguments.cache_dir)
    known = optional.names()
    refuse_unknown(arguments.names, sorted((*store.names(), *known)), store.models_dir)
    bundles = [optional.bundle(name) for name in known if name in arguments.names]
    names = [name for name in arguments.names if name not in known]
    manifests = [store.manifest(name) for name in (names if arguments.names else store.names())]
    if arguments.action == "list":
        return _list(store, manifests) or _list_optional(optional)
    act = {"pull": _pull, "verify": _verify, "build": _build, "record": _record}[arguments.action]
    done = [_announced(m.name, partial(act, store, m, arguments.offline)) for m in manifests]
    done += [_announced(b.name, partial(_bundled, arguments.action, optional, b, arguments.offline)) for b in bundles]
    return 0 if all(done) else 1


def _list(store: ModelStore, manifests: list[Manifest]) -> int:
    for manifest in manifests:
        state = store.state(manifest).value
        megabytes = manifest.artifact.size_bytes / 1e6
        precisions = ", ".join(["fp32", *(precision.value for precision in manifest.variants)])
        told = f"{manifest.name:20} {state:8} {megabytes:7.1f} MB  {precisions:16} {manifest.licence:12}"
        print(f"{told} {store.folder(manifest)}")
    return 0


def _list_optional(store: BundleStore) -> int:
    for name in store.names():
        bundle = store.bundle(name)
        state = "ready" if store.is_here(bundle) else "optional"
        print(
            f"{name:20} {state:8} {bundle.size_bytes / 1e6:7.1f} MB  {'':16} {bundle.licence:12} {store.folder(bundle)}"
        )
    return 0


def _announced(name: str, act: Callable[[Tell], str]) -> bool:
    """Run `act` and say how it ended; one model's failure does not keep the others from being tried."""
    try:
        with progress(name) as bar:
            told = act(lambda stage: bar.say(f"{name}: {stage}"))
        print(f"{name}: {told}")
    except ModelError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return False
    return True


def _bundled(action: str, store: BundleStore, bundle: Bundle, offline: bool, tell: Tell) -> str:
    """Another library's folder is pulled and verified; nothing is built or recorded of it."""
    if action == "pull":
        is_new = store.pull(bundle, offline=offline, report=tell)
        return f"is ready in {store.folder(bundle)}" if is_new else "is ready already"
    if action == "verify":
        return f"all digests agree in {store.checked(bundle)}"
    raise ModelError(f"there is nothing to {action} of {bundle.name}", remedy="another library opens it as it is")


def _pull(store: ModelStore, manifest: Manifest, offline: bool, tell: Tell) -> str:
    from crossmodal_narrator.runtime.pull import pull  # onnx is needed for converting alone

    is_new = pull(manifest, store, offline=offline, report=tell)
    return f"is ready in {store.folder(manifest)}" if is_new else "is ready already"


def _verify(store: ModelStore, manifest: Manifest, offline: bool, tell: Tell) -> str:
    """Of each file: its digest, what is in its graph, and the golden sample on the engine that would be used."""
    from crossmodal_narrator.runtime import EngineConfig, Refusal, open_engine
    from crossmodal_narrator.runtime.artifacts import Precision
    from crossmodal_narrator.runtime.graph_check import check_graph

    agreed = []
    for precision in (Precision.FP32, *manifest.variants):
        tell(precision.value)
        check_graph(store.artifact(manifest, precision), name=f"{manifest.name} in {precision.value}")
        refusals: list[Refusal] = []
        engine = open_engine(manifest, store, EngineConfig(precision=precision.value), on_refusal=refusals.append)
        failed = "; ".join(f"{r.engine}: {r.reason}" for r in refusals if not r.is_absent)
        agreed.append(f"{precision.value} on {engine.name}{f' (not used: {failed})' if failed else ''}")
    return f"digest and golden sample agree: {', '.join(agreed)}"


def _build(store: ModelStore, manifest: Manifest, offline: bool, tell: Tell) -> str:
    """What was built, and what not and why; an engine that this machine has and that is not built is a failure."""
    from crossmodal_narrator.runtime import EngineConfig
    from crossmodal_narrator.runtime.ahead import build_ahead

    outcomes = list(build_ahead(manifest, store, EngineConfig(), tell=tell))
    told = [
        f"  {outcome.precision.value} {outcome.engine}: "
        + (f"not built: {outcome.refusal.reason}" if outcome.refusal else "is built")
        for outcome in outcomes
    ]
    if any(outcome.refusal and not outcome.refusal.is_absent for outcome in outcomes):
        raise ModelError("\n".join(["not all engines are built", *told]))
    built = sum(outcome.refusal is None for outcome in outcomes)
    return "\n".join([f"{built} engines are ready" if built else "this machine has no engine that is built", *told])


def _record(store: ModelStore, manifest: Manifest, offline: bool, tell: Tell) -> str:
    """Write a golden sample, and say what the manifest must hold for it."""
    from crossmodal_narrator.runtime.recording import record_detector

    artifact, golden = record_detector(manifest)
    lines = ["is recorded; its manifest must say:", "artifact:", *artifact.yaml_lines("  ")]
    return "\n".join([*lines, "golden:", "  file:", *golden.yaml_lines("    ")])
