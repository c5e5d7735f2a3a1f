"""The `perception` node: sensor topics in, `~/scene` out. Callbacks put messages into a mailbox; one worker perceives."""

from __future__ import annotations

import dataclasses
import time

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from visualization_msgs.msg import MarkerArray

from crossmodal_narrator.assembly import build_perception, open_camera
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.errors import ModelError, NarratorError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.encoding.camera import CameraEncoder
from crossmodal_narrator.nodes import diagnostics, qos
from crossmodal_narrator.nodes.diagnostics import Health
from crossmodal_narrator.nodes.markers import markers
from crossmodal_narrator.nodes.parameters import NodeParameters
from crossmodal_narrator.nodes.subscriptions import SensorSubscriptions
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.nodes.worker import PerceptionWorker
from crossmodal_narrator.sync import Source
from crossmodal_narrator.wire import Intake, TopicMap, scene_to_message

DIAGNOSTICS_PERIOD_S = 1.0
TROUBLE_PERIOD_S = 5.0  # the same trouble is logged again no sooner
WORKER_ENDS_WITHIN_S = 5.0


class PerceptionNode(LifecycleNode):
    """Configure builds the perception, activate subscribes, deactivate unsubscribes and frees what was built for it."""

    def __init__(self) -> None:
        super().__init__("perception", automatically_declare_parameters_from_overrides=True)
        self._settings = NodeParameters(self, PerceptionConfig)
        self._types = message_types()
        self._config: PerceptionConfig | None = None
        self._encoder: CameraEncoder | None = None
        self._without_camera: ModelError | None = None
        self._refusals: list[str] = []
        self._subscriptions_to: SensorSubscriptions | None = None
        self._worker: PerceptionWorker | None = None
        self._scene_out = self.create_lifecycle_publisher(self._types.Scene, "~/scene", qos.SCENE)
        self._markers_out = self.create_lifecycle_publisher(MarkerArray, "~/markers", qos.MARKERS)
        self._diagnostics_out = self.create_publisher(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS)
        # Diagnostics must come even while a simulated clock stands still.
        self.create_timer(DIAGNOSTICS_PERIOD_S, self._diagnose, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        try:
            self._config = self._settings.read(PerceptionConfig)
        except NarratorError as error:
            self.get_logger().error(str(error))
            return TransitionCallbackReturn.FAILURE
        self._settings.is_locked = True
        self._open_camera(self._config)
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        assert self._config is not None
        config = self._config if self._encoder else dataclasses.replace(self._config, cameras=())
        topics = TopicMap.relative(config.cameras, lidar=config.lidar_enabled, odometry=config.odometry_enabled)
        perception = build_perception(config, now_ns=time.perf_counter_ns, camera=self._encoder)
        if self._without_camera is not None:
            for camera in self._config.cameras:
                perception.refuse(
                    Source(Sense.CAMERA, camera), self._without_camera, self.get_clock().now().nanoseconds
                )
        subscriptions = SensorSubscriptions(self, topics)
        self._worker = PerceptionWorker(
            mailbox=subscriptions.mailbox,
            intake=Intake(topics, base_frame=config.sync.base_frame),
            perception=perception,
            on_scene=self._publish,
            on_trouble=self._report,
        )
        self._subscriptions_to = subscriptions
        self._worker.start()
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self._config = self._encoder = self._without_camera = None
        self._settings.is_locked = False
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, _state: LifecycleState) -> TransitionCallbackReturn:
        self._stop()
        return TransitionCallbackReturn.SUCCESS

    def _open_camera(self, config: PerceptionConfig) -> None:
        """Without weights the other senses go on, and everybody is told."""
        self._encoder, self._without_camera, self._refusals = None, None, []
        if not config.cameras:
            return
        try:
            self._encoder = open_camera(
                config, lambda refusal: self._refusals.append(f"{refusal.engine}: {refusal.reason}")
            )
        except ModelError as error:
            self._without_camera = error
            self.get_logger().error(f"going on without the cameras: {error}")

    def _stop(self) -> None:
        if self._subscriptions_to is not None:
            self._subscriptions_to.close()
        if self._worker is not None and not self._worker.join(WORKER_ENDS_WITHIN_S):
            self.get_logger().warning(f"the worker has not ended within {WORKER_ENDS_WITHIN_S:.0f} s")
        self._subscriptions_to = self._worker = None

    def _publish(self, scene: SceneState) -> None:
        assert self._config is not None
        if self._scene_out.get_subscription_count():
            self._scene_out.publish(scene_to_message(scene, self._types, frames=self._config.sync))
        if self._markers_out.get_subscription_count():
            self._markers_out.publish(markers(scene, self._config.sync.base_frame, self._types))

    def _report(self, trouble: str) -> None:
        self.get_logger().warning(trouble, throttle_duration_sec=TROUBLE_PERIOD_S)

    def _diagnose(self) -> None:
        stamp = self.get_clock().now().to_msg()
        self._diagnostics_out.publish(diagnostics.to_array(self.get_name(), stamp, self._health()))

    def _health(self) -> list[Health]:
        found = [self._engine_health()]
        worker, subscriptions = self._worker, self._subscriptions_to
        if worker is None or subscriptions is None:
            return [*found, Health(name="state", level=diagnostics.OK, message="not active: nothing is subscribed to")]
        now_ns = time.monotonic_ns()
        found += diagnostics.inputs(subscriptions, now_ns)
        scene = worker.newest
        if scene is None:
            why = "no scene yet: see the inputs"
            found.append(Health(name="senses", level=diagnostics.WARN, message=why))
        else:
            found.append(diagnostics.senses(scene.degraded))
        values = {"scenes_per_s": f"{worker.scenes.per_s(now_ns):.1f}", "refused": str(worker.refused)}
        if scene is not None:
            values["objects"] = str(len(scene.objects))
        return [*found, diagnostics.times("latency", worker.latencies.quantiles(), values)]

    def _engine_health(self) -> Health:
        refused = {f"refused {k}": reason for k, reason in enumerate(self._refusals)}
        if self._without_camera is not None:
            message = f"going on without the cameras: {self._without_camera}"
            return Health(name="engine", level=diagnostics.ERROR, message=message, values=refused)
        if self._encoder is None:
            return Health(name="engine", level=diagnostics.OK, message="no camera is configured, or not configured yet")
        level = diagnostics.WARN if refused else diagnostics.OK
        return Health(name="engine", level=level, message=self._encoder.engine_name, values=refused)


def main(arguments: list[str] | None = None) -> int:
    """Run the node until it is told to stop."""
    from crossmodal_narrator.nodes.process import run_node

    return run_node(PerceptionNode, arguments)
