"""What a node says of its own health, on /diagnostics, twice a second: a line for each thing that can go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.encoding.audio import MicrophoneHealth
from crossmodal_narrator.language.rewriting import Outcome
from crossmodal_narrator.nodes.opened import Opened
from crossmodal_narrator.nodes.outbox import Outbox
from crossmodal_narrator.nodes.subscriptions import SensorSubscriptions, Watched
from crossmodal_narrator.nodes.worker import PerceptionWorker
from crossmodal_narrator.wire import MessageKind

OK, WARN, ERROR, STALE = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR, DiagnosticStatus.STALE
TROUBLE_SHOWN_S = 5.0
DISCOVERY_S = 1.0  # publishers are not found at once
MOST_DRIFT_PPM = 300.0  # of a microphone's clock; a good one keeps 50
MOST_LOST = 0.05  # of a microphone's last seconds
MOST_CLIPPED = 0.01  # of the samples of a microphone
MOST_SHOWN = 200  # characters of what a large model said
QUIET_S = 1.5  # after which a topic that was alive is called silent
SELDOM = (MessageKind.TRANSFORMS, MessageKind.SOUND_INFO)  # published once, or now and then
# Of a camera, and of a microphone, one of them is enough.
ALTERNATIVES = (MessageKind.IMAGE, MessageKind.COMPRESSED_IMAGE, MessageKind.SOUND, MessageKind.SOUND_DATA)


class RunByEngine(Protocol):
    """An encoder that can say what runs its network; empty where it has none."""

    @property
    def engine_name(self) -> str: ...


Encoder = TypeVar("Encoder", bound=RunByEngine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One status: a message that a person can act on, and the figures behind it."""

    name: str
    level: bytes
    message: str
    values: Mapping[str, str] = field(default_factory=dict)


def to_array(node: str, stamp: Any, healths: Iterable[Health]) -> DiagnosticArray:
    """DiagnosticArray; names are prefixed with the node's, as aggregators expect."""
    array = DiagnosticArray()
    array.header.stamp = stamp
    array.status = [
        DiagnosticStatus(
            name=f"{node}: {health.name}",
            hardware_id="crossmodal_narrator",
            level=health.level,
            message=health.message,
            values=[KeyValue(key=key, value=value) for key, value in health.values.items()],
        )
        for health in healths
    ]
    return array


def inputs(subscriptions: SensorSubscriptions, now_ns: int) -> list[Health]:
    """How each topic is delivered: who publishes it, at which rate, and what was dropped."""
    found = [
        Health(name=f"input {topic}", level=ERROR, message=why) for topic, why in subscriptions.unavailable.items()
    ]
    served = {w.source for w in subscriptions.watched.values() if w.kind in ALTERNATIVES and w.rate.total}
    has_transforms = any(w.rate.total for w in subscriptions.watched.values() if w.kind is MessageKind.TRANSFORMS)
    for topic, watched in subscriptions.watched.items():
        publishers, silent_s = subscriptions.publishers(topic), watched.rate.silent_s(now_ns)
        other_serves = watched.kind in (*ALTERNATIVES, MessageKind.SOUND_INFO) and watched.source in served
        level, message = _delivery(watched, publishers, silent_s)
        if watched.rate.total == 0 and now_ns - subscriptions.since_ns < DISCOVERY_S * 1e9:
            level, message = OK, "waiting for its publisher to be found"
        if level != OK and other_serves and not watched.rate.total:
            level, message = OK, "not needed: another topic of this sensor is read"
        if watched.kind is MessageKind.TRANSFORMS and has_transforms and not publishers and not watched.rate.total:
            # Some simulators put all on /tf, others only /tf_static; what is missing the scene names.
            level, message = OK, "not published: transforms come by the other topic"
        values = {
            "publishers": str(publishers),
            "rate_hz": f"{watched.rate.per_s(now_ns):.1f}",
            "received": str(watched.rate.total),
            "dropped": str(subscriptions.dropped.get(topic, 0)),
        }
        found.append(Health(name=f"input {watched.topic}", level=level, message=message, values=values))
    return found


def _delivery(watched: Watched, publishers: int, silent_s: float | None) -> tuple[bytes, str]:
    topic = watched.topic
    if silent_s is None and watched.incompatible:
        return ERROR, f"{topic} is published with another QoS ({watched.incompatible}): publish it {watched.wanted_qos}"
    if publishers == 0 and (silent_s is None or silent_s > QUIET_S):
        return WARN, f"nobody publishes {topic}: start its driver, or remap the topic in the launch file"
    if silent_s is None:
        told = f"check its QoS, its type ({watched.kind.value}) and its source"
        return WARN, f"{topic} has a publisher and no message came: {told}"
    if silent_s > QUIET_S and watched.kind not in SELDOM:
        return WARN, f"{topic} has been silent for {silent_s:.0f} s: check its driver"
    return OK, "messages come"


def clock(*, is_ticking: bool) -> Health:
    """Where the time is taken from /clock: whether it comes."""
    if is_ticking:
        return Health(name="clock", level=OK, message="/clock comes")
    message = "use_sim_time is set and nobody publishes /clock: start the simulator or the player, or unset it"
    return Health(name="clock", level=WARN, message=message)


def engine(name: str, opened: Opened[Encoder], *, none: str, without: str) -> Health:
    """What runs an encoder, which engines were refused, and why there may be none.

    `none` is said where nothing was to be opened, `without` is what the node goes on without. Engines that this machine
    has not are told of; only one that it has and that did not do is warned of.
    """
    refused = {f"refused {k}": f"{refusal.engine}: {refusal.reason}" for k, refusal in enumerate(opened.refusals)}
    if opened.error is not None:
        return Health(name=name, level=ERROR, message=f"going on without {without}: {opened.error}", values=refused)
    message = (opened.encoder.engine_name if opened.encoder is not None else "") or none
    level = OK if all(refusal.is_absent for refusal in opened.refusals) else WARN
    return Health(name=name, level=level, message=message, values=refused)


def microphones(healths: Mapping[str, MicrophoneHealth]) -> Iterator[Health]:
    """How each microphone itself is: dead channels, samples at full scale, what was lost, a clock that drifts."""
    for name, health in sorted(healths.items()):
        values = {
            "lost_s": f"{health.lost_s:.2f}",
            "restarts": str(health.restarts),
            "clipped": f"{100.0 * health.clipped:.1f} %",
            "dead_channels": ", ".join(map(str, health.dead)),
            "drift_ppm": "" if health.drift_ppm is None else f"{health.drift_ppm:.0f}",
        }
        level, message = OK, "it hears"
        if abs(health.drift_ppm or 0.0) > MOST_DRIFT_PPM:
            level = WARN
            message = f"its clock drifts by {health.drift_ppm:.0f} ppm, which is followed: check its rate, or use PTP"
        if health.clipped > MOST_CLIPPED:
            level, message = WARN, f"{100.0 * health.clipped:.0f} % of its samples are at full scale: lower its gain"
        if health.lost > MOST_LOST:
            level = WARN
            message = f"{100.0 * health.lost:.0f} % of its time has no sound: check network, `channels` and rate"
        if health.dead:
            which = ", ".join(map(str, health.dead))
            level, message = WARN, f"nothing comes from channel {which}: check its cable and its capsule"
        yield Health(name=f"microphone {name}", level=level, message=message, values=values)


def messages(worker: PerceptionWorker, now_ns: int) -> Health:
    """Whether what comes can be read."""
    values = {"refused": str(worker.refused), "clock_jumps": str(worker.clock_jumps)}
    trouble = worker.trouble
    if trouble is None:
        return Health(name="messages", level=OK, message="everything that comes can be read", values=values)
    ago_s = (now_ns - trouble.at_ns) / 1e9
    level = WARN if ago_s < TROUBLE_SHOWN_S else OK
    told = f"{trouble.topic}: {trouble.what.removeprefix(f'{trouble.topic}: ')} ({ago_s:.0f} s ago)"
    return Health(name="messages", level=level, message=told, values=values)


def scenes(topic: str, silent_s: float | None, values: Mapping[str, str]) -> Health:
    """Whether scenes come on `topic`; `silent_s` since the last one, None when there has been none."""
    if silent_s is None or silent_s > QUIET_S:
        message = f"no scene comes on {topic}: see whether the perception node is active, and what it lacks"
        return Health(name="scenes", level=WARN, message=message, values=values)
    return Health(name="scenes", level=OK, message="scenes come", values=values)


def senses(scene: SceneState | None) -> Health:
    """What the newest scene says of the senses."""
    if scene is None:
        return Health(name="senses", level=WARN, message="no scene yet: see the inputs")
    degraded = scene.degraded
    if not degraded:
        return Health(name="senses", level=OK, message="all senses deliver")
    values = {f"{d.sense.value} {d.source}": f"{d.trouble.value}: {d.remedy}" for d in degraded}
    first = degraded[0]
    return Health(
        name="senses", level=WARN, message=f"{first.sense.value} {first.trouble.value}: {first.remedy}", values=values
    )


def rewriting(outbox: Outbox | None, without: ModelError | None) -> Health:
    """What became of the sentences that a large model was to say in other words; `without`: why there is none."""
    name = "rewriting"
    if outbox is None:
        return Health(name=name, level=ERROR, message=f"going on without other words: {without}")
    asked = [outcome for outcome in tuple(outbox.recent) if outcome.was_asked]
    late, refused = asked.count(Outcome.LATE), sum(outcome.was_refused for outcome in asked)
    values = {
        "ready": str(outbox.is_ready).lower(),
        "late_share": f"{late / max(1, len(asked)):.2f}",
        "refused_share": f"{refused / max(1, len(asked)):.2f}",
        **{outcome.value: str(total) for outcome, total in sorted(outbox.totals.items())},
        "last_refused": outbox.refused[:MOST_SHOWN],
    }
    level, message = OK, f"of the last {len(asked)} asked for {asked.count(Outcome.REWORDED)} were said in other words"
    if outbox.mistake:
        level, message = ERROR, f"a mistake in the narrator itself; please report it: {outbox.mistake}"
    elif outbox.error is not None and outbox.is_ready:
        level, message = WARN, f"the last time no other words came: {outbox.error}"
    elif outbox.error is not None:
        level, message = WARN, f"sentences are said as they are: {outbox.error}"
    elif not outbox.is_ready:
        message = "the large model is loading; sentences are said as they are"
    return Health(name=name, level=level, message=message, values=values)


def times(name: str, quantiles: Mapping[str, tuple[float, float]], values: Mapping[str, str]) -> Health:
    """The median and the 99th percentile of each stage, in milliseconds."""
    shown = {stage: f"p50 {p50:.1f} ms, p99 {p99:.1f} ms" for stage, (p50, p99) in quantiles.items()}
    return Health(name=name, level=OK, message=f"{len(shown)} stages measured", values={**values, **shown})
