"""The cameras of perception, looked through while a page is open and no longer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rclpy.node import Node

from crossmodal_narrator.core.frames import CameraFrame, SensorFrame
from crossmodal_narrator.nodes.reading import SensorReader
from crossmodal_narrator.wire import TopicMap


class Looking:
    """`take` is called in a thread of its own, with each image that there was time for."""

    def __init__(self, node: Node, take: Callable[[CameraFrame], None]) -> None:
        self._node, self._take = node, take
        self._reader: SensorReader | None = None
        self.cameras: tuple[str, ...] = ()

    def follow(self, cameras: Sequence[str]) -> bool:
        """Subscribe to these and no others; whether they are others than before."""
        if tuple(cameras) == self.cameras:
            return False
        self.close()
        self.cameras = tuple(cameras)
        if cameras:
            topics = TopicMap(cameras=TopicMap.relative(self.cameras).cameras)
            self._reader = SensorReader(self._node, topics, self._see, "cameras")
        return True

    def close(self) -> None:
        if self._reader is not None:
            self._reader.stop()
        self._reader, self.cameras = None, ()

    @property
    def refused(self) -> int:
        """Images that could not be read."""
        return 0 if self._reader is None else self._reader.refused

    def _see(self, frame: SensorFrame) -> None:
        if isinstance(frame, CameraFrame):
            self._take(frame)
