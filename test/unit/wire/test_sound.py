"""Sound as a message: what was put in comes out, to the step of its format; what is not sound is refused."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.bags.writer import BagWriter
from crossmodal_narrator.core.errors import EncodingError, FrameError
from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.wire import Intake, MicrophoneTopics, TopicMap, guess_topics
from crossmodal_narrator.wire.sound import AUDIO_CHUNK, SOUND_DEFINITIONS, audio_message, decode_audio

STAMP_NS = 1_700_000_000_100_000_000


def chunk(samples: Any, microphone: str = "outside") -> AudioChunk:
    return AudioChunk(
        stamp_ns=STAMP_NS,
        frame_id="microphones",
        samples=np.asarray(samples, np.float32),
        sample_rate_hz=16_000,
        microphone=microphone,
    )


def message(data: bytes, *, stored: str = "S16LE", channels: int = 1, rate_hz: int = 16_000) -> Any:
    header = SimpleNamespace(stamp=SimpleNamespace(sec=1, nanosec=5), frame_id="/mic")
    return SimpleNamespace(header=header, sample_rate_hz=rate_hz, channels=channels, format=stored, data=data)


def test_samples_come_back_to_half_a_step_and_channels_stay_apart() -> None:
    sent = chunk(np.random.default_rng(0).uniform(-0.9, 0.9, (160, 4)))
    back = decode_audio(audio_message(sent), microphone="outside")
    assert np.abs(back.samples - sent.samples).max() <= 0.5 / 32_768 + 1e-7
    assert (back.stamp_ns, back.frame_id, back.sample_rate_hz) == (sent.stamp_ns, sent.frame_id, 16_000)


def test_what_is_louder_than_full_scale_is_clipped_not_wrapped() -> None:
    back = decode_audio(audio_message(chunk([[1.5], [-1.5], [1.0]])))
    assert np.allclose(back.samples[:, 0], [32_767 / 32_768, -1.0, 32_767 / 32_768])


@pytest.mark.parametrize(("stored", "dtype", "scale"), [("S32LE", "<i4", 2.0**31), ("F32LE", "<f4", 1.0)])
def test_other_formats_are_read(stored: str, dtype: str, scale: float) -> None:
    data = (np.array([0.25, -0.5]) * scale).astype(dtype).tobytes()
    assert decode_audio(message(data, stored=stored)).samples[:, 0].tolist() == [0.25, -0.5]


@pytest.mark.parametrize(
    ("broken", "error", "words"),
    [
        (message(b"12", stored="MP3"), EncodingError, "MP3"),
        (message(b"123"), FrameError, "3 bytes"),
        (message(b"1234", channels=3), FrameError, "whole samples of 3 channels"),
        (message(b"", channels=1), FrameError, "0 bytes"),
        (message(b"12", channels=0), FrameError, "0 channels"),
        (message(b"12", rate_hz=0), FrameError, "0 samples a second"),
        (message(np.array([np.nan], "<f4").tobytes(), stored="F32LE"), FrameError, "NaN"),
    ],
)
def test_what_is_not_sound_is_refused(broken: Any, error: type[FrameError], words: str) -> None:
    with pytest.raises(error, match=words):
        decode_audio(broken)


def test_the_definition_is_that_of_the_message_package(repository: Path) -> None:
    written = (repository / "crossmodal_narrator_msgs" / "msg" / "AudioChunk.msg").read_text()
    bare = [line for line in (re.sub(r"\s*#.*", "", line).strip() for line in written.splitlines()) if line]
    assert SOUND_DEFINITIONS[AUDIO_CHUNK].splitlines() == bare


def test_a_bag_with_sound_is_read_without_the_message_package(tmp_path: Path) -> None:
    sent = chunk(np.linspace(-0.5, 0.5, 32).reshape(8, 4))
    with BagWriter(tmp_path / "bag", definitions=SOUND_DEFINITIONS) as bag:
        bag.write_frame(sent)
    (read,) = open_bag(tmp_path / "bag").messages(["/audio/outside"])
    assert np.abs(decode_audio(read.message).samples - sent.samples).max() < 1e-4
    assert read.message.format == "S16LE"


def test_the_intake_gives_chunks_the_name_of_their_microphone() -> None:
    sent = chunk([[0.25], [-0.5]])
    (frame,) = Intake(TopicMap(microphones={"roof": MicrophoneTopics(chunks="/audio/roof")})).frames(
        "/audio/roof", audio_message(sent)
    )

    assert isinstance(frame, AudioChunk)
    assert (frame.microphone, frame.stamp_ns) == ("roof", sent.stamp_ns)


# As ros-drivers' audio_common has them for ROS 2 Jazzy and Kilted.
AUDIO_COMMON = {
    "audio_common_msgs/msg/AudioData": "uint8[] data\n",
    "audio_common_msgs/msg/AudioDataStamped": "std_msgs/Header header\naudio_common_msgs/AudioData audio\n",
    "audio_common_msgs/msg/AudioInfo": (
        "uint8 channels\nuint32 sample_rate\nstring sample_format\nuint32 bitrate\nstring coding_format\n"
    ),
}


def common(number: int, samples: Any) -> Any:
    chunk_message = audio_message(chunk(samples))
    chunk_message.header.stamp.nanosec += number * 100_000_000
    return SimpleNamespace(header=chunk_message.header, audio=SimpleNamespace(data=chunk_message.data))


def info(coding: str = "wave") -> Any:
    return SimpleNamespace(channels=2, sample_rate=16_000, sample_format="S16LE", bitrate=0, coding_format=coding)


def test_a_bag_of_audio_common_is_heard(tmp_path: Path) -> None:
    samples = np.linspace(-0.5, 0.5, 3_200).reshape(1_600, 2)
    with BagWriter(tmp_path / "bag", definitions=AUDIO_COMMON) as bag:
        bag.write("/roof/audio_info", "audio_common_msgs/msg/AudioInfo", info(), STAMP_NS)
        bag.write("/roof/audio_stamped", "audio_common_msgs/msg/AudioDataStamped", common(0, samples), STAMP_NS + 1)
    opened = open_bag(tmp_path / "bag")
    intake = Intake(guess_topics((topic.name, topic.msgtype) for topic in opened.topics))
    (heard,) = [frame for read in opened.messages() for frame in intake.frames(read.topic, read.message)]

    assert isinstance(heard, AudioChunk)
    assert (heard.microphone, heard.sample_rate_hz, heard.stamp_ns) == ("roof", 16_000, STAMP_NS)
    assert np.abs(heard.samples - samples).max() < 1e-4


def test_sound_that_is_coded_or_that_nothing_describes_is_refused() -> None:
    intake = Intake(TopicMap.relative([], microphones=["roof"]))
    with pytest.raises(FrameError, match="how many channels") as undescribed:
        intake.frames("audio/roof/audio_stamped", common(0, [[0.0, 0.0]]))
    assert "audio/roof/audio_info" in str(undescribed.value)
    intake.frames("audio/roof/audio_info", info("mp3"))
    with pytest.raises(EncodingError, match="mp3"):
        intake.frames("audio/roof/audio_stamped", common(0, [[0.0, 0.0]]))


def test_a_microphone_that_sends_both_messages_is_heard_once() -> None:
    intake = Intake(TopicMap.relative([], microphones=["roof"]))
    intake.frames("audio/roof/audio_info", info())
    own = audio_message(chunk([[0.0, 0.0]]))
    heard = [
        *intake.frames("audio/roof", own),
        *intake.frames("audio/roof/audio_stamped", common(0, [[0.0, 0.0]])),
        *intake.frames("audio/roof/audio_stamped", common(1, [[0.0, 0.0]])),
    ]
    assert len(heard) == 1
    silent = [
        frame for k in range(2, 20) for frame in intake.frames("audio/roof/audio_stamped", common(k, [[0.0] * 2]))
    ]
    assert len(silent) == 9  # once the other topic has been silent for a second
