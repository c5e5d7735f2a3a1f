"""A drive, tick by tick: made by several processes at once, handed out in order."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from typing import Any

import cv2

from crossmodal_narrator.bags.storage import RawMessage
from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.messages import GNSS_TOPIC, IMU_TOPIC, Composer, ego_messages
from crossmodal_narrator.simulation.rollout import Rollout
from crossmodal_narrator.simulation.scenario import Scenario, SensorFault
from crossmodal_narrator.simulation.scenarios import load_scenario
from crossmodal_narrator.simulation.sensors.ego import EgoSensors
from crossmodal_narrator.simulation.sensors.rig import Rig, default_rig
from crossmodal_narrator.simulation.sensors.spinning_lidar import load_model
from crossmodal_narrator.simulation.suite import TICK_S, SensorSuite, is_upon
from crossmodal_narrator.simulation.traffic.roll_out import roll_out

_MAX_PROCESSES = 4
_AHEAD = 4  # ticks that each process may be ahead of who takes them
_MOST_PIXELS = 4096 * 2160
_TOPICS_OF = {"odometry": ("/odom", "/tf"), "imu": (IMU_TOPIC,), "gps": (GNSS_TOPIC,)}  # of the ego's own sensors


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SensedTick:
    """A tick as serialized messages, by log time."""

    messages: Sequence[RawMessage]
    types: Mapping[str, str] = field(default_factory=dict)  # of each topic in it
    truth: dict[str, Any]


class Drive:
    """A scenario that was rolled out, ready to be sensed. Iterate over `ticks()`; one at a time."""

    def __init__(self, scenario: Scenario, rig: Rig, *, seed: int = 0, seconds: float | None = None) -> None:
        """`seconds` cuts it short.

        Raises:
            ScenarioError: the scenario contradicts itself, or has fewer seconds.
        """
        if seed < 0:
            raise ScenarioError(f"the seed is {seed}", remedy="choose 0 or more")
        self.scenario, self.rig, self.seed = scenario, rig, seed
        self.count = ticks_in(scenario, seconds)
        self.rollout: Rollout = roll_out(scenario, seed)

    @property
    def length_s(self) -> float:
        return self.count * TICK_S

    def ticks(self, processes: int | None = None) -> Iterator[SensedTick]:
        """All ticks in order, with the ego's own sensors merged in. The same bytes whatever the number of `processes`.

        By default one process a core, at most four.
        """
        composer = Composer()
        ego = ego_messages(composer, EgoSensors(self.rollout, self.length_s), self.rig)
        pending: list[RawMessage] = []
        for number, tick in enumerate(self._sensed(processes)):
            until_ns = tick.truth["stamp_ns"]
            is_last = number == self.count - 1
            for message in ego:
                if not self._is_lost(message):
                    pending.append(message)
                if message.log_time_ns > until_ns:
                    break
            ready = [m for m in pending if is_last or m.log_time_ns <= until_ns]
            pending = pending[len(ready) :]
            messages = sorted([*ready, *tick.messages], key=lambda m: m.log_time_ns)  # stable: the ego comes first
            yield replace(tick, messages=messages, types={**composer.types, **tick.types})

    def _is_lost(self, message: RawMessage) -> bool:
        """Whether a fault of one of the ego's own sensors keeps the message back: blind or silent, it gives none."""
        return any(
            message.topic in _TOPICS_OF.get(fault.sensor, ()) and is_upon(fault, message.log_time_ns)
            for fault in self.scenario.faults
        )

    def _sensed(self, processes: int | None) -> Iterator[SensedTick]:
        """Raises ScenarioError: a process that draws could not begin, or was killed."""
        processes = min(self.count, min(_MAX_PROCESSES, os.cpu_count() or 1) if processes is None else processes)
        what = (self.rollout, self.rig, self.scenario.faults)
        if processes <= 1:
            worker = _Worker(*what)
            yield from (worker.tick(number) for number in range(self.count))
            return
        # Spawned, not forked: OpenCV's threads do not survive a fork.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_set_worker, initargs=what)
        waiting: deque[Future[SensedTick]] = deque()
        try:
            for number in range(self.count):
                waiting.append(pool.submit(_worked_tick, number))
                if len(waiting) > _AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ScenarioError(
                "a process that draws was killed", remedy="take fewer --processes or a smaller --size"
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def build_drive(
    scenario: str,
    *,
    seed: int = 0,
    seconds: float | None = None,
    width: int = 960,
    height: int = 540,
    cameras: str | None = None,
    lidar: str = "beams_64",
) -> Drive:
    """The drive that a command line asks for.

    `scenario` is a name or a YAML file; `cameras` are names with commas between them, "none", or None for those of the
    scenario; `lidar` is a model or "none".

    Raises:
        ScenarioError: anything of it that is not known, or contradicts itself.
    """
    loaded = load_scenario(scenario)
    if width * height > _MOST_PIXELS:
        raise ScenarioError(f"an image of {width}x{height} is too large", remedy="choose at most 4096x2160 pixels")
    if lidar != "none":
        load_model(lidar)
    names = loaded.cameras if cameras is None else () if cameras == "none" else tuple(cameras.split(","))
    rig = default_rig(names, width=width, height=height, lidar=None if lidar == "none" else lidar)
    if loaded.microphones.chunk_s != TICK_S:
        raise ScenarioError(f"microphones.chunk_s is {loaded.microphones.chunk_s:g}", remedy=f"choose {TICK_S:g}")
    return Drive(loaded, replace(rig, microphones=loaded.microphones), seed=seed, seconds=seconds)


def ticks_in(scenario: Scenario, seconds: float | None) -> int:
    """How many ticks the first `seconds` hold.

    Raises:
        ScenarioError: fewer than one, or more than the scenario tells.
    """
    length_s = scenario.length_s if seconds is None else seconds
    if not TICK_S <= length_s <= scenario.length_s:
        raise ScenarioError(
            f"{scenario.name} cannot last {length_s:g} s", remedy=f"choose {TICK_S:g} to {scenario.length_s:g} s"
        )
    return math.floor(length_s / TICK_S + 1e-9)


class _Worker:
    """What one process needs to make ticks."""

    def __init__(self, rollout: Rollout, rig: Rig, faults: Sequence[SensorFault]) -> None:
        self._suite, self._composer = SensorSuite(rollout, rig, faults), Composer()

    def tick(self, number: int) -> SensedTick:
        tick = self._suite.tick(number)
        messages = [message for frame in tick.frames for message in self._composer.raw(frame)]
        return SensedTick(messages=messages, types=dict(self._composer.types), truth=tick.truth)


_worker: _Worker | Exception | None = None  # of this process


def _set_worker(rollout: Rollout, rig: Rig, faults: Sequence[SensorFault]) -> None:
    """What goes wrong here is raised by the first tick: a process that does not begin is not told to anybody."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal asks everybody; the parent ends its workers
    cv2.setNumThreads(1)  # the processes share the cores
    try:
        _worker = _Worker(rollout, rig, faults)
    except Exception as error:  # noqa: BLE001
        _worker = error


def _worked_tick(number: int) -> SensedTick:
    assert _worker is not None
    if isinstance(_worker, Exception):
        raise _worker
    return _worker.tick(number)
