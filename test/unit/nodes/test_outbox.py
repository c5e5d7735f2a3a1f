"""Whatever a large model does, sentences come in time and in their order, and what is urgent at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from waiting import until

from crossmodal_narrator.core.errors import DescriptionError, DescriptionLateError, DescriptionLostError, ModelError
from crossmodal_narrator.core.speech import Claim, Narration, Urgency
from crossmodal_narrator.language.rewriting import Outcome, Rewriter

diagnostics = pytest.importorskip("crossmodal_narrator.nodes.diagnostics", reason="rclpy is not installed")
outbox = pytest.importorskip("crossmodal_narrator.nodes.outbox")

pytestmark = pytest.mark.alone

DEADLINE_S = 0.3
SLACK_S = 0.15  # what a machine with other things to do may add
STOPPED = Claim(predicate="ego_motion", subject="ego", value="stopped", confidence=0.9, evidence=())
Answer = Callable[[str, float], str]


class Model:
    """A large model that answers by a function, and is ready when it is told to be."""

    def __init__(self, answer: Answer) -> None:
        self.reply = answer
        self.ready = threading.Event()
        self.ready.set()
        self.broken: DescriptionError | None = None
        self.asked: list[str] = []

    def start(self) -> None: ...

    def wait_ready(self, deadline_s: float) -> None:
        if self.broken is not None:
            raise self.broken
        if not self.ready.wait(min(deadline_s, 0.05)):
            raise DescriptionLateError("it is loading")

    def answer(self, prompt: str, deadline_s: float) -> str:
        self.asked.append(prompt)
        return self.reply(prompt, deadline_s)

    def close(self) -> None: ...


class Listener:
    """What was published, and how long after it was first waited for."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, str]] = []
        self.began_s = time.monotonic()

    def __call__(self, narration: Narration) -> None:
        self.heard.append((time.monotonic() - self.began_s, narration.text))

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.heard]

    def wait_for(self, count: int) -> list[tuple[float, str]]:
        until(lambda: len(self.heard) >= count)
        return list(self.heard)


Start = Callable[..., tuple[outbox.Outbox, Listener, Model]]


@pytest.fixture
def start() -> Iterator[Start]:
    """An outbox that runs, with its listener and its model."""
    boxes: list[outbox.Outbox] = []

    def started(answer: Answer, *, is_ready: bool = True) -> tuple[outbox.Outbox, Listener, Model]:
        model, listener = Model(answer), Listener()
        if not is_ready:
            model.ready.clear()
        box = outbox.Outbox(Rewriter(model, ("en",)), deadline_s=DEADLINE_S, publish=listener)
        boxes.append(box)
        box.start()
        until(lambda: box.is_ready == is_ready)
        listener.began_s = time.monotonic()
        return box, listener, model

    yield started
    for box in boxes:
        assert box.close()


def said(text: str, urgency: Urgency = Urgency.CALM) -> Narration:
    return Narration(stamp_ns=1, language="en", text=text, claims=(STOPPED,), urgency=urgency, trigger="test")


def echo(prompt: str, _deadline_s: float) -> str:
    return prompt.rsplit("Sentence: ", 1)[1].replace("We've stopped", "We have come to a halt")


def late(_prompt: str, deadline_s: float) -> str:
    """As the real one: it says in time that it is late."""
    time.sleep(deadline_s)
    raise DescriptionLateError("too slow")


def slow(prompt: str, deadline_s: float) -> str:
    """In time, with too little left for another."""
    time.sleep(0.8 * deadline_s)
    return echo(prompt, deadline_s)


def stuck(_prompt: str, deadline_s: float) -> str:
    """Worse than the real one may be: it comes back long after its deadline."""
    time.sleep(deadline_s + 0.6)
    return "We have come to a halt."


def test_other_words_are_published_as_soon_as_they_come(start: Start) -> None:
    box, listener, _ = start(echo)
    box.submit([said("We've stopped.")])
    ((at_s, text),) = listener.wait_for(1)
    assert text == "We have come to a halt."
    assert at_s < DEADLINE_S


def test_the_words_of_a_model_that_invents_are_not_waited_for_any_longer(start: Start) -> None:
    box, listener, _ = start(lambda prompt, deadline_s: "A dragon has stopped.")
    box.submit([said("We've stopped.")])
    ((at_s, text),) = listener.wait_for(1)
    assert text == "We've stopped."
    assert at_s < DEADLINE_S
    assert box.totals == {Outcome.ADDED: 1}
    assert box.refused == "A dragon has stopped."


@pytest.mark.parametrize("answer", [late, stuck])
def test_the_grounded_sentence_comes_at_the_deadline_when_the_model_is_late(start: Start, answer: Answer) -> None:
    box, listener, _ = start(answer)
    box.submit([said("We've stopped.")])
    ((at_s, text),) = listener.wait_for(1)
    assert text == "We've stopped."
    assert DEADLINE_S - 0.02 <= at_s < DEADLINE_S + SLACK_S
    assert box.totals == {Outcome.LATE: 1}
    time.sleep(0.7)
    assert listener.texts == ["We've stopped."]  # what comes afterwards is nobody's


def test_whoever_brings_a_sentence_never_waits(start: Start) -> None:
    box, listener, _ = start(stuck)
    began_s = time.monotonic()
    for number in range(200):
        box.submit([said(f"{number}.")])
    assert time.monotonic() - began_s < 0.1
    assert [text for _, text in listener.wait_for(200)] == [f"{number}." for number in range(200)]


def test_sentences_keep_their_order_though_the_second_is_answered_first(start: Start) -> None:
    def second_first(prompt: str, deadline_s: float) -> str:
        return late(prompt, deadline_s) if "first" in prompt else echo(prompt, deadline_s)

    box, listener, _ = start(second_first)
    box.submit([said("The first.")])
    time.sleep(0.05)
    box.submit([said("We've stopped.")])
    texts = [text for _, text in listener.wait_for(2)]
    assert texts[0] == "The first."
    assert texts[1] in ("We've stopped.", "We have come to a halt.")


def test_what_is_urgent_goes_out_at_once_after_what_waits_and_nobody_is_asked(start: Start) -> None:
    box, listener, model = start(late)
    box.submit([said("We've stopped.")])
    until(lambda: bool(model.asked))
    box.submit([said("Right side, person stepping out.", Urgency.URGENT)])
    assert listener.texts == ["We've stopped.", "Right side, person stepping out."]
    assert listener.heard[-1][0] < DEADLINE_S
    assert len(model.asked) == 1
    assert box.totals == {Outcome.OVERTAKEN: 1, Outcome.URGENT: 1}
    time.sleep(DEADLINE_S + 0.1)
    assert len(listener.heard) == 2


def test_nothing_is_published_after_the_end_and_the_end_does_not_wait_for_long(start: Start) -> None:
    box, listener, model = start(stuck)
    box.submit([said("We've stopped."), said("It's green.")])
    until(lambda: bool(model.asked))
    began_s = time.monotonic()
    assert box.close()
    assert time.monotonic() - began_s < DEADLINE_S + 0.6 + SLACK_S
    box.submit([said("We're off.")])
    time.sleep(DEADLINE_S)
    assert listener.heard == []


def test_the_end_that_comes_just_before_the_model_rests_is_not_slept_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "FAILURES", 1)
    monkeypatch.setattr(outbox, "ENDS_WITHIN_S", 1.0)
    get_ready, calls, go = outbox.Outbox._get_ready, iter((False, True)), threading.Event()
    paused = threading.Event()

    def paused_before_it_rests(box: outbox.Outbox) -> None:
        if next(calls, False):
            paused.set()
            go.wait(3.0)
        get_ready(box)

    monkeypatch.setattr(outbox.Outbox, "_get_ready", paused_before_it_rests)
    model, ended = Model(echo), list[bool]()
    model.broken = DescriptionLostError("no such architecture")
    box = outbox.Outbox(Rewriter(model, ("en",)), deadline_s=DEADLINE_S, publish=Listener())
    box.start()
    assert paused.wait(3.0)
    closing = threading.Thread(target=lambda: ended.append(box.close()))
    closing.start()
    time.sleep(0.1)  # it has notified whoever waits, and nobody does
    go.set()
    closing.join()
    assert ended == [True]


def test_while_the_model_loads_nothing_waits_for_it(start: Start) -> None:
    box, listener, model = start(echo, is_ready=False)
    box.submit([said("We've stopped.")])
    assert listener.texts == ["We've stopped."]
    assert model.asked == []
    model.ready.set()
    until(lambda: box.is_ready)
    box.submit([said("We've stopped.")])
    assert listener.wait_for(2)[1][1] == "We have come to a halt."


def test_a_model_that_fails_again_and_again_is_left_alone_for_a_while(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "REST_S", 0.5)

    def lost(prompt: str, deadline_s: float) -> str:
        raise DescriptionLostError("it died")

    box, listener, model = start(lost)
    for number in range(outbox.FAILURES):
        until(lambda: box.is_ready)
        box.submit([said("We've stopped.")])
        listener.wait_for(number + 1)
    assert not box.is_ready
    box.submit([said("We've stopped.")])
    assert len(listener.heard) == outbox.FAILURES + 1
    assert len(model.asked) == outbox.FAILURES
    model.reply = echo
    until(lambda: box.is_ready)
    box.submit([said("We've stopped.")])
    assert listener.wait_for(outbox.FAILURES + 2)[-1][1] == "We have come to a halt."


def test_a_checkpoint_that_cannot_be_loaded_costs_no_sentence_any_time(start: Start) -> None:
    box, listener, model = start(echo, is_ready=False)
    model.broken = DescriptionLostError("no such architecture", remedy="use another")
    until(lambda: box.error is not None)
    box.submit([said("We've stopped.")])
    assert listener.texts == ["We've stopped."]
    told = diagnostics.rewriting(box, None)
    assert told.level == diagnostics.WARN
    assert told.message == "sentences are said as they are: no such architecture — use another"


def test_a_mistake_of_our_own_is_told_and_the_sentence_is_said(start: Start) -> None:
    def wrong(prompt: str, deadline_s: float) -> str:
        raise ZeroDivisionError

    box, listener, model = start(wrong)
    box.submit([said("We've stopped.")])
    assert listener.wait_for(1)[0][1] == "We've stopped."
    assert diagnostics.rewriting(box, None).level == diagnostics.ERROR
    model.reply = echo
    until(lambda: box.is_ready)
    box.submit([said("We've stopped.")])
    assert listener.wait_for(2)[1][1] == "We have come to a halt."
    assert diagnostics.rewriting(box, None).level == diagnostics.OK


def test_a_mistake_in_publishing_is_told_until_publishing_succeeds() -> None:
    fails = [True]

    def publish(narration: Narration) -> None:
        if fails.pop():
            raise ZeroDivisionError

    box = outbox.Outbox(Rewriter(Model(echo), ("en",)), deadline_s=DEADLINE_S, publish=publish)
    box.submit([said("We've stopped.")])
    assert diagnostics.rewriting(box, None).level == diagnostics.ERROR
    fails.append(False)
    box.submit([said("We've stopped.")])
    assert diagnostics.rewriting(box, None).level == diagnostics.OK


def test_one_late_answer_is_told_as_the_last_once_the_model_is_ready_again(start: Start) -> None:
    box, listener, model = start(late)
    box.submit([said("We've stopped.")])
    until(lambda: box.error is not None and box.is_ready)
    assert diagnostics.rewriting(box, None).message == "the last time no other words came: too slow"
    model.reply = echo
    box.submit([said("We've stopped.")])
    listener.wait_for(2)
    assert diagnostics.rewriting(box, None).message == "of the last 2 asked for 1 were said in other words"


@pytest.mark.parametrize(("answer", "outcome"), [(late, Outcome.LATE), (slow, Outcome.REWORDED)])
def test_what_nobody_asked_about_in_time_is_not_counted_as_late(start: Start, answer: Answer, outcome: Outcome) -> None:
    box, listener, model = start(answer)
    box.submit([said("We've stopped."), said("We've stopped.")])
    listener.wait_for(2)
    assert len(model.asked) == 1
    assert box.totals == {outcome: 1, Outcome.NO_TIME: 1}
    assert diagnostics.rewriting(box, None).values["late_share"] == f"{float(outcome is Outcome.LATE):.2f}"


def test_a_model_that_could_not_be_opened_is_told_with_the_remedy() -> None:
    told = diagnostics.rewriting(None, ModelError("/nowhere is no folder", remedy="name a checkpoint"))
    assert told.level == diagnostics.ERROR
    assert told.message == "going on without other words: /nowhere is no folder — name a checkpoint"


def test_diagnostics_tell_what_became_of_the_sentences(start: Start) -> None:
    answers = iter(["We have come to a halt.", "We have not stopped.", "A dragon."])
    box, listener, _ = start(lambda prompt, deadline_s: next(answers))
    for number in range(3):
        until(lambda: box.is_ready)
        box.submit([said("We've stopped.")])
        listener.wait_for(number + 1)
    told = diagnostics.rewriting(box, None)
    assert (told.level, told.message) == (diagnostics.OK, "of the last 3 asked for 1 were said in other words")
    assert told.values["refused_share"] == "0.67"
    assert (told.values["late_share"], told.values["negation"], told.values["added"]) == ("0.00", "1", "1")
