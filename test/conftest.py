"""Fixtures that every test may use: where the measured drives are, if this checkout has them beside it; a browser.

`make test` runs the tests in two parts, the first in several processes (tools/test).
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from filelock import FileLock
from missing import in_ci, is_missing

from crossmodal_narrator.encoding.camera import CameraEncoder, CameraEncoderConfig
from crossmodal_narrator.runtime import Manifest, ModelState, ModelStore, detector_spec, open_engine
from crossmodal_narrator.runtime.speech import SpeechEngineConfig, open_synthesiser
from crossmodal_narrator.voice import Sound, write_wav

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
T = TypeVar("T")
REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=("together", "alone"), help="the tests that can share a machine, or the others")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the part that `--part` names; files with slow tests come first, so that all processes end at once."""
    part = config.getoption("--part")
    if part is None:
        return
    parts: dict[str, list[pytest.Item]] = {"together": [], "alone": []}
    for item in items:
        parts["alone" if item.get_closest_marker("alone") else "together"].append(item)
    slow_files = {item.path for item in items if item.get_closest_marker("slow")}
    items[:] = sorted(parts.pop(part), key=lambda item: item.path not in slow_files)
    config.hook.pytest_deselected(items=parts.popitem()[1])


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole file that would be skipped, for want of a package, is a failure in CI."""
    report = yield
    if report.skipped and in_ci():
        assert isinstance(report.longrepr, tuple)
        report.outcome, report.longrepr = "failed", f"{report.longrepr[2]}, and CI must run this file"
    return report


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """The path of that name, which the first process that needs it has made; the others wait for it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all processes

    def made(name: str, make: Callable[[Path], object]) -> Path:
        done = folder / name / "done"
        with FileLock(folder / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(done.parent, ignore_errors=True)  # of one that failed half-way
                done.parent.mkdir()
                make(done.parent / "made")
                done.touch()
        return done.parent / "made"

    return made


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        is_missing("the measured drives are not beside this checkout (../shared)")
    return folder


@pytest.fixture(scope="session")
def detector() -> Manifest:
    """The camera's, whose weights `make setup` pulls."""
    store = ModelStore()
    manifest = store.manifest("nanodet_g")
    if store.state(manifest) is not ModelState.READY:
        is_missing("the detector's weights are not here: run `crossmodal-narrator models pull`")
    return manifest


@pytest.fixture(scope="session")
def camera_encoder(detector: Manifest) -> CameraEncoder:
    """As it is by default."""
    return CameraEncoder(CameraEncoderConfig(), open_engine(detector, ModelStore()), detector_spec(detector))


@pytest.fixture(scope="session")
def san_francisco_bag(shared_dir: Path) -> Path:
    return shared_dir / "drives" / "san_francisco" / "bag"


@pytest.fixture(scope="session")
def run_apart() -> Callable[[Coroutine[Any, Any, T]], T]:
    """Runs a coroutine in a thread of its own: Playwright's loop runs in this one once a browser was asked for."""

    def ran(coroutine: Coroutine[Any, Any, T]) -> T:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, coroutine).result()

    return ran


@pytest.fixture(scope="session")
def launch_browser() -> Iterator[Callable[..., Any]]:
    """Opens the first Chromium on the path, or the one that CHROMIUM names, with further arguments."""
    if importlib.util.find_spec("playwright") is None:
        is_missing("playwright is not installed: pip install -r requirements/browser.in")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        is_missing(f"there is no browser here ({', '.join(BROWSERS)}, or the one that CHROMIUM names)")
    from playwright.sync_api import sync_playwright

    opened = []
    with sync_playwright() as playwright:

        def launch(*arguments: str) -> Any:
            # Chromium's own sandbox does not start for root, as whom containers run their tests.
            opened.append(playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *arguments]))
            return opened[-1]

        yield launch
        for chromium in opened:
            chromium.close()


@pytest.fixture(scope="session")
def browser(launch_browser: Callable[..., Any]) -> Any:
    return launch_browser()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address or a file; at the end nothing may have been complained about, and nothing asked of elsewhere."""
    faults: list[str] = []
    contexts = []

    def opened(
        where: str | Path,
        width: int = 1280,
        height: int = 800,
        scheme: str = "light",
        locale: str = "en-GB",
        by: Any = None,
    ) -> Any:
        address = where.as_uri() if isinstance(where, Path) else where
        own = ("file:", "data:") if isinstance(where, Path) else ("http://127.0.0.1:", "blob:http://127.0.0.1:")
        context = (by or browser).new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale, reduced_motion="reduce"
        )
        page = context.new_page()
        page.on("console", lambda message: faults.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(own) else faults.append(request.url))
        page.goto(address)
        contexts.append(context)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def stumbled_over() -> Callable[[Any], list[str]]:
    """What people who cannot see a page well stumble over, as axe finds it."""
    if importlib.util.find_spec("axe_playwright_python") is None:
        is_missing("axe is not installed: pip install -r requirements/browser.in")
    from axe_playwright_python.sync_playwright import Axe

    def found(page: Any) -> list[str]:
        violations = Axe().run(page).response["violations"]
        return [f"{fault['id']}: {node['html'][:120]}" for fault in violations for node in fault["nodes"]]

    return found


@pytest.fixture(scope="session")
def speaking_browser(
    launch_browser: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Any]:
    """A browser whose microphone hears somebody say something, in the project's own voice, each time it is opened."""

    def opened(text: str) -> Any:
        """Nobody speaks where `text` is empty."""
        voice = open_synthesiser("en", SpeechEngineConfig())
        assert voice is not None
        sound = voice.speak(text) if text else Sound(samples=np.zeros(16_000, np.float32), rate_hz=16_000)
        silence = np.zeros(sound.rate_hz // 2, np.float32)
        wav = tmp_path_factory.mktemp("spoken") / "question.wav"
        write_wav(Sound(samples=np.concatenate([silence, sound.samples, silence]), rate_hz=sound.rate_hz), wav)
        return launch_browser(
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={wav}%noloop",
        )

    return opened
