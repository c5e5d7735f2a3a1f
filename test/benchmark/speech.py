"""How well passengers are understood: questions that are spoken by machines, in the noise of a car, and real clips.

    python test/benchmark/speech.py                                  # English, and what is not English
    python test/benchmark/speech.py --whisper FOLDER                 # and Chinese, by a Whisper of CTranslate2
    python test/benchmark/speech.py --clips ../shared/sounds/speech  # and recorded speech

Each question goes through the whole path: chunks of 100 ms, voice activity, the end of its turn, recognition. The noise
falls by 6 dB an octave from 100 Hz on, as in a car that drives; its level is against the speech while that sounds.
"""

from __future__ import annotations

import argparse
import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import yaml
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy import signal

from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.core.speech import Utterance
from crossmodal_narrator.runtime.speech import (
    SpeechEngineConfig,
    open_activity,
    open_recognisers,
    open_synthesiser,
)
from crossmodal_narrator.voice import Ear, Interpreter, ListeningConfig, Pause, Synthesiser, Turn

RATE_HZ = 16_000
BEGIN_NS = 1_000_000_000
QUESTIONS = yaml.safe_load((Path(__file__).parent / "passenger_questions.yaml").read_text(encoding="utf-8"))
RATIOS_DB = (None, 20.0, 10.0, 5.0)
CLIPS = {
    "librispeech-1995-1837-0001.wav": (
        "en",
        "it was the first great sorrow of his life it was not so much the loss of the cotton itself but the fantasy "
        "the hopes the dreams built around it",
    ),
    "aishell-BAC009S0724W0121.wav": ("zh", "广州市房地产中介协会分析"),
}
Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, and what was made of it."""

    wanted: str
    language: str
    heard: Utterance | None
    turns: int
    delay_s: float  # from the end of the speech to the text, by the stream's time and the machine's

    @property
    def errors(self) -> tuple[int, int]:
        """Words or characters that are wrong, and how many there were."""
        wanted, got = units(self.wanted, self.language), units(self.heard.text if self.heard else "", self.language)
        return distance(wanted, got), len(wanted)


def units(text: str, language: str) -> list[str]:
    """Words, or characters of Chinese, without case, punctuation and spelling of either shore."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("color", "colour")
    if language == "zh":
        return re.findall(r"[\u4e00-\u9fff]|\w", plain)
    return re.findall(r"[\w']+", plain)


def distance(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Levenshtein's."""
    row = list(range(len(got) + 1))
    for i, want in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, have in enumerate(got, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (want != have))
    return row[-1]


def in_noise(speech: Floats, ratio_db: float | None, rng: np.random.Generator) -> Floats:
    """A second of noise, the speech in it, and a second and a half more."""
    track = np.zeros(len(speech) + 5 * RATE_HZ // 2, np.float32)
    track[RATE_HZ : RATE_HZ + len(speech)] = 0.1 * speech / np.abs(speech).max()
    spectrum = np.fft.rfft(rng.standard_normal(len(track)))
    hz = np.fft.rfftfreq(len(track), 1.0 / RATE_HZ)
    noise = np.fft.irfft(spectrum / np.maximum(hz, 100.0), len(track))
    loud = track[track.nonzero()]
    power = np.sort(loud**2)[len(loud) // 4 :].mean()  # while it sounds
    wanted = power * 10.0 ** (-(60.0 if ratio_db is None else ratio_db) / 10.0)
    return (track + noise * np.sqrt(wanted / (noise**2).mean())).astype(np.float32)


class OnlyAtTheEnd(Interpreter):
    """Reads a turn when it has ended, and not at a pause before."""

    def draft(self, turn: Turn) -> None:
        pass


def asked(text: str, language: str, track: Floats, spoken_end_s: float, ear: Ear, interpreter: Interpreter) -> Asked:
    heard, turns, delay_s, free_s = [], 0, float("nan"), 0.0
    for chunk in chunks(track):
        # As in the node, which takes a chunk when it has come, and when it is done with the one before.
        free_s = max(free_s, (chunk.stamp_ns - BEGIN_NS) / 1e9 + len(chunk.samples) / RATE_HZ)
        began_s = time.perf_counter()
        for event in ear.push(chunk):
            if isinstance(event, Pause):
                interpreter.draft(event.turn)
            elif isinstance(event, Turn):
                turns += 1
                utterance = interpreter.interpret(event)
                delay_s = free_s - spoken_end_s + time.perf_counter() - began_s
                if utterance is not None:
                    heard.append(utterance)
        free_s += time.perf_counter() - began_s
    joined = None
    if heard:
        joined = Utterance(
            stamp_ns=heard[0].stamp_ns,
            text=" ".join(u.text for u in heard),
            language=heard[0].language,
            confidence=min(u.confidence for u in heard),
        )
    return Asked(wanted=text, language=language, heard=joined, turns=turns, delay_s=delay_s)


def chunks(track: Floats) -> Iterator[AudioChunk]:
    for first in range(0, len(track), RATE_HZ // 10):
        yield AudioChunk(
            stamp_ns=BEGIN_NS + first * 1_000_000_000 // RATE_HZ,
            frame_id="cabin",
            samples=track[first : first + RATE_HZ // 10, None],
            sample_rate_hz=RATE_HZ,
            microphone="cabin",
        )


def row(table: Table, name: str, ratio_db: float | None, results: Sequence[Asked]) -> None:
    wrong, of = np.sum([one.errors for one in results], axis=0)
    language = np.mean([one.heard is not None and one.heard.language == one.language for one in results])
    delays = [one.delay_s for one in results if np.isfinite(one.delay_s)]
    table.add_row(
        name,
        "quiet" if ratio_db is None else f"{ratio_db:.0f} dB",
        str(len(results)),
        f"{100.0 * wrong / of:.1f} %",
        f"{np.mean([one.errors[0] == 0 for one in results]):.0%}",
        f"{np.mean([one.heard is not None for one in results]):.0%}",
        f"{language:.0%}",
        f"{np.median(delays):.2f} s, {np.max(delays):.2f}" if delays else "",
    )


def voices(args: argparse.Namespace) -> dict[str, tuple[str, Synthesiser | None]]:
    """By name: the language, and who speaks it."""
    found: dict[str, tuple[str, Synthesiser | None]] = {
        "en, hibari": ("en", open_synthesiser("en", SpeechEngineConfig())),
        "en, espeak-ng": ("en", open_synthesiser("en", SpeechEngineConfig(english_voice="espeak"))),
        "zh, espeak-ng": ("zh", open_synthesiser("zh", SpeechEngineConfig())),
    }
    if args.kokoro:
        natural = SpeechEngineConfig(chinese_voice="kokoro", kokoro_folder=args.kokoro)
        found["zh, Kokoro"] = ("zh", open_synthesiser("zh", natural))
    return {name: voice for name, voice in found.items() if args.only in ("", name)}


def clips_of(language: str, voice: Synthesiser) -> list[tuple[str, Floats]]:
    """Each question, and its sound at RATE_HZ."""
    spoken = [(question, voice.speak(question)) for question in QUESTIONS[language]]
    return [(q, signal.resample_poly(s.samples, RATE_HZ, s.rate_hz).astype(np.float32)) for q, s in spoken]


def recorded(folder: Path) -> dict[str, tuple[str, list[tuple[str, Floats]]]]:
    clips = {}
    for file, (language, text) in CLIPS.items():
        samples, rate_hz = soundfile.read(folder / file, dtype="float32")
        clips[f"{language}, recorded"] = (
            language,
            [(text, signal.resample_poly(samples, RATE_HZ, rate_hz).astype(np.float32))],
        )
    return clips


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whisper", default="", help="folder of a Whisper of CTranslate2")
    parser.add_argument("--kokoro", default="", help="folder of a Kokoro, which speaks Chinese naturally")
    parser.add_argument("--clips", type=Path, help="folder of recorded speech")
    parser.add_argument("--only", default="", help="one of the voices")
    parser.add_argument("--without-drafts", action="store_true", help="read turns at their end alone")
    parser.add_argument("--failures", action="store_true", help="tell what was misunderstood")
    args = parser.parse_args()
    console = Console(width=130)
    recognisers = open_recognisers(SpeechEngineConfig(whisper_folder=args.whisper), lambda e: console.print(str(e)))
    activity, listening = open_activity(), ListeningConfig()
    kind = OnlyAtTheEnd if args.without_drafts else Interpreter
    sets = {name: (one[0], clips_of(one[0], one[1])) for name, one in voices(args).items() if one[1] is not None}
    sets |= recorded(args.clips) if args.clips else {}
    table = Table(
        "voice", "noise", "clips", "words (characters) wrong", "all right", "passed on", "language", "end → text"
    )
    failures = []
    for name, (language, clips) in sets.items():
        for ratio_db in RATIOS_DB:
            rng = np.random.default_rng(5)
            results = []
            for text, speech in clips:
                loud = np.flatnonzero(np.abs(speech) > 0.02 * np.abs(speech).max())
                track, end_s = in_noise(speech, ratio_db, rng), 1.0 + loud[-1] / RATE_HZ
                ear, interpreter = Ear(listening, activity), kind(listening, recognisers)
                results.append(asked(text, language, track, end_s, ear, interpreter))
            row(table, name, ratio_db, results)
            failures += [(name, ratio_db, one) for one in results if one.errors[0]]
    console.print(table)
    for name, ratio_db, one in failures if args.failures else ():
        got = "nothing" if one.heard is None else f"{one.heard.text} ({one.heard.confidence:.2f})"
        console.print(f"{name}, {ratio_db}: {one.wanted} → {got}, {one.turns} turns", soft_wrap=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
