"""What the rollout knows and the sensors must find: entries of truth.json, as for labelled real drives, and more.

An entry is a sweep's: its objects as in the labelled drives, and beside them what no labeller can write down: the state
of the traffic lights, who sounds from where, what the ego is doing, and what began or ended since the entry before.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox, Pose
from crossmodal_narrator.simulation.rollout import Rollout, stamp_at
from crossmodal_narrator.simulation.sensors.rig import CameraMount, Rig
from crossmodal_narrator.simulation.traffic.roads import SignalHead
from crossmodal_narrator.simulation.traffic.timeline import Timeline

_MAX_RANGE_M = 100.0
_STEP_S = 0.05
_STANDING_MPS, _TURNING_RPS, _CHANGING_MPS2, _HARD_MPS2 = 0.1, 0.08, 0.5, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that begins or ends: `subject` is an actor, a traffic light or the ego."""

    time_s: float
    event: str
    subject: str

    def entry(self) -> dict[str, Any]:
        return {"stamp_ns": stamp_at(self.time_s), "event": self.event, "subject": self.subject}


class GroundTruth:
    """The truth of one drive. Asked for a sweep at a time, in any order."""

    def __init__(self, rollout: Rollout, rig: Rig) -> None:
        self._rollout = rollout
        self._front = next((camera for camera in rig.cameras if camera.name == "front"), None)
        self._heads = {head.signal_id: head for head in rollout.roads.signals}
        self._events = sorted(_events(rollout), key=lambda e: (e.time_s, e.subject, e.event))

    def entry(
        self, time_s: float, since_ns: int, returns: Mapping[str, int], sounds: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """At `time_s`, the end of a turn, in base_link; events are those with later stamps than `since_ns`.

        `returns` counts the points of the sweep that met each actor.
        """
        rollout = self._rollout
        base_from_world = rollout.ego.pose(time_s).inverse()
        return {
            "stamp_ns": stamp_at(time_s),
            "ego_speed_mps": round(rollout.ego.speed(time_s), 3),
            "ego_yaw_rate_rps": round(rollout.ego.yaw_rate_rps(time_s), 4),
            "ego_manoeuvre": manoeuvre(rollout.ego, time_s),
            "objects": list(self._objects(time_s, base_from_world, returns)),
            "sounds": [dict(sound) for sound in sounds],
            "signals": list(self._signals(time_s, base_from_world)),
            "events": [e.entry() for e in self._events if since_ns < stamp_at(e.time_s) <= stamp_at(time_s)],
        }

    def _objects(self, time_s: float, base_from_world: Pose, returns: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        for actor in self._rollout.actors:
            if not actor.timeline.is_present(time_s):
                continue
            box = actor.box(time_s).moved(base_from_world)
            if box.nearest_in_plan_m() > _MAX_RANGE_M:
                continue
            yield {
                "id": actor.actor_id,
                "label": actor.label.value,
                "look": actor.look,
                "position_m": [round(v, 3) for v in box.centre_m],
                "size_lwh_m": [round(v, 3) for v in box.size_lwh_m],
                "yaw_rad": round(box.yaw_rad, 4),
                "speed_mps": round(actor.timeline.speed(time_s), 3),
                "motion": actor.motion(time_s),
                "lidar_points": returns.get(actor.actor_id, 0),
                "centre_in_front_image": _is_in_image(self._front, box),
            }

    def _signals(self, time_s: float, base_from_world: Pose) -> Iterator[dict[str, Any]]:
        for timeline in self._rollout.signals:
            head = self._heads[timeline.signal_id]
            x, y, _ = base_from_world.transform_point((*head.stop_m, 0.0))
            if np.hypot(x, y) <= _MAX_RANGE_M:
                yield {
                    "id": head.signal_id,
                    "state": timeline.at(time_s).value,
                    "stop_line_m": [round(x, 2), round(y, 2)],
                    "is_for_ego": _governs(head, self._rollout.ego, time_s),
                }


def manoeuvre(ego: Timeline, time_s: float) -> str:
    """What the ego is doing: standing, turning_left, turning_right, braking, accelerating or cruising."""
    speed, yaw_rate = ego.speed(time_s), ego.yaw_rate_rps(time_s)
    if abs(speed) < _STANDING_MPS:
        return "standing"
    if abs(yaw_rate) > _TURNING_RPS:
        return "turning_left" if yaw_rate > 0 else "turning_right"
    acceleration = (ego.speed(time_s + 0.25) - ego.speed(time_s - 0.25)) / 0.5
    if abs(acceleration) > _CHANGING_MPS2:
        return "accelerating" if acceleration > 0 else "braking"
    return "cruising"


def _is_in_image(camera: CameraMount | None, box: OrientedBox) -> bool:
    if camera is None:
        return False
    centre = camera.base_from_camera.inverse().transform(np.array([box.centre_m]))
    return bool(camera.intrinsics.project(centre)[1][0])


def _governs(head: SignalHead, ego: Timeline, time_s: float) -> bool:
    """Whether the ego stands or drives on the lane before this light's stop line, within 100 m."""
    x, y, _ = ego.pose(time_s).inverse().transform_point((*head.stop_m, 0.0))
    turned = np.angle(np.exp(1j * (head.yaw_rad - ego.pose(time_s).yaw_rad)))
    return bool(-1.0 < x < _MAX_RANGE_M and abs(y) < 1.8 and abs(turned) < 0.5)


def _events(rollout: Rollout) -> Iterator[Event]:
    for actor in rollout.actors:
        for cue in actor.sounds:
            yield Event(time_s=cue.from_s, event=f"{cue.kind.value}_on", subject=actor.actor_id)
            yield Event(time_s=cue.to_s, event=f"{cue.kind.value}_off", subject=actor.actor_id)
        if actor.timeline.is_moving_ever:
            yield from _changes_of_speed(actor.actor_id, actor.timeline, rollout.length_s)
    yield from _changes_of_speed("ego", rollout.ego, rollout.length_s)
    for signal in rollout.signals:
        for time_s, light in signal.changes:
            if time_s > 0:
                yield Event(time_s=time_s, event=f"signal_{light.value}", subject=signal.signal_id)


def _changes_of_speed(subject: str, timeline: Timeline, length_s: float) -> Iterator[Event]:
    """It stops, starts, brakes hard."""
    first, last = max(0.0, float(timeline.time_s[0])), min(length_s, float(timeline.time_s[-1]))
    times = np.arange(first, last + 1e-9, _STEP_S)
    if len(times) < 2:
        return
    speeds: NDArray[np.float64] = np.interp(times, timeline.time_s, timeline.speed_mps)
    is_standing = np.abs(speeds) < _STANDING_MPS
    brakes = np.gradient(speeds, _STEP_S) < -_HARD_MPS2
    for k, ((was, stands), (braked, braking)) in enumerate(
        zip(itertools.pairwise(is_standing), itertools.pairwise(brakes), strict=True), start=1
    ):
        time_s = float(times[k])
        if stands != was:
            yield Event(time_s=time_s, event="stops" if stands else "starts", subject=subject)
        if braking and not braked:
            yield Event(time_s=time_s, event="brakes_hard", subject=subject)
