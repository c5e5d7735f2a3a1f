"""The `perception` node: sensor topics in, `~/scene` out. Callbacks fill a mailbox; one worker perceives."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from visualization_msgs.msg import MarkerArray

from crossmodal_narrator.assembly import build_perception, open_camera
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.errors import ModelError, NarratorError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.encoding.camera import CameraEncoder
from crossmodal_narrator.nodes import diagnostics, memory, qos
from crossmodal_narrator.nodes.diagnostics import Health
from crossmodal_narrator.nodes.lifecycle import NOT_ACTIVE, NarratorLifecycleNode, transition
from crossmodal_narrator.nodes.markers import markers
from crossmodal_narrator.nodes.process import run_node
from crossmodal_narrator.nodes.subscriptions import SensorSubscriptions
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.nodes.worker import PerceptionWorker, Trouble
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
        self._encoder: CameraEncoder | None = None
        self._without_camera: ModelError | None = None
        self._refusals: list[str] = []
        self._sensors: SensorSubscriptions | None = None
        self._worker: PerceptionWorker | None = None
        self._told_at_ns: dict[str, int] = {}  # by topic: when its trouble was logged
        self._scene_out = self.create_lifecycle_publisher(self._types.Scene, "~/scene", qos.SCENE)
        self._markers_out = self.create_lifecycle_publisher(MarkerArray, "~/markers", qos.MARKERS)

    @transition
    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self._config = self.settings.read(PerceptionConfig)
        self.settings.is_locked = True
        self._open_camera(self._config)
        return TransitionCallbackReturn.SUCCESS

    @transition
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        assert self._config is not None
        config, lost = self._config, self._lost_cameras()
        if lost:
            config = dataclasses.replace(config, cameras=())
        topics = TopicMap.relative(config.cameras, lidar=config.lidar_enabled, odometry=config.odometry_enabled)
        perception = build_perception(config, now_ns=time.perf_counter_ns, camera=self._encoder)
        self._sensors = SensorSubscriptions(self, topics)
        self._worker = PerceptionWorker(
            mailbox=self._sensors.mailbox,
            intake=Intake(topics, base_frame=config.sync.base_frame),
            perception=perception,
            lost=lost,
            on_scene=self._publish,
            on_trouble=self._report,
        )
        self._worker.start()
        return super().on_activate(state)

    @transition
    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.stop()
        return super().on_deactivate(state)

    @transition
    def on_cleanup(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self._config = self._encoder = self._without_camera = None
        self.settings.is_locked = False
        memory.release()
        return TransitionCallbackReturn.SUCCESS

    @transition
    def on_shutdown(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self.stop()
        return TransitionCallbackReturn.SUCCESS

    def health(self) -> Iterator[Health]:
        yield diagnostics.engine(
            self._encoder.engine_name if self._encoder else "", self._without_camera, self._refusals
        )
        worker, sensors = self._worker, self._sensors
        if worker is None or sensors is None:
            yield NOT_ACTIVE
            return
        now_ns = time.monotonic_ns()
        yield from diagnostics.inputs(sensors, now_ns)
        yield diagnostics.senses(worker.newest)
        yield diagnostics.messages(worker, now_ns)
        figures = {
            "scenes_per_s": f"{worker.scenes.per_s(now_ns):.1f}",
            "scenes": str(worker.scenes.total),
            "objects": str(len(worker.newest.objects)) if worker.newest else "0",
            "memory_mb": f"{memory.resident_mb():.0f}",
        }
        yield diagnostics.times("latency", worker.latencies.quantiles(), figures)

    def _open_camera(self, config: PerceptionConfig) -> None:
        """Without weights the other senses go on, and everybody is told."""
        self._encoder, self._without_camera, self._refusals = None, None, []
        if not config.cameras:
            return
        try:
            self._encoder = open_camera(config, lambda r: self._refusals.append(f"{r.engine}: {r.reason}"))
        except ModelError as error:
            self._without_camera = error
            self.get_logger().error(f"going on without the cameras: {error}")

    def _lost_cameras(self) -> Mapping[Source, NarratorError]:
        if self._without_camera is None or self._config is None:
            return {}
        return {Source(Sense.CAMERA, name): self._without_camera for name in self._config.cameras}

    def stop(self) -> None:
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
            self._markers_out.publish(markers(scene, self._config.sync.base_frame, self._types))
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
