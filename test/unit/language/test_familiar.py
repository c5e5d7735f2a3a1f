"""Where the surroundings are as they have been, less is said for its own sake, and all that matters still is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import scripted_scenes as scripts

from crossmodal_narrator.core.scene import SceneState, Surroundings
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.language import Narrator, NarratorConfig


def with_novelty(novelty: float | None, until_s: float = 60.0) -> Iterator[SceneState]:
    """A busy street whose surroundings are looked at once a second, up to `until_s`."""
    for k, scene in enumerate(scripts.busy_street().scenes()):
        told = None
        if novelty is not None and k % 10 == 0 and k < until_s * scripts.HZ:
            told = Surroundings(vector=None, novelty=novelty, attributes=(), senses=(Sense.CAMERA,))
        yield dataclasses.replace(scene, surroundings=told)


def said(novelty: float | None, until_s: float = 60.0) -> list[Narration]:
    narrator = Narrator(NarratorConfig())
    return [n for scene in with_novelty(novelty, until_s) for n in narrator.narrate(scene)]


def calm(narrations: list[Narration]) -> int:
    return sum(n.urgency is Urgency.CALM for n in narrations)


def test_what_is_new_is_told_of_as_without_any_novelty() -> None:
    assert [n.text for n in said(0.5)] == [n.text for n in said(None)]


def test_where_nothing_is_new_less_is_said_for_its_own_sake() -> None:
    assert 0 < calm(said(0.0)) < calm(said(0.5))


def test_a_novelty_of_long_ago_is_none() -> None:
    assert calm(said(0.0)) < calm(said(0.0, until_s=1.0))
