"""The replays of a fleet into one store of drives, each once, whatever was in it before."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.bags.index import Outcome
from crossmodal_narrator.cli.indexing import Indexer
from crossmodal_narrator.core.errors import NarratorError
from crossmodal_narrator.fleet.fetching import local_bag
from crossmodal_narrator.fleet.finding import FoundBag, is_url
from crossmodal_narrator.fleet.fleet import Failure
from crossmodal_narrator.fleet.folder import FleetFolder


def index_results(
    bags: Sequence[FoundBag], folder: FleetFolder, store: Path, params: Path | None
) -> tuple[Counter[Outcome], tuple[Failure, ...]]:
    """Put the replays of these bags, which lie in `folder`, into `store`; what cannot be is named.

    A bag that is in the store already is not opened, and not fetched. What of a bag is damaged is printed.

    Raises:
        BagError: the store cannot be written.
    """
    with Indexer(store, params) as indexer:
        became = [_tried(indexer, bag, folder) for bag in bags]
        for damage in indexer.damage:
            print(damage, file=sys.stderr)
    failures = tuple(one for one in became if isinstance(one, Failure))
    return Counter(one for one in became if isinstance(one, Outcome)), failures


def _tried(indexer: Indexer, bag: FoundBag, folder: FleetFolder) -> Outcome | Failure:
    try:
        return _put(indexer, bag, folder)
    except NarratorError as error:
        return Failure(bag=bag.name, reason=f"not in the store: {error.what}")


def _put(indexer: Indexer, bag: FoundBag, folder: FleetFolder) -> Outcome:
    replay = folder.place(bag.name)
    place = f"{bag.prefix}/{bag.name}" if is_url(bag.prefix) else str(Path(bag.prefix) / bag.name)
    digest = indexer.lacking(replay, place)
    if not digest:
        return Outcome.KNOWN
    with local_bag(bag, folder.root) as local:
        outcome, _ = indexer.put(replay, digest, open_bag(local.path), place)
    return outcome
