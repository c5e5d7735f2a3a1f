"""A scene of nuScenes becomes a bag and its truth: each number here is worked out by hand from the tables'."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imported import Imported, is_red
from make_nuscenes import START_US, write_nuscenes

from crossmodal_narrator.bags.importing import open_dataset
from crossmodal_narrator.core.errors import BagError


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("nuscenes")
    return Imported("nuscenes", write_nuscenes(folder), folder / "out", "scene-0001")


def test_the_car_is_where_it_was_labelled_in_base_link(drive: Imported) -> None:
    for k, x in enumerate((15.0, 15.0 + 3.0 - 4.0)):
        car = drive.thing(k, "vehicle.car")
        assert car["position_m"] == pytest.approx([x, 0.0, 0.8], abs=1e-3)
        assert car["size_lwh_m"] == [4.6, 1.9, 1.6]
        assert car["yaw_rad"] == pytest.approx(math.radians(10.0), abs=1e-3)
        assert car["velocity_mps"] == pytest.approx([6.0, 0.0, 0.0], abs=1e-3)
        assert (car["label"], car["motion"], car["visibility"]) == ("car", "Moving", "v80-100")
        assert car["lidar_points"] == 7  # as the dataset counted


def test_truth_is_of_keyframes_and_sweeps_are_all(drive: Imported) -> None:
    assert [entry["stamp_ns"] for entry in drive.truth] == [START_US * 1000, (START_US + 500_000) * 1000]
    assert [sweep.stamp_ns // 1000 - START_US for sweep in drive.sweeps] == [0, 250_000, 500_000]
    assert [entry["ego_speed_mps"] for entry in drive.truth] == [8.0, 8.0]


def test_a_bicycle_with_its_rider_is_a_cyclist(drive: Imported) -> None:
    rider = drive.thing(0, "vehicle.bicycle")
    assert rider["label"] == "cyclist"
    assert rider["position_m"] == pytest.approx([0.0, 5.0, 0.9], abs=1e-3)
    assert (rider["velocity_mps"], rider["motion"]) == (None, None)  # seen once


def test_points_and_pixels_agree_with_it(drive: Imported) -> None:
    assert np.mean(drive.points_in_base(0), axis=0) == pytest.approx([15.0, 0.0, 0.8], abs=1e-3)
    sweep = drive.sweeps[0]
    assert sweep.ring is not None
    assert (set(sweep.ring.tolist()), sweep.point_offset_s) == ({11}, None)
    assert is_red(drive.colour_at([15.0, 0.0, 0.8], drive.pictures()[0]))


def test_pictures_are_the_bytes_of_the_dataset(drive: Imported, tmp_path: Path) -> None:
    original = (write_nuscenes(tmp_path) / "samples/CAM_FRONT/d1.jpg").read_bytes()
    first = next(drive.bag.messages(["/camera/front/image/compressed"])).message
    assert (bytes(first.data), first.format) == (original, "jpeg")


def test_the_vehicle_has_a_pose_at_every_stamp(drive: Imported) -> None:
    assert [motion.stamp_ns // 1000 - START_US for motion in drive.motions] == [0, 10_000, 250_000, 500_000]
    for motion in drive.motions:
        assert motion.velocity_mps == pytest.approx((8.0, 0.0, 0.0), abs=1e-6)
        assert motion.odom_from_base.yaw_rad == pytest.approx(math.pi / 2)


def test_what_is_not_known_or_not_taken_is_counted(drive: Imported) -> None:
    assert drive.summary.unknown == {"vehicle.hovercraft": 1}
    assert drive.summary.left_out == {"RADAR_FRONT": 1}


def test_one_of_several_scenes_must_be_named(tmp_path: Path) -> None:
    folder = write_nuscenes(tmp_path)
    for scene in (None, "scene-0003"):
        with pytest.raises(BagError, match="--scene: scene-0001, scene-0002"):
            open_dataset("nuscenes", folder, scene)


def edit(folder: Path, table: str, change: Any) -> None:
    """Apply `change` to the rows of a table."""
    path = folder / "v1.0-mini" / f"{table}.json"
    rows = json.loads(path.read_text())
    change(rows)
    path.write_text(json.dumps(rows))


@pytest.mark.parametrize("table", ["sample_data", "ego_pose", "calibrated_sensor", "sample_annotation", "category"])
def test_a_missing_table_is_named(tmp_path: Path, table: str) -> None:
    folder = write_nuscenes(tmp_path)
    (folder / "v1.0-mini" / f"{table}.json").unlink()
    with pytest.raises(BagError, match=f"{table}.json is missing — unpack the metadata archive"):
        Imported("nuscenes", folder, tmp_path / "out", "scene-0001")


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("instance", lambda rows: rows.clear(), r"instance.json has no row 'i1'"),
        ("sample_data", lambda rows: rows[0].pop("timestamp"), r"sample_data.json: row 'd0' has no 'timestamp'"),
        ("ego_pose", lambda rows: rows[0].update(rotation=[2, 0, 0, 0]), r"ego_pose.json: row 'pose_d0': a rotation"),
        ("sample_annotation", lambda rows: rows[0].update(size=[1.9]), r"size of row .* is \[1.9\], not 3 numbers"),
        ("calibrated_sensor", lambda rows: rows[1].update(camera_intrinsic=[]), r"camera_intrinsic of front is \[\]"),
    ],
)
def test_a_table_that_contradicts_itself_is_named(tmp_path: Path, table: str, change: Any, message: str) -> None:
    edit(write_nuscenes(tmp_path), table, change)
    with pytest.raises(BagError, match=message):
        Imported("nuscenes", tmp_path, tmp_path / "out", "scene-0001")


def test_a_sweep_that_is_cut_short_is_named(tmp_path: Path) -> None:
    path = write_nuscenes(tmp_path) / "sweeps/LIDAR_TOP/d2.pcd.bin"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(BagError, match=r"d2.pcd.bin has 997 bytes, which is no multiple of 20"):
        Imported("nuscenes", tmp_path, tmp_path / "out", "scene-0001")


def test_a_picture_that_is_missing_is_named(tmp_path: Path) -> None:
    (write_nuscenes(tmp_path) / "samples/CAM_FRONT/d1.jpg").unlink()
    with pytest.raises(BagError, match=r"d1.jpg is missing"):
        Imported("nuscenes", tmp_path, tmp_path / "out", "scene-0001")
