"""A replayed drive with its bag, for a browser to open the report of."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from replayed import HOSTILE, START_NS, TENTH_NS, claim, said, scene, thing, write_labels, write_run

from crossmodal_narrator.bags import BagWriter, open_bag
from crossmodal_narrator.bags.digest import BagContent
from crossmodal_narrator.bags.manifest import Code, ModelUsed, RunManifest, write_manifest
from crossmodal_narrator.cli.main import main
from crossmodal_narrator.cli.recorded import drive_config
from crossmodal_narrator.cli.replaying import configuration_document
from crossmodal_narrator.core.frames import CameraFrame, EgoMotion, FrameTransform
from crossmodal_narrator.core.geometry import Intrinsics, Pose
from crossmodal_narrator.evaluation.evaluation import Evaluation, Event, Table, write_evaluation

OPTICAL = Pose(rotation=np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]), translation_m=np.zeros(3))
SCENES = 40


@pytest.fixture(scope="session")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds behind a car, with a siren; the last sentence tries to be markup."""
    folder = tmp_path_factory.mktemp("report")
    car = (claim("exists", "track:1", "car"), claim("distance", "track:1", 9.8, "nearest of 42 points"))
    siren = claim("heard", "sound:siren", "siren", "0.91 for 0.4 s")
    transcript = [
        said("A car ahead, 10 metres.", 1.0, *car, urgency="calm", trigger="context"),
        said("前方10米有车。", 1.0, *car, language="zh", urgency="calm", trigger="context"),
        said("I can hear a siren.", 2.0, siren, trigger="sound"),
        said(HOSTILE, 3.0, claim("side", "track:2", HOSTILE, HOSTILE), urgency="urgent", trigger=HOSTILE),
    ]
    heard = {"kind": "siren", "azimuth_rad": 3.0, "range_m": 30.0, "trend": "unknown", "track_id": None}
    lost = {"sense": "lidar", "trouble": "stale", "source": "top", "since_ns": START_NS, "remedy": "mend it"}
    scenes = [
        scene(
            k / 10,
            thing(1, 12.0),
            thing(2, -14.0, 3.5, "pedestrian"),
            sounds=[heard] if k > 15 else [],
            degraded=[lost] if k > 30 else [],
        )
        for k in range(SCENES)
    ]
    write_run(folder, scenes, transcript)
    write_labels(folder / "truth.json", 1.0, x=12.3)
    table = Table(columns=("range", "median_m"), rows=(("0-10 m", 0.2), ("10-20 m", None)))
    events = (Event(stamp_ns=START_NS + 20 * TENTH_NS, kind="missed", text="a bus"),)
    figures = {"precision": 0.75, "position_error_median_m": 0.3, "hota": None}
    write_evaluation(Evaluation(figures=figures, tables={"by_range": table}, events=events), folder / "evaluation.json")
    side = {"predicate": "side", "subject": "track:2", "value": HOSTILE, "confidence": 0.4}
    refusal = {"stamp_ns": START_NS + 10 * TENTH_NS, "fate": "withheld", "reason": "unsure", "detail": HOSTILE}
    refusal |= {"trigger": HOSTILE, "topic": "t", "claims": [side]}
    (folder / "refusals.jsonl").write_text(json.dumps(refusal) + "\n", encoding="utf-8")
    _write_bag(folder / "bag")
    made_of = RunManifest(
        code=Code(version="0", sha256="0123abcd" * 8, versions={"python": "3.11"}),
        models=(ModelUsed(name="bird_eye", precision="fp32", sha256="0123abcd" * 8, engine=HOSTILE),),
        languages=("en", "zh"),
        configuration=configuration_document(drive_config(open_bag(folder / "bag"), None, None)),
        bag=BagContent(sha256="0123abcd" * 8, topics=()),
        outputs={},
    )
    write_manifest(folder, made_of)
    arguments = [
        "--bag",
        str(folder / "bag"),
        "--truth",
        str(folder / "truth.json"),
        "--out",
        str(folder / "page.html"),
    ]
    assert main(["report", str(folder), *arguments]) == 0
    return folder


def _write_bag(path: Path) -> None:
    rgb = np.full((180, 320, 3), (90, 110, 130), np.uint8)
    intrinsics = Intrinsics(width=320, height=180, fx=200.0, fy=200.0, cx=160.0, cy=90.0)
    with BagWriter(path) as bag:
        bag.write_frame(
            FrameTransform(
                stamp_ns=START_NS, parent="base_link", child="optical", parent_from_child=OPTICAL, is_static=True
            )
        )
        for k in range(SCENES):
            stamp_ns = START_NS + k * TENTH_NS
            pose = Pose.from_xy_yaw(0.5 * k, 0, 0)
            bag.write_frame(EgoMotion(stamp_ns=stamp_ns, odom_from_base=pose, velocity_mps=(5, 0, 0), yaw_rate_rps=0))
            bag.write_frame(
                CameraFrame(stamp_ns=stamp_ns, frame_id="optical", camera="front", rgb=rgb, intrinsics=intrinsics)
            )
