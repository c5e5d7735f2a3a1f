"""ROS parameters, read from the configuration's own declarations: typed, bounded, described, and checked before use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
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

from crossmodal_narrator.configuration import NODES
from crossmodal_narrator.core.config import Parameter, build, parameters_of, read_parameter_file
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


def check_parameter_files(arguments: Sequence[str], node: str, config: type[Any]) -> None:
    """Check every `--params-file` of a command line before ROS reads it, so that an error names the file.

    Raises:
        ConfigError: names the file, the key, the value and the allowed range.
    """
    for path in _parameter_files(arguments):
        given = read_parameter_file(path, node, NODES)
        build(config, {key: value for key, value in given.items() if not _is_of_ros(key)}, source=str(path))


def _parameter_files(arguments: Sequence[str]) -> Iterator[Path]:
    for option, value in pairwise(arguments):
        if option == "--params-file":
            yield Path(value)


class NodeParameters:
    """Declares the parameters of a configuration on a node, and builds the configuration from them.

    Raises:
        ConfigError: a key that does not exist, or a value of another type or out of range; names key and range.
    """

    def __init__(self, node: Node, config: type[Any]) -> None:
        self._node = node
        self._config = config
        self._declared = {parameter.name: parameter for parameter in parameters_of(config)}
        self.is_locked = False
        # rclpy has no public name for all overrides, and without them a key that nobody knows would pass in silence.
        overrides = node._parameter_overrides
        given = {
            name: self._given(name, override.value) for name, override in overrides.items() if not _is_of_ros(name)
        }
        build(config, given, source=self._source)
        for name, parameter in self._declared.items():
            value = parameter.check(given.get(name, parameter.default), source=self._source)
            # Not the override again, which may be a whole number where ROS wants a real one.
            if value == ():  # an empty list does not tell its type
                kind = RosParameter.Type(_TYPES[parameter.kind])
                node.declare_parameter(name, kind, descriptor(parameter), ignore_override=True)
                node.set_parameters([RosParameter(name, kind, [])])
            else:
                plain = list(value) if isinstance(value, tuple) else value
                node.declare_parameter(name, plain, descriptor(parameter), ignore_override=True)
        node.add_on_set_parameters_callback(self._check)

    def _given(self, name: str, value: Any) -> Any:
        """An override as it was meant: to ROS an empty list is no value at all."""
        parameter = self._declared.get(name)
        is_empty_list = value is None and parameter is not None and isinstance(parameter.default, tuple)
        return () if is_empty_list else _plain(value)

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
    """Arrays as tuples."""
    if isinstance(value, (list, tuple)) or hasattr(value, "typecode"):
        return tuple(value)
    return value
