"""A film has a picture for each tenth of a second, whatever the scenes' rate, and opens in any player."""

from __future__ import annotations

import gc
import sys
import weakref
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_moments import moment, said, scene, snapshot, thing

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import BagError, ConfigError
from crossmodal_narrator.core.snapshot import Snapshot
from crossmodal_narrator.views import Line, Moment, Watching
from crossmodal_narrator.views.film import Film
from crossmodal_narrator.views.picture import HEIGHT, WIDTH


def frames_of(path: Path) -> list[np.ndarray]:
    film = cv2.VideoCapture(str(path))
    frames = []
    while True:
        is_there, frame = film.read()
        if not is_there:
            return frames
        frames.append(frame)


def made(path: Path, *at_s: float, over: tuple[Line, ...] = ()) -> Film:
    film = Film(path, ("en", "zh"))
    for at in at_s:
        film.show(moment(scene(at, thing(1, ObjectClass.CAR, (10.0 + 2 * at, 0.0, 0.75)))))
    film.finish(over)
    film.close()
    return film


def path_of(tmp_path: Path, suffix: str) -> Path:
    if suffix == ".mp4":
        pytest.importorskip("av", reason="the extra `video` is not installed")
    return tmp_path / f"film{suffix}"


@pytest.mark.parametrize("suffix", [".webm", ".mp4"])
def test_ten_pictures_a_second_of_one_size(tmp_path: Path, suffix: str) -> None:
    path = path_of(tmp_path, suffix)
    made(path, *(step / 10 for step in range(8)))
    frames = frames_of(path)
    assert len(frames) == 8
    assert {frame.shape for frame in frames} == {(HEIGHT, WIDTH, 3)}
    assert cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FPS) == pytest.approx(10.0)
    assert np.abs(frames[0].astype(int) - frames[7]).max() > 60


@pytest.mark.parametrize(
    ("at_s", "pictures"),
    [
        ((0.0, 0.5, 1.0), 11),  # two a second: each stands
        (tuple(step / 30 for step in range(31)), 11),  # thirty a second: every third
        ((0.0, 0.104, 0.197, 0.301), 4),  # what jitters is neither doubled nor lost
    ],
)
def test_time_in_the_film_is_time_on_the_road(tmp_path: Path, at_s: tuple[float, ...], pictures: int) -> None:
    assert made(tmp_path / "film.webm", *at_s).pictures == pictures


def test_the_last_picture_stands_until_the_last_word(tmp_path: Path) -> None:
    last = Line(narration=said("A car ahead."), from_ns=0, to_ns=1_500_000_000)
    assert made(tmp_path / "film.webm", 0.0, 0.1, over=(last,)).pictures == 15


def test_mp4_is_h264_as_browsers_play_it(tmp_path: Path) -> None:
    path = path_of(tmp_path, ".mp4")
    made(path, 0.0, 0.1)
    four = int(cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little")
    assert four in (b"h264", b"avc1")
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # it begins to play before it has been loaded


def test_without_pyav_an_mp4_is_refused_with_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    remedy = r"pip install 'crossmodal_narrator\[video\]', or let the name end with \.webm"
    with pytest.raises(ConfigError, match=remedy):
        Film(tmp_path / "film.mp4", ("en",))
    assert made(tmp_path / "film.webm", 0.0).pictures == 1


def test_a_name_that_no_film_has_or_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be a \.gif — let its name end with \.mp4 or \.webm"):
        Film(tmp_path / "film.gif", ("en",))
    (tmp_path / "file").touch()
    with pytest.raises(BagError, match="name a folder that can be written"):
        Film(tmp_path / "file" / "film.webm", ("en",))
    (tmp_path / "film.webm").mkdir()
    with pytest.raises(BagError, match="cannot be written"):
        Film(tmp_path / "film.webm", ("en",))


class Looking:
    """A view that keeps nothing but weak references."""

    def __init__(self) -> None:
        self.seen: list[weakref.ref[np.ndarray]] = []

    def show(self, seen: Moment) -> None:
        self.seen.append(weakref.ref(seen.snapshot.cameras[0].frame.rgb))

    def finish(self, over: tuple[Line, ...]) -> None:
        pass

    def close(self) -> None:
        pass


def test_no_picture_of_the_bag_is_kept_but_the_last(tmp_path: Path) -> None:
    film, looking = Film(tmp_path / "film.webm", ("en",)), Looking()
    with Watching([film, looking], ("en",), lambda texts: 2.0) as watch:
        for step in range(6):
            seen: Snapshot = snapshot(step / 10, "front")
            watch.take(seen)
            watch.see(scene(step / 10), (said("A car.", step / 10),))
        del seen
        gc.collect()
        assert [kept() is not None for kept in looking.seen] == [False] * 5 + [True]
        watch.finish()


@pytest.mark.parametrize(
    ("at_s", "pictures"),
    [
        ((-1_699_999_999.5, 0.0, 0.1), 3),  # from near zero to the time of day
        ((0.0, -1_699_999_999.5, -1_699_999_999.4), 3),
        ((0.0, 4.0), 41),
        ((0.0, 6.0), 61),  # a pause lasts as long as it lasted
    ],
)
def test_a_film_goes_on_with_the_next_picture_where_a_clock_is_set(
    tmp_path: Path, at_s: tuple[float, ...], pictures: int
) -> None:
    film = Film(tmp_path / "film.webm", ("en",))
    with Watching([film], ("en",), lambda texts: 2.0) as watch:
        for at in at_s:
            watch.take(snapshot(at, "front"))
            watch.see(scene(at), ())
        watch.finish()
    assert film.pictures == pictures
