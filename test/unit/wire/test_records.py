"""Scenes and narrations become lines of JSON: complete, the same each time, and free of NaN."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from full_scene import EMPTY, NARRATION, PLACED, SCENE
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.speech import Claim, Narration
from crossmodal_narrator.wire import narration_record, scene_record, to_json_line


def test_a_scene_becomes_one_line_with_all_that_it_holds() -> None:
    line = to_json_line(scene_record(SCENE))
    record = json.loads(line)
    assert line.endswith("}\n")
    assert line.count("\n") == 1
    assert record["stamp_ns"] == SCENE.stamp_ns
    assert record["ego"] == {"speed_mps": 4.25, "yaw_rate_rps": 0.125}
    assert record["objects"][0] == {
        "track_id": 12,
        "label": "car",
        "attributes": [{"name": "colour", "value": "white", "confidence": 0.75}],
        "azimuth_rad": 0.0625,
        "position_m": [12.5, 0.75, 0.5],
        "size_lwh_m": [4.5, 1.75, 1.5],
        "yaw_rad": 0.0,
        "velocity_mps": [3.5, 0.25, 0.0],
        "motion": "moving",
        "relation": {"side": "ahead", "in_path": True, "distance_m": 10.25},
        "confidence": 0.875,
        "age_s": 1.5,
        "modalities": ["camera", "lidar"],
        "evidence": [
            {"modality": "camera", "stamp_ns": SCENE.stamp_ns - 50_000_000, "detail": "car 0.91 in front"},
            {"modality": "lidar", "stamp_ns": SCENE.stamp_ns, "detail": "214 points"},
        ],
    }
    assert [record["objects"][1][name] for name in ("position_m", "size_lwh_m", "yaw_rad", "velocity_mps")] == [
        None
    ] * 4
    assert [sound["kind"] for sound in record["sounds"]] == ["siren", "horn"]
    assert [signal["state"] for signal in record["signals"]] == ["red", "unknown"]
    assert record["degraded"][0]["remedy"] == "check the cable"


def test_an_empty_scene_keeps_its_fields() -> None:
    record = json.loads(to_json_line(scene_record(EMPTY)))
    assert record == {
        "stamp_ns": EMPTY.stamp_ns,
        "ego": None,
        "objects": [],
        "sounds": [],
        "senses": [],
        "signals": [],
        "degraded": [],
        "surroundings": None,
    }


def test_a_narration_keeps_its_script_and_the_type_of_each_value() -> None:
    line = to_json_line(narration_record(NARRATION))
    record = json.loads(line)
    assert "白色轿车" in line
    assert (record["kind"], record["language"], record["urgency"]) == ("narration", "zh", "notable")
    values = [claim["value"] for claim in record["claims"]]
    assert values == ["car", 10.25, 2, True, False, -0.5]
    assert [type(value) for value in values] == [str, float, int, bool, bool, float]


def test_no_number_has_a_negative_zero_or_more_digits_than_a_sensor() -> None:
    thing = dataclasses.replace(PLACED, position_m=(1 / 3, -1e-9, 2e5 + 1e-9), yaw_rad=-1e-7)
    line = to_json_line(scene_record(dataclasses.replace(SCENE, objects=(thing,))))
    assert '"position_m": [0.333, 0.0, 200000.0]' in line
    assert '"yaw_rad": 0.0' in line


@given(
    bad=st.sampled_from([math.nan, math.inf, -math.inf]), field=st.sampled_from(["azimuth_rad", "confidence", "age_s"])
)
def test_a_number_that_is_not_finite_is_refused(bad: float, field: str) -> None:
    thing = dataclasses.replace(PLACED, **{field: bad})
    with pytest.raises(FrameError, match="each of its numbers must be finite"):
        scene_record(dataclasses.replace(SCENE, objects=(thing,)))


def test_numbers_of_numpy_are_written_like_pythons() -> None:
    claim = Claim(predicate="speed", subject="ego", value=np.float32(0.1), confidence=np.float64(1), evidence=())
    narration = Narration(
        stamp_ns=np.int64(5), language="en", text="", claims=(claim,), urgency=NARRATION.urgency, trigger=""
    )
    assert '"value": 0.1, "confidence": 1.0' in to_json_line(narration_record(narration))
