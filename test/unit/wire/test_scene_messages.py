"""Scenes and narrations come back from their messages as they were, over CDR and over the classes that rclpy uses."""

from __future__ import annotations

import copy
import dataclasses
import importlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from full_scene import EMPTY, NARRATION, SCENE
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from crossmodal_narrator.core.errors import FrameError
from crossmodal_narrator.core.scene import SceneState
from crossmodal_narrator.wire.narration import NARRATION_TYPES, narration_from_message, narration_to_message
from crossmodal_narrator.wire.scene import SCENE_TYPES, scene_from_message, scene_to_message

# lark, which ROS's Python type support imports, still uses a module that Python 3.11 calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_:DeprecationWarning")

ALL_TYPES = {**SCENE_TYPES, **NARRATION_TYPES}
Transport = Callable[[Any, str], Any]


def over_cdr(repository: Path) -> tuple[SimpleNamespace, Transport]:
    """The classes of the .msg files as they stand in the repository, and a message's way through CDR and back."""
    store = get_typestore(Stores.ROS2_JAZZY)
    definitions: dict[str, Any] = {}
    for file in sorted((repository / "crossmodal_narrator_msgs" / "msg").glob("*.msg")):
        definitions.update(get_types_from_msg(file.read_text(), f"crossmodal_narrator_msgs/msg/{file.stem}"))
    store.register(definitions)

    def there_and_back(message: Any, name: str) -> Any:
        return store.deserialize_cdr(bytes(store.serialize_cdr(message, ALL_TYPES[name])), ALL_TYPES[name])

    return SimpleNamespace(**{name: store.types[full] for name, full in ALL_TYPES.items()}), there_and_back


def over_rclpy(monkeypatch: pytest.MonkeyPatch) -> tuple[SimpleNamespace, Transport]:
    """The built classes, which check the type of each field that is set, and rclpy's own CDR."""
    monkeypatch.setenv("ROS_PYTHON_CHECK_FIELDS", "1")
    serialization = pytest.importorskip("rclpy.serialization", reason="rclpy is not installed")
    pytest.importorskip("crossmodal_narrator_msgs.msg", reason="crossmodal_narrator_msgs is not built")
    classes = {
        name: getattr(importlib.import_module(full.split("/")[0] + ".msg"), name) for name, full in ALL_TYPES.items()
    }

    def there_and_back(message: Any, name: str) -> Any:
        return serialization.deserialize_message(serialization.serialize_message(message), classes[name])

    return SimpleNamespace(**classes), there_and_back


@pytest.fixture(params=["cdr", pytest.param("rclpy", marks=pytest.mark.ros)])
def wire(
    request: pytest.FixtureRequest, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[SimpleNamespace, Transport]:
    return over_cdr(repository) if request.param == "cdr" else over_rclpy(monkeypatch)


def assert_same(ours: SceneState, theirs: SceneState) -> None:
    for field in dataclasses.fields(SceneState):
        if field.name != "ego":
            assert getattr(ours, field.name) == getattr(theirs, field.name)
    assert (ours.ego is None) == (theirs.ego is None)
    if ours.ego is not None and theirs.ego is not None:
        for name in ("stamp_ns", "velocity_mps", "yaw_rate_rps"):
            assert getattr(ours.ego, name) == getattr(theirs.ego, name)
        assert np.allclose(ours.ego.odom_from_base.rotation, theirs.ego.odom_from_base.rotation, atol=1e-12)
        assert np.array_equal(ours.ego.odom_from_base.translation_m, theirs.ego.odom_from_base.translation_m)


@pytest.mark.parametrize("scene", [SCENE, EMPTY], ids=["full", "empty"])
def test_a_scene_comes_back_as_it_was(wire: tuple[SimpleNamespace, Transport], scene: SceneState) -> None:
    types, there_and_back = wire
    message = there_and_back(scene_to_message(scene, types), "Scene")
    assert message.header.frame_id == "base_link"
    assert_same(scene_from_message(message), scene)


def test_a_narration_comes_back_with_every_kind_of_value(wire: tuple[SimpleNamespace, Transport]) -> None:
    types, there_and_back = wire
    back = narration_from_message(there_and_back(narration_to_message(NARRATION, types), "Narration"))
    assert back == NARRATION
    assert [type(claim.value) for claim in back.claims] == [type(claim.value) for claim in NARRATION.claims]


def test_what_is_not_known_is_flagged_and_not_a_number(repository: Path) -> None:
    types, _ = over_cdr(repository)
    thing = scene_to_message(SCENE, types).objects[1]
    flags = (thing.has_position, thing.has_size, thing.has_yaw, thing.has_velocity, thing.relation.has_distance)
    assert flags == (False,) * 5


@pytest.mark.parametrize(
    ("field", "match"), [("label", "'hovercraft' is not a ObjectClass"), ("motion", "is not a Motion")]
)
def test_a_word_of_another_version_is_refused(repository: Path, field: str, match: str) -> None:
    types, _ = over_cdr(repository)
    message = copy.deepcopy(scene_to_message(SCENE, types))
    setattr(message.objects[0], field, "hovercraft")
    with pytest.raises(FrameError, match=rf"{match}.*one version"):
        scene_from_message(message)


def test_a_value_that_was_not_filled_in_is_refused(repository: Path) -> None:
    types, _ = over_cdr(repository)
    message = narration_to_message(NARRATION, types)
    message.claims[0].value.type = 0
    with pytest.raises(FrameError, match="type 0"):
        narration_from_message(message)


def test_the_words_and_constants_of_the_interfaces_are_those_of_the_core(repository: Path) -> None:
    from crossmodal_narrator.core.detections import ObjectClass, SignalState
    from crossmodal_narrator.core.scene import Motion, Side
    from crossmodal_narrator.core.snapshot import Sense, Trouble
    from crossmodal_narrator.core.speech import Urgency
    from crossmodal_narrator.wire import narration

    types, _ = over_cdr(repository)
    for message, prefix, words in (
        (types.SceneObject, "LABEL_", ObjectClass),
        (types.SceneObject, "MOTION_", Motion),
        (types.Relation, "SIDE_", Side),
        (types.TrafficSignal, "STATE_", SignalState),
        (types.Evidence, "MODALITY_", Sense),
        (types.Degradation, "TROUBLE_", Trouble),
        (types.Narration, "URGENCY_", Urgency),
    ):
        named = {getattr(message, name) for name in dir(message) if name.startswith(prefix)}
        assert named == {member.value for member in words}
    kinds = [getattr(types.ClaimValue, f"TYPE_{name}") for name in ("TEXT", "REAL", "INTEGER", "TRUTH")]
    assert kinds == [narration._TEXT, narration._REAL, narration._INTEGER, narration._TRUTH]
