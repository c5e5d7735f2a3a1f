"""A real checkpoint of transformers, tiny and random, in the real process; and folders that are no such thing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.core.errors import (
    DescriptionError,
    DescriptionLateError,
    DescriptionRefusedError,
    ModelError,
)
from crossmodal_narrator.runtime.vision_language import (
    VisionLanguageConfig,
    VisionLanguageModel,
    check_checkpoint,
    checkpoint,
    open_vision_language,
)
from crossmodal_narrator.runtime.vision_language.frames import Frame, Kind
from crossmodal_narrator.runtime.vision_language.worker import reason_of

PROMPT, TOKENS, AMPLE_S = "What stands ahead?", 12, 120.0  # as make_checkpoint.py asks


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that make_checkpoint.py fills, in a process of its own as transformers takes seconds to import."""
    try:
        checkpoint.check_packages()
    except ModelError as absent:
        pytest.skip(str(absent))
    folder = tmp_path_factory.mktemp("checkpoint")
    maker = Path(__file__).with_name("make_checkpoint.py")
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    subprocess.run([sys.executable, str(maker), str(folder)], check=True, env=environment, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def model(made: Path) -> Iterator[VisionLanguageModel]:
    config = VisionLanguageConfig(folder=str(made / "llava"), max_new_tokens=TOKENS, threads=1, memory_mb=4000)
    with open_vision_language(config) as opened:
        yield opened


def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(9)
    return [rng.integers(0, 256, (90, 120, 3), dtype=np.uint8) // step for step in (1, 6)]


def test_the_answers_are_those_of_transformers_and_depend_on_the_picture(
    model: VisionLanguageModel, made: Path
) -> None:
    expected = json.loads((made / "answers.json").read_text())

    answers = [model.describe(picture, PROMPT, AMPLE_S) for picture in pictures()]

    assert answers == expected
    assert answers[0] != answers[1]


def test_words_alone_are_answered_too(model: VisionLanguageModel) -> None:
    answers = {model.answer(prompt, AMPLE_S) for prompt in (PROMPT, PROMPT, "What stands behind us?")}

    assert len(answers) == 2


def test_an_answer_too_long_for_its_deadline_is_given_up_and_the_checkpoint_stays_loaded(made: Path) -> None:
    config = VisionLanguageConfig(folder=str(made / "llava"), max_new_tokens=6000, threads=1)
    with open_vision_language(config) as patient:
        patient.wait_ready(AMPLE_S)
        with pytest.raises(DescriptionLateError, match="gave up its answer"):
            patient.describe(pictures()[0], PROMPT, 1.0)

        patient.wait_ready(0.0)  # would be late if it had been started anew


def test_a_damaged_checkpoint_is_refused_by_its_process_with_the_reason(made: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "llava"
    shutil.copytree(made / "llava", damaged)
    weights = damaged / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])

    with (
        open_vision_language(VisionLanguageConfig(folder=str(damaged), threads=1)) as opened,
        pytest.raises(DescriptionRefusedError, match="cannot be loaded: SafetensorError"),
    ):
        opened.describe(pictures()[0], PROMPT, AMPLE_S)


def test_a_checkpoint_that_needs_more_memory_than_it_may_take_ends_alone(made: Path) -> None:
    config = VisionLanguageConfig(folder=str(made / "llava"), threads=1, memory_mb=80)

    with open_vision_language(config) as starved, pytest.raises(DescriptionError, match=r"[Mm]emory"):
        starved.describe(pictures()[0], PROMPT, AMPLE_S)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ImportError("libtorch_cpu.so: cannot map zero-fill pages"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
        OSError("libgomp.so.1: cannot allocate memory in static TLS block"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("std::bad_alloc"),
    ],
)
def test_wherever_the_limit_strikes_the_reason_names_memory(error: Exception) -> None:
    assert reason_of(error).startswith("it needs more memory than memory_mb allows")


def test_the_process_prints_nothing_between_frames_and_ends_when_its_input_does(made: Path) -> None:
    module = "crossmodal_narrator.runtime.vision_language.worker"
    command = [sys.executable, "-m", module, "--folder", str(made / "llava"), "--threads", "1"]

    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=AMPLE_S)

    assert ended.returncode == 0, ended.stderr.decode()
    assert ended.stdout == Frame(kind=Kind.READY, request=0).packed()


def checkpoint_folder(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


CONFIG = json.dumps({"model_type": "llava"})
NO_CHECKPOINTS = {
    "holds no .*safetensors, but config.json, pytorch_model.bin": {"config.json": CONFIG, "pytorch_model.bin": ""},
    "wants code of its own to be run": {
        "config.json": json.dumps({"model_type": "llava", "auto_map": {"AutoModel": "theirs.Model"}}),
        "model.safetensors": "",
    },
    "processor_config.json wants code": {
        "config.json": CONFIG,
        "processor_config.json": json.dumps({"auto_map": {}}),
        "model.safetensors": "",
    },
    "config.json: No such file": {"model.safetensors": ""},
    "config.json is no JSON": {"config.json": "{", "model.safetensors": ""},
    "names no model_type": {"config.json": "{}", "model.safetensors": ""},
    "holds no .*safetensors, but nothing": {},
}


@pytest.mark.parametrize(("said", "files"), NO_CHECKPOINTS.items(), ids=list(NO_CHECKPOINTS))
def test_what_is_no_safe_checkpoint_is_refused_before_a_process_is_started(
    tmp_path: Path, said: str, files: dict[str, str]
) -> None:
    with pytest.raises(ModelError, match=said):
        check_checkpoint(checkpoint_folder(tmp_path / "model", files))


def test_an_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere is no folder.*config.json"):
        check_checkpoint(tmp_path / "nowhere")


def test_an_absent_package_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "PACKAGES", ("json", "no_such_package"))

    with pytest.raises(ModelError, match=r"needs no_such_package.*pip install 'crossmodal-narrator\[vlm\]'"):
        checkpoint.check_packages()
