"""Search in what replays wrote: the nearest first, none twice, and a clear word where there is nothing to search."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.bags.search import find, read_looks
from crossmodal_narrator.core.errors import BagError

START_NS = 1_700_000_000_000_000_000


def replay(folder: Path, vectors: dict[float, list[float]]) -> Path:
    """Scenes at 10 Hz for 10 s; some of them tell of their surroundings."""
    folder.mkdir(parents=True)
    lines = []
    for k in range(100):
        vector = vectors.get(k / 10)
        attributes = [{"name": "light", "value": "night", "confidence": 0.9}]
        told = None if vector is None else {"novelty": 0.5, "attributes": attributes, "senses": [], "vector": vector}
        lines.append(json.dumps({"stamp_ns": START_NS + k * 100_000_000, "surroundings": told}))
    (folder / "scenes.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_the_nearest_moments_of_all_drives_come_first(tmp_path: Path) -> None:
    one = replay(tmp_path / "one", {1.0: [1.0, 0.0], 5.0: [0.6, 0.8]})
    two = replay(tmp_path / "two", {2.0: [0.8, 0.6]})
    found = find(np.array([1.0, 0.0], np.float32), [read_looks(one), read_looks(two)], most=2, apart_s=3.0)

    assert [(m.replay, m.at_s) for m in found] == [(one, 1.0), (two, 2.0)]
    assert [m.similarity for m in found] == pytest.approx([1.0, 0.8])
    assert found[0].stamp_ns == START_NS + 1_000_000_000
    assert found[0].attributes == (("light", "night"),)


def test_moments_that_lie_close_together_are_one(tmp_path: Path) -> None:
    looks = read_looks(replay(tmp_path / "one", {1.0: [0.9, 0.1], 2.0: [1.0, 0.0], 9.0: [0.1, 0.9]}))
    found = find(np.array([1.0, 0.0], np.float32), [looks], most=10, apart_s=3.0)

    assert [m.at_s for m in found] == [2.0, 9.0]


def test_a_folder_that_no_replay_wrote_is_named(tmp_path: Path) -> None:
    with pytest.raises(BagError, match=r"scenes\.jsonl: No such file.*replay BAG --out"):
        read_looks(tmp_path)


def test_scenes_without_surroundings_are_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(BagError, match=r"none of 100 scenes tells of its surroundings.*models\.scene_encoder"):
        read_looks(replay(tmp_path / "one", {}))


def test_a_line_that_is_cut_is_named(tmp_path: Path) -> None:
    folder = replay(tmp_path / "one", {1.0: [1.0, 0.0]})
    path = folder / "scenes.jsonl"
    path.write_text(path.read_text(encoding="utf-8")[:-30], encoding="utf-8")

    with pytest.raises(BagError, match=r"scenes\.jsonl, line 100: .*this file is cut"):
        read_looks(folder)


def test_a_replay_of_another_encoder_is_refused(tmp_path: Path) -> None:
    looks = read_looks(replay(tmp_path / "one", {1.0: [1.0, 0.0]}))

    with pytest.raises(BagError, match=r"vectors of 2 dimensions, the words have 3"):
        find(np.ones(3, np.float32), [looks], most=1, apart_s=1.0)
