"""`node [--profile P] [--params FILE] NAME [--ros-args …]`: one node in this process, as launch files start it."""

from __future__ import annotations

import argparse
import importlib

from crossmodal_narrator.cli.ros import needs_ros

SUMMARY = "run one node in this process: perception, narrator, dialogue, voice or display"
NODES = ("perception", "narrator", "dialogue", "voice", "display")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    # Launch files pass all of them, empty where nothing is wanted.
    parser.add_argument("--profile", default="", help="before NAME: a simulator by its name, or a profile's file")
    parser.add_argument("--params", default="", help="before NAME: ROS 2 parameter file; counts more than the profile")
    parser.add_argument("--use-sim-time", choices=("", "true", "false"), default="", help="before NAME: as it says")
    parser.add_argument("name", choices=NODES, help="which node")
    parser.add_argument("ros_arguments", nargs=argparse.REMAINDER, help="--ros-args …, as ros2 run takes them")


def run(args: argparse.Namespace) -> int:
    with needs_ros():
        module = importlib.import_module(f"crossmodal_narrator.nodes.{args.name}")
    return int(module.main(arguments_of(args)))


def arguments_of(args: argparse.Namespace) -> list[str]:
    """What ROS is given. Of a parameter the last value counts, of a topic's remappings the first."""
    parameters: list[str] = []
    remappings: list[str] = []
    if args.profile:
        from crossmodal_narrator.nodes.profile import load_profile

        profile = load_profile(args.profile)
        parameters += profile.parameter_arguments(args.name)
        remappings += profile.remappings
    if args.params:
        parameters += ["--params-file", args.params]
    if args.use_sim_time:
        parameters += ["-p", f"use_sim_time:={args.use_sim_time}"]
    before = ["--ros-args", *parameters, "--"] if parameters else []
    after = ["--ros-args", *remappings] if remappings else []
    given = list(args.ros_arguments)
    return [*before, *given, *(["--"] if after and given else []), *after]
