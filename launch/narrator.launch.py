"""All nodes under an apt ROS 2: `ros2 launch crossmodal_narrator narrator.launch.py`.

Each node is configured when its process has started, and activated when it is configured; so too after a respawn.
Topics are relative: include this file in a group with `SetRemap` to name those of a vehicle, or name the `profile` of a
simulator, which has its topics and parameters.
"""

from __future__ import annotations

from launch.actions import DeclareLaunchArgument, EmitEvent, RegisterEventHandler, SetEnvironmentVariable
from launch.condition import Condition
from launch.conditions import IfCondition
from launch.event_handlers import OnProcessStart
from launch.events import matches_action
from launch.substitutions import EnvironmentVariable, LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import LifecycleNode
from launch_ros.event_handlers import OnStateTransition
from launch_ros.events.lifecycle import ChangeState
from launch_ros.substitutions import FindPackageShare
from lifecycle_msgs.msg import Transition

from launch import LaunchDescription, LaunchDescriptionEntity

PACKAGE = "crossmodal_narrator"
CONFIG = PathJoinSubstitution([FindPackageShare(PACKAGE), "config"])
# crossmodal_narrator/nodes/environment.py says why; what the user has set stays.
ENVIRONMENT = {
    "FASTDDS_DEFAULT_PROFILES_FILE": PathJoinSubstitution([CONFIG, "fastdds_shm.xml"]),
    "MALLOC_MMAP_THRESHOLD_": "268435456",
    "MALLOC_TRIM_THRESHOLD_": "536870912",
}
# By way of the verb, which puts what the profile says before what the user says; empty means nothing is said.
OPTIONS = [
    ["--profile=", LaunchConfiguration("profile")],
    ["--params=", LaunchConfiguration("params")],
    ["--use-sim-time=", LaunchConfiguration("use_sim_time")],
]


def lifecycle_node(name: str, condition: Condition | None = None) -> list[LaunchDescriptionEntity]:
    node = LifecycleNode(
        condition=condition,
        package=PACKAGE,
        executable="crossmodal-narrator",
        arguments=["node", *OPTIONS, name],
        name=name,
        namespace=LaunchConfiguration("namespace"),
        output="screen",
        respawn=True,
        respawn_delay=2.0,
    )
    configure, activate = (
        EmitEvent(event=ChangeState(lifecycle_node_matcher=matches_action(node), transition_id=transition))
        for transition in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)
    )
    is_configured = OnStateTransition(
        target_lifecycle_node=node, start_state="configuring", goal_state="inactive", entities=[activate]
    )
    is_there = OnProcessStart(target_action=node, on_start=[configure])
    return [RegisterEventHandler(is_there), RegisterEventHandler(is_configured), node]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription(
        [
            DeclareLaunchArgument("namespace", default_value="", description="of the nodes and their topics"),
            DeclareLaunchArgument(
                "profile", default_value="", description="a simulator: a name of config/profiles, or a .yaml file"
            ),
            DeclareLaunchArgument(
                "params", default_value="", description="parameter file of the nodes, as config/narrator.yaml"
            ),
            DeclareLaunchArgument(
                "use_sim_time",
                default_value="",
                description="take the time from /clock (empty: as profile and params say)",
            ),
            DeclareLaunchArgument(
                "dialogue", default_value="false", description="true: start the dialogue node, which answers questions"
            ),
            DeclareLaunchArgument(
                "voice", default_value="false", description="true: start the voice node, which speaks and listens"
            ),
            DeclareLaunchArgument(
                "display", default_value="false", description="true: start the display node, the passengers' page"
            ),
            *(SetEnvironmentVariable(k, EnvironmentVariable(k, default_value=v)) for k, v in ENVIRONMENT.items()),
            *lifecycle_node("perception"),
            *lifecycle_node("narrator"),
            *lifecycle_node("dialogue", IfCondition(LaunchConfiguration("dialogue"))),
            *lifecycle_node("voice", IfCondition(LaunchConfiguration("voice"))),
            *lifecycle_node("display", IfCondition(LaunchConfiguration("display"))),
        ]
    )
