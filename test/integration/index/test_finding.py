"""Words of two languages, and filters, find the drive and the time that they mean in a store of replays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from replayed_drives import START_NS, crossing_drive, siren_drive, write_bag

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.bags.index import Asked, DriveStore, Filters, Hit, read_run, search, view_of
from crossmodal_narrator.cli.replaying import intake_of_replay
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.frames import SensorFrame
from crossmodal_narrator.language.dialogue.understanding import language_of
from crossmodal_narrator.language.searching import event_named, read_search_words, wanted_by, words_of
from crossmodal_narrator.wire import Intake, guess_topics


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DriveStore]:
    folder = tmp_path_factory.mktemp("drives")
    bag, replay = write_bag(folder / "bag", 80), crossing_drive(folder / "crossing")
    view = view_of(open_bag(bag), intake_of_replay(replay, open_bag(bag)))
    with DriveStore(folder / "store", make=True) as opened:
        opened.add(read_run(replay), bag=str(bag), view=view)
        opened.add(read_run(siren_drive(folder / "siren")))
        yield opened


class CountingIntake(Intake):
    decoded = 0

    def frames(self, topic: str, message: object) -> tuple[SensorFrame, ...]:
        self.decoded += self.topics.is_image(topic)
        return super().frames(topic, message)


def test_a_picture_a_second_is_decoded_and_no_other(tmp_path: Path) -> None:
    bag = open_bag(write_bag(tmp_path / "bag", 25))
    intake = CountingIntake(guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]))
    view = view_of(bag, intake)
    assert sorted(view.thumbnails) == [START_NS + k * 1_000_000_000 for k in range(3)]
    assert intake.decoded == 3


def found(store: DriveStore, text: str, filters: Filters | None = None, vector: list[float] | None = None) -> list[Hit]:
    language = language_of(text, "en")
    words = read_search_words(language)
    asked = Asked(
        wanted=wanted_by(text, words),
        words=words_of(text, words),
        language=language,
        vector=None if vector is None else np.array(vector, np.float32),
        filters=filters or Filters(),
    )
    return search(store, asked, most=10)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a pedestrian crosses the road", "A pedestrian is crossing ahead."),
        ("行人横穿马路", "前方有行人正在过马路。"),
    ],
)
def test_who_crosses_is_found_with_its_time_its_track_and_what_was_said(
    store: DriveStore, text: str, sentence: str
) -> None:
    first = found(store, text)[0]

    assert Path(first.replay).name == "crossing"
    assert first.is_sure
    assert 3.0 <= first.begin_s <= 4.0  # a movement is believed after it has held for a moment
    assert first.end_s == pytest.approx(6.0)
    assert first.tracks == (7,)
    assert first.sentence == sentence
    assert any("crossing" in claim and "pedestrian" in claim for claim in first.claims)
    assert "facts" in first.found_by


@pytest.mark.parametrize("text", ["an ambulance comes from behind", "救护车从后面来"])
def test_an_ambulance_is_its_siren_and_where_it_is_heard(store: DriveStore, text: str) -> None:
    first, *others = found(store, text)

    assert (Path(first.replay).name, first.begin_s, first.end_s) == ("siren", 2.6, 8.0)
    assert first.is_sure
    assert not any(hit.is_sure for hit in others)


@pytest.mark.parametrize("text", ["an ambulance ahead of us", "前方有救护车"])
def test_a_siren_on_another_side_is_no_sure_answer(store: DriveStore, text: str) -> None:
    assert not any(hit.is_sure for hit in found(store, text))


def test_only_the_time_counts_in_which_all_that_is_named_holds(store: DriveStore) -> None:
    first = found(store, "the siren gets louder while we stand at a red light")[0]

    assert first.is_sure
    assert first.begin_s == pytest.approx(5.8)
    assert first.end_s == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("filters", "drives"),
    [
        (Filters(speed_kmh=(30.0, 50.0)), {"crossing"}),
        (Filters(speed_kmh=(0.0, 5.0)), {"siren"}),
        (Filters(light="night"), {"siren"}),
        (Filters(light="dusk"), set()),
        (Filters(near_m=(40.0, 0.0, 5.0)), {"crossing"}),
        (Filters(after_ns=START_NS + 9_000_000_000), {"siren"}),
        (Filters(event=event_named("siren")), {"siren"}),
        (Filters(event=event_named("crossing")), {"crossing"}),
    ],
)
def test_a_filter_leaves_only_what_fits_whatever_finds_it(
    store: DriveStore, filters: Filters, drives: set[str]
) -> None:
    hits = found(store, "a drive", filters, vector=[0.7, 0.7])

    assert {Path(hit.replay).name for hit in hits} == drives


def test_an_event_holds_in_every_hit_also_where_the_words_do_not(store: DriveStore) -> None:
    hits = found(store, "a bus", Filters(event=event_named("crossing")))

    assert [(Path(hit.replay).name, hit.is_sure) for hit in hits] == [("crossing", False)]


def test_sentences_of_one_language_can_be_asked_for(store: DriveStore) -> None:
    hits = found(store, "a siren behind us", Filters(language="zh"))

    assert hits[0].sentence == "后方有警笛声。"


def test_without_a_known_word_what_looks_like_it_comes_first_and_is_not_sure(store: DriveStore) -> None:
    first = found(store, "zzz", vector=[0.0, 1.0])[0]

    assert (Path(first.replay).name, first.found_by, first.similarity) == ("siren", ("looks",), 1.0)
    assert not first.is_sure


def test_vectors_of_another_encoder_are_refused(store: DriveStore) -> None:
    with pytest.raises(BagError, match=r"vectors of 2 dimensions, the words have 3 — replay the bags again"):
        found(store, "a siren", vector=[1.0, 0.0, 0.0])
