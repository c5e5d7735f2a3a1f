"""How the narrator is set, asked of its parameters now and then: it may be another one after a restart."""

from __future__ import annotations

import time
from typing import Any

from rcl_interfaces.srv import GetParameters
from rclpy.node import Node

SERVICE = "narrator/get_parameters"
LANGUAGES, PROFILE = "languages", "profile"
ASKED_AGAIN_AFTER_S = 3.0


class NarratorSettings:
    """Nothing is known, and `languages` and `profile` are empty, until it answers."""

    def __init__(self, node: Node) -> None:
        self._client = node.create_client(GetParameters, SERVICE)
        self._asked_s = -ASKED_AGAIN_AFTER_S
        self.languages: tuple[str, ...] = ()
        self.profile = ""

    def renew(self) -> None:
        """Never waits."""
        now_s = time.monotonic()
        if now_s - self._asked_s < ASKED_AGAIN_AFTER_S or not self._client.service_is_ready():
            return
        self._asked_s = now_s
        answer = self._client.call_async(GetParameters.Request(names=[LANGUAGES, PROFILE]))
        answer.add_done_callback(self._hear)

    def _hear(self, answer: Any) -> None:
        values = list(getattr(answer.result(), "values", ()))
        if len(values) == 2:  # of the two names
            languages, profile = values
            self.languages, self.profile = tuple(languages.string_array_value), str(profile.string_value)
