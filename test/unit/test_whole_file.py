"""A file is there as a whole or as it was before, and who may read it is what the user's mask says."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crossmodal_narrator.core.whole_file import replace_whole, write_whole

both = pytest.mark.parametrize("write", [write_whole, replace_whole])
Write = Callable[[Path, bytes], None]


@both
def test_of_many_at_once_one_is_there_whole_and_nothing_beside_it(tmp_path: Path, write: Write) -> None:
    path, contents = tmp_path / "summary.json", [bytes([k]) * 200_000 for k in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: write(path, content), contents))

    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


@both
def test_others_may_read_it_where_the_mask_lets_them(tmp_path: Path, write: Write) -> None:
    path, before = tmp_path / "report.html", os.umask(0o027)
    try:
        write(path, b"<p>")
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@both
def test_what_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "nowhere" / "report.html"
    with pytest.raises(FileNotFoundError, match=r"nowhere/report.html'$"):
        write(path, b"<p>")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match=r"folder'$"):
        write(tmp_path / "folder", b"<p>")

    assert [found.name for found in tmp_path.iterdir()] == ["folder"]


def test_a_link_that_a_user_names_is_written_to_and_one_in_the_place_of_weights_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"new")
    replace_whole(link, b"newer")

    assert (link.is_symlink(), link.read_bytes(), target.read_bytes()) == (False, b"newer", b"new")
