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
from crossmodal_narrator.wire import Intake, TopicMap
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


def message(data: bytes, *, stored: str = "S16LE", channels: int = 1) -> Any:
    header = SimpleNamespace(stamp=SimpleNamespace(sec=1, nanosec=5), frame_id="/mic")
    return SimpleNamespace(header=header, sample_rate_hz=16_000, channels=channels, format=stored, data=data)


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
    (frame,) = Intake(TopicMap(microphones={"roof": "/audio/roof"})).frames("/audio/roof", audio_message(sent))

    assert isinstance(frame, AudioChunk)
    assert (frame.microphone, frame.stamp_ns) == ("roof", sent.stamp_ns)
