"""Whatever the large model's process does, a request ends in time: with its own answer, or an error that says why."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from waiting import runs, until

from crossmodal_narrator.core.errors import (
    DescriptionError,
    DescriptionLateError,
    DescriptionLostError,
    DescriptionRefusedError,
    FrameError,
)
from crossmodal_narrator.runtime.vision_language import VisionLanguageModel

pytestmark = pytest.mark.alone

IMAGE = np.full((3, 4, 3), 200, np.uint8)
AMPLE_S, SHORT_S = 20.0, 0.3
Start = Callable[..., VisionLanguageModel]


@pytest.fixture
def start() -> Iterator[Start]:
    """A model whose process has one fault; a `mark` lets its second start behave."""
    models: list[VisionLanguageModel] = []

    def started(fault: str, mark: Path | None = None, load_timeout_s: float = 30.0) -> VisionLanguageModel:
        command = [sys.executable, "-S", "-E", str(Path(__file__).with_name("fake_worker.py")), fault]
        command += [str(mark)] if mark else []
        models.append(VisionLanguageModel(command, load_timeout_s=load_timeout_s))
        return models[-1]

    yield started
    for model in models:
        model.close()


def test_image_and_prompt_arrive_and_the_answer_comes_back(start: Start) -> None:
    model = start("none")

    assert model.describe(IMAGE, "哪里有车?", AMPLE_S) == "4x3 哪里有车? 200"
    assert model.describe(IMAGE[:2] // 2, "again", AMPLE_S) == "4x2 again 100"


def test_words_alone_are_answered_without_an_image(start: Start) -> None:
    assert start("none").answer("说说看", AMPLE_S) == "0x0 说说看 0"


def test_the_process_is_started_once(start: Start, tmp_path: Path) -> None:
    model = start("none", tmp_path / "starts")
    model.start()
    model.wait_ready(AMPLE_S)
    for number in range(3):
        model.describe(IMAGE, str(number), AMPLE_S)

    assert len((tmp_path / "starts").read_text().split()) == 1


# What the first process does to a request, and what the one who asked hears of it.
FAULTS = [
    ("is late", SHORT_S, DescriptionLateError, "did not answer within 0.3 s and starts anew"),
    ("never reads", SHORT_S, DescriptionLateError, "did not answer within 0.3 s"),
    ("floods", SHORT_S, DescriptionLateError, "did not answer within 0.3 s"),
    ("says garbage", AMPLE_S, DescriptionLostError, "bytes that are no frame: 800495"),
    ("says too much", AMPLE_S, DescriptionLostError, "payload of 2147483648 bytes"),
    ("says no text", AMPLE_S, DescriptionLostError, "no UTF-8"),
    ("answers a request that was never made", AMPLE_S, DescriptionLostError, "says ANSWER 2 to request 1"),
    ("dies in its answer", AMPLE_S, DescriptionLostError, r"ended with status 7.*Segmentation fault \(not really\)"),
    ("is killed", AMPLE_S, DescriptionLostError, "was ended by signal 9"),
]


@pytest.mark.parametrize(("fault", "deadline_s", "kind", "said"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_fault_is_told_in_time_and_the_next_request_is_answered_by_a_new_process(
    start: Start, tmp_path: Path, fault: str, deadline_s: float, kind: type[DescriptionError], said: str
) -> None:
    model = start(fault, tmp_path / "starts")
    model.wait_ready(AMPLE_S)
    large = np.full((600, 800, 3), 7, np.uint8)  # more than a pipe holds

    began = time.monotonic()
    with pytest.raises(kind, match=said):
        model.describe(large, "first", deadline_s)
    took_s = time.monotonic() - began

    assert took_s < 2.0
    assert model.describe(IMAGE, "second", AMPLE_S) == "4x3 second 200"
    first, second = (tmp_path / "starts").read_text().split()
    assert first != second
    assert not Path(f"/proc/{first}").exists()


def test_an_answer_that_comes_after_its_deadline_is_not_taken_for_the_next(start: Start) -> None:
    model = start("answers an old request first")

    assert [model.describe(IMAGE, prompt, AMPLE_S) for prompt in ("a", "b")] == ["4x3 a 200", "4x3 b 200"]


def test_a_process_that_gives_up_in_time_is_kept(start: Start, tmp_path: Path) -> None:
    model = start("gives up", tmp_path / "starts")
    for _ in range(2):
        with pytest.raises(DescriptionLateError, match="gave up its answer"):
            model.describe(IMAGE, "what?", AMPLE_S)

    assert len((tmp_path / "starts").read_text().split()) == 1


def test_a_request_without_time_is_late_and_costs_no_process(start: Start, tmp_path: Path) -> None:
    model = start("none", tmp_path / "starts")
    model.wait_ready(AMPLE_S)
    with pytest.raises(DescriptionLateError, match="no time is left"):
        model.describe(IMAGE, "what?", 0.0)

    assert model.describe(IMAGE, "now?", AMPLE_S) == "4x3 now? 200"
    assert len((tmp_path / "starts").read_text().split()) == 1


def test_a_refused_request_leaves_the_process_as_it_is(start: Start) -> None:
    model = start("refuses once")
    with pytest.raises(DescriptionRefusedError, match="cannot answer: RuntimeError: image too small"):
        model.describe(IMAGE, "what?", AMPLE_S)

    assert model.describe(IMAGE, "now?", AMPLE_S) == "4x3 now? 200"


def test_a_model_that_still_loads_is_late_and_is_left_to_load(start: Start, tmp_path: Path) -> None:
    model = start("loads slowly", tmp_path / "starts")
    with pytest.raises(DescriptionLateError, match="still being loaded"):
        model.describe(IMAGE, "early", 0.1)

    assert model.describe(IMAGE, "later", AMPLE_S) == "4x3 later 200"
    assert len((tmp_path / "starts").read_text().split()) == 1


def test_a_model_that_never_loads_is_ended_when_its_own_time_is_over(start: Start, tmp_path: Path) -> None:
    model = start("never loads", tmp_path / "starts", load_timeout_s=0.3)

    with pytest.raises(DescriptionLostError, match=r"not loaded within 0.3 s.*raise load_timeout_s"):
        model.describe(IMAGE, "what?", AMPLE_S)

    (pid,) = (tmp_path / "starts").read_text().split()
    assert not Path(f"/proc/{pid}").exists()


def test_a_refused_checkpoint_is_not_tried_again(start: Start, tmp_path: Path) -> None:
    model = start("refuses the checkpoint", tmp_path / "starts")
    for _ in range(3):
        with pytest.raises(DescriptionRefusedError, match="cannot be loaded: ValueError: no such architecture"):
            model.describe(IMAGE, "what?", AMPLE_S)

    assert len((tmp_path / "starts").read_text().split()) == 1


def test_a_model_that_dies_while_it_loads_is_left_after_three_times(start: Start, tmp_path: Path) -> None:
    model = start("dies loading", tmp_path / "starts")
    said = []
    for _ in range(5):
        with pytest.raises(DescriptionLostError, match=r"ended with status 3.*MemoryError: 80 GB") as lost:
            model.describe(IMAGE, "what?", AMPLE_S)
        said.append(lost.value.what)

    assert len((tmp_path / "starts").read_text().split()) == 3
    assert "failed to load 3 times" in said[3]


def test_prints_between_frames_are_named_and_not_taken_for_an_answer(start: Start) -> None:
    with pytest.raises(DescriptionLostError, match="no frame: 4c6f6164696e67"):
        start("talks before it is ready").wait_ready(AMPLE_S)


def test_a_process_that_floods_its_errors_is_not_held_up_by_them(start: Start) -> None:
    assert start("floods its errors").describe(IMAGE, "what?", AMPLE_S) == "4x3 what? 200"


def test_a_command_that_does_not_exist_is_named() -> None:
    with pytest.raises(DescriptionLostError, match=r"/no/such/python does not start: No such file"):
        VisionLanguageModel(["/no/such/python"]).start()


def test_what_the_process_has_started_ends_with_it(start: Start, tmp_path: Path) -> None:
    model = start("leaves a child", tmp_path / "starts")
    with pytest.raises(DescriptionLateError):
        model.describe(IMAGE, "what?", 1.0)

    first, child = (tmp_path / "starts").read_text().split()[:2]
    until(lambda: not any(runs(int(pid)) for pid in (first, child)))


def test_threads_wait_for_each_other_within_their_own_deadline(start: Start) -> None:
    model = start("never reads")
    model.wait_ready(AMPLE_S)
    slow = threading.Thread(target=_swallow_late, args=(model, 1.0))
    slow.start()
    time.sleep(0.2)

    began = time.monotonic()
    with pytest.raises(DescriptionLateError, match=r"was busy for 0\.2 s"):
        model.describe(IMAGE, "quick", 0.2)
    took_s = time.monotonic() - began
    slow.join()

    assert took_s < 0.6


def _swallow_late(model: VisionLanguageModel, deadline_s: float) -> None:
    with pytest.raises(DescriptionLateError):
        model.describe(np.zeros((600, 800, 3), np.uint8), "slow", deadline_s)


@pytest.mark.parametrize(
    ("image", "prompt", "said"),
    [
        (np.zeros((3, 4), np.uint8), "what?", r"got \(3, 4\) uint8"),
        (np.zeros((3, 4, 3), np.float32), "what?", "float32"),
        (np.zeros((0, 4, 3), np.uint8), "what?", r"\(0, 4, 3\)"),
        (IMAGE, "  ", "prompt of 2 characters"),
        (IMAGE, "x" * 70_000, "prompt of 70000 characters"),
    ],
)
def test_what_is_no_request_is_refused_before_a_process_is_started(
    start: Start, tmp_path: Path, image: np.ndarray, prompt: str, said: str
) -> None:
    with pytest.raises(FrameError, match=said):
        start("none", tmp_path / "starts").describe(image, prompt, AMPLE_S)

    assert not (tmp_path / "starts").exists()


def test_a_closed_model_leaves_nothing_running(start: Start, tmp_path: Path) -> None:
    with start("none", tmp_path / "starts") as model:
        model.describe(IMAGE, "what?", AMPLE_S)

    (pid,) = (tmp_path / "starts").read_text().split()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
