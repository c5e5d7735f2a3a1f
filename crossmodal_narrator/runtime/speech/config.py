"""Which speech engines are used."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserConfig:
    """Recognition by language. What is not installed is told, with its remedy, and the rest goes on."""

    moonshine: bool = parameter(True, help="English by Moonshine tiny, of the package moonshine-voice")
    moonshine_folder: str = parameter(
        "", help="another Moonshine: a folder with encoder_model.ort, decoder_model_merged.ort and tokenizer.bin"
    )
    whisper_folder: str = parameter(
        "", help="a Whisper of CTranslate2 of your own (needs faster-whisper); empty: whisper_base, if it was pulled"
    )
    threads: int = parameter(2, help="of each engine", low=1, high=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEngineConfig(RecogniserConfig):
    """And synthesis."""

    english_voice: str = parameter("hibari", help="who speaks English", choices=("hibari", "espeak", "none"))
    chinese_voice: str = parameter("espeak", help="who speaks Chinese", choices=("espeak", "kokoro", "none"))
    spanish_voice: str = parameter("espeak", help="who speaks Spanish", choices=("espeak", "none"))
    kokoro_folder: str = parameter(
        "", help="of the voice kokoro: a folder with model.onnx, vocab.json and voices/*.bin (needs misaki)"
    )
    kokoro_voice: str = parameter("zf_xiaobei", help="which of its voices")
