"""An evaluation holds a few numbers of each moment, and never the moments."""

from __future__ import annotations

import json
import tracemalloc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from evaluated_scenes import answer, line, record, scene, stamp, thing

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation import TruthFile, read_truth
from crossmodal_narrator.evaluation.drive import Truth, evaluate_drive
from crossmodal_narrator.evaluation.moments import moments
from crossmodal_narrator.evaluation.replayed import Replayed
from crossmodal_narrator.evaluation.truth import TrueScene

SCENES = 200
SWEEPS = 500


class WatchedRecord(dict[str, Any]):
    __hash__ = object.__hash__  # type: ignore[assignment]


class WatchedScene(TrueScene):
    __slots__ = ("__weakref__",)
    __hash__ = object.__hash__


class Drive:
    """Gives its moments one by one, and notes how many of them anybody holds at once."""

    def __init__(self) -> None:
        self.most = 0
        self._held: weakref.WeakSet[Any] = weakref.WeakSet()

    def watched(self, moment: Any) -> Any:
        self._held.add(moment)
        self.most = max(self.most, len(self._held))
        return moment


class Records(Drive):
    def __iter__(self) -> Iterator[WatchedRecord]:
        for k in range(SCENES):
            told = {"kind": "siren", "azimuth_rad": 0.1}
            senses = ["camera", "lidar", "audio"]
            made = record(k, answer("car", 10.0 + k % 7, track_id=1 + k // 50), sounds=[told], senses=senses)
            yield self.watched(WatchedRecord(made))


class Truths(Drive):
    def __iter__(self) -> Iterator[TrueScene]:
        for k in range(SCENES):
            real = scene(k, thing("Car", 10.0 + k % 7, motion="Moving"), sounds=())
            fields = {name: getattr(real, name) for name in TrueScene.__slots__}
            yield self.watched(WatchedScene(**fields))


def test_no_more_than_a_few_moments_are_held_at_once() -> None:
    records, truths = Records(), Truths()
    said = tuple(line(k, "A car ahead.", ("exists", f"track:{1 + k // 50}", "car")) for k in range(0, SCENES, 10))
    replayed = Replayed(scenes=records, transcript=said, times=({"stage": "x", "ms": 1.0} for _ in range(SCENES)))
    parts = evaluate_drive(replayed, Truth(scenes=truths, in_view=lambda p: True, speeds={}))
    assert parts["objects"].figures["sweeps_with_scene"] == SCENES
    assert parts["claims"].figures["claims_checked"] == SCENES // 10
    assert parts["consistency"].figures["tracks"] == 4
    assert (records.most, truths.most) <= (3, 3)


def test_each_scene_meets_the_truth_of_its_stamp_and_what_has_no_scene_is_missed_in_its_place() -> None:
    records = [
        record(k) for k in (0, 2, 2, 7, 3, 1)
    ]  # twice the same, one that nobody labelled, a clock that jumps back
    truth = [scene(k) for k in range(4)]
    met = [(r and r["stamp_ns"], real and real.stamp_ns) for r, real in moments(records, truth)]
    assert met == [
        (stamp(0), stamp(0)),
        (None, stamp(1)),
        (stamp(2), stamp(2)),
        (stamp(2), None),
        (stamp(7), None),
        (stamp(3), stamp(3)),
        (stamp(1), None),
    ]


def labelled(k: int) -> dict[str, Any]:
    car = {"id": f"车-{k}", "label": "car", "position_m": [12, 0, 0.7], "size_lwh_m": [4.5, 1.8, 1.4], "yaw_rad": 0.0}
    car |= {"motion": "Moving", "lidar_points": 90, "centre_in_front_image": True}
    return {"stamp_ns": stamp(k), "ego_speed_mps": 5.0, "objects": [car] * 20}


@pytest.mark.parametrize("indent", [None, 1], ids=["one line", "indented"])
def test_a_truth_file_is_read_entry_by_entry(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "truth.json"
    path.write_text(
        json.dumps([labelled(k) for k in range(SWEEPS)], ensure_ascii=False, indent=indent), encoding="utf-8"
    )
    tracemalloc.start()
    truth = TruthFile(path)
    stamps = [real.stamp_ns for real in truth]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stamps == list(truth.stamps_ns) == [stamp(k) for k in range(SWEEPS)]
    assert peak < 2_000_000  # all at once they take 11 MB
    assert [real.objects[0].object_id for real in truth][432] == "车-432"


@pytest.mark.parametrize("text", ["", "{}", "[", '[{"stamp_ns": 1', '[{"stamp_ns": 1}]', "[1, 2]", '["x"', "[[]]"])
def test_a_truth_file_that_is_cut_or_none_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BagError, match="is not a truth file"):
        read_truth(path)
    path.write_text("[]", encoding="utf-8")
    assert read_truth(path) == ()
