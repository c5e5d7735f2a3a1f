"""A drive of KITTI raw becomes a bag and its truth: each number here is worked out by hand from the folder's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from imported import Imported, is_red
from make_kitti import DRIVE, write_kitti_raw

from crossmodal_narrator.bags.importing import open_dataset
from crossmodal_narrator.core.errors import BagError

FIRST_NS = 1_317_042_145_900_000_000  # 2011-09-26 13:02:25.9


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("kitti")
    return Imported("kitti_raw", write_kitti_raw(folder), folder / "out")


def test_the_car_is_where_it_was_labelled_in_base_link(drive: Imported) -> None:
    for k in range(3):
        car = drive.thing(k, "Car")
        assert car["position_m"] == pytest.approx([20.0 - 0.5 * k + 0.76, 0.0, 0.75], abs=2e-3)
        assert (car["size_lwh_m"], car["label"], car["visibility"]) == ([4.0, 1.8, 1.5], "car", "partly occluded")
        assert car["yaw_rad"] == pytest.approx(0.1, abs=1e-3)
        assert car["velocity_mps"] == pytest.approx([5.0, 0.0, 0.0], abs=0.02)
        assert car["lidar_points"] == 50
        assert car["centre_in_front_image"]
        assert drive.truth[k]["stamp_ns"] == FIRST_NS + k * 100_000_000


def test_what_stands_to_the_side_was_measured_a_quarter_turn_later(drive: Imported) -> None:
    # 25 ms after the stamp, when the vehicle had gone on by 0.25 m.
    assert drive.thing(1, "Hovercraft")["position_m"] == pytest.approx([0.76 + 0.25, 10.0, 0.73], abs=3e-3)
    offsets_s = drive.sweeps[0].point_offset_s
    assert offsets_s is not None
    assert offsets_s[:50] == pytest.approx(0.0, abs=1e-3)
    assert offsets_s[50:] == pytest.approx(0.025, abs=1e-3)


def test_points_lie_in_base_link_where_the_scanner_met_the_car(drive: Imported) -> None:
    assert np.mean(drive.points_in_base(0)[:50], axis=0) == pytest.approx([20.76, 0.0, 0.75], abs=1e-3)
    assert drive.sweeps[0].intensity is not None
    assert drive.sweeps[0].intensity[0] == 0.25


def test_the_car_is_projected_onto_its_pixels(drive: Imported) -> None:
    (first, *_) = drive.pictures()
    assert is_red(drive.colour_at([20.76, 0.0, 0.75], first))
    assert not is_red(drive.colour_at([20.76, 3.0, 0.75], first))


def test_pictures_are_the_bytes_of_the_dataset(drive: Imported, tmp_path: Path) -> None:
    original = (write_kitti_raw(tmp_path) / DRIVE / "image_02/data/0000000000.png").read_bytes()
    messages = drive.bag.messages(["/camera/front/image/compressed"])
    first = next(messages).message
    assert (bytes(first.data), first.format) == (original, "png")


def test_the_vehicle_moves_as_its_gps_says(drive: Imported) -> None:
    first, _, last = drive.motions
    moved = last.odom_from_base.translation_m - first.odom_from_base.translation_m
    assert moved == pytest.approx([2.0, 0.0, 0.0], abs=1e-3)
    # The unit turns about the axle at 0.5 rad/s, 0.05 m behind it and 0.32 m left of it.
    assert first.velocity_mps == pytest.approx((10.0 + 0.5 * 0.32, 0.5 * 0.05, 0.0), abs=1e-6)
    assert first.yaw_rate_rps == 0.5


def test_what_is_not_known_or_not_seen_is_counted(drive: Imported) -> None:
    assert drive.summary.unknown == {"Hovercraft": 1}
    assert drive.thing(1, "Hovercraft")["label"] == "obstacle"
    assert drive.summary.left_out == {"labels outside of the image": 1}


def test_a_limit_ends_the_drive(tmp_path: Path) -> None:
    short = Imported("kitti_raw", write_kitti_raw(tmp_path), tmp_path / "out", limit_s=0.15)
    assert (len(short.sweeps), len(short.truth)) == (2, 2)


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path, drive: Imported) -> None:
    again = Imported("kitti_raw", write_kitti_raw(tmp_path), tmp_path / "out")
    ours, theirs = (next(each.bag.path.glob("*.mcap")).read_bytes() for each in (drive, again))
    assert ours == theirs


def test_a_sweep_that_the_dataset_lacks_is_left_out_and_named(tmp_path: Path) -> None:
    date = write_kitti_raw(tmp_path)
    (date / DRIVE / "velodyne_points/data/0000000001.bin").unlink()
    drive = Imported("kitti_raw", date, tmp_path / "out")
    assert (len(drive.sweeps), len(drive.truth), len(drive.pictures())) == (2, 2, 3)
    assert drive.summary.left_out["sweeps that the dataset lacks"] == 1


def test_a_pose_whose_clock_jumped_back_is_left_out_and_named(tmp_path: Path) -> None:
    path = write_kitti_raw(tmp_path) / DRIVE / "oxts/timestamps.txt"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[0], lines[2]]) + "\n")
    drive = Imported("kitti_raw", tmp_path, tmp_path / "out")
    assert (len(drive.motions), len(drive.sweeps)) == (2, 3)
    assert drive.summary.left_out["poses out of order"] == 1


@pytest.mark.parametrize(
    ("broken", "content", "message"),
    [
        ("calib_imu_to_velo.txt", None, r"calib_imu_to_velo.txt is missing — unpack DATE_calib.zip"),
        ("calib_velo_to_cam.txt", b"R: 1 0 0\nT: 0 0 0\n", r"calib_velo_to_cam.txt: R has 3 values"),
        (f"{DRIVE}/velodyne_points/data/0000000001.bin", b"\0" * 17, r"17 bytes, which is no multiple of 16"),
        (f"{DRIVE}/velodyne_points/timestamps.txt", b"yesterday\n", r"timestamps.txt, line 1: 'yesterday' is no time"),
        (f"{DRIVE}/oxts/data/0000000001.txt", b"49.0 8.4\n", r"has 2 numbers, not 30"),
        (f"{DRIVE}/image_02/data/0000000001.png", b"\x89PNG\r\n\x1a\n", r"0000000001.png: the PNG image ends"),
        (f"{DRIVE}/tracklet_labels.xml", b"<tracklets>", r"tracklet_labels.xml is not a tracklet file"),
        (f"{DRIVE}/tracklet_labels.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', r"it defines entities"),
    ],
)
def test_a_broken_folder_is_refused_by_the_name_of_the_file(
    tmp_path: Path, broken: str, content: bytes | None, message: str
) -> None:
    path = write_kitti_raw(tmp_path) / broken
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(BagError, match=message):
        Imported("kitti_raw", tmp_path / "2011_09_26", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_drive_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BagError, match=f"'drive_9'.*{DRIVE}"):
        open_dataset("kitti_raw", write_kitti_raw(tmp_path), "drive_9")


def test_an_unrectified_drive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "2011_09_26_drive_0001_extract").mkdir()
    with pytest.raises(BagError, match="synced"):
        open_dataset("kitti_raw", tmp_path)
