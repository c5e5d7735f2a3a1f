"""What RViz draws: a box, a name and a course for each thing whose place is known."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from crossmodal_narrator.core.detections import Attribute, ObjectClass
from crossmodal_narrator.core.scene import Motion, Relation, SceneObject, SceneState, Side, SoundEvent, SoundTrend

drawing = pytest.importorskip("crossmodal_narrator.nodes.markers", reason="rclpy is not installed")

CAR = SceneObject(
    track_id=7,
    label=ObjectClass.CAR,
    attributes=(Attribute(name="colour", value="white", confidence=0.9),),
    azimuth_rad=0.0,
    position_m=(12.0, 0.5, 0.8),
    size_lwh_m=(4.5, 1.8, 1.6),
    yaw_rad=0.1,
    velocity_mps=(3.0, 0.0, 0.0),
    relation=Relation(side=Side.AHEAD, in_path=True, distance_m=9.7),
    motion=Motion.MOVING,
    confidence=0.9,
    age_s=2.0,
    evidence=(),
)


SIREN = SoundEvent(
    kind="siren",
    azimuth_rad=math.pi / 2,
    range_m=None,
    trend=SoundTrend.APPROACHING,
    level_db=-20.0,
    track_id=7,
    confidence=0.9,
    evidence=(),
)


def drawn(*things: SceneObject, sounds: tuple[SoundEvent, ...] = ()) -> list[Any]:
    scene = SceneState(stamp_ns=1_500_000_000, ego=None, objects=things, sounds=sounds, signals=(), degraded=())
    return list(drawing.markers(scene, "base_link").markers)


def test_a_thing_is_a_box_with_its_name_and_where_it_will_be_in_a_second() -> None:
    markers = {marker.ns: marker for marker in drawn(CAR)}

    assert set(markers) == {"things", "names", "courses"}
    assert (markers["things"].scale.x, markers["things"].scale.y, markers["things"].scale.z) == CAR.size_lwh_m
    assert markers["names"].text.startswith("white car 7")
    assert markers["courses"].points[1].x - markers["courses"].points[0].x == pytest.approx(3.0)
    assert {(m.id, m.header.frame_id, m.header.stamp.sec) for m in markers.values()} == {(7, "base_link", 1)}


def test_a_thing_that_stands_has_no_course() -> None:
    assert [m.ns for m in drawn(dataclasses.replace(CAR, velocity_mps=(0.1, 0.0, 0.0)))] == ["things", "names"]


def test_a_thing_whose_place_nobody_knows_is_not_drawn() -> None:
    bearing_only = dataclasses.replace(CAR, position_m=None, size_lwh_m=None, yaw_rad=None, velocity_mps=None)

    assert drawn(bearing_only) == []


def test_a_sound_is_an_arrow_from_where_it_comes_and_one_from_anywhere_is_not_drawn() -> None:
    arrow, name = drawn(sounds=(SIREN, dataclasses.replace(SIREN, kind="horn", azimuth_rad=None)))
    first, last = arrow.points
    assert (arrow.ns, arrow.header.frame_id) == ("sounds", "base_link")
    assert first.y > last.y > 0.0
    assert first.x == pytest.approx(0.0, abs=1e-9)
    assert name.text == "siren of 7\napproaching 0.90"
