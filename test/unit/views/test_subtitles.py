"""Subtitles: the right words at the right time, in files that a strict reader takes."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from drawn_moments import said, scene, snapshot

from crossmodal_narrator.core.errors import BagError, ConfigError
from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.views import Watching
from crossmodal_narrator.views.subtitles import Subtitles

Cue = tuple[float, float, str]
TIME = re.compile(r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})")


def read_webvtt(path: Path) -> list[Cue]:
    """By the W3C's grammar: header, blank line, blocks of an identifier, a timing and text that is escaped."""
    content = path.read_bytes().decode("utf-8")
    header, *blocks = content.split("\n\n")
    assert header == "WEBVTT"
    assert blocks.pop() == ""
    cues = []
    for block in blocks:
        identifier, timing, text = block.split("\n")
        assert "-->" not in identifier
        begin, end = (seconds(time) for time in timing.split(" --> "))
        assert begin < end
        assert "-->" not in text
        assert "<" not in text
        assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt);)+", text)
        cues.append((begin, end, html.unescape(text)))
    assert [begin for begin, *_ in cues] == sorted(begin for begin, *_ in cues)
    return cues


def seconds(text: str) -> float:
    found = TIME.fullmatch(text)
    assert found is not None, text
    hours, minutes, whole, ms = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + whole + ms / 1000


def watched(path: Path, *narrations: Narration, languages: tuple[str, ...] = ("en",), steps: int = 100) -> Subtitles:
    """Ten scenes a second; each sentence takes two seconds."""
    subtitles = Subtitles(path, languages)
    with Watching([subtitles], languages, lambda texts: 2.0) as watch:
        for step in range(steps):
            now = scene(step / 10)
            watch.take(snapshot(step / 10))
            watch.see(now, tuple(n for n in narrations if n.stamp_ns == now.stamp_ns))
        watch.finish()
    return subtitles


def test_each_sentence_stands_for_as_long_as_the_narrator_reckons(tmp_path: Path) -> None:
    watched(tmp_path / "a.vtt", said("A bus ahead.", 0.5), said("It is turning left.", 4.0))
    assert read_webvtt(tmp_path / "a.vtt") == [(0.5, 2.5, "A bus ahead."), (4.0, 6.0, "It is turning left.")]


def test_one_that_is_handed_over_early_waits_and_what_is_said_last_is_said_to_its_end(tmp_path: Path) -> None:
    notable = said("A van brakes.", 1.0, Urgency.NOTABLE)
    watched(tmp_path / "a.vtt", said("A bus ahead.", 0.0), notable, steps=15)
    assert read_webvtt(tmp_path / "a.vtt") == [(0.0, 2.0, "A bus ahead."), (2.0, 4.0, "A van brakes.")]


def test_what_is_urgent_cuts_the_others_off(tmp_path: Path) -> None:
    watched(tmp_path / "a.vtt", said("A bus ahead.", 0.0), said("Watch out!", 0.7, Urgency.URGENT))
    assert read_webvtt(tmp_path / "a.vtt") == [(0.0, 0.7, "A bus ahead."), (0.7, 2.7, "Watch out!")]


def test_a_sentence_that_is_cut_off_as_it_begins_is_no_cue(tmp_path: Path) -> None:
    watched(tmp_path / "a.vtt", said("A bus ahead.", 0.3), said("Watch out!", 0.3, Urgency.URGENT))
    assert read_webvtt(tmp_path / "a.vtt") == [(0.3, 2.3, "Watch out!")]


def test_what_webvtt_takes_for_marks_of_its_own_is_escaped(tmp_path: Path) -> None:
    odd = "A <b>bus</b> & a van\n\n00:00.000 --> 00:09.000"
    watched(tmp_path / "a.vtt", said(odd, 0.0))
    assert [text for *_, text in read_webvtt(tmp_path / "a.vtt")] == [" ".join(odd.split())]


def test_each_language_has_a_file_of_its_own_with_the_same_times(tmp_path: Path) -> None:
    both = said("A siren behind us.", 0.5), said("后面有警笛声。", 0.5, language="zh")
    subtitles = watched(tmp_path / "a.vtt", *both, languages=("en", "zh"))
    assert subtitles.paths == {"en": tmp_path / "a.en.vtt", "zh": tmp_path / "a.zh.vtt"}
    assert read_webvtt(tmp_path / "a.en.vtt") == [(0.5, 2.5, "A siren behind us.")]
    assert read_webvtt(tmp_path / "a.zh.vtt") == [(0.5, 2.5, "后面有警笛声。")]


def test_subrip_has_its_own_form_and_escapes_nothing(tmp_path: Path) -> None:
    watched(tmp_path / "a.srt", said("Mind & <look>.", 0.5))
    assert (tmp_path / "a.srt").read_text(encoding="utf-8") == "1\n00:00:00,500 --> 00:00:02,500\nMind & <look>.\n\n"


def test_an_hour_is_written_as_one(tmp_path: Path) -> None:
    subtitles = Subtitles(tmp_path / "a.vtt", ("en",))
    with Watching([subtitles], ("en",), lambda texts: 2.0) as watch:
        for at_s, narrations in ((0.0, ()), (3725.25, (said("Still here.", 3725.25),))):
            watch.take(snapshot(at_s))
            watch.see(scene(at_s), narrations)
        watch.finish()
    assert "01:02:05.250 --> 01:02:07.250" in (tmp_path / "a.vtt").read_text(encoding="utf-8")
    assert read_webvtt(tmp_path / "a.vtt") == [(3725.25, 3727.25, "Still here.")]


def test_time_goes_on_where_the_clock_of_a_bag_jumps_back(tmp_path: Path) -> None:
    subtitles = Subtitles(tmp_path / "a.vtt", ("en",))
    with Watching([subtitles], ("en",), lambda texts: 1.0) as watch:
        for at_s, text in ((50.0, "One."), (60.0, "Two."), (20.0, "Three."), (30.0, "Four.")):
            watch.take(snapshot(at_s))
            watch.see(scene(at_s), (said(text, at_s),))
        watch.finish()
    assert [begin for begin, *_ in read_webvtt(tmp_path / "a.vtt")] == [0.0, 10.0, 11.0, 20.1]


def test_nothing_said_is_an_empty_file_that_is_still_webvtt(tmp_path: Path) -> None:
    watched(tmp_path / "a.vtt")
    assert (tmp_path / "a.vtt").read_text(encoding="utf-8") == "WEBVTT\n\n"


def test_another_suffix_or_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be a \.txt — let its name end with \.vtt or \.srt"):
        Subtitles(tmp_path / "a.txt", ("en",))
    (tmp_path / "file").touch()
    with pytest.raises(BagError, match="name a file in a folder that can be written"):
        Subtitles(tmp_path / "file" / "a.vtt", ("en",))
