"""A sequence of PandaSet becomes a bag and its truth: each number here is worked out by hand from the folder's."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest
from imported import Imported, is_red
from make_pandaset import CAR, pickled_frame, write_pandaset

from crossmodal_narrator.bags.importing import open_dataset
from crossmodal_narrator.core.errors import BagError


def packed(content: bytes) -> bytes:
    """Without the time, so that a test that is named by it has the same name in every process."""
    return gzip.compress(content, mtime=0)


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("pandaset")
    return Imported("pandaset", write_pandaset(folder), folder / "out")


def test_the_car_is_where_it_was_labelled_in_base_link(drive: Imported) -> None:
    for k in range(3):
        car = drive.thing(k, "Car")
        assert car["position_m"] == pytest.approx([20.0 - 0.2 * k, 3.0, 0.5], abs=1e-3)
        assert car["size_lwh_m"] == [4.5, 1.9, 1.6]  # dimensions.y is the length
        assert car["yaw_rad"] == pytest.approx(0.2, abs=1e-3)
        assert car["velocity_mps"] == pytest.approx([3.0, 0.0, 0.0], abs=1e-3)
        assert (car["id"], car["motion"], car["lidar_points"]) == ("car", "Moving", 50)
        assert car["centre_in_front_image"]
        assert drive.truth[k]["ego_speed_mps"] == pytest.approx(5.0)


def test_points_of_the_spinning_lidar_lie_where_the_car_is(drive: Imported) -> None:
    assert [len(sweep.xyz) for sweep in drive.sweeps] == [50, 50, 50]
    assert np.mean(drive.points_in_base(0), axis=0) == pytest.approx(CAR, abs=1e-3)
    assert drive.sweeps[0].stamp_ns == 1_557_539_956_500_000_000


def test_the_car_is_projected_onto_its_pixels(drive: Imported) -> None:
    (first, *_) = drive.pictures()
    assert first.stamp_ns == 1_557_539_956_450_000_000
    assert is_red(drive.colour_at([20.1, 3.0, 0.5], first))


def test_the_camera_sits_where_all_of_its_poses_agree(drive: Imported) -> None:
    first = drive.pictures()[0]
    place = drive.transforms.lookup("base_link", first.frame_id, first.stamp_ns)
    assert place.translation_m == pytest.approx([0.85, 0.0, 1.8], abs=1e-6)


def test_the_vehicle_moves_along_its_own_x(drive: Imported) -> None:
    for motion in drive.motions:
        assert motion.velocity_mps == pytest.approx((5.0, 0.0, 0.0), abs=1e-6)
        assert motion.odom_from_base.yaw_rad == pytest.approx(math.radians(30.0))


def test_what_both_lidars_saw_is_there_once_and_a_rider_is_a_cyclist(drive: Imported) -> None:
    labels = {thing["dataset_label"]: thing["label"] for thing in drive.truth[0]["objects"]}
    assert labels == {"Car": "car", "Bicycle": "cyclist", "Hovercraft": "obstacle"}
    assert drive.summary.left_out == {"second cuboids of objects that both LiDARs saw": 3}
    assert drive.summary.unknown == {"Hovercraft": 3}


def test_a_sequence_may_be_named_or_be_the_folder_itself(tmp_path: Path) -> None:
    write_pandaset(tmp_path)
    write_pandaset(tmp_path, "011")
    assert open_dataset("pandaset", tmp_path, "011").name == "011"
    assert open_dataset("pandaset", tmp_path / "002").name == "002"
    with pytest.raises(BagError, match="holds 2 of them — name one with --scene: 002, 011"):
        open_dataset("pandaset", tmp_path)


@pytest.mark.parametrize(
    ("broken", "content", "message"),
    [
        ("lidar/poses.json", None, r"lidar/poses.json is missing"),
        ("lidar/poses.json", b"[]", r"lidar/poses.json has 0 poses for 3 stamps"),
        ("lidar/timestamps.json", b"[3, 2, 1]", r"3 stamps that do not rise"),
        ("lidar/01.pkl.gz", None, r"lidar/01.pkl.gz is missing"),
        ("lidar/01.pkl.gz", packed(b"x" * 99)[:30], r"lidar/01.pkl.gz cannot be read as a pickled DataFrame"),
        ("annotations/cuboids/01.pkl.gz", packed(pickled_frame({"a": np.zeros(2)})), r"has no column uuid, la"),
        ("camera/front_camera/intrinsics.json", json.dumps({"fx": 1.0}).encode(), r"intrinsics.json has no 'cx'"),
        ("camera/front_camera/02.jpg", b"\xff\xd8\xff", r"02.jpg: the JPEG image ends after 3 bytes"),
    ],
)
def test_a_broken_folder_is_refused_by_the_name_of_the_file(
    tmp_path: Path, broken: str, content: bytes | None, message: str
) -> None:
    path = write_pandaset(tmp_path) / "002" / broken
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(BagError, match=message):
        Imported("pandaset", tmp_path, tmp_path / "out")
