"""The jobs of a fleet: what is asked of each bag, checked once, and the key by which a result is known again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from crossmodal_narrator.cli.fleet_work import Asked, ReplayAndEvaluate
from crossmodal_narrator.cli.parameters import narrator_config, perception_config
from crossmodal_narrator.core.folders import shared_folder
from crossmodal_narrator.fleet.finding import FoundBag, is_url
from crossmodal_narrator.fleet.job import Job
from crossmodal_narrator.nodes.profile import load_profile
from crossmodal_narrator.runtime.environment import digest_of, source_digest, versions
from crossmodal_narrator.wire import TopicMap, named_topic

_EVALUATION = ("evaluation", "cli")  # beside what a replay depends on
_MANIFESTS = "*/manifest.yaml"
_PACKAGE = Path(__file__).resolve().parents[1]


def place_of(prefix: str) -> str:
    """The prefix as every process understands it, wherever it was started."""
    return prefix.rstrip("/") if is_url(prefix) else str(Path(prefix).resolve())


def jobs_for(bags: Sequence[FoundBag], out: Path, asked: Asked, limit_s: float) -> tuple[Job, ...]:
    """A job for each bag.

    Raises:
        ConfigError: a parameter, a language, a profile or the name of a topic that is right for no bag.
    """
    for argument in asked.topics:
        named_topic(argument.partition("=")[0])
    work, common = ReplayAndEvaluate(asked), _common_key(asked)
    return tuple(
        Job(
            bag=bag,
            key=hashlib.sha256(f"{common} {bag.name} {bag.mark}".encode()).hexdigest(),
            out=out,
            limit_s=limit_s,
            work=work,
        )
        for bag in bags
    )


def _common_key(asked: Asked) -> str:
    """Of all but the bag that bytes depend on: what is asked, code, weights, and what is below them."""
    profile = load_profile(asked.profile) if asked.profile is not None else None
    said = profile.parameters if profile is not None else {}
    narrator_config(asked.params, asked.languages, said.get("narrator", {}))
    models = perception_config(asked.params, TopicMap(), None, said.get("perception", {})).models.folder
    weights = Path(models) if models else shared_folder("models")
    known = {
        "params": None if asked.params is None else asked.params.read_text(encoding="utf-8"),
        "profile": repr(profile),
        "topics": asked.topics,
        "languages": asked.languages,
        "truth": asked.with_truth,
        "code": source_digest(),
        "evaluation": digest_of(_PACKAGE, (path for name in _EVALUATION for path in (_PACKAGE / name).rglob("*.py"))),
        "weights": digest_of(weights, weights.glob(_MANIFESTS)),
        "versions": versions(),
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
