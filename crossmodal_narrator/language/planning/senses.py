"""What the senses themselves have to say: one is lost or back, a light changes, something is heard."""

from __future__ import annotations

from collections.abc import Iterator

from crossmodal_narrator.core.detections import SignalState
from crossmodal_narrator.core.scene import Side, apart
from crossmodal_narrator.core.snapshot import Sense, Trouble
from crossmodal_narrator.core.speech import Urgency
from crossmodal_narrator.language.claims.facts import SenseHealth, Sound
from crossmodal_narrator.language.claims.predicates import EgoState, Movement, Predicate, group
from crossmodal_narrator.language.config import NarratorConfig
from crossmodal_narrator.language.planning.memory import SIGNAL
from crossmodal_narrator.language.planning.message import Act, Mention, Message
from crossmodal_narrator.language.planning.view import View

LOST_AFTER_S = 0.5
MISSING_AFTER_S = 0.9  # sensors start one after another
BACK_AFTER_S = 0.8
NEARER_AGAIN_S = 8.0  # what comes nearer is told again
WATCHED_S = 3.0  # what makes it has just been told
MOVES_WITHIN_S = 0.8  # a new track does so long not know how it moves
AMID_S = 6.0
PLACED_WITHIN_S = 1.2  # what is heard is told then, wherever it is
MOVED_EIGHTHS = 2  # of the circle
LOUD_KINDS = frozenset({"siren", "horn", "car_horn", "crash", "shout", "skid", "bell"})


def senses(view: View) -> Iterator[Message]:
    lost = [h for h in view.facts.senses if h.trouble is not None and _is_lost(h, view)]
    for sense, trouble in sorted({(h.sense, h.trouble) for h in lost if h.trouble is not None}):
        alike = [h for h in lost if (h.sense, h.trouble) == (sense, trouble)]
        act = Act.SENSE_PART_LOST if alike[0].others_go_on else Act.SENSE_LOST
        yield _sense_message(view, act, alike)
    back = [h for h in view.facts.senses if h.trouble is None and _is_back(h, view)]
    for sense in sorted({h.sense for h in back}):
        yield _sense_message(view, Act.SENSE_BACK, [h for h in back if h.sense is sense])


def _is_lost(health: SenseHealth, view: View) -> bool:
    if health.sense is Sense.AUDIO and health.trouble is Trouble.MISSING:
        return False  # many vehicles have no microphone
    patience_s = MISSING_AFTER_S if health.trouble is Trouble.MISSING else LOST_AFTER_S
    return health.held_s >= patience_s and view.memory.said(Predicate.SENSE_TROUBLE, health.subject) is None


def _is_back(health: SenseHealth, view: View) -> bool:
    return health.held_s >= BACK_AFTER_S and view.memory.said(Predicate.SENSE_TROUBLE, health.subject) is not None


def _sense_message(view: View, act: Act, healths: list[SenseHealth]) -> Message:
    seeing = [h for h in view.facts.delivering if h.sense in (Sense.CAMERA, Sense.LIDAR)]
    relies_on_rest = act is Act.SENSE_LOST and healths[0].sense is not Sense.ODOMETRY
    left = seeing if relies_on_rest else []
    roles = {"a": group(h.subject for h in healths)}
    return Message(
        act=act,
        topic=f"sense/{healths[0].sense.value}",
        priority=80.0,
        urgency=Urgency.NOTABLE,
        trigger="sense",
        core=tuple(h.claim() for h in healths),
        extra=tuple(h.claim() for h in left),
        roles={**roles, "b": group(h.subject for h in left)} if left else roles,
    )


def signals(view: View) -> Iterator[Message]:
    """The light ahead, when it concerns us: red while we stand or slow, green after red."""
    signal = view.facts.signal
    if signal is None or signal.held_s < view.config.least_signal_s or not view.fresh("signal", 3.0):
        return
    last = view.memory.said(Predicate.SIGNAL_STATE, SIGNAL)
    if signal.state.value == last:
        return
    concerns = {
        SignalState.RED: view.facts.ego.state in (EgoState.STANDING, EgoState.STOPPED, EgoState.STOPPING),
        SignalState.GREEN: last == SignalState.RED.value,
        SignalState.AMBER: view.facts.ego.state in (EgoState.SLOWING, EgoState.STOPPING),
    }
    if concerns.get(signal.state, False):
        yield Message(
            act=Act.SIGNAL,
            topic="signal",
            priority=64.0,
            urgency=Urgency.NOTABLE,
            trigger="signal",
            core=(signal.claim(),),
            roles={"a": signal.subject},
        )


def sources(view: View) -> Iterator[Message]:
    """Whose sound it is, when what was heard is seen, too."""
    for sound in view.facts.sounds:
        topic = f"source/{sound.kind}"
        thing = None if sound.seen_as is None else view.facts.things.get(sound.seen_as)
        if thing is None or not view.may_speak_of(thing) or sound.confidence < view.config.sure_confidence:
            continue
        if view.memory.said(Predicate.SOUND_SOURCE, sound.subject) == thing.subject or not view.fresh(topic, 5.0):
            continue
        if sound.trend is None and thing.movement is Movement.UNKNOWN and thing.held_s < MOVES_WITHIN_S:
            continue  # in a moment one sees whether it comes nearer
        mention = view.memory.mention(thing.subject, view.now_ns)
        yield Message(
            act=Act.SOURCE,
            topic=topic,
            priority=77.0,
            urgency=Urgency.NOTABLE,
            trigger="sound",
            core=(*sound.claims(Predicate.HEARD, Predicate.SOUND_SOURCE), *thing.claims(Predicate.EXISTS)),
            extra=(*thing.claims(Predicate.SIDE, *view.look), *sound.claims(Predicate.SOUND_TREND)),
            roles={"a": sound.subject, "b": thing.subject},
            mentions={
                sound.subject: Mention.GIVEN,
                thing.subject: Mention.GIVEN if mention is Mention.FOCUS else mention,
            },
            hedged=view.hedged((thing,)),
        )


def sounds(view: View) -> Iterator[Message]:
    for sound in view.facts.sounds:
        if not view.may_speak_of_sound(sound) or sound.kind not in LOUD_KINDS:
            continue
        said_trend = view.memory.said(Predicate.SOUND_TREND, sound.subject)
        topic = f"sound/{sound.kind}"
        # What goes on since it was told of, or was seen a moment ago, is no new one.
        first = view.fresh(topic, max(20.0, sound.held_s)) and view.fresh(f"source/{sound.kind}", 20.0)
        if (first and is_being_placed(sound, view.config)) or _is_watched(sound, view):
            continue
        turned = sound.trend is not None and sound.trend != said_trend
        placed = sound.side is not None and view.memory.said(Predicate.SIDE, sound.subject) is None
        nearer = sound.trend == "approaching" and view.fresh(topic, NEARER_AGAIN_S)
        moved = _has_moved(sound, view)
        is_news = (placed and view.fresh(topic, 2.0)) or ((turned or moved) and view.fresh(topic, 5.0))
        if first or nearer or is_news:
            yield Message(
                act=Act.SOUND,
                topic=topic,
                priority=76.0,
                urgency=Urgency.NOTABLE,
                trigger="sound",
                core=sound.claims(Predicate.HEARD),
                extra=sound.claims(Predicate.SIDE, Predicate.SOUND_TREND),
                roles={"a": sound.subject},
                mentions={sound.subject: Mention.NEW if first else Mention.GIVEN},
            )


def _is_watched(sound: Sound, view: View) -> bool:
    """Whose it is was told just now: that it comes nearer one can guess, and that it passes is to be told next."""
    return sound.seen_as is not None and not view.fresh(f"source/{sound.kind}", WATCHED_S)


def is_being_placed(sound: Sound, config: NarratorConfig) -> bool:
    """Whether it is worth while to wait a moment, and to tell where it is at once."""
    is_sure = sound.kind in LOUD_KINDS and sound.confidence >= config.sure_confidence
    return is_sure and sound.is_being_placed and sound.held_s < PLACED_WITHIN_S


def _has_moved(sound: Sound, view: View) -> bool:
    """It was told to be behind us, and is beside us by now; or for a while it has been right amid another direction."""
    said = view.memory.said(Predicate.SIDE, sound.subject)
    if said is None or sound.side is None or sound.side is Side(said):
        return False
    is_amid = sound.is_amid and view.fresh(f"sound/{sound.kind}", AMID_S)
    return is_amid or apart(Side(said), sound.side) >= MOVED_EIGHTHS
