"""Frames of KITTI object become short views of a vehicle that stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from imported import Imported, is_red
from make_kitti import write_kitti_object

from crossmodal_narrator.core.errors import BagError


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("kitti_object")
    return Imported("kitti_object", write_kitti_object(folder), folder / "out")


def test_the_label_of_the_camera_is_a_box_in_base_link(drive: Imported) -> None:
    car = drive.thing(0, "Car")
    # In the camera the bottom is at (0, 1.65, 19.73); the camera is at (1.03, 0, 1.65) in base_link.
    assert car["position_m"] == pytest.approx([20.76, 0.0, 0.75], abs=1e-3)
    assert car["size_lwh_m"] == [4.0, 1.8, 1.5]
    assert car["yaw_rad"] == pytest.approx(0.1, abs=1e-3)
    assert (car["lidar_points"], car["velocity_mps"], car["visibility"]) == (50, None, "fully visible")


def test_points_and_pixels_agree_with_it(drive: Imported) -> None:
    assert np.mean(drive.points_in_base(0), axis=0) == pytest.approx([20.76, 0.0, 0.75], abs=1e-3)
    assert is_red(drive.colour_at([20.76, 0.0, 0.75], drive.pictures()[0]))


def test_each_frame_is_shown_until_it_is_believed_and_labelled_once(drive: Imported) -> None:
    stamps_ns = [sweep.stamp_ns for sweep in drive.sweeps]
    assert np.diff(stamps_ns) / 1e9 == pytest.approx([0.1] * 5 + [2.5] + [0.1] * 5)
    assert [entry["stamp_ns"] for entry in drive.truth] == [stamps_ns[5], stamps_ns[11]]
    assert [len(entry["objects"]) for entry in drive.truth] == [2, 0]
    assert {motion.speed_mps for motion in drive.motions} == {0.0}


def test_names_without_a_class_are_counted_and_regions_without_labels_left_out(drive: Imported) -> None:
    assert drive.summary.unknown == {"Segway": 1}
    assert drive.summary.left_out == {"DontCare": 1}


def test_the_testing_split_has_no_truth(tmp_path: Path) -> None:
    folder = write_kitti_object(tmp_path)
    (folder / "training").rename(folder / "testing")
    for path in (folder / "testing/label_2").iterdir():
        path.unlink()
    (folder / "testing/label_2").rmdir()
    drive = Imported("kitti_object", folder, tmp_path / "out")
    assert (drive.truth, len(drive.sweeps)) == ([], 12)


@pytest.mark.parametrize(
    ("broken", "content", "message"),
    [
        ("calib/000001.txt", None, r"calib/000001.txt is missing — unpack data_object_calib.zip"),
        ("velodyne/000000.bin", b"\0" * 15, r"000000.bin has 15 bytes"),
        ("label_2/000000.txt", b"Car 0.0 0\n", r"label_2/000000.txt, line 1 has 3 columns, not 15"),
        ("label_2/000000.txt", b"Car a b\n", r"label_2/000000.txt, line 1: could not convert"),
        ("image_2/000000.png", b"GIF89a", r"image_2/000000.png: compressed image"),
    ],
)
def test_a_broken_folder_is_refused_by_the_name_of_the_file(
    tmp_path: Path, broken: str, content: bytes | None, message: str
) -> None:
    path = write_kitti_object(tmp_path) / "training" / broken
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(BagError, match=message):
        Imported("kitti_object", tmp_path, tmp_path / "out")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BagError, match="name the folder that the dataset was unpacked into"):
        Imported("kitti_object", tmp_path, tmp_path / "out")
