"""What a recorded drive holds agrees with what its truth says, and a detector recognises what is drawn."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform, LidarSweep
from crossmodal_narrator.core.geometry import OrientedBox, PixelBox, Pose
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera import CameraEncoder
from crossmodal_narrator.simulation.drive import build_drive
from crossmodal_narrator.simulation.recording import record
from crossmodal_narrator.wire import Intake, guess_topics

pytestmark = pytest.mark.slow


class Recorded:
    """Frames and truth of a short drive, as its bag gives them."""

    def __init__(self, folder: Path) -> None:
        bag = open_bag(folder / "bag")
        topics = guess_topics([(topic.name, topic.msgtype) for topic in bag.topics])
        intake = Intake(topics)
        frames = [f for m in bag.messages(topics.names) for f in intake.frames(m.topic, m.message)]
        self.images = [f for f in frames if isinstance(f, CameraFrame)]
        self.sweeps = [f for f in frames if isinstance(f, LidarSweep)]
        self.poses = {f.stamp_ns: f.odom_from_base for f in frames if isinstance(f, EgoMotion)}
        self.mounts = {f.child: f.parent_from_child for f in frames if isinstance(f, FrameTransform) and f.is_static}
        self.truth = {e["stamp_ns"]: e for e in json.loads((folder / "truth.json").read_text(encoding="utf-8"))}

    def pose(self, stamp_ns: int) -> Pose:
        """odom_from_base between two messages of odometry, 20 ms apart."""
        stamp_ns = max(stamp_ns, min(self.poses))
        before = max(s for s in self.poses if s <= stamp_ns)
        after = min(s for s in self.poses if s >= stamp_ns)
        if before == after:
            return self.poses[before]
        share = (stamp_ns - before) / (after - before)
        (x0, y0, _), (x1, y1, _) = (self.poses[s].translation_m for s in (before, after))
        yaw = self.poses[before].yaw_rad + share * (self.poses[after].yaw_rad - self.poses[before].yaw_rad)
        return Pose.from_xy_yaw(x0 + share * (x1 - x0), y0 + share * (y1 - y0), yaw)

    def points_at_stamp(self, sweep: LidarSweep) -> np.ndarray:
        """(points, 3) in base_link at the sweep's stamp: each from where the vehicle was when it was taken."""
        assert sweep.point_offset_s is not None
        points = self.mounts[sweep.frame_id].transform(sweep.xyz.astype(np.float64))
        base_from_odom = self.pose(sweep.stamp_ns).inverse()
        for offset in np.unique(sweep.point_offset_s.round(4)):
            chosen = sweep.point_offset_s.round(4) == offset
            moved = base_from_odom @ self.pose(sweep.stamp_ns + round(float(offset) * 1e9))
            points[chosen] = moved.transform(points[chosen])
        return points


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    drive = build_drive("pedestrian_steps_out", seconds=3.0)
    folder = tmp_path_factory.mktemp("simulated") / "drive"
    record(drive, folder)
    return Recorded(folder)


def box_of(entry: dict) -> OrientedBox:
    return OrientedBox(
        centre_m=tuple(entry["position_m"]), size_lwh_m=tuple(entry["size_lwh_m"]), yaw_rad=entry["yaw_rad"]
    )


def inside(points: np.ndarray, box: OrientedBox, margin_m: float) -> int:
    c, s = np.cos(box.yaw_rad), np.sin(box.yaw_rad)
    local = (points - box.centre_m) @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return int((np.abs(local) <= 0.5 * np.array(box.size_lwh_m) + margin_m).all(axis=1).sum())


def test_points_lie_in_the_boxes_of_what_they_met(recorded: Recorded) -> None:
    """Through the bag, the intake and odometry that drifts: 5 cm and what reaches out of a box, as mirrors do."""
    checked = 0
    for sweep in recorded.sweeps[::6]:
        points = recorded.points_at_stamp(sweep)
        for entry in recorded.truth[sweep.stamp_ns]["objects"]:
            if entry["motion"] == "Parked" and entry["lidar_points"] >= 50:
                assert inside(points, box_of(entry), 0.05) >= 0.95 * entry["lidar_points"], entry["id"]
                checked += 1
    assert checked >= 10


def test_the_road_is_flat_and_lies_at_zero(recorded: Recorded) -> None:
    points = recorded.points_at_stamp(recorded.sweeps[10])
    lane = points[(points[:, 0] > 3.0) & (points[:, 0] < 15.0) & (np.abs(points[:, 1]) < 1.2) & (points[:, 2] < 0.3)]
    assert len(lane) > 300
    assert abs(float(np.median(lane[:, 2]))) < 0.01


def projected(recorded: Recorded, image: CameraFrame, box: OrientedBox) -> PixelBox | None:
    assert image.intrinsics is not None
    corners = recorded.mounts[image.frame_id].inverse().transform(box.corners())
    pixels, seen = image.intrinsics.project(corners)
    if not seen.all():
        return None
    (x0, y0), (x1, y1) = pixels.min(axis=0), pixels.max(axis=0)
    return PixelBox(x0=float(x0), y0=float(y0), x1=float(x1), y1=float(y1))


def test_the_detector_finds_what_stands_near_in_the_picture(recorded: Recorded, camera_encoder: CameraEncoder) -> None:
    found = asked = 0
    for image in recorded.images[::3]:
        stamp_ns = image.stamp_ns + 50_000_000  # the truth is that of the sweep's end
        seen = camera_encoder.encode(image, tuple, StageTimer(time.perf_counter_ns)).detections
        for entry in recorded.truth[stamp_ns]["objects"]:
            box = projected(recorded, image, box_of(entry))
            is_near = entry["lidar_points"] >= 400 and entry["label"] in ("car", "van", "truck", "bus")
            if box is None or not is_near:
                continue
            asked += 1
            found += any(d.label.is_vehicle and d.box.iou(box) > 0.4 for d in seen)
    assert asked >= 6
    assert found >= 0.8 * asked, f"{found} of {asked}"
