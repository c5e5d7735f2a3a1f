"""A record that is read gives the record again."""

from __future__ import annotations

import json

import pytest
from full_scene import EMPTY, NARRATION, SCENE

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.wire.from_records import narration_from_record, scene_from_record
from crossmodal_narrator.wire.records import narration_record, scene_record, to_json_line


@pytest.mark.parametrize("scene", [SCENE, EMPTY], ids=["full", "empty"])
def test_a_scene_comes_back_but_for_its_ego_of_which_a_record_has_no_pose(scene: SceneState) -> None:
    record = json.loads(to_json_line(scene_record(scene)))
    assert scene_record(scene_from_record(record)) == {**record, "ego": None}


def test_a_narration_comes_back() -> None:
    record = json.loads(to_json_line(narration_record(NARRATION)))
    assert narration_record(narration_from_record(record)) == record


def test_a_line_of_something_else_is_refused() -> None:
    with pytest.raises(FrameError, match="'objects'"):
        scene_from_record({"stamp_ns": 1})
    with pytest.raises(FrameError, match="'shouting' is not a valid Urgency"):
        narration_from_record({**narration_record(NARRATION), "urgency": "shouting"})
