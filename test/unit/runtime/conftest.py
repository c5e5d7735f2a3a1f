"""A store with one small network, and machines that have a GPU as far as the engines can tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_network import network, write_model

from crossmodal_narrator.runtime import Manifest, ModelStore


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    write_model(tmp_path / "models" / "small", network())
    return ModelStore(tmp_path / "models", tmp_path / "cache")


@pytest.fixture
def manifest(store: ModelStore) -> Manifest:
    return store.manifest("small")
