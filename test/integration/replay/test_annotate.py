"""A copy of a bag holds its messages as they were, and among them, in time, what was seen and said."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from copied_bags import copied, replayed
from rosbags.highlevel import AnyReader

from crossmodal_narrator.bags import BagTopic, BagWriter, open_bag
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.wire.narration import narration_from_message
from crossmodal_narrator.wire.records import narration_record, scene_record
from crossmodal_narrator.wire.scene import scene_from_message

ADDED = {
    "/perception/scene",
    "/perception/markers",
    "/narrator/narration",
    "/narrator/markers",
    "/narrator/narration/text/en",
    "/narrator/narration/text/zh",
}


def records(replay: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (replay / name).read_text(encoding="utf-8").splitlines()]


def test_the_messages_of_the_bag_are_there_untouched_and_in_order(small_bag: Path, annotated: Path) -> None:
    before = [(m.topic, m.msgtype, m.log_time_ns, m.raw) for m in open_bag(small_bag).messages()]
    after = [(m.topic, m.msgtype, m.log_time_ns, m.raw) for m in open_bag(annotated).messages()]
    assert [message for message in after if message[0] not in ADDED] == before
    assert {topic for topic, *_ in after} - {topic for topic, *_ in before} == ADDED


def test_topics_keep_their_definitions(small_bag: Path, annotated: Path) -> None:
    before = {t.name: (t.msgtype, t.definition) for t in open_bag(small_bag).topics}
    after = {t.name: (t.msgtype, t.definition) for t in open_bag(annotated).topics}
    assert {name: kept for name, kept in after.items() if name not in ADDED} == before


QOS = """\
- history: keep_last
  depth: 1
  reliability: reliable
  durability: transient_local
  deadline: {sec: 9223372036, nsec: 854775807}
  lifespan: {sec: 9223372036, nsec: 854775807}
  liveliness: automatic
  liveliness_lease_duration: {sec: 9223372036, nsec: 854775807}
  avoid_ros_namespace_conventions: false
"""


@pytest.mark.parametrize(
    ("offered", "kept"), [(QOS, yaml.safe_load(QOS)), ("- history: 1", None), ("{", None), ("", None)]
)
def test_a_topic_keeps_its_quality_of_service_where_it_can_be_understood(
    tmp_path: Path, offered: str, kept: list[dict[str, Any]] | None
) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        writer.add_topic(
            BagTopic(name="/tf_static", msgtype="tf2_msgs/msg/TFMessage", message_count=0, offered_qos=offered)
        )
        writer.write_raw("/tf_static", "tf2_msgs/msg/TFMessage", b"\0\1\0\0\0\0\0\0", 1)
    (topic,) = open_bag(tmp_path / "bag").topics
    assert (yaml.safe_load(topic.offered_qos) or None) == kept


def test_another_reader_decodes_what_was_added_as_what_the_replay_wrote(small_replay: Path, annotated: Path) -> None:
    seen, said, texts = [], [], []
    with AnyReader([annotated]) as reader:
        for connection, _, raw in reader.messages([c for c in reader.connections if c.topic in ADDED]):
            message: Any = reader.deserialize(raw, connection.msgtype)
            if connection.msgtype.endswith("/Scene"):
                seen.append(scene_record(scene_from_message(message)))
            elif connection.msgtype.endswith("/Narration"):
                said.append(narration_record(narration_from_message(message)))
            elif connection.msgtype.endswith("/String"):
                texts.append((connection.topic.rpartition("/")[2], message.data))
    without_pose = [{**record, "ego": None} for record in records(small_replay, "scenes.jsonl")]
    assert seen == without_pose
    assert said == records(small_replay, "transcript.jsonl")
    assert texts == [(record["language"], record["text"]) for record in said]


def test_things_and_sentences_are_drawn_at_their_stamp_in_the_vehicles_frame(
    small_replay: Path, annotated: Path
) -> None:
    drawn: dict[str, list[Any]] = {"/perception/markers": [], "/narrator/markers": []}
    for message in open_bag(annotated).messages(drawn):
        drawn[message.topic] += [(m.ns, m.header, m.text) for m in message.message.markers]
    scenes = records(small_replay, "scenes.jsonl")
    placed = sum(thing["yaw_rad"] is not None for scene in scenes for thing in scene["objects"])
    assert sum(ns == "things" for ns, _, _ in drawn["/perception/markers"]) == placed > 0
    assert sum(ns == "sounds" for ns, _, _ in drawn["/perception/markers"]) > 0
    lines = records(small_replay, "transcript.jsonl")
    assert [(ns, text) for ns, _, text in drawn["/narrator/markers"]] == [
        (f"said in {line['language']}", line["text"]) for line in lines
    ]
    header = drawn["/narrator/markers"][0][1]
    assert (header.frame_id, header.stamp.sec * 10**9 + header.stamp.nanosec) == ("base_link", lines[0]["stamp_ns"])


def test_a_scene_is_logged_with_the_sweep_that_it_draws_on_whatever_the_recorders_clock(
    small_bag: Path, tmp_path: Path
) -> None:
    late_ns = 86_400 * 10**9  # the recorder's clock was a day ahead
    moved = copied(small_bag, tmp_path / "moved", later_ns=late_ns)
    replay = replayed(moved, tmp_path / "out")
    assert main(["annotate", str(replay), "--bag", str(moved), "--out", str(tmp_path / "new")]) == 0
    stamps = [record["stamp_ns"] for record in records(replay, "scenes.jsonl")]
    logged = [m.log_time_ns for m in open_bag(tmp_path / "new").messages(["/perception/scene"])]
    assert len(logged) == len(stamps)
    delays_s = [(log_ns - late_ns - stamp_ns) / 1e9 for log_ns, stamp_ns in zip(logged, stamps, strict=True)]
    assert min(delays_s) >= 0.0
    assert max(delays_s) <= 0.1


# lark, which ROS's Python type support imports, still uses a module that Python 3.11 calls deprecated.
@pytest.mark.filterwarnings("ignore:module 'sre_:DeprecationWarning")
def test_ros_reads_the_markers_as_its_own(annotated: Path) -> None:
    serialization = pytest.importorskip("rclpy.serialization", reason="rclpy is not installed")
    array = pytest.importorskip("visualization_msgs.msg").MarkerArray
    for message in open_bag(annotated).messages(["/perception/markers", "/narrator/markers"]):
        read = serialization.deserialize_message(message.raw, array)
        assert [_told(marker) for marker in read.markers] == [_told(marker) for marker in message.message.markers]


def _told(marker: Any) -> tuple[Any, ...]:
    at, size = marker.pose.position, marker.scale
    ends = [(point.x, point.y) for point in marker.points]
    return (
        marker.ns,
        marker.id,
        marker.type,
        (at.x, at.y, at.z),
        (size.x, size.y),
        marker.lifetime.nanosec,
        ends,
        marker.text,
    )


def test_the_copy_verifies_the_replay_and_can_be_annotated_a_second_time_under_another_name(
    small_replay: Path, annotated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["annotate", str(small_replay), "--bag", str(annotated), "--out", str(tmp_path / "twice")]
    assert main(command) == 2
    assert "has /perception/scene already" in capsys.readouterr().err
    assert main([*command, "--namespace", "/second"]) == 0
    assert {f"/second{name}" for name in ADDED} | ADDED <= {t.name for t in open_bag(tmp_path / "twice").topics}

    assert main(["verify", str(small_replay), "--bag", str(annotated)]) == 0
    assert "same: " in capsys.readouterr().out


def test_another_bag_than_was_replayed_is_refused_and_leaves_nothing(
    small_bag: Path, small_replay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = copied(small_bag, tmp_path / "other", kept=lambda message: message.topic != "/odom")
    out = tmp_path / "new" / "bag"
    assert main(["annotate", str(small_replay), "--bag", str(other), "--out", str(out)]) == 2
    assert "is not the bag that was replayed" in capsys.readouterr().err
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize("name", ["transcript.jsonl", "scenes.jsonl"])
def test_what_was_altered_after_it_was_written_comes_into_no_bag(
    small_bag: Path, small_replay: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = tmp_path / "replay"
    shutil.copytree(small_replay, replay)
    first, *others = (replay / name).read_text(encoding="utf-8").splitlines(keepends=True)
    altered = {**json.loads(first), "stamp_ns": json.loads(first)["stamp_ns"] + 1}
    (replay / name).write_text(json.dumps(altered) + "\n" + "".join(others), encoding="utf-8")
    out = tmp_path / "new" / "bag"
    assert main(["annotate", str(replay), "--bag", str(small_bag), "--out", str(out)]) == 2
    assert f"{name} was altered after it was written" in capsys.readouterr().err
    assert not out.parent.exists()


def test_a_bag_that_was_cut_is_copied_as_far_as_it_goes(
    small_bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (small_bag / "bag.mcap").read_bytes()
    (tmp_path / "cut.mcap").write_bytes(whole[: len(whole) // 2])
    replay = replayed(tmp_path / "cut.mcap", tmp_path / "out")
    assert main(["annotate", str(replay), "--bag", str(tmp_path / "cut.mcap"), "--out", str(tmp_path / "new")]) == 0
    assert "could not be read: " in capsys.readouterr().out
    assert open_bag(tmp_path / "new").message_count > 100


def test_a_type_that_nothing_describes_is_copied_all_the_same(
    small_bag: Path, small_replay: Path, tmp_path: Path
) -> None:
    source = open_bag(small_bag)
    with BagWriter(tmp_path / "bag") as writer:
        for topic in source.topics:
            writer.add_topic(topic)
        writer.add_topic(BagTopic(name="/odd", msgtype="odd_msgs/msg/Thing", message_count=1))
        for message in source.messages():
            writer.write_raw(message.topic, message.msgtype, message.raw, message.log_time_ns)
        writer.write_raw("/odd", "odd_msgs/msg/Thing", b"\0\1\0\0\7", source.end_ns)
    assert main(["annotate", str(small_replay), "--bag", str(tmp_path / "bag"), "--out", str(tmp_path / "new")]) == 0
    (odd,) = open_bag(tmp_path / "new").messages(["/odd"])
    assert dataclasses.asdict(odd)["raw"] == b"\0\1\0\0\7"


@pytest.mark.parametrize("namespace", ["second", "/a b", "/"])
def test_a_namespace_that_is_none_is_refused(
    small_bag: Path, small_replay: Path, tmp_path: Path, namespace: str
) -> None:
    command = ["annotate", str(small_replay), "--bag", str(small_bag), "--out", str(tmp_path / "new")]
    assert main([*command, "--namespace", namespace]) == 2
