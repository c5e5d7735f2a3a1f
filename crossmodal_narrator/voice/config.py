"""Parameters of listening and speaking."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import ConfigError

OPEN, PUSH_TO_TALK, WAKE_WORD = "open", "push_to_talk", "wake_word"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningConfig:
    """When somebody has begun and ended to speak, and to whom."""

    mode: str = parameter(
        OPEN, help="what is listened to: all that is said, only while ~/push_to_talk is set, or what begins with a "
        "wake word", choices=(OPEN, PUSH_TO_TALK, WAKE_WORD),
    )  # fmt: skip
    wake_words: tuple[str, ...] = parameter(
        ("narrator", "hey narrator", "解说员", "你好解说"), help="how the narrator is called, in the mode wake_word"
    )
    begins_at: float = parameter(
        0.5, help="probability of speech from which a frame of 32 ms counts", low=0.05, high=0.99
    )
    ends_below: float = parameter(0.35, help="probability below which a frame is silence", low=0.01, high=0.99)
    begins_after_s: float = parameter(0.13, help="so much speech begins a turn", unit="s", low=0.03, high=1.0)
    ends_after_s: float = parameter(0.55, help="so much silence ends it", unit="s", low=0.1, high=3.0)
    kept_before_s: float = parameter(0.3, help="what is kept of the time before it", unit="s", low=0.0, high=1.0)
    least_s: float = parameter(0.25, help="a turn with less speech is a cough", unit="s", low=0.0, high=2.0)
    most_s: float = parameter(15.0, help="a turn is cut after so long", unit="s", low=2.0, high=30.0)
    sure_confidence: float = parameter(0.8, help="from here on no other recogniser is asked", low=0.0, high=1.0)
    max_jitter_s: float = parameter(
        0.03, help="how far a chunk's stamp may lie from the end of the last chunk and still follow it", unit="s",
        low=0.001, high=0.5,
    )  # fmt: skip
    max_bridge_s: float = parameter(
        0.5, help="longest gap that is filled with silence; beyond, the stream begins anew", unit="s", low=0.0, high=5.0
    )

    def __post_init__(self) -> None:
        if self.ends_below > self.begins_at:
            raise ConfigError(
                f"ends_below = {self.ends_below:g} is above begins_at = {self.begins_at:g}",
                remedy=f"set ends_below to {self.begins_at:g} or less",
            )
        if self.mode == WAKE_WORD and not any(word.strip() for word in self.wake_words):
            raise ConfigError("mode is wake_word, and wake_words is empty", remedy="name at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakingConfig:
    """What is said aloud, and for how long it is worth saying."""

    language: str = parameter(
        "en",
        help="narrations of this language are spoken; replies in that of their question",
        choices=("en", "zh", "es"),
    )
    calm_fresh_s: float = parameter(
        4.0, help="a calm sentence that waits longer is not said", unit="s", low=0.5, high=60.0
    )
    notable_fresh_s: float = parameter(6.0, help="the same of a notable one", unit="s", low=0.5, high=60.0)
    reply_fresh_s: float = parameter(20.0, help="the same of a reply", unit="s", low=1.0, high=120.0)
    chunk_s: float = parameter(0.1, help="length of a chunk on ~/speech", unit="s", low=0.02, high=0.5)
    ahead_s: float = parameter(
        0.2, help="so far ahead of its time sound is published: what is published cannot be taken back", unit="s",
        low=0.0, high=2.0,
    )  # fmt: skip
    stops_for_speech: bool = parameter(True, help="a passenger who speaks silences all but what is urgent")
    own_voice: bool = parameter(
        True, help="whether the cabin's microphone hears the narrator: what is like its own words is no passenger's"
    )
