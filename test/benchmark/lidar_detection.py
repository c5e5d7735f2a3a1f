"""What the LiDAR's network, geometry alone, and everything together find on a drive with truth, all around the vehicle.

    python test/benchmark/lidar_detection.py BAG [--truth truth.json] [--range 40]

The table of docs/encoders/lidar.md is printed by this. Geometry has no classes and no scores: its clusters of a
vehicle's size are taken for vehicles, those with more points for surer ones.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crossmodal_narrator.assembly import build_perception, open_lidar
from crossmodal_narrator.bags import open_bag
from crossmodal_narrator.cli.parameters import perception_config
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.detections import LidarFeatures
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import PlacedSweep
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.lidar import LidarEncoder
from crossmodal_narrator.evaluation.all_around import Answer, score_all_around
from crossmodal_narrator.evaluation.truth import Kind, TrueScene, kind_of, read_truth
from crossmodal_narrator.wire import Intake, guess_topics

Found = dict[int, list[Answer]]
LOWEST = 0.05  # score of the network alone: average precision wants the vague answers, too
CAR_LWH_M = ((1.2, 0.3, 0.9), (7.0, 2.8, 3.2))  # least and largest extent of what is seen of a vehicle


class Listening:
    """The LiDAR encoder, whose features are kept."""

    def __init__(self, encoder: LidarEncoder) -> None:
        self._encoder, self.features = encoder, list[LidarFeatures]()

    def take_apart(self, sweep: PlacedSweep, timer: StageTimer) -> LidarFeatures:
        return self._encoder.take_apart(sweep, timer)

    def recognise(self, features: LidarFeatures, timer: StageTimer) -> LidarFeatures:
        self.features.append(self._encoder.recognise(features, timer))
        return self.features[-1]


def driven(bag_path: Path, config: PerceptionConfig) -> tuple[list[SceneState], list[LidarFeatures]]:
    bag = open_bag(bag_path)
    topics = guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]).described(
        config.cameras, config.intake
    )
    lidar = Listening(open_lidar(config))
    perception = build_perception(config, now_ns=time.perf_counter_ns, lidar=lidar)
    intake = Intake(topics, base_frame=config.sync.base_frame, config=config.intake)
    scenes: list[SceneState] = []
    for message in bag.messages(topics.names):
        for frame in intake.frames(message.topic, message.message):
            perception.push(frame)
            scenes += perception.observe()
    return [*scenes, *perception.finish()], lidar.features


def by_network(features: Sequence[LidarFeatures]) -> Found:
    return {
        f.stamp_ns: [
            Answer(kind=kind_of(d.label.value), score=d.score, xy_m=d.box.centre_m[:2], yaw_rad=d.box.yaw_rad)
            for d in f.detections
        ]
        for f in features
    }


def by_geometry(features: Sequence[LidarFeatures]) -> Found:
    least, largest = CAR_LWH_M
    return {
        f.stamp_ns: [
            Answer(kind=Kind.VEHICLE, score=float(len(c.points)), xy_m=c.box.centre_m[:2], yaw_rad=c.box.yaw_rad)
            for c in f.clusters
            if all(low <= size <= high for low, size, high in zip(least, c.box.size_lwh_m, largest, strict=True))
        ]
        for f in features
    }


def by_all(scenes: Sequence[SceneState]) -> Found:
    return {
        scene.stamp_ns: [
            Answer(kind=kind_of(o.label.value), score=o.confidence, xy_m=o.position_m[:2], yaw_rad=o.yaw_rad)
            for o in scene.objects
            if o.position_m is not None
        ]
        for scene in scenes
    }


def row(name: str, found: Found, truth: Sequence[TrueScene], kind: Kind, range_m: float) -> list[str]:
    score = score_all_around(found, truth, kind, max_range_m=range_m)
    curve = score.curve
    right = int(curve.is_right.sum())
    precision = right / len(curve.scores) if len(curve.scores) else math.nan
    yaw = "" if score.yaw_error_median_deg is None else f"{score.yaw_error_median_deg:.1f}°"
    recall = f"{right / max(curve.total, 1):.3f} ({right} of {curve.total})"
    return [name, kind.value, f"{range_m:g} m", f"{curve.average_precision:.3f}", recall, f"{precision:.3f}", yaw]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bag", type=Path)
    parser.add_argument("--truth", type=Path, help="default: truth.json beside the bag")
    args = parser.parse_args()
    truth = read_truth(args.truth or args.bag.parent / "truth.json")
    bag = open_bag(args.bag)
    config = perception_config(None, guess_topics([(topic.name, topic.msgtype) for topic in bag.topics]))
    vague = dataclasses.replace(
        config.shapes, **dict.fromkeys(("vehicle_score", "pedestrian_score", "cyclist_score"), LOWEST)
    )
    without = dataclasses.replace(config, models=dataclasses.replace(config.models, lidar_detector=""))
    scenes, features = driven(args.bag, config)
    _, vaguer = driven(args.bag, dataclasses.replace(config, shapes=vague, cameras=()))
    before, _ = driven(args.bag, without)
    stamps = {f.stamp_ns for f in features}
    seen = [scene for scene in truth if scene.stamp_ns in stamps]
    table = Table("what", "kind", "within", "AP", "recall", "precision", "yaw error, median")
    for range_m in (40.0, 30.0):
        table.add_row(*row("the network alone, all answers", by_network(vaguer), seen, Kind.VEHICLE, range_m))
        table.add_row(*row("the network alone, as used", by_network(features), seen, Kind.VEHICLE, range_m))
        table.add_row(*row("geometry alone", by_geometry(features), seen, Kind.VEHICLE, range_m))
        table.add_row(*row("everything", by_all(scenes), seen, Kind.VEHICLE, range_m))
        table.add_row(*row("everything but the network", by_all(before), seen, Kind.VEHICLE, range_m))
    for range_m in (40.0, 20.0):
        for name, found in (
            ("the network alone, as used", by_network(features)),
            ("everything", by_all(scenes)),
            ("everything but the network", by_all(before)),
        ):
            table.add_row(*row(name, found, seen, Kind.PERSON, range_m))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
