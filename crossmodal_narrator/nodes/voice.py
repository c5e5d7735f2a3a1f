"""The `voice` node: narrations and replies are spoken, and what passengers say becomes utterances.

What the cabin's microphone hears stays in this process: utterances are text, and `~/speech` is the narrator's own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from std_srvs.srv import SetBool

from crossmodal_narrator.assembly import open_ear, open_interpreter, open_voices
from crossmodal_narrator.configuration import VoiceConfig
from crossmodal_narrator.core.errors import FrameError, ModelError
from crossmodal_narrator.core.frames import AudioChunk, SensorFrame
from crossmodal_narrator.core.speech import Narration, Reply, Urgency
from crossmodal_narrator.nodes import diagnostics, qos
from crossmodal_narrator.nodes.diagnostics import Health
from crossmodal_narrator.nodes.lifecycle import NOT_ACTIVE, NarratorLifecycleNode, transition
from crossmodal_narrator.nodes.process import run_node
from crossmodal_narrator.nodes.rates import Latencies
from crossmodal_narrator.nodes.reading import TOLD_EVERY_S, SensorReader
from crossmodal_narrator.nodes.types import message_class, message_types
from crossmodal_narrator.voice import (
    Ear,
    Interpreter,
    OwnVoice,
    Pause,
    Sentence,
    Sound,
    Speaker,
    SpeechBegan,
    Synthesiser,
    Turn,
)
from crossmodal_narrator.voice.speaker import Said
from crossmodal_narrator.wire import TopicMap, narration_from_message, reply_from_message, utterance_to_message
from crossmodal_narrator.wire.sound import AUDIO_CHUNK, audio_message

NAME = "voice"
NARRATION_TOPIC, REPLY_TOPIC = "narrator/narration", "dialogue/reply"
SPEECH_FRAME = "voice"  # a loudspeaker has no place that matters


class VoiceNode(NarratorLifecycleNode):
    """One thread listens and understands, one speaks; callbacks only hand over."""

    def __init__(self) -> None:
        super().__init__(NAME, VoiceConfig)
        self._types = message_types()
        self._chunk_type = message_class(AUDIO_CHUNK)
        self._config: VoiceConfig | None = None
        self._absent: list[ModelError] = []
        self._ear: Ear | None = None
        self._interpreter: Interpreter | None = None
        self._voices: dict[str, Synthesiser] = {}
        self._own_voice: OwnVoice | None = None
        self._listener: _Listener | None = None
        self._speaker: Speaker | None = None
        self._latencies = Latencies()
        self._spoken = self._broken_off = self._utterances = 0
        self._utterance_out = self.create_lifecycle_publisher(self._types.Utterance, "~/utterance", qos.NARRATION)
        self._speech_out = self.create_lifecycle_publisher(self._chunk_type, "~/speech", qos.SPEECH)
        self.create_service(SetBool, "~/push_to_talk", self._push_to_talk)

    @transition
    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        config = self._config = self.settings.read(VoiceConfig)
        self.settings.is_locked = True
        self._absent = []
        if config.microphone:
            self._interpreter = open_interpreter(config.listening, config.engines, self._absent.append)
            self._own_voice = OwnVoice() if config.speaks and config.speaking.own_voice else None
            self._ear = open_ear(config, self._own_voice, self._absent.append)
        self._voices = dict(open_voices(config, self._absent.append)) if config.speaks else {}
        for absent in self._absent:
            self.get_logger().warning(f"going on without: {absent}")
        return TransitionCallbackReturn.SUCCESS

    @transition
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        assert self._config is not None
        config = self._config
        if self._voices:
            self._speaker = Speaker(
                config.speaking,
                self._voices,
                emit=self._emit,
                on_said=self._count,
                on_trouble=lambda text: self.get_logger().warning(text, throttle_duration_sec=TOLD_EVERY_S),
            )
            self._speaker.start()
            self.subscribe(self._types.Narration, NARRATION_TOPIC, self._narrate, qos.NARRATION)
            self.subscribe(self._types.Reply, REPLY_TOPIC, self._reply, qos.NARRATION)
        if self._ear is not None and self._interpreter is not None:
            self._listener = _Listener(self, config.microphone, self._ear)
        return super().on_activate(state)

    def release(self) -> None:
        self._config = self._ear = self._interpreter = self._own_voice = None
        self._voices = {}

    def stop(self) -> None:
        super().stop()
        if self._listener is not None:
            self._listener.stop()
        if self._ear is not None:
            self._ear.forget()
        if self._speaker is not None:
            self._speaker.stop()
        self._listener = self._speaker = None

    def hear(self, event: SpeechBegan | Pause | Turn) -> None:
        """What the ear has found, in the listener's thread."""
        if isinstance(event, SpeechBegan):
            return
        assert self._interpreter is not None
        began_ns = time.monotonic_ns()
        if isinstance(event, Pause):
            self._interpreter.draft(event.turn)
            self._latencies.add("drafting", (time.monotonic_ns() - began_ns) / 1e6)
            return
        utterance = self._interpreter.interpret(event)
        self._latencies.add("understanding", (time.monotonic_ns() - began_ns) / 1e6)
        if utterance is not None:
            self._utterances += 1
            self._utterance_out.publish(utterance_to_message(utterance, self._types))

    def listen(self, is_spoken: bool) -> None:
        """After each chunk: whether somebody is in the middle of a turn."""
        if self._speaker is not None:
            self._speaker.listen(is_spoken)

    def _narrate(self, message: Any) -> None:
        assert self._config is not None
        try:
            narration = narration_from_message(message)
        except FrameError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=TOLD_EVERY_S)
            return
        if narration.language == self._config.speaking.language:
            self._say(narration, narration.urgency, is_reply=False)

    def _reply(self, message: Any) -> None:
        try:
            self._say(reply_from_message(message), Urgency.NOTABLE, is_reply=True)
        except FrameError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=TOLD_EVERY_S)

    def _say(self, said: Narration | Reply, urgency: Urgency, *, is_reply: bool) -> None:
        if self._speaker is not None:
            self._speaker.say(
                Sentence(
                    text=said.text,
                    language=said.language,
                    urgency=urgency,
                    is_reply=is_reply,
                    at_ns=self._speaker.now_ns(),
                    pace=said.pace if isinstance(said, Reply) else 1.0,
                )
            )

    def _emit(self, sound: Sound, due_in_s: float) -> None:
        """In the speaker's thread."""
        stamp_ns = self.get_clock().now().nanoseconds + round(due_in_s * 1e9)
        if self._own_voice is not None:
            self._own_voice.play(stamp_ns, sound)
        if self._speech_out.get_subscription_count():
            chunk = AudioChunk(
                stamp_ns=stamp_ns,
                frame_id=SPEECH_FRAME,
                samples=sound.samples[:, None],
                sample_rate_hz=sound.rate_hz,
                microphone=NAME,
            )
            self._speech_out.publish(self._to_ros(audio_message(chunk)))

    def _to_ros(self, chunk: Any) -> Any:
        message = self._chunk_type(
            sample_rate_hz=chunk.sample_rate_hz, channels=chunk.channels, format=chunk.format, data=chunk.data.tobytes()
        )
        message.header.stamp.sec, message.header.stamp.nanosec = chunk.header.stamp.sec, chunk.header.stamp.nanosec
        message.header.frame_id = chunk.header.frame_id
        return message

    def _count(self, said: Said) -> None:
        self._spoken += said.is_whole
        self._broken_off += not said.is_whole
        self._latencies.add("handed over to first sound", said.first_sound_s * 1e3)

    def _push_to_talk(self, request: Any, response: Any) -> Any:
        if self._ear is None:
            response.success, response.message = False, "nothing is listened to: configure the node with a microphone"
        else:
            self._ear.press(request.data)
            response.success = True
        return response

    def health(self) -> Iterator[Health]:
        if self._config is None:
            yield NOT_ACTIVE
            return
        yield self._engines()
        listener = self._listener
        if listener is not None:
            yield from listener.health()
        values = {
            "spoken": str(self._spoken),
            "broken_off": str(self._broken_off),
            "dropped": str(0 if self._speaker is None else self._speaker.dropped),
            "utterances": str(self._utterances),
            "not_understood": str(0 if self._interpreter is None else self._interpreter.not_understood),
            "not_for_us": str(0 if self._interpreter is None else self._interpreter.not_for_us),
        }
        yield diagnostics.times("latency", self._latencies.quantiles(), values)

    def _engines(self) -> Health:
        assert self._config is not None
        recognisers = () if self._interpreter is None else self._interpreter.recognisers
        values = {f"understands {'/'.join(r.languages)}": r.name for r in recognisers}
        values |= {f"speaks {language}": voice.name for language, voice in self._voices.items()}
        values |= {f"absent {k}": str(error) for k, error in enumerate(self._absent)}
        why = "; ".join(str(error) for error in self._absent) or "none is configured"
        wanted = self._config.speaking.language
        level, message = diagnostics.OK, "it listens and speaks"
        if self._config.microphone and not (recognisers and self._ear):
            level, message = diagnostics.WARN, f"nobody is understood: {why}"
        if self._config.speaks and wanted not in self._voices:
            level, message = diagnostics.ERROR, f"nothing speaks {wanted!r}: {why}"
        return Health(name="engines", level=level, message=message, values=values)


class _Listener:
    """Listens to the cabin's microphone."""

    def __init__(self, node: VoiceNode, microphone: str, ear: Ear) -> None:
        self._node, self._microphone, self._ear = node, microphone, ear
        self._was_hearing = False
        topics = TopicMap(microphones=TopicMap.relative((), microphones=(microphone,)).microphones)
        self._reader = SensorReader(node, topics, self._hear, "listener")

    def stop(self) -> None:
        self._reader.stop()

    def health(self) -> Iterator[Health]:
        yield from diagnostics.inputs(self._reader.sensors, time.monotonic_ns())
        if self._ear.health is not None:
            yield from diagnostics.microphones({self._microphone: self._ear.health})
        yield Health(name="messages", level=diagnostics.OK, message=f"{self._reader.refused} could not be used")

    def _hear(self, chunk: SensorFrame) -> None:
        assert isinstance(chunk, AudioChunk)
        events = list(self._ear.push(chunk))
        if self._ear.is_hearing or self._was_hearing:
            self._node.listen(self._ear.is_hearing)
        self._was_hearing = self._ear.is_hearing
        for event in events:
            self._node.hear(event)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node until it is told to stop."""
    return run_node(NAME, VoiceConfig, VoiceNode, sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
