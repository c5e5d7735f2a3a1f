"""`demo`: all senses with one command: a simulated drive, the nodes, the passengers' page and the voice."""

from __future__ import annotations

import argparse
import importlib.util
import socket

from crossmodal_narrator.cli import run as run_verb
from crossmodal_narrator.cli.play import positive
from crossmodal_narrator.cli.ros import require_ros

SUMMARY = "all senses on a simulated drive with an ambulance, with the passengers' page; ends with the drive"
SCENARIO, SECONDS = "ambulance_from_behind", 20.0  # until the ambulance passes
CAMERAS, WIDTH, HEIGHT = "front,rear", 640, 360  # small pictures, so that they are drawn soon
_VOICE = "hibari"  # who speaks English; without him the drive is shown, and not spoken


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", default="en,zh", help="of en, zh, es; several as en,zh (default: en,zh)")
    parser.add_argument("--seconds", type=positive, default=SECONDS, help=f"length of the drive (default: {SECONDS:g})")
    parser.add_argument("--stay", action="store_true", help="keep the page when the drive has ended")


def run(args: argparse.Namespace) -> int:
    """As `run` does it, with what a newcomer would have to look up."""
    from crossmodal_narrator.cli.parameters import narrator_config

    narrator_config(None, args.language)  # before a minute is spent
    require_ros()
    bag = run_verb.simulated(SCENARIO, seconds=args.seconds, width=WIDTH, height=HEIGHT, cameras=CAMERAS)
    words = ["--bag", str(bag), "--language", args.language, "--page", "--port", str(_free_port())]
    words += ["--voice"] if importlib.util.find_spec(_VOICE) is not None else []
    words += ["--stay"] if args.stay else []
    parser = argparse.ArgumentParser()
    run_verb.add_arguments(parser)
    return run_verb.run(parser.parse_args(words))


def _free_port() -> int:
    """The page's usual port, or another where that one is taken."""
    from crossmodal_narrator.display import DisplayConfig

    usual = DisplayConfig()
    for port in (usual.port, 0):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((usual.host, port))
            except OSError:
                continue
            return int(tried.getsockname()[1])
    return usual.port
