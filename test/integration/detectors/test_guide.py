"""The examples of docs/encoders/camera.md are manifests that are taken as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from crossmodal_narrator.runtime import detector_spec
from crossmodal_narrator.runtime.manifest import Manifest, read_manifest


@pytest.fixture(scope="module")
def examples(repository: Path) -> list[str]:
    page = (repository / "docs" / "encoders" / "camera.md").read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def read(folder: Path, text: str) -> Manifest:
    (folder / "manifest.yaml").write_text(text)
    return read_manifest(folder / "manifest.yaml")


def test_every_family_is_taken_as_it_stands(tmp_path: Path, examples: list[str]) -> None:
    specs = [detector_spec(read(tmp_path, text)) for text in examples[:3]]

    assert [spec.decoding.kind for spec in specs] == ["nanodet", "yolox", "detr"]
    assert [spec.preparation.size for spec in specs] == [(416, 416), (416, 416), (640, 640)]


def test_the_sections_of_the_authors_export_make_a_detector_of_the_other(tmp_path: Path, examples: list[str]) -> None:
    document = yaml.safe_load(examples[2]) | yaml.safe_load(examples[3])

    assert detector_spec(read(tmp_path, yaml.safe_dump(document))).preparation.size_input == "orig_target_sizes"
