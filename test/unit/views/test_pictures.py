"""A picture shows each thing where it is, and the sentence in letters of its language."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_moments import AHEAD, BRIGHTER, LENS, moment, said, scene, siren, snapshot, thing

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.speech import Claim, Narration
from crossmodal_narrator.fusion.outlines import box_edges
from crossmodal_narrator.views import palette
from crossmodal_narrator.views.about import About
from crossmodal_narrator.views.camera_picture import image_edges
from crossmodal_narrator.views.cameras import insets
from crossmodal_narrator.views.lettering import Image, check_letters, shortened, width_of, wrapped
from crossmodal_narrator.views.picture import ABOVE, CAMERAS, HEIGHT, WIDTH, Picture

CAR = thing(1, ObjectClass.CAR, (12.0, 0.0, 0.75))
WALKER = thing(2, ObjectClass.PEDESTRIAN, (9.0, 3.0, 0.9), (0.6, 0.6, 1.8))
SAID_TOP = CAMERAS.top + CAMERAS.height


def drawn(seen: SceneState, *narrations: Narration, cameras: tuple[str, ...] = ("front",)) -> Image:
    return Picture().draw(moment(seen, *narrations, cameras=cameras))


def is_near(picture: Image, at: tuple[float, float], colour: palette.Colour, within: int = 2) -> bool:
    """Whether the colour is found within so many pixels of a place."""
    x, y = round(at[0]), round(at[1])
    part = picture[y - within : y + within + 1, x - within : x + within + 1].astype(int)
    return bool((np.abs(part - colour).max(axis=-1) < 40).any())


def in_camera(point: tuple[float, float, float]) -> tuple[float, float]:
    """Where a point of base_link lies on the whole picture."""
    (u, v), *_ = LENS.project(AHEAD.transform(np.array([point])))[0]
    scale = CAMERAS.width / LENS.width
    return CAMERAS.left + scale * u, CAMERAS.top + scale * v


def from_above(x_m: float, y_m: float) -> tuple[float, float]:
    scale = ABOVE.width / 56.0
    return ABOVE.left + ABOVE.width / 2 - scale * y_m, ABOVE.top + 0.6 * ABOVE.height - scale * x_m


def test_a_box_is_drawn_in_the_colour_of_its_class_where_the_camera_sees_its_corners() -> None:
    picture = drawn(scene(0.0, CAR, WALKER))
    assert picture.shape == (HEIGHT, WIDTH, 3)
    for seen, colour in ((CAR, palette.VEHICLE), (WALKER, palette.VULNERABLE)):
        assert seen.box is not None
        for x, y, z in seen.box.corners()[:4]:
            assert is_near(picture, in_camera((x, y, z)), colour)
    assert not is_near(picture, in_camera((12.0, -6.0, 0.75)), palette.VEHICLE, within=10)


def test_what_moves_is_drawn_where_it_was_when_the_image_was_taken() -> None:
    moving = replace(CAR, velocity_mps=(0.0, 20.0, 0.0))
    placed = snapshot(0.0, "front").cameras[0]
    edges = image_edges(placed, moving, placed.frame.stamp_ns + 50_000_000)
    near_m = 10.0  # its near end; a metre to the right of where it is now, it reached from 0 to -2 m
    assert edges[:, [0, 2]].min() == pytest.approx(LENS.cx, abs=1.0)
    assert edges[:, [0, 2]].max() == pytest.approx(LENS.cx + LENS.fx * 2.0 / near_m, abs=1.0)


def test_what_is_spoken_of_stands_out_in_both_views() -> None:
    picture = drawn(scene(0.0, CAR, WALKER), said("A car ahead.", track=1))
    assert CAR.box is not None
    x, y, z = CAR.box.corners()[0]
    assert is_near(picture, in_camera((x, y, z)), palette.TOLD)
    assert is_near(picture, from_above(14.0, 1.0), palette.TOLD)
    assert is_near(picture, from_above(9.3, 3.3), palette.VULNERABLE)


def test_from_above_ahead_is_up_and_left_is_left() -> None:
    picture = drawn(scene(0.0, WALKER))
    assert is_near(picture, from_above(9.3, 3.3), palette.VULNERABLE)
    assert not is_near(picture, from_above(9.3, -3.3), palette.VULNERABLE, within=6)
    assert is_near(picture, from_above(0.0, 0.0), palette.INK)
    assert is_near(picture, from_above(0.0, 12.0), palette.POINT)


@pytest.mark.parametrize("degrees", [0, 90, 167, -120])
def test_a_sound_points_at_us_from_where_it_comes(degrees: int) -> None:
    azimuth_rad = math.radians(degrees)
    picture = drawn(scene(0.0, sounds=(siren(azimuth_rad),)))
    there = from_above(20 * math.cos(azimuth_rad), 20 * math.sin(azimuth_rad))
    opposite = from_above(-20 * math.cos(azimuth_rad), -20 * math.sin(azimuth_rad))
    assert is_near(picture, there, palette.SOUND)
    assert not is_near(picture, opposite, palette.SOUND, within=8)


def test_a_sound_without_a_direction_is_a_word_and_no_arrow() -> None:
    picture = drawn(scene(0.0, sounds=(siren(None),)))
    assert is_near(picture, from_above(-4.0, 0.0), palette.SOUND, within=20)
    assert not is_near(picture, from_above(15.0, 0.0), palette.SOUND, within=8)


def test_each_language_has_its_own_letters() -> None:
    """Two sentences of as many characters are different pictures: no boxes in the place of letters."""
    one, other = (
        drawn(scene(0.0), said(text, language="zh"))[SAID_TOP:] for text in ("后面有警笛声。", "左边有公交车。")
    )
    assert (one != other).sum() > 1000
    assert (drawn(scene(0.0))[SAID_TOP:] == palette.PAPER).all()


def test_a_long_sentence_in_three_languages_stays_within_the_picture() -> None:
    long = "A white van and two red cars are standing ahead on the left, behind them a bus is turning right slowly."
    lines = said(long), said("左前方停着一辆白色面包车和两辆红色轿车，" * 3, language="zh"), said(long, language="es")
    picture = drawn(scene(0.0), *lines)
    assert (picture[SAID_TOP:, WIDTH - 20 :] == palette.PAPER).all()
    assert (picture[-4:, 20:] == palette.PAPER).all()


def test_without_a_camera_or_a_sweep_the_rest_is_drawn() -> None:
    picture = drawn(scene(0.0, CAR), said("A car ahead."), cameras=())
    assert is_near(picture, from_above(14.0, 1.0), palette.TOLD)


def test_the_camera_that_shows_what_is_spoken_of_is_large() -> None:
    bus = thing(3, ObjectClass.BUS, (-12.0, 0.0, 1.5), (10.0, 2.5, 3.0))
    silent = drawn(scene(0.0, CAR, bus), cameras=("front", "rear"))
    ahead = drawn(scene(0.0, CAR, bus), said("A car.", track=1), cameras=("front", "rear"))
    behind = drawn(scene(0.0, CAR, bus), said("A bus behind us.", track=3), cameras=("front", "rear"))
    assert [large(picture) for picture in (silent, ahead, behind)] == ["front", "front", "rear"]


def large(picture: Image) -> str:
    """The camera whose grey fills the middle: the front one's is the darker."""
    row, column = CAMERAS.top + 440, CAMERAS.left + 60
    return "front" if picture[row, column].max() < BRIGHTER else "rear"


@pytest.mark.parametrize("count", range(1, 9))
def test_the_other_cameras_lie_within_the_large_one_and_beside_each_other(count: int) -> None:
    covered = np.zeros((HEIGHT, WIDTH), int)
    for place in insets(CAMERAS, count):
        covered[place.top : place.top + place.height, place.left : place.left + place.width] += 1
    assert covered.max() == 1
    assert not covered[:, CAMERAS.left + CAMERAS.width :].any()
    assert not covered[: CAMERAS.top].any()
    assert len(insets(CAMERAS, count)) == count


def test_a_sound_in_view_is_marked_in_the_image() -> None:
    to_the_left = math.radians(20)
    picture = drawn(scene(0.0, sounds=(siren(to_the_left),)))
    x, y = in_camera((math.cos(to_the_left) * 1000, math.sin(to_the_left) * 1000, 1.5))
    plain = drawn(scene(0.0))
    assert int(picture[round(y), round(x), 0]) > int(plain[round(y), round(x), 0]) + 40
    assert (drawn(scene(0.0, sounds=(siren(math.pi),)))[40:500, 60:880] == plain[40:500, 60:880]).all()


def test_edges_end_at_the_lens_and_what_is_behind_has_none() -> None:
    beside, behind = (
        thing(1, ObjectClass.BUS, (2.0, 3.0, 1.5), (12.0, 2.5, 3.0)),
        thing(2, ObjectClass.CAR, (-9.0, 0, 1)),
    )
    assert beside.box is not None
    assert behind.box is not None
    assert np.isfinite(box_edges(beside.box, AHEAD, LENS)).all()
    assert len(box_edges(behind.box, AHEAD, LENS)) == 0


def test_sentences_are_about_their_subjects_and_about_a_sounds_source() -> None:
    about = About.of([said("Two.", track=4), said("Three.", track=7)])
    assert about == About(tracks=frozenset({4, 7}), has_sound=False)
    source = Claim(predicate="sound_source", subject="sound:siren", value="track:9", confidence=0.9, evidence=())
    assert About.of([replace(said("A siren."), claims=(source,))]) == About(tracks=frozenset({9}), has_sound=True)
    assert About.of([]) == About()


def test_text_is_broken_where_its_language_breaks() -> None:
    assert wrapped("one two three", 20, width_of("one two", 20)) == ["one two", "three"]
    chinese = "后方十一米有一辆黑色公交车。"
    lines = wrapped(chinese, 20, width_of(chinese, 20) // 2 + 10)
    assert "".join(lines) == chinese
    assert len(lines) == 2
    assert not lines[1].startswith("。")
    assert width_of(shortened("a" * 500, 14, 300), 14) <= 300


def test_an_opencv_without_letters_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    check_letters(("en", "zh", "es"))
    monkeypatch.setattr(cv2, "putText", lambda image, *args: cv2.rectangle(image, (5, 5), (20, 20), (9, 9, 9)))
    with pytest.raises(ConfigError, match="without letters for zh — install OpenCV 5"):
        check_letters(("zh",))
    monkeypatch.delattr(cv2, "FontFace")
    with pytest.raises(ConfigError, match=r"draws no sentences — install OpenCV 5"):
        check_letters(("en",))
