"""The message classes that `wire` asks for by name, imported from their packages."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

from crossmodal_narrator.wire import NARRATION_TYPES, SCENE_TYPES


def message_class(full_name: str) -> Any:
    """The class of a type as `sensor_msgs/msg/Image`.

    Raises:
        ImportError: its package is not installed.
        AttributeError: the package has no such message.
    """
    package, _, name = full_name.split("/")
    return getattr(importlib.import_module(f"{package}.msg"), name)


def message_types() -> SimpleNamespace:
    """All classes that scenes and narrations are made of."""
    return SimpleNamespace(**{name: message_class(full) for name, full in {**SCENE_TYPES, **NARRATION_TYPES}.items()})
