"""Every bag that ROS 2's own tests come with opens and gives all of its messages, or is refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.core.errors import BagError

# Folder or file → messages in it. The 21 that have a metadata.yaml, and six without one.
WITH_METADATA = {
    "ros2bag/test/resources/empty_bag": 0,
    "rosbag2_py/test/resources/mcap/convert_a": 150,
    "rosbag2_py/test/resources/mcap/convert_b": 75,
    "rosbag2_py/test/resources/mcap/talker": 20,
    "rosbag2_py/test/resources/mcap/wbag": 6074,
    "rosbag2_py/test/resources/sqlite3/convert_a": 150,
    "rosbag2_py/test/resources/sqlite3/convert_b": 75,
    "rosbag2_py/test/resources/sqlite3/talker": 20,
    "rosbag2_py/test/resources/sqlite3/wbag": 6074,
    "rosbag2_tests/resources/mcap/bag_with_topics_and_service_events": 10,
    "rosbag2_tests/resources/mcap/cdr_test": 7,
    "rosbag2_tests/resources/sqlite3/bag_with_topics_and_service_events": 10,
    "rosbag2_tests/resources/sqlite3/cdr_test": 7,
    "rosbag2_transport/test/resources/mcap/rewriter_a": 150,
    "rosbag2_transport/test/resources/mcap/rewriter_b": 75,
    "rosbag2_transport/test/resources/mcap/test_bag_for_seek": 5,
    "rosbag2_transport/test/resources/sqlite3/rewriter_a": 150,
    "rosbag2_transport/test/resources/sqlite3/rewriter_b": 75,
    "rosbag2_transport/test/resources/sqlite3/test_bag_for_seek": 5,
}
WITHOUT_METADATA = {
    "rosbag2_cpp/test/rosbag2_cpp/bags/only_services.mcap": 12,
    "rosbag2_cpp/test/rosbag2_cpp/bags/only_topics.mcap": 7,
    "rosbag2_cpp/test/rosbag2_cpp/bags/topics_and_services.db3": 13,
    "rosbag2_cpp/test/rosbag2_cpp/bags/topics_and_services.mcap": 13,
    "rosbag2_py/test/resources/mcap/reindex_test_bags/multiple_files": 3177,
    "rosbag2_py/test/resources/sqlite3/reindex_test_bags/multiple_files": 3177,
}
REFUSED = ("rosbag2_tests/resources/mcap/wrong_rmw_test", "rosbag2_tests/resources/sqlite3/wrong_rmw_test")

pytestmark = pytest.mark.shared


@pytest.fixture
def fixtures(shared_dir: Path) -> Path:
    return shared_dir / "drives" / "rosbag2_fixtures"


def test_the_list_names_every_bag_that_is_there(fixtures: Path) -> None:
    folders = {file.parent for file in fixtures.rglob("metadata.yaml")}
    assert {str(folder.relative_to(fixtures)) for folder in folders} == {*WITH_METADATA, *REFUSED}
    assert len(folders) == 21


@pytest.mark.parametrize(("name", "count"), [*WITH_METADATA.items(), *WITHOUT_METADATA.items()])
def test_a_bag_opens_and_all_its_messages_come_in_log_time_order(fixtures: Path, name: str, count: int) -> None:
    bag = open_bag(fixtures / name)
    messages = list(bag.messages())
    times_ns = [message.log_time_ns for message in messages]
    assert len(messages) == bag.message_count == count
    assert times_ns == sorted(times_ns)
    if messages:
        assert (bag.start_ns, bag.end_ns) == (times_ns[0], times_ns[-1])


@pytest.mark.parametrize("name", REFUSED)
def test_a_bag_that_is_not_cdr_is_refused_with_the_format_and_a_remedy(fixtures: Path, name: str) -> None:
    with pytest.raises(BagError, match=r"wrong_format.*only cdr") as refusal:
        open_bag(fixtures / name)
    assert name in str(refusal.value)


def test_custom_types_are_decoded_by_the_definitions_in_the_bag(fixtures: Path) -> None:
    bag = open_bag(fixtures / "rosbag2_tests/resources/mcap/cdr_test")
    values = [m.message for m in bag.messages(["/test_topic"])]
    assert {topic.name: topic.msgtype for topic in bag.topics}["/test_topic"] == "test_msgs/msg/BasicTypes"
    assert {type(value.float64_value) for value in values} == {float}


def test_a_type_that_nothing_describes_can_be_read_raw_and_says_so_when_decoded(fixtures: Path) -> None:
    bag = open_bag(fixtures / "rosbag2_transport/test/resources/sqlite3/rewriter_a")
    message = next(bag.messages(["b_basictypes"]))
    assert message.raw.startswith(b"\x00\x01\x00\x00")
    with pytest.raises(BagError, match="does not say what test_msgs/msg/BasicTypes looks like"):
        _ = message.message


def test_the_same_drive_in_mcap_and_db3_gives_the_same_messages(fixtures: Path) -> None:
    mcap, db3 = (open_bag(fixtures / f"rosbag2_py/test/resources/{kind}/wbag") for kind in ("mcap", "sqlite3"))
    assert [m.topic for m in mcap.messages()] == [m.topic for m in db3.messages()]
