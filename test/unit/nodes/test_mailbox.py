"""The mailbox between callbacks and worker: bounded, the latest wins, and nothing is lost without being counted."""

from __future__ import annotations

import itertools
import threading

from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.nodes.mailbox import Mailbox

CAPACITIES = {"image": 1, "sweep": 2, "tf": 5}


def make() -> Mailbox:
    clock = itertools.count()
    return Mailbox(CAPACITIES, lambda: next(clock))


def drain(box: Mailbox, count: int) -> list[tuple[str, int]]:
    letters = [box.take() for _ in range(count)]
    return [(letter.topic, letter.message) for letter in letters if letter is not None]


@given(st.lists(st.sampled_from(sorted(CAPACITIES)), max_size=40))
def test_each_topic_keeps_its_newest_in_order_of_arrival_and_counts_the_rest(topics: list[str]) -> None:
    box = make()
    for number, topic in enumerate(topics):
        box.put(topic, number)
    numbered = list(enumerate(topics))
    kept = sorted(n for t, size in CAPACITIES.items() for n in [n for n, topic in numbered if topic == t][-size:])

    assert drain(box, len(kept)) == [(topics[n], n) for n in kept]
    assert box.dropped == {t: max(0, topics.count(t) - size) for t, size in CAPACITIES.items()}


def test_a_worker_that_waits_is_woken_by_a_message() -> None:
    box, taken = make(), []
    worker = threading.Thread(target=lambda: taken.append(box.take()))
    worker.start()
    box.put("image", "hello")
    worker.join(timeout=5.0)

    assert [letter.message for letter in taken if letter is not None] == ["hello"]


def test_a_closed_box_wakes_its_worker_and_takes_nothing_more() -> None:
    box, taken = make(), []
    worker = threading.Thread(target=lambda: taken.append(box.take()))
    worker.start()
    box.close()
    worker.join(timeout=5.0)
    box.put("image", "too late")

    assert taken == [None]
    assert box.take() is None
