"""A recording for Rerun opens with Rerun's own reader and holds what was seen and said."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest
from drawn_moments import moment, said, scene, siren, thing

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import BagError, ConfigError
from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.views.rerun_file import RerunFile

ENTITIES = {
    "/world",
    "/world/vehicle",
    "/world/vehicle/body",
    "/world/vehicle/lidar",
    "/world/vehicle/things",
    "/world/vehicle/courses",
    "/world/vehicle/sounds",
    "/world/vehicle/signals",
    "/world/vehicle/camera/front",
    "/world/vehicle/camera/front/image",
    "/world/vehicle/camera/front/image/boxes",
    "/said/en",
    "/said/zh",
    "/said/evidence",
    "/figures/speed",
    "/figures/things",
}


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    pytest.importorskip("rerun", reason="the extra `rerun` is not installed")
    path = tmp_path / "drive.rrd"
    view = RerunFile(path)
    car = thing(1, ObjectClass.CAR, (12.0, 0.0, 0.75))
    view.show(moment(scene(0.0, car, sounds=(siren(math.pi / 2),)), said("A car."), said("一辆轿车。", language="zh")))
    view.show(moment(scene(0.1), said("Watch out!", 0.1, Urgency.URGENT)))
    view.finish(())
    view.close()
    return path


def columns(path: Path, entity: str) -> dict[str, list[object]]:
    """What was logged of an entity, by the name of its component or its time, in the order of time."""
    from rerun.chunk import RrdReader

    found: dict[str, list[object]] = {}
    for chunk in RrdReader(str(path)).stream():
        if chunk.entity_path == entity:
            for name, values in chunk.to_record_batch().to_pydict().items():
                found.setdefault(name, []).extend(values)
    return found


def test_everything_has_its_place(recorded: Path) -> None:
    from rerun.chunk import RrdReader

    reader = RrdReader(str(recorded))
    assert [(r.application_id, r.recording_id) for r in reader.recordings()] == [("crossmodal_narrator", "drive")]
    assert {chunk.entity_path for chunk in reader.stream()} == ENTITIES
    assert len(reader.blueprints()) == 1


def test_sentences_stand_at_their_time_with_their_urgency(recorded: Path) -> None:
    english = columns(recorded, "/said/en")
    assert english["TextLog:text"] == [["A car."], ["Watch out!"]]
    assert english["TextLog:level"] == [["INFO"], ["CRITICAL"]]
    assert columns(recorded, "/said/zh")["TextLog:text"] == [["一辆轿车。"]]
    assert columns(recorded, "/said/evidence")["TextLog:text"] == [["lidar: 214 points"]] * 2


def test_what_has_gone_is_cleared(recorded: Path) -> None:
    things = columns(recorded, "/world/vehicle/things")
    assert [len(labels or []) for labels in things["Boxes3D:labels"]] == [1, 0]
    assert [len(ends or []) for ends in columns(recorded, "/world/vehicle/sounds")["Arrows3D:vectors"]] == [1, 0]


def test_boxes_end_where_the_image_ends(tmp_path: Path) -> None:
    """Beyond it they made the view so wide that the image was small."""
    pytest.importorskip("rerun", reason="the extra `rerun` is not installed")
    view = RerunFile(tmp_path / "drive.rrd")
    beside = thing(1, ObjectClass.CAR, (6.0, 4.0, 0.75))
    view.show(moment(scene(0.0, beside)))
    view.finish(())
    view.close()
    (strips,) = columns(tmp_path / "drive.rrd", "/world/vehicle/camera/front/image/boxes")["LineStrips2D:strips"]
    assert isinstance(strips, list)
    points = [point for strip in strips for point in strip]
    assert {x for x, _ in points if x <= 0} == {0.0}
    assert all(0 <= x < 640 and 0 <= y < 360 for x, y in points)


def test_no_clock_of_this_machine_is_in_it(recorded: Path) -> None:
    names = {name for entity in ENTITIES for name in columns(recorded, entity)}
    assert {"drive", "stamp"} <= names
    assert "log_time" not in names


def test_without_rerun_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(ConfigError, match=r"Rerun is not installed — pip install 'crossmodal_narrator\[rerun\]'"):
        RerunFile(tmp_path / "drive.rrd")


def test_another_suffix_or_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"let it end with \.rrd"):
        RerunFile(tmp_path / "drive.mcap")
    pytest.importorskip("rerun", reason="the extra `rerun` is not installed")
    (tmp_path / "file").touch()
    with pytest.raises(BagError, match="cannot be written"):
        RerunFile(tmp_path / "file" / "drive.rrd")
