"""Messages as ROS and bags carry them ↔ the core's own types. Imports no ROS: any object with the fields will do."""

from crossmodal_narrator.wire.intake import Intake
from crossmodal_narrator.wire.records import narration_record, scene_record, to_json_line
from crossmodal_narrator.wire.topics import CameraTopics, MessageKind, TopicMap, guess_topics

__all__ = [
    "CameraTopics",
    "Intake",
    "MessageKind",
    "TopicMap",
    "guess_topics",
    "narration_record",
    "scene_record",
    "to_json_line",
]
