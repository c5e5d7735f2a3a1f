"""Who sounds in a drive: each cue of each actor, each engine with its tyres, and the vehicle itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.simulation.rollout import Rollout
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS, EngineKind
from crossmodal_narrator.simulation.sound.bands import Bands, Reals
from crossmodal_narrator.simulation.sound.engines import DrivingVoice, kind_of
from crossmodal_narrator.simulation.sound.route import Route
from crossmodal_narrator.simulation.sound.voices import TONES, ToneVoice, Voice
from crossmodal_narrator.simulation.traffic.actor import Actor, SoundCue

SIREN, HORN, VEHICLE, EGO = "siren", "horn", "vehicle", "ego"
_ENGINE_HEIGHT_M = 0.4  # of engine and tyres together; CNOSSOS has both at 0.05 m, which leaves out the body's shine
_EGO_SOURCE_M = (2.2, 0.0, 0.4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """One voice on its way through the world. `pattern` tells sirens apart."""

    actor_id: str
    kind: str
    pattern: str
    route: Route
    voice: Voice
    behind_db: float = 0.0  # how much quieter it is towards its back
    cue: SoundCue | None = None

    def toward_db(self, direction: Reals, time_s: float) -> float:
        """What its direction takes away: nothing ahead, `behind_db` behind; a cosine between."""
        if not self.behind_db:
            return 0.0
        ahead = float(self.route.ahead(np.array(time_s)) @ direction)
        return 0.5 * self.behind_db * (1.0 - ahead)


def sources_of(rollout: Rollout, bands: Bands) -> tuple[list[Source], list[Source], Source]:
    """What is let sound on purpose; engines and tyres; and the vehicle's own."""
    cued = [source for actor in rollout.actors for source in _cued(actor, bands)]
    driving = [source for actor in rollout.actors if (source := _driving(actor, rollout, bands)) is not None]
    kind = kind_of(ObjectClass.CAR, "sedan")
    assert kind is not None
    route = Route(rollout.ego, _EGO_SOURCE_M)
    voice = DrivingVoice(
        kind, EngineKind.PETROL, rollout.ego, route, rollout.length_s,
        rain_mmph=rollout.environment.rain_mmph, bands=bands, seed=(rollout.seed, 0x503),
    )  # fmt: skip
    return cued, driving, Source(actor_id="ego", kind=EGO, pattern="", route=route, voice=voice)


def _cued(actor: Actor, bands: Bands) -> Iterator[Source]:
    length, _, height = actor.size_lwh_m
    for cue in actor.sounds:
        tone = TONES[cue.kind]
        # Sirens sit on the roof above the windscreen, horns behind the grille.
        offset = (0.25 * length, 0.0, height + 0.1) if cue.kind.is_siren else (0.48 * length, 0.0, 0.5)
        route = Route(actor.timeline, offset)
        # Nobody sounds before he comes or after he has gone.
        voice = ToneVoice(tone, max(cue.from_s, route.from_s), min(cue.to_s, route.to_s), bands)
        yield Source(
            actor_id=actor.actor_id,
            kind=SIREN if cue.kind.is_siren else HORN,
            pattern=cue.kind.value,
            route=route,
            voice=voice,
            behind_db=tone.behind_db,
            cue=cue,
        )


def _driving(actor: Actor, rollout: Rollout, bands: Bands) -> Source | None:
    kind = kind_of(actor.label, actor.look)
    if kind is None or actor.is_parked:
        return None
    look = LOOKS.get(actor.look)
    engine = EngineKind.PETROL if look is None else look.engine
    route = Route(actor.timeline, (0.2 * actor.size_lwh_m[0], 0.0, _ENGINE_HEIGHT_M))
    voice = DrivingVoice(
        kind, engine, actor.timeline, route, rollout.length_s,
        rain_mmph=rollout.environment.rain_mmph, bands=bands, seed=(rollout.seed, crc32(actor.actor_id.encode())),
    )  # fmt: skip
    return Source(actor_id=actor.actor_id, kind=VEHICLE, pattern=engine.value, route=route, voice=voice)
