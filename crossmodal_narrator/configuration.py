"""The configuration of each node, made of those of its parts. Defaults, ranges and meanings stand with the parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.display import DisplayConfig
from crossmodal_narrator.encoding.audio import SoundEncoderConfig
from crossmodal_narrator.encoding.camera import CameraEncoderConfig
from crossmodal_narrator.encoding.crossmodal import CrossmodalConfig
from crossmodal_narrator.encoding.lidar import LidarDetectorConfig, LidarGeometryConfig
from crossmodal_narrator.fusion import FusionConfig
from crossmodal_narrator.language import NarratorConfig
from crossmodal_narrator.runtime import EngineConfig
from crossmodal_narrator.runtime.speech import RecogniserConfig, SpeechEngineConfig
from crossmodal_narrator.runtime.vision_language import VisionLanguageConfig
from crossmodal_narrator.sync import SyncConfig
from crossmodal_narrator.voice import ListeningConfig, SpeakingConfig
from crossmodal_narrator.wire import IntakeConfig

__all__ = [
    "NODES",
    "DialogueConfig",
    "DisplayNodeConfig",
    "ModelConfig",
    "NarratorConfig",
    "NarratorNodeConfig",
    "PerceptionConfig",
    "RewritingConfig",
    "VoiceConfig",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Which models are used."""

    detector: str = parameter("nanodet_g", help="the camera detector: a folder of models/ with a manifest")
    lidar_detector: str = parameter(
        "bird_eye", help="the LiDAR detector: a folder of models/ with a manifest; empty: geometry alone"
    )
    sound_detector: str = parameter(
        "sound_events", help="the sound encoder: a folder of models/ with a manifest; empty: nothing is listened to"
    )
    scene_encoder: str = parameter("", help="the cross-modal encoder: a folder of models/ with a manifest; empty: none")
    text_encoder: str = parameter(
        "crossmodal_text", help="what puts words into its space: a folder of models/ with a manifest"
    )
    folder: str = parameter("", help="where the models' manifests are; empty: those that came with the package")


@dataclass(frozen=True, slots=True, kw_only=True)
class PerceptionConfig:
    """All parameters of the perception node."""

    cameras: tuple[str, ...] = parameter(("front",), help="names of the cameras: topics camera/<name>/image and so on")
    lidar_enabled: bool = parameter(True, help="whether a LiDAR is expected on lidar/points")
    microphones: tuple[str, ...] = parameter((), help="names of the microphones outside: topics audio/<name>")
    odometry_enabled: bool = parameter(True, help="whether odometry is expected on odom or /tf")
    models: ModelConfig = field(default_factory=ModelConfig)
    engine: EngineConfig = field(default_factory=EngineConfig)
    intake: IntakeConfig = field(default_factory=IntakeConfig)
    sync: SyncConfig = field(default_factory=SyncConfig)
    camera: CameraEncoderConfig = field(default_factory=CameraEncoderConfig)
    lidar: LidarGeometryConfig = field(default_factory=LidarGeometryConfig)
    sound: SoundEncoderConfig = field(default_factory=SoundEncoderConfig)
    shapes: LidarDetectorConfig = field(default_factory=LidarDetectorConfig)
    crossmodal: CrossmodalConfig = field(default_factory=CrossmodalConfig)
    fusion: FusionConfig = field(default_factory=FusionConfig)

    def __post_init__(self) -> None:
        wide = len(self.intake.fov_deg)
        if wide not in (0, len(self.cameras)):
            raise ConfigError(
                f"intake.fov_deg has {wide} values for {len(self.cameras)} cameras ({', '.join(self.cameras)})",
                remedy="give one for each of `cameras`, 0 where its CameraInfo counts, or none",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RewritingConfig:
    """Other words for what is said, by a large model of one's own. Without its folder nobody is asked."""

    deadline_s: float = parameter(
        0.5, help="how long a sentence that is not urgent waits for other words", unit="s", low=0.05, high=2.0
    )
    model: VisionLanguageConfig = field(default_factory=VisionLanguageConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class NarratorNodeConfig(NarratorConfig):
    """All parameters of the narrator node."""

    rewriting: RewritingConfig = field(default_factory=RewritingConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceConfig:
    """All parameters of the voice node."""

    microphone: str = parameter("cabin", help="name of the microphone in the cabin: topic audio/<name>; empty: none")
    speaks: bool = parameter(True, help="whether narrations and replies are spoken on ~/speech")
    engines: SpeechEngineConfig = field(default_factory=SpeechEngineConfig)
    listening: ListeningConfig = field(default_factory=ListeningConfig)
    speaking: SpeakingConfig = field(default_factory=SpeakingConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueConfig:
    """All parameters of the dialogue node: what may be said counts for answers, too."""

    narration: NarratorConfig = field(default_factory=NarratorConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayNodeConfig(DisplayConfig):
    """All parameters of the display node. `engines` understand what is said to a page."""

    engines: RecogniserConfig = field(default_factory=RecogniserConfig)


# By the name of the node.
NODES: Mapping[str, type[Any]] = {
    "perception": PerceptionConfig,
    "narrator": NarratorNodeConfig,
    "dialogue": DialogueConfig,
    "voice": VoiceConfig,
    "display": DisplayNodeConfig,
}
