"""What passengers say: speech files, brought to the microphone's rate and to the loudness of people in a car."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from math import gcd
from pathlib import Path

import numpy as np

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.rollout import Utterance
from crossmodal_narrator.simulation.sound.bands import PASCAL_AT_0_DB, Floats, Reals, amplitude

# Normal effort is 62 dB at 1 m (ANSI S3.5-1997); the microphone is nearer, and people speak up in a car that drives.
SPEECH_DB = 66.0
_PAUSE_DB = 30.0  # below the loudest twentieth of a second nobody is speaking


class Utterances:
    """Everything that is said, ready to be mixed in."""

    def __init__(self, utterances: Sequence[Utterance], rate_hz: int) -> None:
        """Raises ScenarioError: a file that is missing or is no WAV with integer samples."""
        self._said = [
            (round(utterance.at_s * rate_hz), _loud(read_speech(Path(utterance.file), rate_hz), rate_hz))
            for utterance in utterances
        ]

    def mixed(self, first: int, count: int) -> Floats:
        """(count,) pascals from sample `first` of the drive."""
        mixed = np.zeros(count, np.float32)
        for begin, speech in self._said:
            start, end = max(first, begin), min(first + count, begin + len(speech))
            if start < end:
                mixed[start - first : end - first] += speech[start - begin : end - begin]
        return mixed


def read_speech(path: Path, rate_hz: int) -> Reals:
    """(samples,) at `rate_hz`; channels are averaged, full scale is one.

    Raises:
        ScenarioError: the file is missing or is no WAV with integer samples.
    """
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            raw = np.frombuffer(file.readframes(file.getnframes()), np.uint8)
    except FileNotFoundError as error:
        raise ScenarioError(f"{path} is not there", remedy="put the sound beside the scenario's file") from error
    except (wave.Error, EOFError, OSError) as error:
        remedy = "give speech as WAV with integer samples"
        raise ScenarioError(f"{path} cannot be read: {error}", remedy=remedy) from error
    from scipy import signal  # here: it takes a second to import, and few drives have somebody who speaks

    values = _integers(raw, width)
    whole = len(values) // channels * channels  # a file that was cut may end within an instant
    samples = values[:whole].reshape(-1, channels).mean(axis=1)
    if len(samples) == 0:
        raise ScenarioError(f"{path} holds no sound", remedy="give a file in which somebody speaks")
    shared = gcd(rate, rate_hz)
    resampled: Reals = signal.resample_poly(samples, rate_hz // shared, rate // shared)
    return resampled


def _integers(raw: np.ndarray[tuple[int], np.dtype[np.uint8]], width: int) -> Reals:
    """Little-endian samples of `width` bytes → [-1, 1); those of one byte have no sign."""
    if width == 1:
        return (raw.astype(np.float64) - 128.0) / 128.0
    wide = np.zeros((len(raw) // width, 4), np.uint8)
    wide[:, 4 - width :] = raw[: len(wide) * width].reshape(-1, width)
    return wide.reshape(-1).view("<i4").astype(np.float64) / 2.0**31


def _loud(speech: Reals, rate_hz: int) -> Floats:
    """So that it has SPEECH_DB while somebody speaks: pauses do not count."""
    step = max(1, rate_hz // 20)
    frames = speech[: len(speech) // step * step].reshape(-1, step) if len(speech) >= step else speech[None]
    power = np.mean(frames**2, axis=1)
    spoken = power[power > power.max() * 10.0 ** (-_PAUSE_DB / 10.0)]
    loudness = float(np.sqrt(spoken.mean())) if len(spoken) else 1.0
    loud: Floats = (speech * (PASCAL_AT_0_DB * float(amplitude(SPEECH_DB)) / loudness)).astype(np.float32)
    return loud
