"""What the sensors of the simulator deliver agrees with what its truth says, and a detector recognises it."""

import time

import numpy as np
import pytest

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import OrientedBox, PixelBox
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera import CameraEncoder, CameraEncoderConfig
from crossmodal_narrator.runtime import ModelState, ModelStore, detector_spec, open_engine
from crossmodal_narrator.simulation.drive import BASE_FROM_CAMERA, BASE_FROM_LIDAR, INTRINSICS, Stage


@pytest.fixture(scope="session")
def encoder() -> CameraEncoder:
    store = ModelStore()
    manifest = store.manifest("nanodet_g")
    if store.state(manifest) is not ModelState.READY:
        pytest.skip("the detector's weights are not here: run `crossmodal-narrator models pull`")
    return CameraEncoder(CameraEncoderConfig(), open_engine(manifest, store), detector_spec(manifest))


def _box(entry) -> OrientedBox:
    return OrientedBox(
        centre_m=tuple(entry["position_m"]), size_lwh_m=tuple(entry["size_lwh_m"]), yaw_rad=entry["yaw_rad"]
    )


def _points_at_stamp(scenario, moment) -> np.ndarray:
    """(points, 3) in base_link at the sweep's stamp: each is brought from where the vehicle was when it was taken."""
    end_s = (moment.sweep.stamp_ns - 1_700_000_000_000_000_000) / 1e9
    speed = scenario.ego_speed.speed_mps(end_s - 0.05)
    points = BASE_FROM_LIDAR.transform(moment.sweep.xyz.astype(np.float64))
    points[:, 0] += speed * moment.sweep.point_offset_s
    return points


def _inside(points: np.ndarray, box: OrientedBox, margin: float = 0.15) -> int:
    c, s = np.cos(box.yaw_rad), np.sin(box.yaw_rad)
    local = (points - box.centre_m) @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return int((np.abs(local) <= 0.5 * np.array(box.size_lwh_m) + margin).all(axis=1).sum())


def test_the_points_that_the_truth_counts_lie_in_its_boxes(scenario, moments):
    checked = 0
    for moment in moments:
        points = _points_at_stamp(scenario, moment)
        for entry in moment.truth["objects"]:
            if entry["motion"] == "Parked" and entry["lidar_points"] >= 50:
                assert _inside(points, _box(entry)) >= 0.85 * entry["lidar_points"], entry["id"]
                checked += 1
    assert checked >= 40


def test_the_car_ahead_stands_where_its_points_are_while_it_stands(moments):
    points = BASE_FROM_LIDAR.transform(moments[0].sweep.xyz)
    in_lane = points[(np.abs(points[:, 1]) < 0.8) & (points[:, 2] > 0.4) & (points[:, 2] < 1.4) & (points[:, 0] > 5.0)]
    assert in_lane[:, 0].min() == pytest.approx(12.0, abs=0.12)


def test_most_points_lie_on_a_flat_road(scenario, moments):
    points = _points_at_stamp(scenario, moments[3])
    road = points[(np.hypot(points[:, 0], points[:, 1]) < 15) & (np.abs(points[:, 1] - 1.75) < 3.0)]
    low = road[road[:, 2] < 0.2]
    assert len(low) > 3000
    assert abs(float(np.median(low[:, 2]))) < 0.02


def test_times_of_points_run_through_the_turn(moments):
    offset = moments[0].sweep.point_offset_s
    assert offset.min() >= -0.1
    assert offset.max() <= 0.0
    assert (np.diff(offset) >= 0).all()
    assert moments[0].sweep.stamp_ns - moments[0].image.stamp_ns == 50_000_000


def test_one_seed_gives_the_same_bytes_and_another_does_not(scenario, stage, moments):
    again, other = Stage(scenario, 0).moment(5), Stage(scenario, 7).moment(5)
    assert np.array_equal(again.image.rgb, moments[0].image.rgb)
    assert np.array_equal(again.sweep.xyz, moments[0].sweep.xyz)
    assert again.truth == moments[0].truth
    assert not np.array_equal(other.sweep.xyz[:1000], moments[0].sweep.xyz[:1000])


def _projected(box: OrientedBox) -> PixelBox:
    corners = BASE_FROM_CAMERA.inverse().transform(box.corners())
    u = np.clip(INTRINSICS.fx * corners[:, 0] / corners[:, 2] + INTRINSICS.cx, 0, INTRINSICS.width)
    v = np.clip(INTRINSICS.fy * corners[:, 1] / corners[:, 2] + INTRINSICS.cy, 0, INTRINSICS.height)
    return PixelBox(x0=float(u.min()), y0=float(v.min()), x1=float(u.max()), y1=float(v.max()))


def _seen(encoder, moment):
    return encoder.encode(moment.image, tuple, StageTimer(time.perf_counter_ns)).detections


def test_the_detector_recognises_the_white_car_ahead_in_nearly_every_image(encoder, moments):
    found, white = 0, 0
    for moment in moments:
        entry = next(o for o in moment.truth["objects"] if o["id"] == "car-ahead")
        best = max(_seen(encoder, moment), key=lambda d: d.box.iou(_projected(_box(entry))))
        found += best.label.is_vehicle and best.box.iou(_projected(_box(entry))) > 0.5
        colour = [a.value for a in best.attributes]
        assert set(colour) <= {"white"}
        white += bool(colour)
    assert found >= len(moments) - 1
    assert white >= len(moments) // 2 - 1


def test_the_detector_recognises_the_person_who_crosses(encoder, stage):
    found = 0
    for number in range(165, 200, 5):
        moment = stage.moment(number)
        entry = next(o for o in moment.truth["objects"] if o["id"] == "crossing-2")
        box = _projected(_box(entry))
        found += any(d.label is ObjectClass.PEDESTRIAN and d.box.iou(box) > 0.4 for d in _seen(encoder, moment))
    assert found >= 6
