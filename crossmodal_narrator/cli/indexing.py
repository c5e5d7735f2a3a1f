"""Replays into a store of drives, one by one, for the verbs that do so."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from crossmodal_narrator.bags import Bag
from crossmodal_narrator.bags.index import DriveStore, Outcome, digest_of, read_run, view_of
from crossmodal_narrator.bags.index.run import Worded
from crossmodal_narrator.bags.index.schema import FILE
from crossmodal_narrator.bags.manifest import find_manifest
from crossmodal_narrator.bags.origin import refuse_altered
from crossmodal_narrator.cli.replaying import intake_of_replay


class Indexer:
    """Puts replays into the store in a folder; where there is none, the first that can be read makes it.

    `params`: for the words' encoder, which is opened when it is needed.

    Raises:
        BagError: as `DriveStore`.
    """

    def __init__(self, folder: Path, params: Path | None) -> None:
        self._folder = folder
        self._store = DriveStore(folder, make=True) if (folder / FILE).exists() else None
        self._worded = _opened_once(params)
        self.damage: list[str] = []  # what of bags could not be read

    def __enter__(self) -> Indexer:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._store is not None:
            self._store.close()

    def lacking(self, replay: Path, place: str = "") -> str:
        """The digest of a replay, by which it is put in; empty where it is in with its bag, which lies at `place`.

        Raises:
            BagError: a file of the replay cannot be read, or was altered, or the store is damaged.
        """
        if (recorded := find_manifest(replay)) is not None:
            refuse_altered(replay, recorded)
        digest = digest_of(replay)
        return "" if self._store is not None and self._store.holds(digest, place) else digest

    def put(self, replay: Path, digest: str, bag: Bag | None = None, place: str = "") -> tuple[Outcome, str]:
        """What became of a replay, and in words what is in it; `place` is where people find its bag.

        Raises:
            BagError: the replay or the bag cannot be read, that is another bag, or the store cannot be written.
        """
        run = read_run(replay.absolute(), self._worded, digest=digest)
        view = None if bag is None else view_of(bag, intake_of_replay(replay, bag))
        if self._store is None:
            self._store = DriveStore(self._folder, make=True)
        outcome = self._store.add(run, bag=place, view=view)
        self.damage += [f"{place}: {line}" for line in (view.damage if view is not None else ())]
        return outcome, f"{len(run.moments)} moments, {len(run.events)} events, {len(run.sentences)} sentences"


def _opened_once(params: Path | None) -> Worded:
    """Names surroundings that a replay has only as vectors; the words' encoder is opened when the first one comes."""

    @cache
    def opened() -> Worded:
        from crossmodal_narrator.assembly import open_text
        from crossmodal_narrator.cli.parameters import perception_config
        from crossmodal_narrator.encoding.crossmodal.surroundings import WordedAttributes
        from crossmodal_narrator.wire import TopicMap

        config = perception_config(params, TopicMap())
        return WordedAttributes(open_text(config).encode, config.crossmodal.min_confidence).of

    named: Callable[..., Worded] = opened
    return lambda vector: named()(vector)
