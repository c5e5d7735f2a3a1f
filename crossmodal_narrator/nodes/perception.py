"""The `perception` node: sensor topics in, `~/scene` out. Callbacks fill a mailbox; one worker perceives."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from visualization_msgs.msg import MarkerArray

from crossmodal_narrator.assembly import (
    build_perception,
    geometry_alone,
    open_camera,
    open_lidar,
    open_sound,
    open_surroundings,
)
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.errors import NarratorError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.encoding.audio import Deaf
from crossmodal_narrator.encoding.camera import CameraEncoder
from crossmodal_narrator.encoding.crossmodal import NoSurroundings
from crossmodal_narrator.encoding.lidar import LidarEncoder
from crossmodal_narrator.nodes import diagnostics, memory, qos
from crossmodal_narrator.nodes.diagnostics import Health
from crossmodal_narrator.nodes.lifecycle import NOT_ACTIVE, NarratorLifecycleNode, transition
from crossmodal_narrator.nodes.markers import markers
from crossmodal_narrator.nodes.opened import Opened, opened
from crossmodal_narrator.nodes.process import run_node
from crossmodal_narrator.nodes.subscriptions import SensorSubscriptions
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.nodes.worker import PerceptionWorker, Trouble
from crossmodal_narrator.pipeline import SoundEncoding, SurroundingsEncoding
from crossmodal_narrator.sync import Source
from crossmodal_narrator.wire import Intake, TopicMap, scene_to_message

NAME = "perception"
TROUBLE_PERIOD_S = 5.0  # troubles of the same topic are logged no more often
WORKER_ENDS_WITHIN_S = 5.0
SAME_CLOCK_MS = (-50.0, 10_000.0)  # an age outside of this is a difference of two clocks, and says nothing


class PerceptionNode(NarratorLifecycleNode):
    """Configure opens the models, activate subscribes and perceives, deactivate forgets and frees, cleanup closes.

    Without subscribers to `~/scene` or `~/markers` their messages are not made; perception itself goes on, as a track
    that begins only when somebody asks would know nothing.
    """

    def __init__(self) -> None:
        super().__init__(NAME, PerceptionConfig)
        self._types = message_types()
        self._config: PerceptionConfig | None = None
        self._camera: Opened[CameraEncoder] = Opened()
        self._lidar: Opened[LidarEncoder] = Opened()
        self._sound: Opened[SoundEncoding] = Opened()
        self._surroundings: Opened[SurroundingsEncoding] = Opened()
        self._sensors: SensorSubscriptions | None = None
        self._worker: PerceptionWorker | None = None
        self._told_at_ns: dict[str, int] = {}  # by topic: when its trouble was logged
        self._scene_out = self.create_lifecycle_publisher(self._types.Scene, "~/scene", qos.SCENE)
        self._markers_out = self.create_lifecycle_publisher(MarkerArray, "~/markers", qos.MARKERS)

    @transition
    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self._config = self.settings.read(PerceptionConfig)
        self.settings.is_locked = True
        self._open_encoders(self._config)
        return TransitionCallbackReturn.SUCCESS

    @transition
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        assert self._config is not None
        config, lost = self._config, self._lost_cameras()
        if lost:
            config = dataclasses.replace(config, cameras=(), intake=dataclasses.replace(config.intake, fov_deg=()))
        relative = TopicMap.relative(
            config.cameras,
            lidar=config.lidar_enabled,
            microphones=config.microphones,
            odometry=config.odometry_enabled,
        )
        topics = relative.described(config.cameras, config.intake)
        lidar = self._lidar.encoder or geometry_alone(config)
        perception = build_perception(
            config,
            now_ns=time.perf_counter_ns,
            camera=self._camera.encoder,
            lidar=lidar,
            sound=self._sound.encoder or Deaf(),
            surroundings=self._surroundings.encoder or NoSurroundings(),
        )
        self._sensors = SensorSubscriptions(self, topics)
        self._worker = PerceptionWorker(
            mailbox=self._sensors.mailbox,
            intake=Intake(topics, base_frame=config.sync.base_frame, config=config.intake),
            perception=perception,
            lost=lost,
            on_scene=self._publish,
            on_trouble=self._report,
        )
        self._worker.start()
        return super().on_activate(state)

    def release(self) -> None:
        self._config, self._camera, self._lidar = None, Opened(), Opened()
        self._sound, self._surroundings = Opened(), Opened()
        memory.release()

    def health(self) -> Iterator[Health]:
        yield diagnostics.engine("engine", self._camera, none="no camera is configured", without="the cameras")
        yield diagnostics.engine("lidar engine", self._lidar, none="geometry alone", without="the LiDAR's network")
        yield diagnostics.engine("sound engine", self._sound, none="nothing is listened to", without="the microphones")
        yield diagnostics.engine("crossmodal engine", self._surroundings, none="not used", without="the surroundings")
        worker, sensors = self._worker, self._sensors
        if worker is None or sensors is None:
            yield NOT_ACTIVE
            return
        now_ns = time.monotonic_ns()
        yield from diagnostics.inputs(sensors, now_ns)
        if self._sound.encoder is not None:
            yield from diagnostics.microphones(self._sound.encoder.healths)
        yield diagnostics.senses(worker.newest)
        yield diagnostics.messages(worker, now_ns)
        figures = {
            "scenes_per_s": f"{worker.scenes.per_s(now_ns):.1f}",
            "scenes": str(worker.scenes.total),
            "objects": str(len(worker.newest.objects)) if worker.newest else "0",
            "memory_mb": f"{memory.resident_mb():.0f}",
        }
        yield diagnostics.times("latency", worker.latencies.quantiles(), figures)

    def _open_encoders(self, config: PerceptionConfig) -> None:
        """Without weights the other senses go on, and the LiDAR by geometry; everybody is told."""
        tell = self._hear_of_build
        self._camera = opened(lambda refused: open_camera(config, refused, tell)) if config.cameras else Opened()
        self._lidar = opened(lambda refused: open_lidar(config, refused, tell))
        self._sound = opened(lambda refused: open_sound(config, refused, tell))
        self._surroundings = opened(lambda refused: open_surroundings(config, refused, tell))
        encoders: Mapping[str, Opened[Any]] = {
            "the cameras": self._camera,
            "the LiDAR's network": self._lidar,
            "the microphones": self._sound,
            "the surroundings": self._surroundings,
        }
        for without, encoder in encoders.items():
            if encoder.error is not None:
                self.get_logger().error(f"going on without {without}: {encoder.error}")
        for refusal in (refusal for encoder in encoders.values() for refusal in encoder.refusals):
            if not refusal.is_absent:
                self.get_logger().warning(f"{refusal.engine} is not used: {refusal.reason}")

    def _hear_of_build(self, text: str) -> None:
        self.get_logger().info(f"engine: {text}")

    def _lost_cameras(self) -> Mapping[Source, NarratorError]:
        if self._camera.error is None or self._config is None:
            return {}
        return {Source(Sense.CAMERA, name): self._camera.error for name in self._config.cameras}

    def stop(self) -> None:
        super().stop()
        if self._sensors is not None:
            self._sensors.close()
        if self._worker is not None and not self._worker.join(WORKER_ENDS_WITHIN_S):
            self.get_logger().warning(f"the worker has not ended within {WORKER_ENDS_WITHIN_S:.0f} s")
        self._sensors = self._worker = None
        memory.release()

    def _publish(self, scene: SceneState) -> None:
        assert self._config is not None
        if self._scene_out.get_subscription_count():
            self._scene_out.publish(scene_to_message(scene, self._types, frames=self._config.sync))
        if self._markers_out.get_subscription_count():
            self._markers_out.publish(markers(scene, self._config.sync.base_frame))
        age_ms = (self.get_clock().now().nanoseconds - scene.stamp_ns) / 1e6
        if self._worker is not None and SAME_CLOCK_MS[0] < age_ms < SAME_CLOCK_MS[1]:
            self._worker.latencies.add("stamp to scene", age_ms)

    def _report(self, trouble: Trouble) -> None:
        told_at_ns = self._told_at_ns.get(trouble.topic)
        if told_at_ns is None or trouble.at_ns - told_at_ns > TROUBLE_PERIOD_S * 1e9:
            self._told_at_ns[trouble.topic] = trouble.at_ns
            self.get_logger().warning(f"{trouble.topic}: {trouble.what.removeprefix(f'{trouble.topic}: ')}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node until it is told to stop."""
    return run_node(NAME, PerceptionConfig, PerceptionNode, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
