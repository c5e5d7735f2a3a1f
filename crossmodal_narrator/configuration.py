"""The configuration of each node, made of those of its parts. Defaults, ranges and meanings stand with the parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.encoding.camera import CameraEncoderConfig
from crossmodal_narrator.encoding.lidar import LidarGeometryConfig
from crossmodal_narrator.fusion import FusionConfig
from crossmodal_narrator.language import NarratorConfig
from crossmodal_narrator.runtime import EngineConfig
from crossmodal_narrator.sync import SyncConfig

__all__ = ["ModelConfig", "NarratorConfig", "PerceptionConfig"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Which models are used."""

    detector: str = parameter("nanodet_g", help="the camera detector: a folder of models/ with a manifest")
    folder: str = parameter("", help="where the models' manifests are; empty: those that came with the package")


@dataclass(frozen=True, slots=True, kw_only=True)
class PerceptionConfig:
    """All parameters of the perception node."""

    cameras: tuple[str, ...] = parameter(("front",), help="names of the cameras: topics camera/<name>/image and so on")
    lidar_enabled: bool = parameter(True, help="whether a LiDAR is expected on lidar/points")
    odometry_enabled: bool = parameter(True, help="whether odometry is expected on odom or /tf")
    models: ModelConfig = field(default_factory=ModelConfig)
    engine: EngineConfig = field(default_factory=EngineConfig)
    sync: SyncConfig = field(default_factory=SyncConfig)
    camera: CameraEncoderConfig = field(default_factory=CameraEncoderConfig)
    lidar: LidarGeometryConfig = field(default_factory=LidarGeometryConfig)
    fusion: FusionConfig = field(default_factory=FusionConfig)
