"""Topics find their sensors: by the default names, or by guessing from what bags of other stacks hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.sync import Source
from crossmodal_narrator.wire import MessageKind, MicrophoneTopics, TopicMap, guess_topics

IMAGE, JPEG, INFO = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage", "sensor_msgs/msg/CameraInfo"
SOUND = "crossmodal_narrator_msgs/msg/AudioChunk"
POINTS, ODOMETRY, TF = "sensor_msgs/msg/PointCloud2", "nav_msgs/msg/Odometry", "tf2_msgs/msg/TFMessage"

SAN_FRANCISCO = [
    ("/camera/front/image/compressed", JPEG),
    ("/camera/front/camera_info", INFO),
    ("/lidar/points", POINTS),
    ("/odom", ODOMETRY),
    ("/gps/fix", "sensor_msgs/msg/NavSatFix"),
    ("/tf", TF),
    ("/tf_static", TF),
]


def test_the_default_names_are_relative_but_for_transforms() -> None:
    topics = TopicMap.relative(["front"])
    assert topics.names == (
        "/tf_static",
        "/tf",
        "odom",
        "camera/front/camera_info",
        "camera/front/image",
        "camera/front/image/compressed",
        "lidar/points",
    )
    assert topics.roles["camera/front/image/compressed"].kind is MessageKind.COMPRESSED_IMAGE
    assert topics.roles["/tf_static"].is_static
    assert TopicMap.relative([], lidar=False, odometry=False).names == ("/tf_static", "/tf")


def test_each_topic_knows_its_sensor() -> None:
    topics = guess_topics(SAN_FRANCISCO)
    assert topics.source_of("/camera/front/image/compressed") == Source(Sense.CAMERA, "front")
    assert topics.source_of("/camera/front/camera_info") == Source(Sense.CAMERA, "front")
    assert topics.source_of("/lidar/points") == Source(Sense.LIDAR, "lidar")
    assert topics.source_of("/odom") == Source(Sense.ODOMETRY, "odometry")
    assert topics.source_of("/tf") is None
    assert topics.source_of("/gps/fix") is None
    assert [name for name in topics.names if topics.is_image(name)] == ["/camera/front/image/compressed"]


@pytest.mark.parametrize(
    ("names_and_types", "cameras", "lidar", "odometry"),
    [
        (SAN_FRANCISCO, {"front": "/camera/front/image/compressed"}, "/lidar/points", "/odom"),
        (  # CARLA's ROS bridge
            [
                ("/carla/ego_vehicle/rgb_front/image", IMAGE),
                ("/carla/ego_vehicle/rgb_front/camera_info", INFO),
                ("/carla/ego_vehicle/depth_front/image", IMAGE),
                ("/carla/ego_vehicle/semantic_segmentation_front/image", IMAGE),
                ("/carla/ego_vehicle/lidar", POINTS),
                ("/carla/ego_vehicle/semantic_lidar", POINTS),
                ("/carla/ego_vehicle/radar_front", POINTS),
                ("/carla/ego_vehicle/odometry", ODOMETRY),
            ],
            {"rgb_front": "/carla/ego_vehicle/rgb_front/image"},
            "/carla/ego_vehicle/lidar",
            "/carla/ego_vehicle/odometry",
        ),
        (  # Autoware
            [
                ("/sensing/camera/camera0/image_rect_color/compressed", JPEG),
                ("/sensing/camera/camera0/camera_info", INFO),
                ("/sensing/camera/traffic_light/image_raw", IMAGE),
                ("/sensing/lidar/top/pointcloud_raw_ex", POINTS),
                ("/sensing/lidar/concatenated/pointcloud", POINTS),
                ("/perception/obstacle_segmentation/pointcloud", POINTS),
                ("/map/pointcloud_map", POINTS),
                ("/localization/kinematic_state", ODOMETRY),
            ],
            {
                "camera0": "/sensing/camera/camera0/image_rect_color/compressed",
                "traffic_light": "/sensing/camera/traffic_light/image_raw",
            },
            "/sensing/lidar/top/pointcloud_raw_ex",
            "/localization/kinematic_state",
        ),
        (  # Isaac Sim: two stereo pairs
            [
                ("/front_stereo_camera/left/image_raw", IMAGE),
                ("/rear_stereo_camera/left/image_raw", IMAGE),
                ("/front_3d_lidar/lidar_points", POINTS),
                ("/chassis/odom", ODOMETRY),
                ("/visual_slam/tracking/odometry", ODOMETRY),
            ],
            {
                "front_stereo_camera_left": "/front_stereo_camera/left/image_raw",
                "rear_stereo_camera_left": "/rear_stereo_camera/left/image_raw",
            },
            "/front_3d_lidar/lidar_points",
            "/chassis/odom",
        ),
        (  # nuScenes as it is converted, and a bare webcam
            [("/CAM_FRONT/image_rect_compressed", JPEG), ("/image_raw", IMAGE), ("/LIDAR_TOP", POINTS)],
            {"cam_front": "/CAM_FRONT/image_rect_compressed", "camera": "/image_raw"},
            "/LIDAR_TOP",
            None,
        ),
        ([("/velodyne_points", "sensor_msgs/PointCloud2")], {}, "/velodyne_points", None),  # types as in ROS 1
        ([], {}, None, None),
    ],
)
def test_the_topics_of_other_stacks_are_guessed(
    names_and_types: list[tuple[str, str]], cameras: dict[str, str], lidar: str | None, odometry: str | None
) -> None:
    topics = guess_topics(names_and_types)
    assert {name: camera.image or camera.compressed for name, camera in topics.cameras.items()} == cameras
    assert (topics.lidar, topics.odometry) == (lidar, odometry)


def test_of_the_pictures_of_one_camera_one_is_taken_with_both_transports() -> None:
    folder = "/cam/left"
    topics = guess_topics(
        [
            (f"{folder}/{leaf}", IMAGE)
            for leaf in ("image_raw", "image_rect", "image_mono", "image_rect/compressedDepth")
        ]
        + [(f"{folder}/{leaf}/compressed", JPEG) for leaf in ("image_raw", "image_rect")]
        + [(f"{folder}/camera_info", INFO)]
    )
    left = topics.cameras["left"]
    assert (left.image, left.compressed) == (f"{folder}/image_rect", f"{folder}/image_rect/compressed")
    assert left.camera_info == f"{folder}/camera_info"
    assert left.is_rectified


def test_a_lone_camera_info_belongs_to_the_lone_camera() -> None:
    topics = guess_topics([("/image_raw", IMAGE), ("/calibration/info", INFO)])
    assert topics.cameras["camera"].camera_info == "/calibration/info"


@given(order=st.permutations(SAN_FRANCISCO))
def test_the_order_of_the_topics_does_not_matter(order: list[tuple[str, str]]) -> None:
    assert guess_topics(order) == guess_topics(SAN_FRANCISCO)


def test_microphones_are_those_outside_by_the_last_part_of_their_topics() -> None:
    topics = guess_topics([("/audio/outside", SOUND), ("/audio/cabin", SOUND)])

    assert topics.microphones == {"outside": MicrophoneTopics(chunks="/audio/outside")}
    assert topics.source_of("/audio/outside") == Source(Sense.AUDIO, "outside")
    assert topics.roles["/audio/outside"].microphone == "outside"
    live = TopicMap.relative([], microphones=["roof"]).microphones["roof"]
    assert (live.chunks, live.data) == ("audio/roof", "audio/roof/audio_stamped")


def test_what_the_narrator_said_is_no_sound_of_the_road() -> None:
    """In a bag that was recorded while it spoke."""
    topics = guess_topics([("/audio/outside", SOUND), ("/voice/speech", SOUND), ("/car/voice/speech", SOUND)])
    assert list(topics.microphones) == ["outside"]


def test_of_microphones_whose_topics_end_alike_none_is_lost() -> None:
    topics = guess_topics([("/mic/left/audio", SOUND), ("/mic/right/audio", SOUND)])

    assert {name: topic.chunks for name, topic in topics.microphones.items()} == {
        "mic_left_audio": "/mic/left/audio",
        "mic_right_audio": "/mic/right/audio",
    }


def test_the_sound_of_audio_common_is_found_with_what_says_what_it_is() -> None:
    names = [("/mics/roof/audio_stamped", "audio_common_msgs/msg/AudioDataStamped"), ("/mics/roof/audio", "x/msg/Y")]
    infos = [(f"/mics/{name}/audio_info", "audio_common_msgs/msg/AudioInfo") for name in ("rear", "roof")]
    topics = guess_topics([*names, *infos, ("/mics/cabin/audio_stamped", "audio_common_msgs/msg/AudioDataStamped")])

    assert topics.microphones == {
        "roof": MicrophoneTopics(data="/mics/roof/audio_stamped", info="/mics/roof/audio_info")
    }
    assert topics.source_of("/mics/roof/audio_stamped") == Source(Sense.AUDIO, "roof")
