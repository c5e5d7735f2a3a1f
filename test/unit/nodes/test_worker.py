"""The worker: whatever a message does, it is told, and the next one is looked at."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from waiting import until

from crossmodal_narrator.assembly import build_perception
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.frames import EgoMotion
from crossmodal_narrator.core.geometry import Pose
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import Sense, Trouble
from crossmodal_narrator.nodes.mailbox import Mailbox
from crossmodal_narrator.nodes.worker import PerceptionWorker
from crossmodal_narrator.nodes.worker import Trouble as Told
from crossmodal_narrator.sync import Source
from crossmodal_narrator.wire import Intake, TopicMap
from crossmodal_narrator.wire.compose import odometry_message

S = 1_000_000_000
START = 1_700_000_000 * S
TOPICS = TopicMap.relative((), lidar=True, odometry=True)


class Bench:
    """A worker on odometry alone, which is enough for scenes."""

    def __init__(self, lost: dict[Source, Any] | None = None) -> None:
        self.scenes: list[SceneState] = []
        self.told: list[Told] = []
        self.box = Mailbox(dict.fromkeys(TOPICS.names, 100), time.monotonic_ns)
        self.worker = PerceptionWorker(
            mailbox=self.box,
            intake=Intake(TOPICS),
            perception=build_perception(PerceptionConfig(cameras=()), now_ns=time.perf_counter_ns),
            lost=lost or {},
            on_scene=self.scenes.append,
            on_trouble=self.told.append,
        )
        self.worker.start()

    def put(self, *messages: tuple[str, Any]) -> None:
        for topic, message in messages:
            self.box.put(topic, message)

    def finish(self) -> None:
        """All that was put is handled before the box is closed."""
        until(lambda: not self.box.waiting, 10.0)
        time.sleep(0.1)
        self.box.close()
        assert self.worker.join(10.0)


def motions(count: int, start_ns: int = START) -> list[tuple[str, Any]]:
    """Odometry at 10 Hz."""
    stamps = [start_ns + k * S // 10 for k in range(count)]
    frames = [
        EgoMotion(stamp_ns=t, odom_from_base=Pose.identity(), velocity_mps=(5.0, 0.0, 0.0), yaw_rate_rps=0.0)
        for t in stamps
    ]
    return [("odom", odometry_message(frame)) for frame in frames]


@pytest.mark.parametrize(
    "nonsense",
    [
        SimpleNamespace(),
        SimpleNamespace(header=None, data="text", fields=7),
        None,
        b"\x00\x01\x02",
    ],
    ids=["empty", "wrong types", "nothing", "bytes"],
)
def test_a_message_of_no_sense_is_told_and_the_next_one_is_looked_at(nonsense: Any) -> None:
    bench = Bench()
    bench.put(*motions(20), ("lidar/points", nonsense), *motions(20, START + 2 * S))
    bench.finish()

    assert [trouble.topic for trouble in bench.told] == ["lidar/points"]
    assert bench.scenes[-1].stamp_ns > START + 3 * S


def test_the_scenes_that_still_wait_are_told_when_the_box_is_closed() -> None:
    bench = Bench()
    bench.put(*motions(20))
    bench.finish()

    assert bench.scenes[-1].stamp_ns == START + 19 * S // 10


def test_a_clock_that_jumps_back_is_told_once_and_scenes_go_on_from_there() -> None:
    bench = Bench()
    bench.put(*motions(20), *motions(20, START - 3600 * S))
    bench.finish()

    assert len(bench.told) == 1
    assert "clock jumped back" in bench.told[0].what
    assert bench.scenes[-1].stamp_ns < START


def test_a_sensor_that_is_lost_from_the_start_is_in_every_scene() -> None:
    front = Source(Sense.CAMERA, "front")
    bench = Bench({front: ModelError("the weights are absent", remedy="pull them")})
    bench.put(*motions(20))
    bench.finish()

    assert bench.scenes
    for scene in bench.scenes:
        told = [d for d in scene.degraded if d.sense is Sense.CAMERA]
        assert [(d.trouble, d.source, d.remedy) for d in told] == [
            (Trouble.UNREADABLE, "front", "the weights are absent — pull them")
        ]
