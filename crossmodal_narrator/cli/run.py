"""`run [--bag BAG | --scenario NAME | --profile NAME]`: start the nodes, and show what they say."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossmodal_narrator.cli.options import interrupt_on_sigterm
from crossmodal_narrator.cli.play import positive
from crossmodal_narrator.cli.progress import progress
from crossmodal_narrator.cli.ros import needs_ros, require_ros
from crossmodal_narrator.core.config import Value

SUMMARY = "start the nodes; with a bag or a scenario, play it to them and end with it"
# A demonstration disturbs nobody: above what people choose by hand, below where DDS's ports meet ephemeral ones.
DEMONSTRATION_DOMAINS = range(20, 100)
_DOMAINS = range(233)  # above these DDS has no ports
_TOKEN = r"[A-Za-z_]\w*"
_TOPIC = rf"(~/|/)?{_TOKEN}(/{_TOKEN})*"
_REMAP = re.compile(rf"({_TOKEN}:)?(rostopic://|rosservice://)?{_TOPIC}:={_TOPIC}", re.ASCII)  # as rcl reads them


def add_arguments(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--bag", type=Path, help="rosbag2 folder or file to play")
    source.add_argument("--scenario", help="a simulated drive to make and play, as `simulate` knows it")
    parser.add_argument("--language", help="of en, zh, es; several as en,zh (default: what --params says, else en)")
    source.add_argument(
        "--profile",
        metavar="NAME|FILE",
        help="a simulator that is running: its name, or a .yaml as config/profiles has",
    )
    parser.add_argument("--params", type=Path, help="ROS 2 parameter file of the nodes")
    parser.add_argument(
        "--remap",
        type=_remap,
        action="append",
        default=[],
        metavar="FROM:=TO",
        help="a topic of the nodes by its name on the vehicle",
    )
    parser.add_argument(
        "--voice",
        action="store_true",
        help="voice and dialogue, too: voice/speech speaks, audio/cabin is heard",
    )
    parser.add_argument(
        "--page",
        action="store_true",
        help="the passengers' page and the dialogue, too: its address is told when all is running",
    )
    parser.add_argument("--port", type=int, help="of the page (default: what --params says, else 8480)")
    parser.add_argument("--rate", type=positive, default=1.0, help="times the bag's own pace (default: 1)")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--exit-at-end", action="store_true", help="end with the bag (this is so without being asked for)")
    end.add_argument("--stay", action="store_true", help="keep the nodes running when the bag has ended")
    parser.add_argument(
        "--domain", type=_domain, help="ROS domain, 0 to 232 (default: one of its own with a bag, else ROS_DOMAIN_ID)"
    )


def run(args: argparse.Namespace) -> int:
    from crossmodal_narrator.cli.parameters import narrator_config, perception_config
    from crossmodal_narrator.core.errors import ConfigError
    from crossmodal_narrator.nodes.environment import node_environment
    from crossmodal_narrator.nodes.profile import load_profile
    from crossmodal_narrator.wire import TopicMap

    # Refuse here, and before a drive is simulated, what the nodes would refuse in their own processes.
    require_ros()
    if args.port is not None and not args.page:
        raise ConfigError(f"--port {args.port} without --page", remedy="add --page, or leave --port out")
    narrator_config(args.params, args.language)
    perception_config(args.params, TopicMap())
    profile = load_profile(args.profile) if args.profile else None
    shown = {} if profile is None else profile.parameters["display"]
    page = page_address(args.params, shown, args.port) if args.page else ""
    bag = simulated(args.scenario) if args.scenario else args.bag
    own_domain = None
    if args.domain is not None:
        os.environ["ROS_DOMAIN_ID"] = str(args.domain)  # of a vehicle, whose sensors may be on other machines
    elif bag is not None and "ROS_DOMAIN_ID" not in os.environ:
        own_domain = DEMONSTRATION_DOMAINS[os.getpid() % len(DEMONSTRATION_DOMAINS)]
    environment = node_environment(domain=own_domain)
    os.environ.update(environment)

    with needs_ros():
        from crossmodal_narrator.nodes.runner import Run, RunPlan

    plan = RunPlan(
        bag=bag,
        languages=tuple(args.language.split(",")) if args.language else None,
        params=args.params,
        rate=args.rate,
        remaps=tuple(args.remap),
        profile=profile,
        has_voice=args.voice,
        page=page,
        port=args.port,
        exits_at_end=not args.stay,
    )
    return Run(plan, environment).run()


def _remap(text: str) -> str:
    """FROM:=TO, as ROS 2 writes it.

    Raises:
        argparse.ArgumentTypeError: anything else, which every node would end at.
    """
    if not _REMAP.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text} is not FROM:=TO, as lidar/points:=/velodyne_points")
    return text


def _domain(text: str) -> int:
    """The number of a ROS domain.

    Raises:
        argparse.ArgumentTypeError: none that DDS has.
    """
    if not text.isdecimal() or int(text) not in _DOMAINS:
        raise argparse.ArgumentTypeError(f"{text} must be a whole number from 0 to {_DOMAINS[-1]}")
    return int(text)


def page_address(params: Path | None, profile: Mapping[str, Value], port: int | None) -> str:
    """Where the page will be, as far as the parameters tell. The word that lets a passenger in is not shown."""
    from crossmodal_narrator.cli.parameters import display_config

    config = display_config(params, profile, port)
    if config.port == 0:
        return "at a free port, which the display's log tells"
    return config.address() + ("#token=<what token_file holds>" if config.token() else "")


def simulated(scenario: str, **options: Any) -> Path:
    """The bag of a drive, made the first time and kept in the user's cache; `options` as `build_drive` has them."""
    from crossmodal_narrator.simulation.drive import build_drive
    from crossmodal_narrator.simulation.recording import cached_drive

    interrupt_on_sigterm()
    with progress(f"making the drive {scenario} (kept for the next time)") as bar:
        return cached_drive(build_drive(scenario, **options), bar.tell)
