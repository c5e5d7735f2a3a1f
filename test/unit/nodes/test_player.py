"""A bag's topics find their way to the names that the nodes read."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossmodal_narrator.bags import BagWriter, open_bag
from crossmodal_narrator.bags.reader import Bag
from crossmodal_narrator.core.frames import FrameTransform
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.wire import MessageKind, cabin_topic
from crossmodal_narrator.wire.compose import transforms_message
from crossmodal_narrator.wire.sound import SOUND_DEFINITIONS

player = pytest.importorskip("crossmodal_narrator.nodes.player", reason="rclpy is not installed")


def recorded(folder: Path, topics: dict[str, MessageKind]) -> Bag:
    """A bag whose topics exist; what is in them does not matter here."""
    edge = FrameTransform(stamp_ns=1, parent="base_link", child="lidar", parent_from_child=Pose.identity())
    with BagWriter(folder / "bag", definitions=SOUND_DEFINITIONS) as bag:
        bag.write("/tf_static", MessageKind.TRANSFORMS.value, transforms_message((edge,)), 1)
        for topic, kind in topics.items():
            bag.write_raw(topic, kind.value, b"\x00\x01\x00\x00", 1)
    return open_bag(folder / "bag")


def test_a_vehicles_own_names_become_those_of_the_nodes(tmp_path: Path) -> None:
    topics = {
        "/sensing/camera/rear/image_rect_color/compressed": MessageKind.COMPRESSED_IMAGE,
        "/sensing/camera/rear/camera_info": MessageKind.CAMERA_INFO,
        "/sensing/lidar/top/velodyne_points": MessageKind.POINTS,
        "/localization/kinematic_state": MessageKind.ODOMETRY,
    }
    theirs, names = player.names_of_the_nodes(recorded(tmp_path, topics))

    assert names == {
        "/tf_static": "/tf_static",
        "/localization/kinematic_state": "odom",
        "/sensing/camera/rear/camera_info": "camera/rear/camera_info",
        "/sensing/camera/rear/image_rect_color/compressed": "camera/rear/image/compressed",
        "/sensing/lidar/top/velodyne_points": "lidar/points",
    }
    assert theirs.cameras["rear"].is_rectified


def test_the_names_of_our_own_drives_stay_as_they_are(tmp_path: Path) -> None:
    topics = {"/camera/front/image": MessageKind.IMAGE, "/lidar/points": MessageKind.POINTS}
    _, names = player.names_of_the_nodes(recorded(tmp_path, topics))

    assert all(theirs.removeprefix("/") == ours.removeprefix("/") for theirs, ours in names.items())


def test_what_passengers_say_is_played_for_the_voice_and_never_for_the_perception(tmp_path: Path) -> None:
    topics = {"/audio/outside": MessageKind.SOUND, "/mics/cabin": MessageKind.SOUND}
    bag = recorded(tmp_path, topics)
    theirs, names = player.names_of_the_nodes(bag)

    assert names["/audio/outside"] == "audio/outside"
    assert "/mics/cabin" not in names
    assert set(theirs.microphones) == {"outside"}
    assert cabin_topic((topic.name, topic.msgtype) for topic in bag.topics) == "/mics/cabin"
