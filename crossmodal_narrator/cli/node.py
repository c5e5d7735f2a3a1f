"""`node NAME [--ros-args …]`: one node in this process, as `run` and the launch file start it."""

from __future__ import annotations

import argparse
import importlib

SUMMARY = "run one node in this process: perception or narrator"
NODES = ("perception", "narrator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", choices=NODES, help="which node")
    parser.add_argument("ros_arguments", nargs=argparse.REMAINDER, help="--ros-args …, as ros2 run takes them")


def run(args: argparse.Namespace) -> int:
    module = importlib.import_module(f"crossmodal_narrator.nodes.{args.name}")
    return int(module.main(args.ros_arguments))
