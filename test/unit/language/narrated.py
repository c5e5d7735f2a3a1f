"""What a passenger hears of scenes."""

from __future__ import annotations

from collections.abc import Iterable

from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.language import LANGUAGES, Narrator, NarratorConfig

ALL = NarratorConfig(languages=LANGUAGES)


def narrate(scenes: Iterable[SceneState], config: NarratorConfig = ALL) -> list[Narration]:
    narrator = Narrator(config)
    return [n for scene in scenes for n in narrator.narrate(scene)]


def english(scenes: Iterable[SceneState]) -> list[str]:
    return [n.text for n in narrate(scenes) if n.language == "en"]
