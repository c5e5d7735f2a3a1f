"""ROS parameters, read from the configuration's own declarations: typed, bounded, described, and checked before use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    ParameterType,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter as RosParameter

from crossmodal_narrator.core.config import Parameter, build, parameters_of
from crossmodal_narrator.core.errors import ConfigError

C = TypeVar("C")
_TYPES = {
    bool: ParameterType.PARAMETER_BOOL,
    int: ParameterType.PARAMETER_INTEGER,
    float: ParameterType.PARAMETER_DOUBLE,
    str: ParameterType.PARAMETER_STRING,
    tuple[str, ...]: ParameterType.PARAMETER_STRING_ARRAY,
    tuple[float, ...]: ParameterType.PARAMETER_DOUBLE_ARRAY,
}
RECONFIGURE = "deactivate and clean up the node, then configure it again: parameters are taken when it is configured"


class NodeParameters:
    """Declares the parameters of a configuration on a node, and builds the configuration from them.

    The node must declare its overrides by itself (`automatically_declare_parameters_from_overrides`), so that a key that
    nobody knows is seen here and not silently ignored.

    Raises:
        ConfigError: a key that does not exist, or a value of another type or out of range; names key and range.
    """

    def __init__(self, node: Node, config: type[Any]) -> None:
        self._node = node
        self._config = config
        self._declared = {parameter.name: parameter for parameter in parameters_of(config)}
        self.is_locked = False
        given = {
            name: _plain(parameter.value)
            for name, parameter in node.get_parameters_by_prefix("").items()
            if not _is_of_ros(name)
        }
        build(config, given, source=self._source)
        for name, parameter in self._declared.items():
            if name in given:  # declared by the file, without range and description
                node.undeclare_parameter(name)
            value = parameter.check(given.get(name, parameter.default), source=self._source)
            node.declare_parameter(name, list(value) if isinstance(value, tuple) else value, descriptor(parameter))
        node.add_on_set_parameters_callback(self._check)

    @property
    def _source(self) -> str:
        return f"node {self._node.get_name()}"

    def read(self, config: type[C]) -> C:
        """The configuration as it stands.

        Raises:
            ConfigError: values that contradict each other.
        """
        values = {name: _plain(self._node.get_parameter(name).value) for name in self._declared}
        return build(config, values, source=self._source)

    def _check(self, changes: Sequence[RosParameter]) -> SetParametersResult:
        ours = {change.name: _plain(change.value) for change in changes if not _is_of_ros(change.name)}
        if ours and self.is_locked:
            return SetParametersResult(successful=False, reason=f"{', '.join(sorted(ours))}: {RECONFIGURE}")
        current = {name: _plain(self._node.get_parameter(name).value) for name in self._declared}
        try:
            build(self._config, {**current, **ours}, source=self._source)
        except ConfigError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)


def _is_of_ros(name: str) -> bool:
    """Parameters that every node has."""
    return name in ("use_sim_time", "start_type_description_service") or name.startswith("qos_overrides.")


def descriptor(parameter: Parameter) -> ParameterDescriptor:
    """What `ros2 param describe` prints."""
    described = ParameterDescriptor(
        name=parameter.name,
        type=_TYPES[parameter.kind],
        description=parameter.help + (f" [{parameter.unit}]" if parameter.unit else ""),
        additional_constraints=parameter.allowed,
    )
    if parameter.low is not None and parameter.high is not None:
        if parameter.kind is float:
            described.floating_point_range = [FloatingPointRange(from_value=parameter.low, to_value=parameter.high)]
        elif parameter.kind is int:
            described.integer_range = [IntegerRange(from_value=int(parameter.low), to_value=int(parameter.high))]
    return described


def _plain(value: Any) -> Any:
    """Arrays as tuples; an empty list in YAML has no type, and is as good as any."""
    if isinstance(value, (list, tuple)) or hasattr(value, "typecode"):
        return tuple(value)
    return value
