"""AudioChunk ↔ crossmodal_narrator_msgs/AudioChunk, and from audio_common's messages. Any object with the fields will
do; no ROS is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace as Message
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import EncodingError, FrameError
from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.wire.headers import NS, buffer_of, frame_name, stamp_ns

AUDIO_CHUNK = "crossmodal_narrator_msgs/msg/AudioChunk"
# What a bag needs to be readable where our message package is not installed; a test holds it against that package.
SOUND_DEFINITIONS: Mapping[str, str] = {
    AUDIO_CHUNK: """\
std_msgs/Header header
uint32 sample_rate_hz
uint8 channels
string FORMAT_S16LE="S16LE"
string FORMAT_S32LE="S32LE"
string FORMAT_F32LE="F32LE"
string format
uint8[] data
"""
}
_UNCODED = ("wave", "wav", "pcm", "raw", "")  # what audio_common calls samples as they are
LEAST_RATE_HZ, MOST_RATE_HZ = 4_000, 192_000
# By format: how a sample is stored, and what full scale is.
_FORMATS: Mapping[str, tuple[str, float]] = {
    "S16LE": ("<i2", 32_768.0),
    "S32LE": ("<i4", 2_147_483_648.0),
    "F32LE": ("<f4", 1.0),
}


def audio_message(chunk: AudioChunk) -> Message:
    """crossmodal_narrator_msgs/AudioChunk in S16LE; what is louder than full scale is clipped."""
    full_scale = _FORMATS["S16LE"][1]
    samples = np.clip(np.rint(chunk.samples * np.float32(full_scale)), -full_scale, full_scale - 1).astype("<i2")
    return Message(
        header=Message(stamp=Message(sec=chunk.stamp_ns // NS, nanosec=chunk.stamp_ns % NS), frame_id=chunk.frame_id),
        sample_rate_hz=chunk.sample_rate_hz,
        channels=chunk.samples.shape[1],
        format="S16LE",
        data=np.ascontiguousarray(samples).reshape(-1).view(np.uint8),
    )


def decode_audio(message: Any, *, microphone: str = "outside") -> AudioChunk:
    """AudioChunk of the message; `microphone` is the name that its topic gives it.

    Raises:
        EncodingError: a format that is not known.
        FrameError: the data are not whole samples of all channels, or not finite.
    """
    if message.format not in _FORMATS:
        raise EncodingError(f"sound of format {message.format!r}", remedy=f"publish one of {', '.join(_FORMATS)}")
    stored, full_scale = _FORMATS[message.format]
    data, channels = buffer_of(message.data), int(message.channels)
    step = channels * np.dtype(stored).itemsize
    if step == 0 or len(data) == 0 or len(data) % step:
        raise FrameError(
            f"{len(data)} bytes of sound are not whole samples of {channels} channels in {message.format}",
            remedy="check `channels` and `format`",
        )
    if not LEAST_RATE_HZ <= message.sample_rate_hz <= MOST_RATE_HZ:
        raise FrameError(
            f"sound of {message.sample_rate_hz} samples a second",
            remedy=f"give a rate from {LEAST_RATE_HZ} to {MOST_RATE_HZ}",
        )
    samples: NDArray[np.float32] = (data.view(stored) / full_scale).astype(np.float32).reshape(-1, channels)
    if not np.isfinite(samples).all():
        raise FrameError("sound holds NaN or Inf", remedy="check the driver's gain")
    return AudioChunk(
        stamp_ns=stamp_ns(message.header.stamp),
        frame_id=frame_name(message.header.frame_id),
        samples=samples,
        sample_rate_hz=int(message.sample_rate_hz),
        microphone=microphone,
    )


def decode_audio_common(message: Any, info: Any, *, microphone: str = "outside") -> AudioChunk:
    """AudioChunk of an audio_common_msgs/AudioDataStamped; `info`, the AudioInfo of its stream, says what it holds.

    Raises:
        EncodingError: what is coded (MP3), or a format that is not known.
        FrameError: as `decode_audio` does.
    """
    coding = str(info.coding_format).lower()
    if coding not in _UNCODED:
        raise EncodingError(f"sound coded as {info.coding_format!r}", remedy="let audio_capture publish format:=wave")
    plain = Message(
        header=message.header,
        sample_rate_hz=int(info.sample_rate),
        channels=int(info.channels),
        format=str(info.sample_format).upper(),
        data=message.audio.data,
    )
    return decode_audio(plain, microphone=microphone)
