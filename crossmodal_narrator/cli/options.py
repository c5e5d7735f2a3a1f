"""Options that several verbs have. No library is imported here, so that their help is quick."""

from __future__ import annotations

import argparse


def add_naming_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        metavar="NAME|FILE",
        help="whose names the topics have: a simulator's, or a .yaml as config/profiles",
    )
    parser.add_argument(
        "--topic",
        action="append",
        default=[],
        dest="topics",
        metavar="NAME=TOPIC",
        help="a topic by the nodes' name for it, as lidar/points=/velodyne_points",
    )
