"""What must be there before a process is started for a checkpoint, and what is refused without one."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from crossmodal_narrator.core.errors import ModelError

PACKAGES = ("transformers", "torch", "PIL")


def check_packages() -> None:
    """Raise ModelError where a package of the extra `vlm` is absent."""
    absent = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if absent:
        remedy = "pip install 'crossmodal-narrator[vlm]', or leave the large model's folder empty"
        raise ModelError(f"a large model needs {', '.join(absent)}, not installed here", remedy=remedy)


def check_checkpoint(folder: Path) -> None:
    """Look at the folder's files, without loading any.

    Raises:
        ModelError: it is absent, is no checkpoint, has only pickled weights, or brings code of its own.
    """
    if not folder.is_dir():
        raise ModelError(f"{folder} is no folder", remedy="name the folder of a checkpoint, with its config.json")
    remedy = "use a checkpoint in safetensors that transformers knows by itself"
    if not any(folder.glob("*.safetensors")):
        found = ", ".join(sorted(path.name for path in folder.iterdir())[:8]) or "nothing"
        raise ModelError(f"{folder} holds no *.safetensors, but {found}", remedy=remedy)
    for path in sorted(folder.glob("*config.json")):
        if "auto_map" in _json(path):
            raise ModelError(f"{path} wants code of its own to be run (auto_map)", remedy=remedy)
    if "model_type" not in _json(folder / "config.json"):
        raise ModelError(f"{folder / 'config.json'} names no model_type", remedy=remedy)


def _json(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}", remedy="a checkpoint has a config.json") from error
    except ValueError as error:
        raise ModelError(f"{path} is no JSON: {error}", remedy="copy the checkpoint again") from error
    return document if isinstance(document, dict) else {}
