"""A node that was shut down by its lifecycle ends as any other when its process is told to."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

ASKER = """
import rclpy, sys
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
rclpy.init()
node = rclpy.create_node("asker")
client = node.create_client(ChangeState, "narrator/change_state")
if not client.wait_for_service(60.0):
    sys.exit("no service")
asked = client.call_async(ChangeState.Request(transition=Transition(id=Transition.TRANSITION_UNCONFIGURED_SHUTDOWN)))
rclpy.spin_until_future_complete(node, asked, timeout_sec=30.0)
sys.exit(0 if asked.result() is not None and asked.result().success else "not shut down")
"""


@pytest.mark.ros
def test_a_node_that_was_shut_down_ends_without_a_mistake(ros_environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "crossmodal_narrator", "node", "narrator", "--ros-args"]
    with subprocess.Popen(command, env=ros_environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            asked = subprocess.run([sys.executable, "-c", ASKER], env=ros_environment, timeout=120, check=False)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert asked.returncode == 0
    assert process.returncode == 0, said
    assert "Traceback" not in said
