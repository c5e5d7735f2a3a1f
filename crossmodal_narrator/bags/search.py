"""Moments of replayed drives by words: a sentence's vector against those of the surroundings in scenes.jsonl."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.bags.records import SCENES_FILE, read_records
from crossmodal_narrator.core.errors import BagError

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A moment of a replay. `similarity` runs from -1 to 1; only its order means something."""

    replay: Path
    stamp_ns: int
    at_s: float  # from the first scene of the replay
    similarity: float
    attributes: tuple[tuple[str, str], ...]  # (name, value) of the surroundings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """All looks at the surroundings in one replay."""

    replay: Path
    start_ns: int
    stamps_ns: NDArray[np.int64]
    vectors: Floats  # (looks, SPACE)
    attributes: Sequence[tuple[tuple[str, str], ...]]


def read_looks(replay: Path) -> Looks:
    """From a folder that `replay` wrote.

    Raises:
        BagError: there is no such folder, a line of it is cut, or no scene of it has surroundings.
    """
    path = replay / SCENES_FILE
    scenes = list(read_records(path))
    seen = [scene for scene in scenes if (scene.get("surroundings") or {}).get("vector")]
    if not seen:
        remedy = "replay the bag with models.scene_encoder set to crossmodal_scene, and a camera or a LiDAR"
        raise BagError(f"{path}: none of {len(scenes)} scenes tells of its surroundings", remedy=remedy)
    return Looks(
        replay=replay,
        start_ns=int(scenes[0]["stamp_ns"]),
        stamps_ns=np.array([scene["stamp_ns"] for scene in seen], np.int64),
        vectors=np.array([scene["surroundings"]["vector"] for scene in seen], np.float32),
        attributes=[tuple((a["name"], a["value"]) for a in scene["surroundings"]["attributes"]) for scene in seen],
    )


def find(vector: Floats, looks: Iterable[Looks], *, most: int, apart_s: float) -> list[Found]:
    """The moments whose surroundings are nearest to `vector`, the nearest first.

    Of moments of one drive that lie less than `apart_s` apart only the nearest is taken.

    Raises:
        BagError: a replay that was made with another encoder.
    """
    looks = list(looks)
    for one in looks:
        if one.vectors.shape[1:] != vector.shape:
            raise BagError(
                f"{one.replay} has vectors of {one.vectors.shape[1]} dimensions, the words have {len(vector)}",
                remedy="replay the bag again, with the encoder that belongs to the words",
            )
    similar = ((one, (one.vectors @ vector).tolist()) for one in looks)
    found = [_found(one, k, similarity) for one, all_of in similar for k, similarity in enumerate(all_of)]
    kept: list[Found] = []
    for moment in sorted(found, key=lambda m: (-m.similarity, str(m.replay), m.stamp_ns)):
        if len(kept) == most:
            break
        if not any(k.replay == moment.replay and abs(k.at_s - moment.at_s) < apart_s for k in kept):
            kept.append(moment)
    return kept


def _found(looks: Looks, k: int, similarity: float) -> Found:
    stamp_ns = int(looks.stamps_ns[k])
    return Found(
        replay=looks.replay,
        stamp_ns=stamp_ns,
        at_s=(stamp_ns - looks.start_ns) / 1e9,
        similarity=similarity,
        attributes=looks.attributes[k],
    )
