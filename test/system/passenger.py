"""A car with a passenger, as a process of its own for test_voice_live.py: `passenger.py CASE`.

It brings the voice node up, publishes what is narrated and what the cabin's microphone hears as time passes, and prints
as JSON what came of it: chunks of speech and utterances, with the seconds since the case began.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import rclpy
from lifecycle_msgs.srv import ChangeState
from numpy.typing import NDArray
from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.qos import QoSProfile
from scipy import signal

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.scene import Evidence, Motion, Relation, SceneObject, SceneState, Side
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.nodes.types import message_types
from crossmodal_narrator.runtime.speech import SpeechEngineConfig, open_synthesiser
from crossmodal_narrator.wire import scene_to_message
from crossmodal_narrator.wire.scene import time_to_message
from crossmodal_narrator_msgs.action import Ask
from crossmodal_narrator_msgs.msg import AudioChunk, Narration, Reply, Utterance

RATE_HZ, STEP_S = 16_000, 0.1
QUESTION = "Is it safe to get out on the left?"
LONG = "A white van is cutting in from the left, and a cyclist is about 30 metres ahead on our right, behind the bus."
Floats = NDArray[np.float32]


class Car:
    """Everything around the voice node."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """`names` are the nodes that are brought up."""
        self.node: Node = rclpy.create_node("car")
        self.names = names
        self.began_s = 0.0
        self.speech: list[tuple[float, float, float]] = []  # when, how long, how loud
        self.utterances: list[dict[str, Any]] = []
        self.heard: list[Floats] = []
        self.events: list[tuple[str, float]] = []
        reliable = QoSProfile(depth=50)
        self.narrations = self.node.create_publisher(Narration, "narrator/narration", reliable)
        self.replies = self.node.create_publisher(Reply, "dialogue/reply", reliable)
        self.cabin = self.node.create_publisher(AudioChunk, "audio/cabin", reliable)
        self.node.create_subscription(AudioChunk, "voice/speech", self._speech, reliable)
        self.node.create_subscription(Utterance, "voice/utterance", self._utterance, reliable)
        self.told: dict[str, Any] = {}  # what a case adds to its report
        self.answer: str | None = None  # what a dialogue would say, at once
        self._chunks = 0

    @property
    def now_s(self) -> float:
        return time.monotonic() - self.began_s

    def bring_up(self) -> None:
        self._change(1, 3)  # configure, activate
        end_s = time.monotonic() + 15.0
        wanted = (self.narrations, self.replies, self.cabin)
        while time.monotonic() < end_s and not all(p.get_subscription_count() for p in wanted):
            rclpy.spin_once(self.node, timeout_sec=0.05)

    def put_away(self) -> None:
        self._change(4, 2)  # deactivate, clean up

    def _change(self, *transitions: int) -> None:
        for name in self.names:
            self._change_one(name, transitions)

    def _change_one(self, name: str, transitions: tuple[int, ...]) -> None:
        client = self.node.create_client(ChangeState, f"{name}/change_state")
        if not client.wait_for_service(30.0):
            raise SystemExit(f"the node {name} does not appear")
        for transition in transitions:
            request = ChangeState.Request()
            request.transition.id = transition
            future = client.call_async(request)
            rclpy.spin_until_future_complete(self.node, future, timeout_sec=30.0)
            if future.result() is None or not future.result().success:
                raise SystemExit(f"the node {name} refuses transition {transition}")

    def drive(self, cabin: Floats, at: dict[float, Callable[[], None]], change: Callable[[AudioChunk], None]) -> None:
        """Let time pass: the microphone hears `cabin`, and what is in `at` is done when it is due."""
        self.began_s = time.monotonic()
        began_ns = self.node.get_clock().now().nanoseconds
        due = sorted(at.items())
        for k in range(len(cabin) // round(STEP_S * RATE_HZ)):
            while due and due[0][0] <= self.now_s:
                name = due[0][1].__name__
                self.events.append((name, self.now_s))
                due.pop(0)[1]()
            while self.now_s < (k + 1) * STEP_S:
                rclpy.spin_once(self.node, timeout_sec=max(0.0, min(0.01, (k + 1) * STEP_S - self.now_s)))
            part = cabin[k * round(STEP_S * RATE_HZ) : (k + 1) * round(STEP_S * RATE_HZ)]
            self.cabin.publish(self._chunk(part, began_ns + k * round(STEP_S * 1e9), change))

    def narrate(self, text: str, urgency: str) -> None:
        message = Narration(language="en", text=text, urgency=urgency, trigger="test")
        self.narrations.publish(message)

    def _chunk(self, samples: Floats, stamp_ns: int, change: Callable[[AudioChunk], None]) -> AudioChunk:
        message = AudioChunk(sample_rate_hz=RATE_HZ, channels=1, format="S16LE")
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)
        message.header.frame_id = "cabin"
        message.data = np.clip(samples * 32_768.0, -32_768, 32_767).astype("<i2").tobytes()
        change(message)
        return message

    def _speech(self, message: AudioChunk) -> None:
        samples = np.frombuffer(bytes(message.data), "<i2").astype(np.float32) / 32_768.0
        self.heard.append(samples)
        self.speech.append((self.now_s, len(samples) / message.sample_rate_hz, float(np.sqrt((samples**2).mean()))))

    def _utterance(self, message: Utterance) -> None:
        self.utterances.append({"at_s": self.now_s, "text": message.text, "language": message.language})
        if self.answer is not None:
            self.replies.publish(Reply(language="en", text=self.answer, in_reply_to=message))


def cabin(seconds: float, *spoken: tuple[float, str], language: str = "en") -> tuple[Floats, list[float]]:
    """What the microphone hears of a car that drives, and when each of `spoken` (at, text) ends."""
    rng = np.random.default_rng(1)
    spectrum = np.fft.rfft(rng.standard_normal(round(seconds * RATE_HZ)))
    hz = np.fft.rfftfreq(round(seconds * RATE_HZ), 1.0 / RATE_HZ)
    noise = np.fft.irfft(spectrum / np.maximum(hz, 100.0), round(seconds * RATE_HZ))
    heard = (0.004 * noise / noise.std()).astype(np.float32)
    voice = open_synthesiser(language, SpeechEngineConfig(english_voice="hibari"))
    ends = []
    for at_s, text in spoken:
        assert voice is not None
        sound = voice.speak(text)
        words = signal.resample_poly(sound.samples, RATE_HZ, sound.rate_hz).astype(np.float32)
        words = words[: len(heard) - round(at_s * RATE_HZ)]
        first = round(at_s * RATE_HZ)
        heard[first : first + len(words)] += 0.2 * words / np.abs(words).max()
        loud = np.flatnonzero(np.abs(words) > 0.02 * np.abs(words).max())
        ends.append(at_s + float(loud[-1]) / RATE_HZ)
    return heard, ends


def narrated(car: Car) -> list[float]:
    heard, ends = cabin(4.0)
    car.drive(heard, {0.5: lambda: car.narrate("A bus is about 12 m ahead.", "calm")}, nothing)
    return ends


def asked(car: Car) -> list[float]:
    """And answered: a dialogue replies at once."""
    car.answer = "I see nobody on the left."
    heard, ends = cabin(7.0, (1.0, QUESTION))
    car.drive(heard, {}, nothing)
    return ends


def barge_in(car: Car) -> list[float]:
    heard, ends = cabin(8.0, (2.5, QUESTION))
    car.drive(heard, {0.5: lambda: car.narrate(LONG, "notable")}, nothing)
    return ends


def urgent(car: Car) -> list[float]:
    heard, ends = cabin(6.0)

    def warn() -> None:
        car.narrate("Right side, person stepping out.", "urgent")

    car.drive(heard, {0.5: lambda: car.narrate(LONG, "calm"), 2.0: warn}, nothing)
    return ends


def hostile(car: Car) -> list[float]:
    """A microphone that lies for three seconds, and then a question."""
    heard, ends = cabin(9.0, (5.0, QUESTION))
    numbers = iter(range(10_000))

    def spoil(message: AudioChunk) -> None:
        k = next(numbers)
        if 5 <= k < 10:  # samples that are no numbers
            message.format, message.data = "F32LE", np.full(1_600, np.nan, "<f4").tobytes()
        elif 10 <= k < 15:  # eight channels announced, one sent
            message.channels = 8
        elif 15 <= k < 20:  # another rate in mid-stream
            message.sample_rate_hz = 44_100
        elif 20 <= k < 25:  # a stamp that stands still
            message.header.stamp.sec, message.header.stamp.nanosec = 1_000, 0
        elif 25 <= k < 30:
            message.format = "MP3"

    car.drive(heard, {}, spoil)
    return ends


def talk(car: Car) -> list[float]:
    """A question that is spoken, answered by the dialogue and heard; then one that is typed, in Chinese."""
    types = message_types()
    scenes = car.node.create_publisher(types.Scene, "perception/scene", QoSProfile(depth=5))
    client = ActionClient(car.node, Ask, "dialogue/ask")
    stages: list[tuple[str, str]] = []
    results: list[Any] = []
    late: list[Any] = []

    def show() -> None:
        scenes.publish(scene_to_message(street(car.node.get_clock().now().nanoseconds), types))

    def type_in() -> None:
        goal = Ask.Goal(question=types.Utterance(text="后面有公交车吗？", confidence=1.0, seat="rear_left"))
        sent = client.send_goal_async(
            goal, feedback_callback=lambda f: stages.append((f.feedback.stage, f.feedback.text))
        )
        sent.add_done_callback(lambda f: f.result().get_result_async().add_done_callback(results.append))

    def type_in_vain() -> None:
        """Asked a second ago, by somebody who waits for a tenth of one."""
        asked = time_to_message(car.node.get_clock().now().nanoseconds - 1_000_000_000, types)
        question = types.Utterance(stamp=asked, text="Is there a truck behind us?", confidence=1.0, seat="front")
        sent = client.send_goal_async(Ask.Goal(question=question, deadline_s=0.1))
        sent.add_done_callback(lambda f: f.result().get_result_async().add_done_callback(late.append))

    heard, ends = cabin(8.0, (1.5, "Is there a bus behind us?"))
    steps = {0.1 * k + 0.003: show for k in range(75)}
    car.drive(heard, {**steps, 6.0: type_in, 6.5: type_in_vain}, nothing)
    reply = results[0].result().result.reply if results else None
    car.told = {
        "stages": stages,
        "late": [(outcome.result().status, outcome.result().result.reply.text) for outcome in late],
        "typed": None if reply is None else [reply.language, reply.text, reply.query],
        "evidence": [] if reply is None else sorted({e.modality for c in reply.claims for e in c.evidence}),
    }
    return ends


def street(stamp_ns: int) -> SceneState:
    """A bus behind us, seen by the LiDAR."""
    seen = (Evidence(modality=Sense.LIDAR, stamp_ns=stamp_ns, detail="drawn"),)
    bus = SceneObject(
        track_id=2,
        label=ObjectClass.BUS,
        attributes=(),
        azimuth_rad=3.1,
        position_m=(-12.0, 0.0, 1.5),
        size_lwh_m=(11.0, 2.5, 3.0),
        yaw_rad=0.0,
        velocity_mps=(0.0, 0.0, 0.0),
        relation=Relation(side=Side.BEHIND, in_path=False, distance_m=8.0),
        motion=Motion.STOPPED,
        confidence=0.95,
        age_s=3.0,
        evidence=seen,
    )
    senses = (Sense.LIDAR,)
    return SceneState(stamp_ns=stamp_ns, ego=None, objects=(bus,), sounds=(), signals=(), degraded=(), senses=senses)


def nothing(_message: AudioChunk) -> None:
    pass


CASES: dict[str, Callable[[Car], list[float]]] = {
    "narrated": narrated,
    "asked": asked,
    "barge_in": barge_in,
    "urgent": urgent,
    "hostile": hostile,
    "talk": talk,
}


def publishers(node: Node) -> Iterator[tuple[str, list[str]]]:
    """What the voice node publishes."""
    for topic, types in node.get_publisher_names_and_types_by_node("voice", "/"):
        yield topic, list(types)


def main() -> int:
    rclpy.init()
    car = Car(("voice", "dialogue") if sys.argv[1] == "talk" else ("voice",))
    car.bring_up()
    ends = CASES[sys.argv[1]](car)
    told = {
        "ends_s": ends,
        "events": car.events,
        "speech": car.speech,
        "utterances": car.utterances,
        "publishers": dict(publishers(car.node)),
        **car.told,
    }
    car.put_away()
    sys.stdout.write(json.dumps(told) + "\n")
    car.node.destroy_node()
    rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
