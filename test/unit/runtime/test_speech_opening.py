"""What cannot be opened of the recognisers takes no other one away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime.bundle import BundleStore
from crossmodal_narrator.runtime.speech import RecogniserConfig, open_recognisers, opening
from crossmodal_narrator.runtime.speech.whisper import Whisper
from crossmodal_narrator.voice.engines import RATE_HZ, Floats, Transcript


class English:
    """Stands for Moonshine, which need not be installed for this."""

    languages = ("en",)

    def __init__(self, folder: Path | None, threads: int) -> None: ...


@pytest.mark.parametrize("text", [None, "name: [", "name: whisper_base\n"], ids=["missing", "no YAML", "lacks fields"])
def test_a_bundle_that_cannot_be_read_leaves_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    described = tmp_path / "models" / opening.PULLED_WHISPER / "bundle.yaml"
    described.parent.mkdir(parents=True)
    if text is not None:
        described.write_text(text)
    monkeypatch.setattr(opening, "BundleStore", lambda: BundleStore(tmp_path / "models", tmp_path / "cache"))
    monkeypatch.setattr(opening, "Moonshine", English)
    absent: list[ModelError] = []
    found = open_recognisers(RecogniserConfig(), absent.append)

    assert [recogniser.languages for recogniser in found] == [("en",)]
    assert ["bundle.yaml" in str(error) for error in absent] == [True]


@pytest.mark.parametrize(
    ("turn_s", "pieces_s"), [(0.0, [0.0]), (14.5, [14.5]), (14.7, [7.35, 7.35]), (30.0, [10.0] * 3)]
)
def test_a_long_turn_is_cut_into_pieces_of_one_length(
    monkeypatch: pytest.MonkeyPatch, turn_s: float, pieces_s: list[float]
) -> None:
    whisper, read = object.__new__(Whisper), list[float]()

    def heard(self: Whisper, samples: Floats) -> Transcript:
        read.append(len(samples) / RATE_HZ)
        return Transcript(text="a", language="en", confidence=1.0)

    monkeypatch.setattr(Whisper, "_read", heard)
    whisper.transcribe(np.zeros(round(turn_s * RATE_HZ), np.float32))

    assert read == pytest.approx(pieces_s)
