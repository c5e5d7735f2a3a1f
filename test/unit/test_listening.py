"""The perception listens: a microphone may lead, and what it says wrongly is told and does not stop it."""

from __future__ import annotations

import numpy as np
import pytest

from crossmodal_narrator.assembly import build_perception, expected_sources, open_sound, open_surroundings, open_text
from crossmodal_narrator.configuration import ModelConfig, PerceptionConfig
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.frames import AudioChunk, CameraFrame, EgoMotion
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import PlacedCamera, Sense, Trouble
from crossmodal_narrator.encoding.audio import Deaf
from crossmodal_narrator.encoding.crossmodal import NoSurroundings
from crossmodal_narrator.pipeline import _that_looks_ahead
from crossmodal_narrator.sync import Source

START_NS = 1_700_000_000_000_000_000
CHUNK_NS = 100_000_000
OPTICAL = Pose.from_quaternion((0.0, 0.0, 0.0), (-0.5, 0.5, -0.5, 0.5))
BY_EAR = PerceptionConfig(cameras=(), lidar_enabled=False, microphones=("outside",))


def chunk(number: int, sample: float = 0.0) -> AudioChunk:
    return AudioChunk(
        stamp_ns=START_NS + number * CHUNK_NS,
        frame_id="microphones",
        samples=np.full((1600, 1), sample, np.float32),
        sample_rate_hz=16_000,
    )


def ego(stamp_ns: int) -> EgoMotion:
    return EgoMotion(stamp_ns=stamp_ns, odom_from_base=Pose.identity(), velocity_mps=(0.0, 0.0, 0.0), yaw_rate_rps=0.0)


def perceived(*chunks: AudioChunk) -> list[SceneState]:
    perception = build_perception(BY_EAR, now_ns=lambda: 0)
    scenes: list[SceneState] = []
    for one in chunks:
        perception.push(one)
        perception.push(ego(one.stamp_ns + CHUNK_NS))
        scenes += perception.observe()
    scenes += perception.finish()
    perception.close()
    return scenes


def test_samples_that_are_not_finite_are_told_and_what_follows_is_heard() -> None:
    scenes = perceived(*(chunk(k, float("nan") if k == 9 else 0.01) for k in range(20)))
    deaf = [any(d.trouble is Trouble.UNREADABLE for d in scene.degraded) for scene in scenes]

    assert any(deaf)
    assert not deaf[0]
    assert not deaf[-1]
    told = next(d for scene in scenes for d in scene.degraded if d.trouble is Trouble.UNREADABLE)
    assert (told.sense, told.source) == (Sense.AUDIO, "outside")
    assert "NaN" in told.remedy


def test_a_microphone_that_is_expected_and_silent_is_missing() -> None:
    assert expected_sources(BY_EAR) == (Source(Sense.AUDIO, "outside"), Source(Sense.ODOMETRY, "odometry"))


def test_without_a_microphone_or_without_a_name_nothing_is_opened() -> None:
    assert isinstance(open_sound(PerceptionConfig()), Deaf)
    assert isinstance(open_sound(PerceptionConfig(microphones=("a",), models=ModelConfig(sound_detector=""))), Deaf)
    assert isinstance(open_surroundings(PerceptionConfig(models=ModelConfig(scene_encoder=""))), NoSurroundings)


def test_a_model_that_is_no_sound_encoder_is_refused() -> None:
    wrong = PerceptionConfig(microphones=("a",), models=ModelConfig(sound_detector="bird_eye"))

    with pytest.raises(ModelError, match="bird_eye is no sound encoder"):
        open_sound(wrong)


def test_a_model_that_is_no_cross_modal_encoder_is_refused_with_what_one_takes() -> None:
    wrong = PerceptionConfig(models=ModelConfig(scene_encoder="bird_eye"))

    with pytest.raises(ModelError, match=r"bird_eye is no encoder of scenes.*inputs picture \[1, 3, 112, 192\]"):
        open_surroundings(wrong)
    with pytest.raises(ModelError, match="bird_eye is no encoder of texts"):
        open_text(PerceptionConfig(models=ModelConfig(text_encoder="bird_eye")))


def looking(yaw_rad: float) -> PlacedCamera:
    base_from_camera = Pose.from_xy_yaw(0.0, 0.0, yaw_rad) @ OPTICAL
    frame = CameraFrame(
        stamp_ns=START_NS, frame_id="eye", camera="eye", rgb=np.zeros((4, 4, 3), np.uint8), intrinsics=None
    )
    return PlacedCamera(frame=frame, camera_from_base=base_from_camera.inverse())


def test_the_surroundings_are_seen_by_the_camera_whose_axis_points_ahead() -> None:
    back, side, front = looking(np.pi), looking(1.2), looking(0.3)

    assert _that_looks_ahead([back, side, front]) == 2
    assert _that_looks_ahead([back, side]) is None
    assert _that_looks_ahead([]) is None
