"""The only place that builds a pipeline from a configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crossmodal_narrator.configuration import NarratorConfig, PerceptionConfig
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.timing import NowNs, StageTimer
from crossmodal_narrator.encoding.camera import CameraEncoder
from crossmodal_narrator.encoding.lidar import LidarGeometry
from crossmodal_narrator.fusion import SceneFusion
from crossmodal_narrator.language import Narrator
from crossmodal_narrator.pipeline import Perception, Pipeline
from crossmodal_narrator.runtime import ModelStore, Refusal, detector_spec, open_engine
from crossmodal_narrator.sync import Source, Synchroniser

OnRefusal = Callable[[Refusal], None]


def expected_sources(config: PerceptionConfig) -> tuple[Source, ...]:
    """The sensors that the configuration says are there."""
    cameras = tuple(Source(Sense.CAMERA, name) for name in config.cameras)
    lidar = (Source(Sense.LIDAR, "lidar"),) if config.lidar_enabled else ()
    odometry = (Source(Sense.ODOMETRY, "odometry"),) if config.odometry_enabled else ()
    return (*cameras, *lidar, *odometry)


def open_camera(config: PerceptionConfig, on_refusal: OnRefusal = lambda refusal: None) -> CameraEncoder:
    """The camera encoder with the detector that `config` names; `on_refusal` hears of each engine that is not chosen.

    Raises:
        ModelError: weights that are absent or altered, or an engine that does not reproduce the golden sample.
    """
    store = ModelStore(Path(config.models.folder)) if config.models.folder else ModelStore()
    manifest = store.manifest(config.models.detector)
    engine = open_engine(manifest, store, config.engine, on_refusal=on_refusal)
    return CameraEncoder(config.camera, engine, detector_spec(manifest))


def build_perception(config: PerceptionConfig, *, now_ns: NowNs, camera: CameraEncoder | None = None) -> Perception:
    """Perception; `now_ns` only measures how long the stages take. Without a camera encoder one is opened.

    Raises:
        ModelError: as `open_camera` does, where there are cameras.
    """
    if camera is None and config.cameras:
        camera = open_camera(config)
    return Perception(
        synchroniser=Synchroniser(config.sync, expected_sources(config)),
        camera=camera,
        lidar=LidarGeometry(config.lidar),
        fusion=SceneFusion(config.fusion),
        timer=StageTimer(now_ns),
    )


def build_narrator(config: NarratorConfig, timer: StageTimer | None = None) -> Narrator:
    """The narrator; `timer` hears how long its stages take."""
    return Narrator(config, timer)


def build_pipeline(perception: PerceptionConfig, narrator: NarratorConfig, *, now_ns: NowNs) -> Pipeline:
    """Perception and narrator in one process."""
    seen = build_perception(perception, now_ns=now_ns)
    return Pipeline(seen, build_narrator(narrator, seen.timer))
