"""The only place that builds a pipeline from a configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from crossmodal_narrator.configuration import NarratorConfig, NarratorNodeConfig, PerceptionConfig, VoiceConfig
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.timing import NowNs, StageTimer
from crossmodal_narrator.encoding.audio import Deaf, SoundEncoder
from crossmodal_narrator.encoding.camera import CameraEncoder
from crossmodal_narrator.encoding.crossmodal import (
    NoSurroundings,
    SceneEncoder,
    SurroundingsEncoder,
    TextEncoder,
    WordedAttributes,
)
from crossmodal_narrator.encoding.lidar import LidarDetector, LidarEncoder, LidarGeometry
from crossmodal_narrator.fusion import SceneFusion, SoundTracker
from crossmodal_narrator.language import QUESTION_LANGUAGES, Dialogue, Narrator
from crossmodal_narrator.language.rewriting import Rewriter
from crossmodal_narrator.pipeline import LidarEncoding, Perception, Pipeline, SoundEncoding, SurroundingsEncoding
from crossmodal_narrator.runtime import (
    ModelStore,
    Opened,
    Refusal,
    check_scene_encoder,
    check_text_encoder,
    detector_spec,
    open_engine,
    sound_spec,
)
from crossmodal_narrator.runtime.speech import (
    RecogniserConfig,
    open_activity,
    open_recognisers,
    open_synthesiser,
    opened,
)
from crossmodal_narrator.runtime.vision_language import open_vision_language
from crossmodal_narrator.sync import Source, Synchroniser
from crossmodal_narrator.voice import Ear, Interpreter, ListeningConfig, OwnVoice, Pressed, Synthesiser

OnRefusal = Callable[[Refusal], None]
OnOpened = Callable[[Opened], None]


def expected_sources(config: PerceptionConfig) -> tuple[Source, ...]:
    """The sensors that the configuration says are there."""
    cameras = tuple(Source(Sense.CAMERA, name) for name in config.cameras)
    lidar = (Source(Sense.LIDAR, "lidar"),) if config.lidar_enabled else ()
    odometry = (Source(Sense.ODOMETRY, "odometry"),) if config.odometry_enabled else ()
    microphones = tuple(Source(Sense.AUDIO, name) for name in config.microphones)
    return (*cameras, *lidar, *microphones, *odometry)


def open_camera(
    config: PerceptionConfig,
    on_refusal: OnRefusal = lambda refusal: None,
    tell: Callable[[str], None] = lambda text: None,
    on_opened: OnOpened = lambda opened: None,
) -> CameraEncoder:
    """The camera encoder with the detector that `config` names.

    `on_refusal` hears of each engine that is not chosen, `tell` of one that is being built, `on_opened` of what runs.

    Raises:
        ModelError: weights that are absent or altered, or an engine that does not reproduce the golden sample.
    """
    store = _store(config)
    manifest = store.manifest(config.models.detector)
    engine = open_engine(manifest, store, config.engine, on_refusal=on_refusal, on_opened=on_opened, tell=tell)
    return CameraEncoder(config.camera, engine, detector_spec(manifest))


def open_lidar(
    config: PerceptionConfig,
    on_refusal: OnRefusal = lambda refusal: None,
    tell: Callable[[str], None] = lambda text: None,
    on_opened: OnOpened = lambda opened: None,
) -> LidarEncoder:
    """The LiDAR encoder with the detector that `config` names; without one, and without a LiDAR, by geometry alone.

    Raises:
        ModelError: as `open_camera` does.
    """
    geometry = LidarGeometry(config.lidar)
    if not config.models.lidar_detector or not config.lidar_enabled:
        return LidarEncoder(geometry, None)
    store = _store(config)
    manifest = store.manifest(config.models.lidar_detector)
    engine = open_engine(manifest, store, config.engine, on_refusal=on_refusal, on_opened=on_opened, tell=tell)
    return LidarEncoder(geometry, LidarDetector(config.shapes, engine, manifest.labels))


def open_sound(
    config: PerceptionConfig,
    on_refusal: OnRefusal = lambda refusal: None,
    tell: Callable[[str], None] = lambda text: None,
    on_opened: OnOpened = lambda opened: None,
) -> SoundEncoding:
    """The sound encoder that `config` names, or one that hears nothing where there is no microphone.

    Raises:
        ModelError: as `open_camera` does.
    """
    if not config.models.sound_detector or not config.microphones:
        return Deaf()
    store = _store(config)
    manifest = store.manifest(config.models.sound_detector)
    engine = open_engine(manifest, store, config.engine, on_refusal=on_refusal, on_opened=on_opened, tell=tell)
    return SoundEncoder(config.sound, engine, sound_spec(manifest))


def open_surroundings(
    config: PerceptionConfig,
    on_refusal: OnRefusal = lambda refusal: None,
    tell: Callable[[str], None] = lambda text: None,
    on_opened: OnOpened = lambda opened: None,
) -> SurroundingsEncoding:
    """The cross-modal encoder that `config` names, or one that says nothing where it names none.

    Raises:
        ModelError: as `open_camera` does.
    """
    if not config.models.scene_encoder:
        return NoSurroundings()
    store = _store(config)
    manifest = store.manifest(config.models.scene_encoder)
    space = check_scene_encoder(manifest)
    scenes = SceneEncoder(
        open_engine(manifest, store, config.engine, on_refusal=on_refusal, on_opened=on_opened, tell=tell)
    )
    words = None
    if config.crossmodal.attributes:
        words = WordedAttributes(open_text(config, space, on_opened).encode, config.crossmodal.min_confidence)
    return SurroundingsEncoder(config.crossmodal, scenes, words)


def open_text(
    config: PerceptionConfig, space: int | None = None, on_opened: OnOpened = lambda opened: None
) -> TextEncoder:
    """What puts words into the space of scenes, which has `space` dimensions where that is known.

    On a CPU: it is asked for a few sentences, and not again.

    Raises:
        ModelError: as `open_camera` does.
    """
    store = _store(config)
    manifest = store.manifest(config.models.text_encoder)
    check_text_encoder(manifest, space)
    on_cpu = replace(config.engine, engines=("onnxruntime_cpu",), precision="fp32")
    return TextEncoder(open_engine(manifest, store, on_cpu, on_opened=on_opened))


def geometry_alone(config: PerceptionConfig) -> LidarEncoder:
    """What remains of the LiDAR encoder without weights."""
    return LidarEncoder(LidarGeometry(config.lidar), None)


def build_perception(
    config: PerceptionConfig,
    *,
    now_ns: NowNs,
    camera: CameraEncoder | None = None,
    lidar: LidarEncoding | None = None,
    sound: SoundEncoding | None = None,
    surroundings: SurroundingsEncoding | None = None,
    on_opened: OnOpened = lambda opened: None,
) -> Perception:
    """Perception; `now_ns` only measures how long the stages take. An encoder that is not given is opened, and
    `on_opened` hears of its model.

    Raises:
        ModelError: as `open_camera` does, where there are cameras, and `open_lidar`.
    """
    if camera is None and config.cameras:
        camera = open_camera(config, on_opened=on_opened)
    return Perception(
        synchroniser=Synchroniser(config.sync, expected_sources(config)),
        camera=camera,
        lidar=open_lidar(config, on_opened=on_opened) if lidar is None else lidar,
        sound=open_sound(config, on_opened=on_opened) if sound is None else sound,
        fusion=SceneFusion(config.fusion, SoundTracker(config.sound)),
        surroundings=open_surroundings(config, on_opened=on_opened) if surroundings is None else surroundings,
        timer=StageTimer(now_ns),
    )


def _store(config: PerceptionConfig) -> ModelStore:
    return ModelStore(Path(config.models.folder)) if config.models.folder else ModelStore()


def build_dialogue(config: NarratorConfig) -> Dialogue:
    """What answers questions, and is told of each scene."""
    return Dialogue(config)


def build_narrator(config: NarratorConfig, timer: StageTimer | None = None) -> Narrator:
    """The narrator; `timer` hears how long its stages take."""
    return Narrator(config, timer)


def open_rewriter(config: NarratorNodeConfig) -> Rewriter | None:
    """What says narrations in other words; its model begins to load. None where no model is named.

    Raises:
        ModelError: a package, the folder, or safe weights in it are absent.
    """
    if not config.rewriting.model.folder:
        return None
    rewriter = Rewriter(open_vision_language(config.rewriting.model), config.languages, config.units)
    rewriter.model.start()
    return rewriter


def build_pipeline(
    perception: PerceptionConfig,
    narrator: NarratorConfig,
    *,
    now_ns: NowNs,
    on_opened: OnOpened = lambda opened: None,
) -> Pipeline:
    """Perception and narrator in one process; `on_opened` hears of each model that runs."""
    seen = build_perception(perception, now_ns=now_ns, on_opened=on_opened)
    return Pipeline(seen, build_narrator(narrator, seen.timer))


def open_ear(config: VoiceConfig, own_voice: OwnVoice | None, on_absent: Callable[[ModelError], None]) -> Ear | None:
    """What hears when somebody in the cabin speaks; `own_voice`: what the narrator says meanwhile.

    None, of which `on_absent` hears, where nothing here can tell speech from other sound.
    """
    activity = opened(open_activity, on_absent)
    return None if activity is None else Ear(config.listening, activity, own_voice)


def open_interpreter(
    listening: ListeningConfig, engines: RecogniserConfig, on_absent: Callable[[ModelError], None]
) -> Interpreter:
    """What understands it, by the recognisers that are there; `on_absent` hears of each that is not."""
    return Interpreter(listening, open_recognisers(engines, on_absent))


def open_pressed(engines: RecogniserConfig, on_absent: Callable[[ModelError], None]) -> Pressed | None:
    """What understands who holds a button. None, of which `on_absent` hears, where nothing here can."""
    activity = opened(open_activity, on_absent)
    interpreter = open_interpreter(ListeningConfig(), engines, on_absent)
    return Pressed(activity, interpreter) if activity is not None and interpreter.recognisers else None


def open_voices(config: VoiceConfig, on_absent: Callable[[ModelError], None]) -> Mapping[str, Synthesiser]:
    """Who speaks, by language, what may be said: narrations, and replies in the language of their question.

    `on_absent` hears of each that cannot.
    """
    spoken = dict.fromkeys((*QUESTION_LANGUAGES, config.speaking.language))
    found = {k: opened(partial(open_synthesiser, k, config.engines), on_absent) for k in spoken}
    return {language: voice for language, voice in found.items() if voice is not None}
