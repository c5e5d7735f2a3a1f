"""What a view is shown: a scene, what the sensors gave for it, and what is being said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import Snapshot
from crossmodal_narrator.core.speech import Narration


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """A narration while it is said. Times count from the first scene."""

    narration: Narration
    from_ns: int
    to_ns: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """`at_ns` counts from the first scene and never goes back, whatever the sensors' clock does.

    `begun` is what the narrator said of this scene; `lines` is what is being said, one a language at most; `over` is
    what has been said since the last moment, to its end or until it was cut off.
    """

    at_ns: int
    scene: SceneState
    snapshot: Snapshot
    begun: tuple[Narration, ...]
    lines: tuple[Line, ...]
    over: tuple[Line, ...]


class View(Protocol):
    """Something that a replay is written to while it runs."""

    def show(self, moment: Moment) -> None: ...

    def finish(self, over: tuple[Line, ...]) -> None:
        """No moment follows; `over` is what was still to say."""

    def close(self) -> None:
        """Give back what is held, finished or not."""
