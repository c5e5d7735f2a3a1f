"""The .msg files of crossmodal_narrator_msgs, for those who serialize its messages without ROS."""

from __future__ import annotations

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.folders import shared_folder

PACKAGE = "crossmodal_narrator_msgs"


def message_definitions() -> dict[str, str]:
    """Each message's definition by its full type name.

    Raises:
        ConfigError: they are not where this package was installed.
    """
    folder = shared_folder("models").parent / PACKAGE / "msg"  # beside models/, in a checkout and in share/
    definitions = {f"{PACKAGE}/msg/{path.stem}": path.read_text(encoding="utf-8") for path in folder.glob("*.msg")}
    if not definitions:
        raise ConfigError(f"{folder} holds no .msg files", remedy="install crossmodal_narrator anew")
    return definitions
