"""Messages as ROS and bags carry them ↔ the core's own types. Imports no ROS: any object with the fields will do."""

from crossmodal_narrator.wire.config import IntakeConfig
from crossmodal_narrator.wire.intake import Intake
from crossmodal_narrator.wire.naming import named_topic, with_topics
from crossmodal_narrator.wire.narration import (
    NARRATION_TYPES,
    narration_from_message,
    narration_to_message,
    reply_from_message,
    reply_to_message,
    utterance_from_message,
    utterance_to_message,
)
from crossmodal_narrator.wire.records import narration_record, scene_record, to_json_line
from crossmodal_narrator.wire.scene import SCENE_TYPES, scene_from_message, scene_to_message
from crossmodal_narrator.wire.topics import (
    CameraTopics,
    MessageKind,
    MicrophoneTopics,
    TopicMap,
    cabin_topic,
    guess_topics,
)

__all__ = [
    "NARRATION_TYPES",
    "SCENE_TYPES",
    "CameraTopics",
    "Intake",
    "IntakeConfig",
    "MessageKind",
    "MicrophoneTopics",
    "TopicMap",
    "cabin_topic",
    "guess_topics",
    "named_topic",
    "narration_from_message",
    "narration_record",
    "narration_to_message",
    "reply_from_message",
    "reply_to_message",
    "scene_from_message",
    "scene_record",
    "scene_to_message",
    "to_json_line",
    "utterance_from_message",
    "utterance_to_message",
    "with_topics",
]
