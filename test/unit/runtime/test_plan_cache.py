"""Built engines are kept by all that they depend on, and a file that is not whole is none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_network import DEVICE

from crossmodal_narrator.core.errors import EngineError
from crossmodal_narrator.runtime import plan_cache
from crossmodal_narrator.runtime.file_lock import locked
from crossmodal_narrator.runtime.plan_cache import PlanCache, PlanKey
from crossmodal_narrator.runtime.profile import ShapeRange

KEY = PlanKey(
    model="small",
    model_sha256="5d" * 32,
    precision="fp32",
    engine="tensorrt",
    engine_version="10.9.0.34",
    device=DEVICE,
    profile={"image": ShapeRange(least=(1, 3, 8, 8), typical=(1, 3, 16, 16), most=(1, 3, 64, 64))},
    options=(("tf32", "off"),),
)
PLAN = b"a plan\n" * 5000
WIDER = {"image": ShapeRange(least=(1, 3, 8, 8), typical=(1, 3, 16, 16), most=(1, 3, 64, 128))}

# Builds a plan as the engine does, and says when it has begun; what it says goes to the test, which may kill it then.
BUILDING = """
import sys, time
sys.path.insert(0, {here!r})
from pathlib import Path
from test_plan_cache import KEY
from crossmodal_narrator.runtime.plan_cache import PlanCache

def build():
    print("building", flush=True)
    time.sleep({seconds})
    return {plan!r}

plan = PlanCache(Path({folder!r}), limit_s=60, tell=lambda text: print(text, flush=True)).find_or_build(KEY, build)
print("has", len(plan), flush=True)
"""


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path: Path, told: list[str]) -> PlanCache:
    return PlanCache(tmp_path / "plans", limit_s=10.0, tell=told.append)


def no_build() -> bytes:
    raise AssertionError("built again")


def builder_process(folder: Path, *, seconds: float, plan: bytes = PLAN) -> subprocess.Popen[str]:
    code = BUILDING.format(here=str(Path(__file__).parent), folder=str(folder), seconds=seconds, plan=plan)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)


def test_a_plan_is_built_once_and_then_kept(cache: PlanCache, told: list[str]) -> None:
    assert cache.find(KEY) is None
    assert cache.find_or_build(KEY, lambda: PLAN) == PLAN
    assert cache.find_or_build(KEY, no_build) == PLAN
    assert told == []


@pytest.mark.parametrize(
    "changed",
    [
        {"model_sha256": "5e" * 32},
        {"precision": "fp16"},
        {"engine": "onnxruntime_tensorrt"},
        {"engine_version": "11.0.0.1"},
        {"device": replace(DEVICE, name="NVIDIA RTX 4090")},
        {"device": replace(DEVICE, compute_capability="8.9")},
        {"device": replace(DEVICE, driver=12080)},
        {"profile": WIDER},
        {"options": (("tf32", "on"),)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_a_plan_depends_on_is_another_plan_when_it_changes(
    cache: PlanCache, changed: dict[str, object]
) -> None:
    cache.find_or_build(KEY, lambda: PLAN)
    other = replace(KEY, **changed)

    assert cache.find(other) is None
    assert cache.find_or_build(other, lambda: b"other") == b"other"
    assert cache.find(KEY) == PLAN


def test_a_plan_of_another_format_of_this_cache_is_none(cache: PlanCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.find_or_build(KEY, lambda: PLAN)
    monkeypatch.setattr(plan_cache, "FORMAT", plan_cache.FORMAT + 1)
    assert cache.find(KEY) is None


def test_a_kind_of_machine_is_part_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    here = KEY.digest
    monkeypatch.setattr(plan_cache.platform, "machine", lambda: "another")
    assert here != KEY.digest


def flipped(content: bytes) -> bytes:
    return content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda content: content[:-1], "cut short, altered, or of another key"),
        (lambda content: content + b"\0", "cut short, altered, or of another key"),
        (flipped, "cut short, altered, or of another key"),
        (lambda content: content.replace(b"10.9.0.34", b"10.9.0.35"), "cut short, altered, or of another key"),
        (lambda content: content[:10], "does not begin as a plan"),
        (lambda content: b"", "does not begin as a plan"),
        (lambda content: PLAN, "does not begin as a plan"),
    ],
    ids=["cut", "longer", "altered", "another key", "head only", "empty", "no header"],
)
def test_a_damaged_plan_is_a_miss_is_told_and_is_built_anew(
    cache: PlanCache, told: list[str], damage: Callable[[bytes], bytes], why: str
) -> None:
    cache.find_or_build(KEY, lambda: b"old " + PLAN)
    path = cache.path(KEY)
    path.write_bytes(damage(path.read_bytes()))

    assert cache.find(KEY) is None
    assert why in told[0]
    assert str(path) in told[0]
    assert cache.find_or_build(KEY, lambda: PLAN) == PLAN
    assert cache.find_or_build(KEY, no_build) == PLAN


def test_what_is_left_of_a_build_that_failed_is_nothing(cache: PlanCache) -> None:
    def build() -> bytes:
        raise EngineError("TensorRT does not build it")

    with pytest.raises(EngineError, match="does not build it"):
        cache.find_or_build(KEY, build)
    assert cache.find_or_build(KEY, lambda: PLAN) == PLAN


def test_a_process_that_is_killed_while_it_builds_leaves_no_plan_and_no_lock(cache: PlanCache, tmp_path: Path) -> None:
    with builder_process(tmp_path / "plans", seconds=60) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "building\n"
        with pytest.raises(EngineError, match="another process has held"):
            PlanCache(tmp_path / "plans", limit_s=0.2).find_or_build(KEY, no_build)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL

    assert cache.find(KEY) is None
    assert cache.find_or_build(KEY, lambda: PLAN) == PLAN


def test_a_process_that_is_killed_while_it_writes_leaves_what_is_taken_for_no_plan(cache: PlanCache) -> None:
    """`replace_whole` writes beside the plan and renames; what it leaves when it is killed in between goes later."""
    path = cache.path(KEY)
    path.parent.mkdir(parents=True)
    half = path.parent / f".{path.name}.k2x9"
    half.write_bytes(b"crossmodal_narrator plan\n{")

    assert cache.find(KEY) is None
    assert cache.find_or_build(KEY, lambda: PLAN) == PLAN
    assert not half.exists()


def test_of_two_processes_at_once_one_builds_and_both_have_the_same(tmp_path: Path) -> None:
    processes = [builder_process(tmp_path / "plans", seconds=1.0) for _ in range(2)]
    outputs = [process.communicate(timeout=30)[0] for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    assert sum(output.count("building\n") for output in outputs) == 1
    assert sum(output.count("another process is building it\n") for output in outputs) == 1
    assert all(output.endswith(f"has {len(PLAN)}\n") for output in outputs)


def test_a_lock_is_waited_for_as_long_as_is_allowed_and_no_longer(tmp_path: Path) -> None:
    clock_s = iter(range(100))
    slept: list[float] = []
    with (
        locked(tmp_path / "lock", limit_s=1.0),
        pytest.raises(EngineError, match="for 5 s"),
        locked(tmp_path / "lock", limit_s=5.0, now_s=lambda: float(next(clock_s)), sleep=slept.append),
    ):
        pytest.fail("two hold one lock")
    assert len(slept) == 4
    with locked(tmp_path / "lock", limit_s=0.0):
        pass


def test_a_folder_that_cannot_be_written_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("a file where the folder should be")
    with pytest.raises(EngineError, match="set XDG_CACHE_HOME"):
        PlanCache(tmp_path / "plans", limit_s=1.0).find_or_build(KEY, lambda: PLAN)


def test_an_error_of_the_build_is_not_taken_for_one_of_the_folder(cache: PlanCache) -> None:
    def build() -> bytes:
        raise FileNotFoundError("the builder's own")

    with pytest.raises(FileNotFoundError, match="the builder's own"):
        cache.find_or_build(KEY, build)


def test_timings_are_shared_by_the_models_of_a_device_and_version(cache: PlanCache) -> None:
    assert cache.find_timings(KEY) == b""
    cache.keep_timings(KEY, b"measured")

    assert cache.find_timings(replace(KEY, model="large", model_sha256="00" * 32, precision="int8")) == b"measured"
    assert cache.find_timings(replace(KEY, engine_version="11.0")) == b""
    assert cache.find_timings(replace(KEY, device=replace(DEVICE, driver=12080))) == b""


def test_spoiled_timings_are_told_and_not_used(cache: PlanCache, tmp_path: Path, told: list[str]) -> None:
    cache.keep_timings(KEY, b"measured")
    (path,) = (tmp_path / "plans" / "timings").glob("*.plan")
    path.write_bytes(flipped(path.read_bytes()))

    assert cache.find_timings(KEY) == b""
    assert "is not used" in told[0]


def test_the_key_in_the_file_says_to_a_person_what_it_is_for(cache: PlanCache) -> None:
    cache.find_or_build(KEY, lambda: PLAN)
    header = json.loads(cache.path(KEY).read_bytes().split(b"\n")[1])
    key = json.loads(header["key"])

    assert key["device"] == {"name": "Orin", "compute_capability": "8.7", "driver": 12060}
    assert key["profile"]["image"]["most"] == [1, 3, 64, 64]
    assert header["size_bytes"] == len(PLAN)
