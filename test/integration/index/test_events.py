"""Scenes become events: each fact once, from when until when it held."""

from __future__ import annotations

from pathlib import Path

import pytest
from replayed_drives import START_NS, STEP_NS, crossing_drive, red_light, scene, siren, siren_drive, thing, write

from crossmodal_narrator.bags.index import read_run
from crossmodal_narrator.bags.index.events import Event
from crossmodal_narrator.bags.index.scenes import scene_from
from crossmodal_narrator.core.scene import Side
from crossmodal_narrator.language.searching import Topic
from crossmodal_narrator.wire.records import scene_record


def events(folder: Path, topic: Topic) -> list[Event]:
    return [event for event in read_run(folder).events if event.topic is topic]


def seconds(event: Event) -> tuple[float, float]:
    return (event.begin_ns - START_NS) / 1e9, (event.end_ns - START_NS) / 1e9


def test_a_line_gives_the_scene_that_it_was_written_from() -> None:
    objects = [thing(3, "car", x=9.0, y=2.0, motion="moving")]
    record = scene(
        4, speed=3.0, objects=objects, sounds=[siren(1.0)], signals=[red_light()], vector=[0.6, 0.8], senses=[]
    )
    record["objects"][0]["modalities"] = []
    record["surroundings"]["senses"] = []
    record["objects"][0]["azimuth_rad"] = 0.2187
    record["objects"][0]["relation"]["distance_m"] = 9.22

    assert scene_record(scene_from(record)) == record


def test_a_siren_is_one_event_as_a_whole_one_by_side_and_one_while_it_comes_closer(tmp_path: Path) -> None:
    heard = events(siren_drive(tmp_path / "run"), Topic.SOUND)

    assert [(event.sides, event.trend, *seconds(event)) for event in heard] == [
        ((), "", 2.0, 8.0),
        ((Side.BEHIND,), "", 2.6, 8.0),  # once it has stayed there
        ((Side.BEHIND,), "approaching", 5.8, 8.0),  # from 5.1 on, once it has held
    ]


def test_who_crosses_is_one_event_with_its_class_and_its_sides(tmp_path: Path) -> None:
    (crossing,) = [e for e in events(crossing_drive(tmp_path / "run"), Topic.THING) if e.value == "crossing"]

    assert (crossing.subject, crossing.label, crossing.in_path) == ("track:7", "pedestrian", True)
    assert seconds(crossing)[1] == 6.0


def test_what_flickers_is_no_event(tmp_path: Path) -> None:
    car = [thing(1, "car", x=20.0, y=0.0, motion="moving")]
    scenes = [scene(k, speed=5.0, objects=car if k == 10 else []) for k in range(20)]

    assert events(write(tmp_path / "run", scenes), Topic.THING) == []


@pytest.mark.parametrize(("gap", "count"), [(5, 1), (12, 2)])
def test_a_short_gap_does_not_end_an_event(tmp_path: Path, gap: int, count: int) -> None:
    silent = range(10, 10 + gap)
    scenes = [scene(k, speed=5.0, sounds=[] if k in silent else [siren(0.1)]) for k in range(40)]

    whole = [event for event in events(write(tmp_path / "run", scenes), Topic.SOUND) if not event.sides]
    assert len(whole) == count


def test_three_parked_vehicles_on_one_side_are_a_row(tmp_path: Path) -> None:
    row = [thing(k, "car", x=3.0 + 7 * k, y=-4.0, motion="parked", side="ahead_right") for k in range(3)]
    scenes = [scene(k, speed=0.0, objects=row) for k in range(30)]

    (found,) = events(write(tmp_path / "run", scenes), Topic.ROW)
    assert (found.subject, found.value, found.sides) == ("row:right", "parked", (Side.AHEAD_RIGHT,))


def test_moments_come_with_the_looks_and_else_once_a_second(tmp_path: Path) -> None:
    looked = read_run(crossing_drive(tmp_path / "looked")).moments
    blind = read_run(write(tmp_path / "blind", [scene(k, speed=2.0) for k in range(35)])).moments

    assert [(m.stamp_ns - START_NS) // STEP_NS for m in looked] == list(range(0, 80, 10))
    assert [m.vector is None for m in blind] == [True] * 4
