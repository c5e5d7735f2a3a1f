"""How much is said, and for whom: the same drive, as four passengers hear it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
import scripted_scenes as scripts

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.language import Narrator, NarratorConfig
from crossmodal_narrator.language.profiles import PROFILES

DRIVES = (scripts.street_drive, scripts.busy_street, scripts.siren_passes, scripts.stepping_out, scripts.camera_lost)
CAR, PERSON, CYCLIST = ObjectClass.CAR, ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST


def narrate(script: scripts.Script, profile: str, language: str = "en", **changes: float) -> list[Narration]:
    narrator = Narrator(NarratorConfig(languages=(language,), profile=profile, **changes))
    return [n for scene in script.scenes() for n in narrator.narrate(scene)]


def words(narrations: Sequence[Narration]) -> int:
    return sum(len(n.text.split()) for n in narrations)


def arrival(*actors: scripts.Actor, seconds: float = 20.0, waits_at: SignalState | None = None) -> scripts.Script:
    """We come to rest after five seconds, 15 m farther on."""
    return scripts.Script(
        seconds=seconds, ego=scripts.ramp(2.0, 4.0, 5.0, 0.0), actors=actors, signals=lambda _: waits_at
    )


def told(script: scripts.Script, language: str = "en") -> list[str]:
    return [n.text for n in narrate(script, "blind", language) if n.trigger == "door"]


def told_at(script: scripts.Script) -> list[tuple[float, str]]:
    said = (n for n in narrate(script, "blind") if n.trigger == "door")
    return [((n.stamp_ns - scripts.START_NS) / 1e9, n.text) for n in said]


@pytest.mark.parametrize("profile", sorted(PROFILES))
@pytest.mark.parametrize("drive", DRIVES)
@pytest.mark.parametrize("pace", [100.0, 200.0])
def test_words_a_minute_are_bounded_by_the_profile_and_what_is_urgent_is_free(
    profile: str, drive: type[scripts.Script], pace: float
) -> None:
    said = narrate(drive(), profile, words_per_minute=pace)
    bound = PROFILES[profile].most_share * pace / 2.0  # in half a minute
    for first in said:
        within = [n for n in said if 0 <= n.stamp_ns - first.stamp_ns < 30_000_000_000]
        assert words([n for n in within if n.urgency is not Urgency.URGENT]) <= bound


@pytest.mark.parametrize("drive", DRIVES)
def test_what_is_urgent_is_told_to_everybody_at_the_same_moment(drive: type[scripts.Script]) -> None:
    urgent = {
        profile: [n.stamp_ns for n in narrate(drive(), profile) if n.urgency is Urgency.URGENT] for profile in PROFILES
    }
    assert all(stamps == urgent["standard"] for stamps in urgent.values())


def test_who_wants_quiet_hears_what_we_do_and_what_could_hurt_and_nothing_else() -> None:
    said = [n.text for n in narrate(scripts.street_drive(), "quiet")]
    assert said == ["We're off.", "Slowing for the red light.", "We've stopped.", "It's green; we're off."]
    assert not any(n.urgency is Urgency.CALM for drive in DRIVES for n in narrate(drive(), "quiet"))


def test_each_profile_says_more_than_the_one_before() -> None:
    spoken = [
        sum(words(narrate(drive(), profile)) for drive in DRIVES) for profile in ("quiet", "standard", "talkative")
    ]
    assert spoken[0] < spoken[1] / 2
    assert spoken[1] < spoken[2]


def test_who_does_not_see_hears_of_no_colours() -> None:
    for drive in DRIVES:
        assert not any(c.predicate == "colour" for n in narrate(drive(), "blind") for c in n.claims)
    assert any(c.predicate == "colour" for n in narrate(scripts.street_drive(), "standard") for c in n.claims)


def test_at_rest_who_does_not_see_hears_on_which_side_nobody_is_and_on_which_somebody_comes() -> None:
    rider = scripts.Actor(track_id=1, label=CYCLIST, x=-60.0, y=2.5, along=lambda _: 4.0)
    assert told(arrival(rider, seconds=12.0)) == [
        "On the right I see nobody near, and nothing coming.",
        "A cyclist is riding about 40 metres behind us.",
    ]
    assert told(arrival(rider, seconds=12.0), "zh")[0] == "右侧附近没看到人，也没看到有什么过来。"
    assert not [n for n in narrate(arrival(rider), "standard") if n.trigger == "door"]


def test_a_side_that_was_clear_and_is_not_any_more_is_told_again() -> None:
    late = scripts.Actor(track_id=1, label=PERSON, x=16.0, y=-3.0, from_s=12.0)
    said = told(arrival(late))
    assert said[:2] == [
        "On the left I see nobody near, and nothing coming.",
        "I see nobody near on the right, and nothing coming.",
    ]
    assert len(said) == 3
    assert re.match(r"A pedestrian is standing .* right", said[2])


def test_no_side_is_called_clear_where_something_unsure_is_or_no_laser_looks() -> None:
    unsure = scripts.Actor(track_id=1, label=PERSON, x=16.0, y=-3.0, confidence=0.4)
    assert told(arrival(unsure)) == ["On the left I see nobody near, and nothing coming."]
    assert told(replace(arrival(), senses=(Sense.CAMERA,))) == []


def test_what_is_parked_or_rides_away_does_not_close_a_door() -> None:
    parked = scripts.Actor(track_id=1, label=CAR, x=14.0, y=-3.4, parked=True)
    away = scripts.Actor(track_id=2, label=CYCLIST, x=40.0, y=2.5, along=lambda _: 4.0)
    assert [text for text in told(arrival(parked, away)) if "nobody" not in text] == []


def test_at_a_light_nobody_is_told_of_doors() -> None:
    assert told(arrival(waits_at=SignalState.RED)) == []


def test_a_second_one_who_comes_is_told_though_somebody_stands_there() -> None:
    stands = scripts.Actor(track_id=1, label=PERSON, x=21.0, y=5.0)
    comes = scripts.Actor(track_id=2, label=CAR, x=-60.0, y=3.4, along=lambda t: 7.0 * (t > 4.0))
    said = " ".join(told(arrival(stands, comes)))
    assert "pedestrian" in said
    assert "car" in said


def test_a_rider_who_stands_by_the_door_is_somebody() -> None:
    rider = scripts.Actor(track_id=1, label=CYCLIST, x=15.0, y=-2.6)
    assert not any("nobody" in text and "right" in text for text in told(arrival(rider)))


def test_who_was_there_a_moment_ago_may_only_be_hidden() -> None:
    person = scripts.Actor(track_id=1, label=PERSON, x=16.0, y=-3.0, to_s=7.8)
    said = [(at_s, text) for at_s, text in told_at(arrival(person)) if "nobody" in text and "right" in text]
    assert all(at_s > 12.0 for at_s, _ in said)


def test_a_light_that_flickers_is_a_light() -> None:
    flickers = replace(arrival(), signals=lambda t: None if 8.0 < t < 8.2 else SignalState.RED)
    assert told(flickers) == []


def test_who_speaks_slowly_still_says_what_matters() -> None:
    said = [n.text for n in narrate(scripts.camera_lost(), "quiet", words_per_minute=60.0)]
    assert any("camera" in text for text in said)
