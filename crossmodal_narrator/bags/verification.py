"""Two replays compared: what they were made of, and the first line that differs."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from crossmodal_narrator.bags.digest import take_file
from crossmodal_narrator.bags.manifest import ModelUsed, RunManifest
from crossmodal_narrator.core.config import flatten_mapping
from crossmodal_narrator.core.errors import BagError

_ABSENT = "nothing"
_MODELS_FOLDER = "perception.models.folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs, one line each.

    `decisive`: in bag, weights or configuration, which make it another replay. `surroundings`: in what ran it, which
    may give the same bytes. `outputs`: in what came out.
    """

    decisive: tuple[str, ...]
    surroundings: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return not self.decisive and not self.outputs


def compare_runs(folder: Path, recorded: RunManifest, again_folder: Path, again: RunManifest) -> Comparison:
    """The replay in `folder` against one that was made again.

    Raises:
        BagError: a file of `folder` cannot be read.
    """
    outputs = [
        line
        for name in recorded.outputs
        for line in (how_altered(folder / name, recorded), first_difference(folder / name, again_folder / name))
        if line
    ]
    if recorded.damage != again.damage:
        outputs.append(f"damage: {_told(list(recorded.damage))} was recorded, {_told(list(again.damage))} is found")
    return Comparison(
        decisive=(*_bag(recorded, again), *_models(recorded, again), *_configuration(recorded, again)),
        surroundings=tuple(_code(recorded, again)),
        outputs=tuple(outputs),
    )


def how_altered(path: Path, recorded: RunManifest) -> str:
    """What is wrong with a file that is not what was written; empty where it is.

    Raises:
        BagError: it cannot be read.
    """
    digest = sha256()
    take_file(digest, path, remedy="replay the bag again")
    is_as_written = digest.hexdigest() == recorded.outputs[path.name].sha256
    return "" if is_as_written else f"{path.name} was altered after it was written"


def first_difference(path: Path, again: Path) -> str:
    """Where two files of records differ first: line, stamp, and the value in it; empty where they do not.

    Raises:
        BagError: one of them cannot be read.
    """
    try:
        with path.open("rb") as one, again.open("rb") as other:
            for number, (line, line_again) in enumerate(itertools.zip_longest(one, other), start=1):
                if line != line_again:
                    return f"{path.name}, line {number}: {_line_difference(line, line_again)}"
    except OSError as error:
        raise BagError(f"{error.filename}: {error.strerror}", remedy="replay the bag again") from error
    return ""


def _line_difference(line: bytes | None, again: bytes | None) -> str:
    if line is None or again is None:
        longer = again if line is None else line
        who = "the replay in the folder has no more lines" if line is None else "the replay made now has no more lines"
        return f"{who}; the other goes on at stamp {_stamp(longer)}"
    try:
        record, record_again = json.loads(line), json.loads(again)
    except ValueError:
        return "the replay in the folder holds what is no record"
    where, was, now = next(_differences(record, record_again, ""), ("its spelling", "one", "another"))
    return f"at stamp {_stamp(line)}: {where} was {_told(was)}, is {_told(now)}"


def _differences(was: Any, now: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """The places where two JSON values differ, depth first."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*was, *now)):
            yield from _differences(was.get(key, _ABSENT), now.get(key, _ABSENT), f"{where}.{key}" if where else key)
    elif isinstance(was, list) and isinstance(now, list):
        for k, (one, other) in enumerate(itertools.zip_longest(was, now, fillvalue=_ABSENT)):
            yield from _differences(one, other, f"{where}[{k}]")
    elif was != now or type(was) is not type(now):
        yield where, was, now


def _stamp(line: bytes | None) -> str:
    try:
        return f"{json.loads(line or b'')['stamp_ns']} ns"
    except (ValueError, KeyError, TypeError):
        return "unknown"


def _bag(recorded: RunManifest, again: RunManifest) -> Iterator[str]:
    if recorded.bag.sha256 == again.bag.sha256:
        return
    yield f"bag: content {recorded.bag.sha256[:12]} was replayed, this one has {again.bag.sha256[:12]}"
    was, now = ({topic.name: f"{topic.count} of {topic.msgtype}" for topic in m.bag.topics} for m in (recorded, again))
    yield from _changes("bag: ", was, now)


def _models(recorded: RunManifest, again: RunManifest) -> Iterator[str]:
    was, now = ({model.name: _model(model) for model in manifest.models} for manifest in (recorded, again))
    yield from _changes("model ", was, now)


def _configuration(recorded: RunManifest, again: RunManifest) -> Iterator[str]:
    was, now = (flatten_mapping(manifest.configuration) for manifest in (recorded, again))
    was.pop(_MODELS_FOLDER, None)  # runs of earlier versions name it
    yield from _changes("configuration: ", was, now)


def _code(recorded: RunManifest, again: RunManifest) -> Iterator[str]:
    yield from _changes("", {"crossmodal_narrator": recorded.code.version}, {"crossmodal_narrator": again.code.version})
    if recorded.code.sha256 != again.code.sha256:
        yield "crossmodal_narrator: its sources are not those that were run"
    yield from _changes("", recorded.code.versions, again.code.versions)


def _model(model: ModelUsed) -> str:
    return f"{model.sha256[:12]} in {model.precision} by {model.engine}"


def _changes(what: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*was, *now)):
        before, after = was.get(name, _ABSENT), now.get(name, _ABSENT)
        if before != after:
            yield f"{what}{name} was {_told(before)}, is {_told(after)}"


def _told(value: Any) -> str:
    text = value if value is _ABSENT else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"
