"""Scene → facts. Remembers the last seconds of each track, and forgets everything when the clock jumps back."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from crossmodal_narrator.core.detections import LOOKALIKES, ObjectClass, SignalState
from crossmodal_narrator.core.scene import (
    Evidence,
    SceneObject,
    SceneState,
    Side,
    SoundEvent,
    TrafficSignal,
)
from crossmodal_narrator.core.snapshot import Degradation, Sense, Trouble
from crossmodal_narrator.language.claims.ego import EgoEstimator
from crossmodal_narrator.language.claims.facts import Ego, Facts, SenseHealth, Signal, Sound, Thing
from crossmodal_narrator.language.claims.hearing import Hearing
from crossmodal_narrator.language.claims.held import Held, Settled
from crossmodal_narrator.language.claims.movement import HISTORY_S, Observed, movement_of, observed
from crossmodal_narrator.language.claims.predicates import Movement, group, track
from crossmodal_narrator.language.config import NarratorConfig

FORGET_LOST_S = 10.0
SIGNAL_CONE_RAD = math.radians(25)
NOVELTY_NS = 5_000_000_000
DELIVERED_NS = 3_000_000_000
LOOKED_NS = 1_000_000_000
LOOKS_NS = 500_000_000  # until a sense has looked for so long, what it does not show may be there
GOES_ON_NS = 450_000_000
BESIDE_M = 1.6  # off our middle line, and not in our path
MAY_BE_THERE_S = 5.0  # what was lost may only be hidden


@dataclass(slots=True)
class _TrackMemory:
    label: Settled[ObjectClass]
    kind: Held[int]
    place: Held[tuple[Side, bool]]
    movement: Settled[Movement]
    born_ns: int
    past: deque[Observed] = field(default_factory=deque)


class ClaimDrawer:
    """Draws the facts of each scene. Call `draw` in stamp order; `forget` when the clock jumps."""

    def __init__(self, config: NarratorConfig) -> None:
        self._config = config
        self.forget()

    def forget(self) -> None:
        self._ego = EgoEstimator(self._config.persistence_s)
        self._tracks: dict[str, _TrackMemory] = {}
        self._last_seen_ns: dict[str, int] = {}
        self._last_seen: dict[str, Thing] = {}
        self._signal: Held[SignalState] | None = None
        self._sounds: dict[str, Hearing] = {}
        self._senses: dict[tuple[Sense, str], Held[Trouble | None]] = {}
        self._delivered: dict[Sense, Evidence] = {}
        self._looked: dict[Sense, Evidence] = {}
        self._looks_since_ns: dict[Sense, int] = {}
        self._novelty: tuple[int, float] | None = None  # when it was told, and what

    def draw(self, scene: SceneState) -> Facts:
        now_ns = scene.stamp_ns
        ego = self._ego.update(scene.ego, now_ns)
        yaw_rate = scene.ego.yaw_rate_rps if scene.ego is not None else 0.0
        things = {track(o.track_id): self._thing(o, ego, yaw_rate, now_ns) for o in scene.objects}
        lost_s = self._lost(things, now_ns)
        self._last_seen.update(things)
        return Facts(
            stamp_ns=now_ns,
            ego=ego,
            things=things,
            signal=self._signal_ahead(scene.signals, now_ns),
            sounds=self._heard(scene.sounds, now_ns),
            senses=self._health(scene, now_ns),
            delivering=self._delivering(scene, now_ns),
            lost_s=lost_s,
            lost={subject: self._last_seen[subject] for subject, s in lost_s.items() if s <= MAY_BE_THERE_S},
            has_light=any(abs(s.azimuth_rad) < SIGNAL_CONE_RAD for s in scene.signals),
            looked=self._looking(scene),
            novelty=self._newest_novelty(scene),
        )

    def _looking(self, scene: SceneState) -> dict[Sense, Evidence]:
        """Sound comes in chunks of its own, so that not every scene has some.

        Of one look nobody knows that there is nothing: a thing that is there has no track yet.
        """
        now_ns = scene.stamp_ns
        failing = {d.sense for d in scene.degraded}
        for sense in scene.senses:
            before = self._looked.get(sense)
            goes_on = before is not None and now_ns - before.stamp_ns <= LOOKED_NS and sense not in failing
            if not goes_on:
                self._looks_since_ns[sense] = now_ns
            self._looked[sense] = Evidence(modality=sense, stamp_ns=now_ns, detail="looked at")
        return {
            sense: seen
            for sense, seen in self._looked.items()
            if sense not in failing
            and now_ns - seen.stamp_ns <= LOOKED_NS
            and now_ns - self._looks_since_ns[sense] >= LOOKS_NS
        }

    def _newest_novelty(self, scene: SceneState) -> float | None:
        """Between two looks at the surroundings the last one counts, for a while."""
        if scene.surroundings is not None:
            self._novelty = scene.stamp_ns, scene.surroundings.novelty
        if self._novelty is None or scene.stamp_ns - self._novelty[0] > NOVELTY_NS:
            return None
        return self._novelty[1]

    def _thing(self, seen: SceneObject, ego: Ego, yaw_rate_rps: float, now_ns: int) -> Thing:
        subject = track(seen.track_id)
        memory = self._remember(subject, seen, ego.speed_mps, yaw_rate_rps, now_ns)
        movement = movement_of(seen, memory.past, ego.speed_mps, yaw_rate_rps)
        memory.movement.update(movement, now_ns)
        colour = seen.attribute("colour")
        position, velocity = seen.position_m, seen.velocity_mps
        closing = seen.closing_mps((ego.speed_mps, 0.0))
        distance = seen.relation.distance_m
        return Thing(
            subject=subject,
            label=memory.label.value,
            confidence=seen.confidence,
            side=_side(seen, memory.movement.value),
            in_path=seen.relation.in_path,
            distance_m=distance,
            movement=memory.movement.value,
            colour=colour.value if colour and colour.confidence >= self._config.colour_confidence else None,
            colour_confidence=colour.confidence if colour else 0.0,
            forward_m=position[0] if position else None,
            left_m=position[1] if position else None,
            forward_mps=velocity[0] if velocity else None,
            left_mps=velocity[1] if velocity else None,
            across_m=max(seen.size_lwh_m[:2]) if seen.size_lwh_m else None,
            closing_mps=closing,
            ttc_s=distance / closing if distance is not None and closing is not None and closing > 0.5 else None,
            held_s=min(memory.place.held_s(now_ns), (now_ns - memory.born_ns) / 1e9),
            movement_held_s=memory.movement.held_s(now_ns),
            kind_held_s=memory.kind.held_s(now_ns),
            label_held_s=memory.label.held_s(now_ns) if memory.label.value is seen.label else 0.0,
            evidence=seen.evidence,
        )

    def _remember(
        self, subject: str, seen: SceneObject, ego_mps: float, yaw_rate_rps: float, now_ns: int
    ) -> _TrackMemory:
        place = (_side(seen, Movement.UNKNOWN), seen.relation.in_path)
        memory = self._tracks.get(subject)
        if memory is None:
            memory = self._tracks[subject] = _TrackMemory(
                label=Settled(seen.label, now_ns, self._config.label_hold_s),
                kind=Held(LOOKALIKES[seen.label], now_ns),
                place=Held(place, now_ns),
                movement=Settled(Movement.UNKNOWN, now_ns, self._config.persistence_s),
                born_ns=now_ns,
            )
        if ObjectClass.OBSTACLE in (seen.label, memory.label.value) and seen.label is not memory.label.value:
            # What gets a name, or loses it, does not change its mind: who steps out may have had none until now.
            memory.label = Settled(seen.label, now_ns, self._config.label_hold_s)
        memory.label.update(seen.label, now_ns)
        memory.kind.update(LOOKALIKES[seen.label], now_ns)
        memory.place.update(place, now_ns)
        memory.past.append(observed(seen, now_ns, ego_mps, yaw_rate_rps))
        while (now_ns - memory.past[0].stamp_ns) / 1e9 > HISTORY_S:
            memory.past.popleft()
        self._last_seen_ns[subject] = now_ns
        return memory

    def _lost(self, things: dict[str, Thing], now_ns: int) -> dict[str, float]:
        gone = {s: (now_ns - t) / 1e9 for s, t in self._last_seen_ns.items() if s not in things}
        for subject in [s for s, lost_s in gone.items() if lost_s > FORGET_LOST_S]:
            del self._last_seen_ns[subject], gone[subject]
            self._tracks.pop(subject, None)
            self._last_seen.pop(subject, None)
        return gone

    def _signal_ahead(self, signals: tuple[TrafficSignal, ...], now_ns: int) -> Signal | None:
        """The state on which all lights ahead agree; two that differ may belong to two lanes, and nothing is said."""
        known = [
            s
            for s in signals
            if abs(s.azimuth_rad) < SIGNAL_CONE_RAD
            and s.state is not SignalState.UNKNOWN
            and s.confidence >= self._config.sure_confidence
        ]
        states = {s.state for s in known}
        if len(states) != 1:
            self._signal = None
            return None
        (state,) = states
        if self._signal is None:
            self._signal = Held(state, now_ns)
        self._signal.update(state, now_ns)
        return Signal(
            subject=group(f"signal:{s.signal_id}" for s in known),
            state=state,
            confidence=max(s.confidence for s in known),
            held_s=self._signal.held_s(now_ns),
            evidence=tuple(e for s in known for e in s.evidence),
        )

    def _heard(self, sounds: tuple[SoundEvent, ...], now_ns: int) -> tuple[Sound, ...]:
        """The loudest of each kind."""
        loudest: dict[str, SoundEvent] = {}
        for event in sounds:
            if event.kind not in loudest or event.level_db > loudest[event.kind].level_db:
                loudest[event.kind] = event
        self._sounds = {k: m for k, m in self._sounds.items() if k in loudest}
        return tuple(self._sound(kind, event, now_ns) for kind, event in sorted(loudest.items()))

    def _sound(self, kind: str, event: SoundEvent, now_ns: int) -> Sound:
        hearing = self._sounds.get(kind)
        if hearing is None:
            hearing = self._sounds[kind] = Hearing(event, now_ns)
        else:
            hearing.update(event, now_ns)
        return Sound(
            subject=f"sound:{kind}",
            kind=kind,
            side=hearing.side,
            is_being_placed=hearing.is_being_placed,
            is_amid=hearing.is_amid,
            trend=hearing.trend,
            confidence=event.confidence,
            held_s=hearing.held_s,
            seen_as=None if event.track_id is None else track(event.track_id),
            evidence=event.evidence,
        )

    def _health(self, scene: SceneState, now_ns: int) -> tuple[SenseHealth, ...]:
        failing = {(d.sense, d.source): d for d in scene.degraded}
        for key in failing:
            self._senses.setdefault(key, Held(None, now_ns))
        for key, held in self._senses.items():
            held.update(failing[key].trouble if key in failing else None, now_ns)
        return tuple(
            SenseHealth(
                sense=sense,
                source=source,
                trouble=held.value,
                held_s=held.held_s(now_ns),
                evidence=_diagnosis(failing.get((sense, source))),
                others_go_on=sense is Sense.CAMERA and self._gave_lately(sense, now_ns),
            )
            for (sense, source), held in sorted(self._senses.items(), key=lambda item: item[0])
        )

    def _gave_lately(self, sense: Sense, now_ns: int) -> bool:
        """Whether it gave something to a scene, so lately that none of its sensors that fail for a while can have."""
        seen = self._looked.get(sense)
        return seen is not None and now_ns - seen.stamp_ns <= GOES_ON_NS

    def _delivering(self, scene: SceneState, now_ns: int) -> tuple[SenseHealth, ...]:
        """Senses that supported something in the last seconds, and of which no sensor fails."""
        for evidence in (e for o in scene.objects for e in o.evidence):
            before = self._delivered.get(evidence.modality)
            if before is None or before.stamp_ns < evidence.stamp_ns:
                self._delivered[evidence.modality] = evidence
        failing = {d.sense for d in scene.degraded}
        return tuple(
            SenseHealth(sense=sense, source="", trouble=None, held_s=0.0, evidence=(evidence,))
            for sense, evidence in sorted(self._delivered.items())
            if sense not in failing and now_ns - evidence.stamp_ns <= DELIVERED_NS
        )


def _side(seen: SceneObject, movement: Movement) -> Side:
    """Where a passenger would say that it is: far ahead, what stands beside our path is still 'on the right', and so is
    what just comes into it.
    """
    side, position = seen.relation.side, seen.position_m
    if side is not Side.AHEAD or position is None:
        return side
    is_beside = abs(position[1]) >= BESIDE_M and not seen.relation.in_path
    if not is_beside and movement is not Movement.CUTTING_IN:
        return side
    return Side.AHEAD_LEFT if position[1] > 0 else Side.AHEAD_RIGHT


def _diagnosis(failing: Degradation | None) -> tuple[Evidence, ...]:
    if failing is None:
        return ()
    detail = f"{failing.trouble.value}: {failing.remedy}"
    return (Evidence(modality=failing.sense, stamp_ns=failing.since_ns, detail=detail),)
