"""What is said next, and what for it is broken off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.voice import Sentence, SpeakingConfig, SpeechQueue

FOR_EVER_NS = 2**62
CALM, NOTABLE, URGENT = Urgency.CALM, Urgency.NOTABLE, Urgency.URGENT


def sentence(text: str, urgency: Urgency = CALM, *, at_s: float = 0.0, reply: bool = False) -> Sentence:
    return Sentence(text=text, language="en", urgency=urgency, is_reply=reply, at_ns=round(at_s * 1e9))


def queue(*sentences: Sentence, config: SpeakingConfig | None = None) -> SpeechQueue:
    made = SpeechQueue(config or SpeakingConfig())
    for one in sentences:
        made.add(one)
    return made


def said(made: SpeechQueue, at_s: float = 0.0) -> list[str]:
    """All that is left, said to the end at once."""
    now_ns, texts = round(at_s * 1e9), []
    while (one := made.take(now_ns)) is not None:
        texts.append(one.text)
        made.end(now_ns, is_whole=True)
    return texts


def test_urgent_first_then_replies_then_what_is_notable_then_what_is_calm() -> None:
    made = queue(
        sentence("calm"),
        sentence("notable", NOTABLE),
        sentence("reply", NOTABLE, reply=True),
        sentence("urgent one", URGENT),
        sentence("urgent two", URGENT),
    )
    assert said(made) == ["urgent one", "urgent two", "reply", "notable", "calm"]


def test_a_calm_sentence_takes_the_place_of_an_older_one() -> None:
    made = queue(sentence("a row of parked cars"), sentence("a bus ahead"))
    assert said(made) == ["a bus ahead"]
    assert made.dropped == 1


@pytest.mark.parametrize(
    ("urgency", "reply", "fresh_s"), [(CALM, False, 4.0), (NOTABLE, False, 6.0), (NOTABLE, True, 20.0)]
)
def test_what_waited_too_long_is_not_true_any_more(urgency: Urgency, reply: bool, fresh_s: float) -> None:
    assert said(queue(sentence("old", urgency, reply=reply)), at_s=fresh_s - 0.1) == ["old"]
    assert said(queue(sentence("old", urgency, reply=reply)), at_s=fresh_s + 0.1) == []


def test_what_is_urgent_breaks_off_all_else_and_what_was_notable_is_said_again() -> None:
    made = queue(sentence("notable", NOTABLE))
    assert made.take(0) is not None
    assert not made.must_break_off(0)
    made.add(sentence("urgent", URGENT))
    assert made.must_break_off(0)
    made.end(0, is_whole=False)
    assert said(made) == ["urgent", "notable"]


def test_a_second_urgent_sentence_waits_for_the_first() -> None:
    made = queue(sentence("left", URGENT))
    assert made.take(0) is not None
    made.add(sentence("right", URGENT))
    assert not made.must_break_off(0)
    made.end(0, is_whole=True)
    assert said(made) == ["right"]


def test_a_passenger_who_speaks_silences_all_but_what_is_urgent() -> None:
    made = queue(sentence("notable", NOTABLE))
    assert made.take(0) is not None
    made.listen(FOR_EVER_NS)
    assert made.must_break_off(0)
    made.end(0, is_whole=False)
    made.add(sentence("calm"))
    assert made.take(0) is None
    made.add(sentence("urgent", URGENT))
    urgent = made.take(0)
    assert urgent is not None
    assert urgent.text == "urgent"
    assert not made.must_break_off(0)
    made.end(0, is_whole=True)
    made.listen(0)
    assert said(made) == ["calm"]


def test_nobody_is_listened_to_for_longer_than_was_said() -> None:
    """A microphone that dies in the middle of a turn must not silence the narrator for good."""
    made = queue(sentence("notable", NOTABLE))
    made.listen(1_000_000_000)
    assert made.take(500_000_000) is None
    assert said(made, at_s=1.5) == ["notable"]


def test_a_passenger_silences_nobody_where_that_is_not_wanted() -> None:
    made = queue(sentence("calm"), config=SpeakingConfig(stops_for_speech=False))
    made.listen(FOR_EVER_NS)
    assert made.take(0) is not None
    assert not made.must_break_off(0)


STEPS = st.lists(
    st.tuples(st.sampled_from(["calm", "notable", "urgent", "reply", "speech", "silence", "take", "end", "cut"])),
    max_size=60,
)


@given(steps=STEPS)
def test_nothing_urgent_is_ever_lost(steps: list[tuple[str]]) -> None:
    """Whatever happens in whatever order, each urgent sentence is taken once, in their order, and never broken off."""
    made, given_, taken, current = queue(), [], [], None
    for k, (step,) in enumerate(steps):
        if step in ("calm", "notable", "urgent", "reply"):
            urgency = NOTABLE if step == "reply" else Urgency(step)
            made.add(sentence(f"{step} {k}", urgency, at_s=k, reply=step == "reply"))
            given_ += [f"{step} {k}"] if urgency is URGENT else []
        elif step in ("speech", "silence"):
            made.listen(FOR_EVER_NS if step == "speech" else 0)
        elif step == "take" and current is None:
            current = made.take(k * 1_000_000_000)
            taken += [current.text] if current is not None and current.urgency is URGENT else []
        elif step in ("end", "cut") and current is not None:
            is_broken = made.must_break_off(k * 1_000_000_000)
            assert not (is_broken and current.urgency is URGENT)
            made.end(k * 1_000_000_000, is_whole=step == "end" or not is_broken)
            current = None
    made.end(10**12, is_whole=True)
    taken += [text for text in said(made, at_s=1e3) if text.startswith("urgent")]
    assert taken == given_
