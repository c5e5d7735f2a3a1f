"""Whether a bag is the one that a replay was made of, and whether the files of the replay are still what it wrote."""

from __future__ import annotations

from pathlib import Path

from crossmodal_narrator.bags.digest import TopicRead, begin_sha256
from crossmodal_narrator.bags.manifest import RunManifest, find_manifest
from crossmodal_narrator.bags.reader import Bag
from crossmodal_narrator.bags.records import SCENES_FILE, TRANSCRIPT_FILE
from crossmodal_narrator.bags.storage import BagTopic
from crossmodal_narrator.bags.verification import how_altered
from crossmodal_narrator.core.errors import BagError


def refuse_another_bag(bag: Bag, recorded: RunManifest) -> None:
    """Compare what was read with what the bag lists and begins with, whatever its storage; the rest is not read.

    It may have other topics, too, as an annotated copy has. Of a bag that could not be read whole, more may be listed
    than was read.

    Raises:
        BagError: it is not the bag that was replayed.
    """
    listed = {topic.name: topic for topic in bag.topics}
    for read in recorded.bag.topics:
        found = listed.get(read.name)
        if found is None:
            raise another_bag(bag, f"it has no {read.name}")
        if not _is_of(found, read, is_whole=recorded.is_complete):
            counts = f"{found.message_count} of {found.msgtype}, and not {read.count} of {read.msgtype}"
            raise another_bag(bag, f"{read.name} has {counts}")
    begin, replayed = begin_sha256(bag, (topic.name for topic in recorded.bag.topics)), recorded.bag.begin_sha256
    if replayed not in ("", begin):
        raise another_bag(bag, f"it begins with {begin[:12]}, and not {replayed[:12]}")


def another_bag(bag: Bag, why: str) -> BagError:
    """What is raised of a bag that is not the one that was replayed."""
    remedy = "name that bag, or replay this one"
    return BagError(f"{bag.path} is not the bag that was replayed: {why}", remedy=remedy)


def refuse_altered(folder: Path, recorded: RunManifest) -> None:
    """Raise BagError where the scenes or the sentences in `folder` are not those that the replay wrote."""
    for name in (SCENES_FILE, TRANSCRIPT_FILE):
        if altered := how_altered(folder / name, recorded):
            raise BagError(f"{folder}: {altered}", remedy="replay the bag again, or bring back what was written")


def altered_files(folder: Path) -> tuple[str, ...]:
    """What in `folder` is not what the replay wrote, a line each; a replay without run.json does not say.

    Raises:
        BagError: run.json is damaged, or a file cannot be read.
    """
    recorded = find_manifest(folder)
    if recorded is None:
        return ()
    written = (folder / name for name in recorded.outputs)
    return tuple(line for path in written if path.is_file() and (line := how_altered(path, recorded)))


def _is_of(listed: BagTopic, read: TopicRead, *, is_whole: bool) -> bool:
    is_enough = listed.message_count == read.count or (listed.message_count > read.count and not is_whole)
    return is_enough and listed.msgtype == read.msgtype
