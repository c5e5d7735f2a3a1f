"""Topics that are named take the place of those that were guessed."""

from __future__ import annotations

import pytest

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.wire import CameraTopics, MicrophoneTopics, TopicMap, named_topic, with_topics

GUESSED = TopicMap(
    cameras={
        "cam_a": CameraTopics(image="/cam_a/image", compressed="/cam_a/image/compressed", camera_info="/cam_a/info"),
        "rear": CameraTopics(image="/rear/image", camera_info="/rear/info"),
    },
    lidar="/top/points",
    microphones={"roof": MicrophoneTopics(data="/roof/audio_stamped", info="/roof/audio_info")},
    odometry="/odom",
)


def test_a_camera_gets_its_new_name_and_keeps_its_calibration() -> None:
    named = with_topics(GUESSED, {"camera/front/image": "/cam_a/image"})
    assert named.cameras["front"] == CameraTopics(image="/cam_a/image", camera_info="/cam_a/info")
    assert set(named.cameras) == {"front", "rear"}


def test_another_calibration_leaves_the_picture() -> None:
    named = with_topics(GUESSED, {"camera/rear/camera_info": "/mended"})
    assert named.cameras["rear"] == CameraTopics(image="/rear/image", camera_info="/mended")
    assert named.cameras["cam_a"] == GUESSED.cameras["cam_a"]


def test_a_rectified_picture_is_known_by_its_name() -> None:
    assert with_topics(GUESSED, {"camera/rear/image": "/rear/image_rect"}).cameras["rear"].is_rectified


def test_a_microphone_gets_its_new_name_and_keeps_what_its_data_are() -> None:
    named = with_topics(GUESSED, {"audio/outside/audio_stamped": "/roof/audio_stamped"})
    assert named.microphones == {"outside": MicrophoneTopics(data="/roof/audio_stamped", info="/roof/audio_info")}


def test_what_is_named_otherwise_changes_and_the_rest_stays() -> None:
    named = with_topics(GUESSED, {"lidar/points": "/left/points", "/tf": "/robot/tf"})
    assert (named.lidar, named.tf, named.odometry) == ("/left/points", "/robot/tf", "/odom")
    assert named.cameras == GUESSED.cameras


@pytest.mark.parametrize("name", ["lidar", "camera/front", "camera/front/mask", "audio", "/odom", "camera//image"])
def test_a_name_that_nobody_subscribes_to_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is no name of a topic"):
        named_topic(name)
