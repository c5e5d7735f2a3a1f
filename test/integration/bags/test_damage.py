"""Whatever happens to the bytes of a bag: what is read was in it, or a BagError or FrameError says what is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded_drive import write_drive
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.core.errors import BagError, FrameError


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Four steps of the drive in each storage."""
    folder = tmp_path_factory.mktemp("small")
    bag = open_bag(write_drive(folder / "drive", steps=4, points=50))
    store = get_typestore(Stores.ROS2_JAZZY)
    with Writer(folder / "db3", version=9, storage_plugin=StoragePlugin.SQLITE3) as writer:
        connections = {t.name: writer.add_connection(t.name, t.msgtype, typestore=store) for t in bag.topics}
        for message in bag.messages():
            writer.write(connections[message.topic], message.log_time_ns, message.raw)
    return {".mcap": folder / "drive" / "drive.mcap", ".db3": folder / "db3" / "db3.db3"}


def read_through(path: Path) -> Iterator[int]:
    """The length of each message that can be decoded."""
    for message in open_bag(path).messages():
        with contextlib.suppress(FrameError, BagError):
            yield len(str(type(message.message)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    suffix=st.sampled_from([".mcap", ".db3"]),
    places=st.lists(st.tuples(st.floats(0.0, 1.0, exclude_max=True), st.binary(min_size=1, max_size=9)), max_size=4),
    share=st.sampled_from([1.0, 1.0, 0.7]),
)
def test_a_bag_with_altered_bytes_is_read_or_refused_and_nothing_else(
    small: dict[str, Path], tmp_path: Path, suffix: str, places: list[tuple[float, bytes]], share: float
) -> None:
    content = bytearray(small[suffix].read_bytes())
    for place, altered in places:
        at = int(place * (len(content) - len(altered)))
        content[at : at + len(altered)] = altered
    file = tmp_path / f"altered{suffix}"
    file.write_bytes(content[: int(share * len(content))])
    try:
        count = sum(1 for _ in read_through(file))
    except BagError:
        return
    assert count <= 40


def test_a_folder_around_a_bag_is_refused_with_the_bag_that_is_in_it(small: dict[str, Path]) -> None:
    bags = sorted({file.parent for file in small.values()})
    with pytest.raises(BagError) as refused:
        open_bag(bags[0].parent)
    assert refused.value.remedy == f"name a bag in it, as {bags[0]}"


def test_a_folder_without_a_bag_is_refused_with_what_would_be_one(tmp_path: Path) -> None:
    with pytest.raises(BagError) as refused:
        open_bag(tmp_path)
    assert refused.value.what == f"{tmp_path} holds no .mcap or .db3 file"
    assert refused.value.remedy == "name the folder that `ros2 bag` wrote"
