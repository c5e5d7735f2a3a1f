"""Split, compressed, without metadata, a single file: a drive reads the same in every form that rosbag2 writes."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path

import pytest
import yaml
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

from crossmodal_narrator.bags import Bag, BagWriter, open_bag
from crossmodal_narrator.core.errors import BagError, FrameError


def contents(bag: Bag) -> list[tuple[int, str, bytes]]:
    return [(m.log_time_ns, m.topic, m.raw) for m in bag.messages()]


def rewritten(source: Path, target: Path, mode: CompressionMode, storage: StoragePlugin) -> Path:
    """The same messages as rosbags writes them in another form."""
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    writer = Writer(target, version=9, storage_plugin=storage)
    writer.set_compression(mode, CompressionFormat.ZSTD)
    bag = open_bag(source)
    with writer:
        connections = {t.name: writer.add_connection(t.name, t.msgtype, typestore=store) for t in bag.topics}
        for message in bag.messages():
            writer.write(connections[message.topic], message.log_time_ns, message.raw)
    return target


FORMS = [
    (mode, storage)
    for mode in CompressionMode
    for storage in StoragePlugin
    if (mode, storage) != (CompressionMode.STORAGE, StoragePlugin.SQLITE3)
]


@pytest.mark.parametrize(("mode", "storage"), FORMS, ids=lambda value: value.name.lower())
@pytest.mark.parametrize("with_metadata", [True, False], ids=["", "without_metadata"])
def test_every_compression_of_every_storage_reads_the_same(
    drive_bag: Path, tmp_path: Path, mode: CompressionMode, storage: StoragePlugin, with_metadata: bool
) -> None:
    folder = rewritten(drive_bag, tmp_path / "form", mode, storage)
    if not with_metadata:
        (folder / "metadata.yaml").unlink()
    assert contents(open_bag(folder)) == contents(open_bag(drive_bag))


def test_a_compressed_file_that_was_unpacked_leaves_nothing_behind(drive_bag: Path, tmp_path: Path) -> None:
    folder = rewritten(drive_bag, tmp_path / "form", CompressionMode.FILE, StoragePlugin.MCAP)
    bag = open_bag(folder)
    unpacked = bag._storages[0].path
    assert unpacked.is_file()
    del bag
    gc.collect()
    assert not unpacked.parent.exists()


def test_a_compressed_file_cut_short_yields_its_beginning(drive_bag: Path, tmp_path: Path) -> None:
    folder = rewritten(drive_bag, tmp_path / "form", CompressionMode.FILE, StoragePlugin.MCAP)
    (file,) = folder.glob("*.zstd")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    found = []
    with pytest.raises(BagError, match="cut short") as error:
        found.extend(open_bag(folder).messages())
    assert len(found) > 50
    assert str(file) in str(error.value)


def test_a_single_file_is_a_bag(drive_bag: Path) -> None:
    assert contents(open_bag(drive_bag / "drive.mcap")) == contents(open_bag(drive_bag))


def split(source: Path, folder: Path, parts: int) -> None:
    """The messages dealt out in turn, so that the files overlap in time; the order of names is bag_0 … bag_10."""
    bag = open_bag(source)
    writers = [BagWriter(folder / f"part_{k}") for k in range(parts)]
    for k, message in enumerate(bag.messages()):
        writers[k % parts].write_raw(message.topic, message.msgtype, message.raw, message.log_time_ns)
    for k, writer in enumerate(writers):
        writer.__exit__(None, None, None)
        shutil.move(folder / f"part_{k}" / f"part_{k}.mcap", folder / f"bag_{k}.mcap")
        shutil.rmtree(folder / f"part_{k}")


def test_the_files_of_a_split_bag_are_merged_by_time(drive_bag: Path, tmp_path: Path) -> None:
    split(drive_bag, tmp_path, parts=11)
    assert sorted(contents(open_bag(tmp_path))) == sorted(contents(open_bag(drive_bag)))
    times_ns = [m.log_time_ns for m in open_bag(tmp_path).messages()]
    assert times_ns == sorted(times_ns)


def test_messages_of_one_time_keep_the_order_of_files_and_of_recording(tmp_path: Path) -> None:
    for k in (2, 10):
        with BagWriter(tmp_path / f"part_{k}") as writer:
            for topic in ("/b", "/a"):
                for text in "xy":
                    raw = b"\0\1\0\0" + len(f"{text}\0").to_bytes(4, "little") + f"{text}\0".encode()
                    writer.write_raw(topic, "std_msgs/msg/String", raw, 7)
        shutil.move(tmp_path / f"part_{k}" / f"part_{k}.mcap", tmp_path / f"bag_{k}.mcap")
        shutil.rmtree(tmp_path / f"part_{k}")
    said = [(m.topic, m.message.data) for m in open_bag(tmp_path).messages()]
    assert said == [("/b", "x"), ("/b", "y"), ("/a", "x"), ("/a", "y")] * 2


def test_a_file_that_metadata_names_and_that_is_missing_is_told_after_the_others(
    drive_bag: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "drive"
    shutil.copytree(drive_bag, folder)
    metadata = yaml.safe_load((folder / "metadata.yaml").read_text())
    metadata["rosbag2_bagfile_information"]["relative_file_paths"].append("drive_1.mcap")
    (folder / "metadata.yaml").write_text(yaml.safe_dump(metadata))
    found = []
    with pytest.raises(BagError, match=r"drive_1\.mcap is named in metadata\.yaml and missing"):
        found.extend(open_bag(folder).messages())
    assert len(found) == open_bag(drive_bag).message_count


def test_metadata_that_is_no_yaml_does_not_matter(drive_bag: Path, tmp_path: Path) -> None:
    folder = tmp_path / "drive"
    shutil.copytree(drive_bag, folder)
    (folder / "metadata.yaml").write_text("{ not: [ yaml")
    assert open_bag(folder).message_count == open_bag(drive_bag).message_count


def test_only_the_wanted_topics_are_read(drive_bag: Path) -> None:
    bag = open_bag(drive_bag)
    assert {m.topic for m in bag.messages(["/odom", "/tf", "/not/there"])} == {"/odom", "/tf"}
    assert list(bag.messages([])) == []


@pytest.mark.parametrize("content", [b"", b"\x89MCAP0\r\n", b"SQLite format 3\0", b"junk" * 100])
@pytest.mark.parametrize("suffix", [".mcap", ".db3", ".bag"])
def test_what_is_no_bag_is_refused_by_name(tmp_path: Path, content: bytes, suffix: str) -> None:
    file = tmp_path / f"junk{suffix}"
    file.write_bytes(content)
    with pytest.raises(BagError, match="junk"):
        list(open_bag(file).messages())


@pytest.mark.parametrize("name", ["absent", "."])
def test_a_folder_without_a_recording_is_refused_with_a_remedy(tmp_path: Path, name: str) -> None:
    with pytest.raises(BagError, match="name "):
        open_bag(tmp_path / name)


def test_bytes_that_are_not_the_message_spoil_only_that_message(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as bag:
        bag.write_raw("/odom", "nav_msgs/msg/Odometry", b"\0\1\0\0short", 1)
    (message,) = open_bag(tmp_path / "bag").messages()
    with pytest.raises(FrameError, match=r"/odom: 9 bytes are not a nav_msgs/msg/Odometry"):
        _ = message.message


def test_a_chunk_that_claims_an_absurd_size_is_not_unpacked(drive_bag: Path, tmp_path: Path) -> None:
    content = bytearray((drive_bag / "drive.mcap").read_bytes())
    chunk = content.index(b"zstd") - 4 - 28
    content[chunk + 16 : chunk + 24] = (1 << 60).to_bytes(8, "little")
    (tmp_path / "bomb.mcap").write_bytes(content)
    with pytest.raises(BagError, match=r"1152921504606846976 bytes; at most"):
        list(open_bag(tmp_path / "bomb.mcap").messages())
