"""docs/reference/nodes.md: what each node hears, says, serves and asks, from the node itself while it is active."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import rclpy
from rclpy.action import get_action_client_names_and_types_by_node, get_action_server_names_and_types_by_node
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from crossmodal_narrator.configuration import NODES
from crossmodal_narrator.nodes import qos

# With each sense once; the page at a port that is free.
ARGUMENTS = {"perception": ["microphones:=[roof]"], "display": ["port:=0"]}
SENSORS = {"camera/front": "camera/<name>", "audio/roof": "audio/<name>", "audio/cabin": "audio/<name>"}
OF_EVERY_NODE = ("/parameter_events", "/rosout", "/clock")
ACTION_PARTS = "/_action/"
INTRODUCTION = """\
Every node is a lifecycle node: `~/change_state`, `~/get_state` and the rest of a lifecycle, and the services of its
[parameters](parameters.md), it has beside what stands here. Topics are relative, `<name>` is one of the configured
cameras or microphones. What is published is published while the node is active, diagnostics always."""


def page() -> Iterator[str]:
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    yield from ("# Nodes", "")
    yield from INTRODUCTION.splitlines()
    for name in NODES:
        yield from ("", f"## {name}", "", f"[What it does](../nodes/{name}.md) · [parameters](parameters.md#{name})")
        yield from _of_node(name)
    yield from ("", "## QoS", "", "| name | reliability | durability | depth |", "|---|---|---|---|")
    for name, profile in _profiles().items():
        yield f"| {name} | {_reliability(profile)} | {_durability(profile)} | {profile.depth} |"


def _of_node(name: str) -> Iterator[str]:
    words = [word for value in ARGUMENTS.get(name, ()) for word in ("-p", value)]
    rclpy.init(args=[name, "--ros-args", "--log-level", "fatal", *words])
    try:
        module = importlib.import_module(f"crossmodal_narrator.nodes.{name}")
        node = _class_of(module)()
        for transition in (node.trigger_configure, node.trigger_activate):
            if transition() is not TransitionCallbackReturn.SUCCESS:
                raise SystemExit(f"{name} does not become active: run it, its log says why")
        yield from _tables(node)
        node.trigger_shutdown()
        node.destroy_node()
    finally:
        rclpy.try_shutdown()


def _class_of(module: ModuleType) -> Any:
    (found,) = (kind for name, kind in vars(module).items() if re.fullmatch("[A-Z][a-z]+Node", name))
    return found


def _tables(node: Any) -> Iterator[str]:
    for heading, endpoints in (("hears", node.subscriptions), ("publishes", node.publishers)):
        rows = sorted({_topic_row(node, endpoint) for endpoint in endpoints} - {""})
        if rows:
            yield from ("", f"| {heading} | type | QoS |", "|---|---|---|", *rows)
    rows = sorted({*_served(node), *_asked(node)})
    if rows:
        yield from ("", "| service or action | type | this node |", "|---|---|---|", *rows)


def _topic_row(node: Any, endpoint: Any) -> str:
    topic = _own(node, endpoint.topic_name)
    if topic in OF_EVERY_NODE or topic == "~/transition_event" or ACTION_PARTS in topic:
        return ""
    return f"| `{topic}` | `{_type(endpoint.msg_type)}` | {_qos_name(endpoint.qos_profile)} |"


def _served(node: Any) -> Iterator[str]:
    of_ros = ("rcl_interfaces", "lifecycle_msgs", "type_description_interfaces")
    for service in node.services:
        if service.srv_type.__module__.split(".")[0] not in of_ros:
            yield f"| `{_own(node, service.service_name)}` | `{_type(service.srv_type)}` | serves |"
    for action, (kind, *_) in get_action_server_names_and_types_by_node(node, node.get_name(), "/"):
        yield f"| `{_own(node, action)}` | `{kind}` | serves |"


def _asked(node: Any) -> Iterator[str]:
    for client in node.clients:
        yield f"| `{_own(node, client.service_name)}` | `{_type(client.srv_type)}` | asks |"
    for action, (kind, *_) in get_action_client_names_and_types_by_node(node, node.get_name(), "/"):
        yield f"| `{_own(node, action)}` | `{kind}` | asks |"


def _own(node: Any, resolved: str) -> str:
    """As the code names it: `~` for the node, no slash before a relative name; absolute are those of ROS itself."""
    own = f"/{node.get_name()}/"
    if resolved.startswith(own):
        return "~/" + resolved.removeprefix(own)
    relative = resolved.removeprefix("/")
    for sensor, named in SENSORS.items():
        if relative.startswith(sensor):
            return named + relative.removeprefix(sensor)
    return relative if "/" in relative or relative in ("odom",) else resolved


def _type(kind: Any) -> str:
    """As `ros2 interface show` takes it."""
    package, group, *_ = kind.__module__.split(".")
    return f"{package}/{group}/{kind.__name__}"


def _profiles() -> dict[str, QoSProfile]:
    return {name: profile for name, profile in vars(qos).items() if isinstance(profile, QoSProfile)}


def _qos_name(profile: QoSProfile) -> str:
    """Of the profile itself or, where others are like it, of the first of them."""
    alike = [name for name, known in _profiles().items() if known == profile]
    return next((name for name in alike if _profiles()[name] is profile), alike[0])


def _reliability(profile: QoSProfile) -> str:
    return "reliable" if profile.reliability is ReliabilityPolicy.RELIABLE else "best effort"


def _durability(profile: QoSProfile) -> str:
    return "transient local (latched)" if profile.durability is DurabilityPolicy.TRANSIENT_LOCAL else "volatile"
