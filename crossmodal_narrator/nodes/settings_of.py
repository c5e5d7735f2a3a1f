"""How another node is set, asked of its parameters now and then: it may be another one after a restart."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rcl_interfaces.srv import GetParameters
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

ASKED_AGAIN_AFTER_S = 3.0


class SettingsOf:
    """`values` is empty until it answers."""

    def __init__(self, node: Node, other: str, names: Sequence[str]) -> None:
        """Some parameters, by their names, of the node `other`."""
        self._client = node.create_client(GetParameters, f"{other}/get_parameters")
        self._names = list(names)
        self._asked_s = -ASKED_AGAIN_AFTER_S
        self.values: Mapping[str, Any] = {}

    def renew(self) -> None:
        """Never waits."""
        now_s = time.monotonic()
        if now_s - self._asked_s < ASKED_AGAIN_AFTER_S or not self._client.service_is_ready():
            return
        self._asked_s = now_s
        answer = self._client.call_async(GetParameters.Request(names=self._names))
        answer.add_done_callback(self._hear)

    def _hear(self, answer: Any) -> None:
        values = list(getattr(answer.result(), "values", ()))
        if len(values) == len(self._names):
            found = (parameter_value_to_python(value) for value in values)
            self.values = dict(zip(self._names, found, strict=True))
