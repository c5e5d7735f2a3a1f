"""Opens the speech engines that a configuration names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime.bundle import BundleStore
from crossmodal_narrator.runtime.speech.config import RecogniserConfig, SpeechEngineConfig
from crossmodal_narrator.runtime.speech.espeak import Espeak
from crossmodal_narrator.runtime.speech.hibari import Hibari
from crossmodal_narrator.runtime.speech.kokoro import Kokoro
from crossmodal_narrator.runtime.speech.moonshine import Moonshine
from crossmodal_narrator.runtime.speech.silero import Silero
from crossmodal_narrator.runtime.speech.whisper import Whisper
from crossmodal_narrator.voice.engines import Recogniser, Synthesiser, VoiceActivity

PULLED_WHISPER = "whisper_base"
T = TypeVar("T")


def open_activity() -> VoiceActivity:
    """What tells whether somebody speaks.

    Raises:
        ModelError: it is not installed.
    """
    return Silero()


def open_recognisers(config: RecogniserConfig, on_absent: Callable[[ModelError], None]) -> tuple[Recogniser, ...]:
    """In the order in which they are asked: the fastest first. `on_absent` hears of each that cannot be had."""
    makers: list[Callable[[], Recogniser]] = []
    if config.moonshine or config.moonshine_folder:
        folder = Path(config.moonshine_folder) if config.moonshine_folder else None
        makers.append(lambda: Moonshine(folder, config.threads))
    whisper = opened(lambda: _whisper_folder(config), on_absent)
    if whisper is not None:
        makers.append(lambda: Whisper(whisper(), config.threads))
    found = (opened(make, on_absent) for make in makers)
    return tuple(recogniser for recogniser in found if recogniser is not None)


def _whisper_folder(config: RecogniserConfig) -> Callable[[], Path] | None:
    """The user's own, else the one that `models pull` fetched, which is checked; None where there is neither.

    Raises:
        ModelError: what is to be pulled is not described, or cannot be read.
    """
    if config.whisper_folder:
        return lambda: Path(config.whisper_folder)
    store = BundleStore()
    bundle = store.bundle(PULLED_WHISPER)
    return (lambda: store.checked(bundle)) if store.is_here(bundle) else None


def opened(make: Callable[[], T], on_absent: Callable[[ModelError], None]) -> T | None:
    """What `make` opens; None where it cannot, of which `on_absent` hears."""
    try:
        return make()
    except ModelError as error:
        on_absent(error)
        return None


def open_synthesiser(language: str, config: SpeechEngineConfig) -> Synthesiser | None:
    """Who speaks `language`; None where nobody is to.

    Raises:
        ModelError: the engine that the configuration names is not installed.
    """
    voices = {"en": config.english_voice, "zh": config.chinese_voice, "es": config.spanish_voice}
    wanted = voices.get(language, "none")
    if wanted == "hibari":
        return Hibari(threads=1)
    if wanted == "kokoro":
        return Kokoro(Path(config.kokoro_folder), config.kokoro_voice, threads=config.threads)
    if wanted == "espeak":
        return Espeak(language)
    return None
