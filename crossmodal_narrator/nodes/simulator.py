"""Publishes a simulated drive while it is made: the topics of its bag, with /clock.

At real time where the machine makes it fast enough, else at the rate that it reaches, which is told. When a scene takes
longer than was foreseen, time stands still; nothing is skipped.
"""

from __future__ import annotations

import argparse
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import rclpy
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.utilities import remove_ros_args

from crossmodal_narrator.core.errors import NarratorError
from crossmodal_narrator.nodes import qos
from crossmodal_narrator.nodes.pacing import Pacer
from crossmodal_narrator.nodes.process import FAILED, INTERRUPTED, one_shot
from crossmodal_narrator.nodes.types import message_class
from crossmodal_narrator.simulation.drive import Drive, SensedTick, build_drive
from crossmodal_narrator.simulation.rollout import START_NS
from crossmodal_narrator.simulation.suite import TICK_S
from crossmodal_narrator.wire import MessageKind

PREROLL_TICKS = 20  # made before time begins: they tell how fast this machine is
_QUEUE_TICKS = 40
_SUBSCRIBERS_S, _POLL_S = 3.0, 0.05
_RESERVE = 0.9  # of the measured speed: scenes differ
_ACKNOWLEDGE_S = 2.0
_LOOK_S = 0.2  # how often a wait looks whether it is stopped
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a live drive did. `stalled_s`: how long time stood still because the next tick was not made yet."""

    messages: int
    drive_s: float
    wall_s: float
    stalled_s: float


class LiveDrive:
    """One drive on real topics. Relative names, as those that the nodes read: camera/front/image/compressed …"""

    def __init__(self, node: Node, drive: Drive) -> None:
        self._node, self._drive = node, drive
        self._pacer = Pacer(node, START_NS)
        self._publishers: dict[str, Any] = {}
        self._made: queue.Queue[SensedTick | Exception | None] = queue.Queue(maxsize=_QUEUE_TICKS)

    def run(self, max_rate: float, processes: int | None, stop: threading.Event, tell: Tell) -> Published:
        """Publish all of it. The rate is told before time begins.

        Raises:
            NarratorError: the drive cannot be made.
        """
        threading.Thread(target=self._make, args=(processes, stop), daemon=True).start()
        preroll, made_s = self._preroll(stop)
        for tick in preroll:
            self._announce(tick)
        self._wait_for_subscribers(stop)
        speed = (len(preroll) - 1) * TICK_S / made_s if made_s > 0 else max_rate
        rate = min(max_rate, max(round(_RESERVE * speed, 2), 0.01))
        tell(f"this machine makes {speed:.2f} s of the drive a second; it is played at {rate:g} times real time")
        return self._play(preroll, rate, stop)

    def _make(self, processes: int | None, stop: threading.Event) -> None:
        """In a thread: ticks wait in a bounded queue, so that memory does not grow with the drive."""
        ending: Exception | None = None
        try:
            for tick in self._drive.ticks(processes):
                if not self._hand_over(tick, stop):
                    return
        except Exception as error:  # noqa: BLE001 - it is raised where the ticks are taken
            ending = error
        self._hand_over(ending, stop)

    def _hand_over(self, what: SensedTick | Exception | None, stop: threading.Event) -> bool:
        """Wait for a place in the queue; False if it is stopped meanwhile."""
        while not stop.is_set():
            try:
                self._made.put(what, timeout=_LOOK_S)
            except queue.Full:
                continue
            return True
        return False

    def _preroll(self, stop: threading.Event) -> tuple[list[SensedTick], float]:
        """The first ticks, and the seconds from the first to the last of them."""
        ticks: list[SensedTick] = []
        first_s = last_s = 0.0
        for tick in self._taken(stop):
            last_s = time.monotonic()
            first_s = first_s or last_s
            ticks.append(tick)
            if len(ticks) == PREROLL_TICKS:
                break
        return ticks, last_s - first_s

    def _taken(self, stop: threading.Event) -> Iterator[SensedTick]:
        """Until the drive ends, or it is stopped."""
        while not stop.is_set():
            try:
                tick = self._made.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            if isinstance(tick, Exception):
                raise tick
            if tick is None:
                return
            yield tick

    def _play(self, preroll: list[SensedTick], rate: float, stop: threading.Event) -> Published:
        self._pacer.start(rate, stop)
        started, count, stalled, ticks = time.monotonic(), 0, 0.0, 0
        waiting = iter(preroll)
        is_whole = len(preroll) == self._drive.count
        while not stop.is_set():
            tick = next(waiting, None)
            if tick is None:
                was_empty = self._made.empty()
                tick = None if is_whole else next(self._taken(stop), None)
                if tick is None:
                    break
                if was_empty:
                    stalled += self._pacer.forgive_lateness(tick.messages[0].log_time_ns)
            count += self._publish(tick)
            ticks += 1
            is_whole = ticks == self._drive.count
        for publisher in self._publishers.values():
            publisher.wait_for_all_acked(Duration(seconds=_ACKNOWLEDGE_S))
        return Published(messages=count, drive_s=ticks * TICK_S, wall_s=time.monotonic() - started, stalled_s=stalled)

    def _publish(self, tick: SensedTick) -> int:
        self._announce(tick)
        count = 0
        for message in tick.messages:
            if not self._pacer.until(message.log_time_ns):
                return count
            self._publishers[message.topic].publish(message.raw)
            count += 1
        return count

    def _announce(self, tick: SensedTick) -> None:
        for topic, msgtype in tick.types.items():
            if topic not in self._publishers:
                kinds = {kind.value: kind for kind in MessageKind}
                kind = kinds.get(msgtype, MessageKind.ODOMETRY)  # what the nodes do not read: small and frequent
                profile = qos.of_player(kind, is_static=topic == "/tf_static", offered="")
                name = topic if topic.startswith("/tf") else topic.removeprefix("/")
                self._publishers[topic] = self._node.create_publisher(message_class(msgtype), name, profile)

    def _wait_for_subscribers(self, stop: threading.Event) -> None:
        """For a while: until somebody listens, and has had the time to match every topic."""
        until = time.monotonic() + _SUBSCRIBERS_S
        while time.monotonic() < until and not stop.wait(_POLL_S):
            if all(p.get_subscription_count() > 0 for p in self._publishers.values()):
                return


def main(arguments: list[str] | None = None) -> int:
    """Publish the drive that the arguments name, until it ends, or SIGINT or SIGTERM comes."""
    given = sys.argv if arguments is None else arguments
    args = _parser().parse_args(remove_ros_args(given)[1:])
    try:
        drive = build_drive(
            args.scenario,
            seed=args.seed,
            seconds=args.seconds,
            width=args.width,
            height=args.height,
            cameras=args.cameras,
            lidar=args.lidar,
        )
        with one_shot(given) as stop:
            live = LiveDrive(rclpy.create_node("simulator"), drive)
            published = live.run(args.rate, args.processes, stop, _tell)
    except NarratorError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    except KeyboardInterrupt:  # before anything was made
        return INTERRUPTED
    sys.stdout.write(
        f"published {published.messages} messages: {published.drive_s:.1f} s of the drive in {published.wall_s:.1f} s; "
        f"time stood still for {published.stalled_s:.1f} s\n"
    )
    return INTERRUPTED if stop.is_set() else 0


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--width", type=int, default=960)
    parser.add_argument("--height", type=int, default=540)
    parser.add_argument("--cameras")
    parser.add_argument("--lidar", default="beams_64")
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--processes", type=int)
    return parser


if __name__ == "__main__":
    sys.exit(main())
