"""The scene as RViz and Foxglove draw it: a box for each thing with its name and course, an arrow from where a sound
comes, and the sentence that is being said above the vehicle.

The messages are plain objects with all fields of visualization_msgs: recordings serialize them, the node copies them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from types import SimpleNamespace as Message
from typing import Any

import numpy as np

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.core.scene import SceneObject, SceneState, SoundEvent
from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.wire.compose import time_message

MARKERS = "visualization_msgs/msg/MarkerArray"
ARROW, CUBE, TEXT = 0, 1, 9  # Marker.msg: types
ADD = 0  # Marker.msg: action
LIFETIME_NS = 400_000_000  # a scene that is not renewed fades
SPOKEN_NS = 4_000_000_000  # a sentence stands about as long as it takes to say it
HEARD_FROM_M, HEARD_TO_M, EAR_M = 14.0, 3.0, 1.7  # the arrow of a sound, towards us; and its height
_SPOKEN_M, _LINE_M = 4.0, 1.2  # the height of the last line over base_link, and of a line
_SOUND = (1.0, 0.1, 0.3)
_VEHICLE, _VULNERABLE, _OTHER = (0.1, 0.6, 1.0), (1.0, 0.5, 0.1), (0.6, 0.6, 0.6)
_CALM, _URGENT = (1.0, 1.0, 1.0), (1.0, 0.2, 0.1)
Colour = tuple[float, float, float]


def scene_markers(scene: SceneState, frame_id: str) -> Message:
    """MarkerArray in `frame_id`; what has no range, or a sound no direction, is not drawn: nobody knows where it is."""
    things = (marker for thing in scene.objects if thing.box is not None for marker in _thing(thing))
    sounds = (marker for number, sound in enumerate(scene.sounds) for marker in _sound(sound, number))
    return _array((*things, *sounds), scene.stamp_ns, frame_id, LIFETIME_NS)


def spoken_markers(narrations: Iterable[Narration], frame_id: str) -> Message:
    """MarkerArray of sentences of one stamp, the languages below each other, each in a namespace of its own."""
    said = list(narrations)
    lines = [
        _marker(
            f"said in {narration.language}",
            TEXT,
            number=0,
            colour=_URGENT if narration.urgency is Urgency.URGENT else _CALM,
            position=(0.0, 0.0, _SPOKEN_M + _LINE_M * (len(said) - 1 - line)),
            scale=(0.0, 0.0, 0.8),
            text=narration.text,
        )
        for line, narration in enumerate(said)
    ]
    return _array(lines, said[0].stamp_ns if said else 0, frame_id, SPOKEN_NS)


def _thing(thing: SceneObject) -> Iterator[Message]:
    assert thing.position_m is not None
    assert thing.size_lwh_m is not None
    assert thing.yaw_rad is not None
    colour = _VULNERABLE if thing.label.is_vulnerable else _OTHER if thing.label is ObjectClass.OBSTACLE else _VEHICLE
    placed: dict[str, Any] = {"number": thing.track_id, "colour": colour, "yaw_rad": thing.yaw_rad}
    yield _marker("things", CUBE, position=thing.position_m, scale=thing.size_lwh_m, alpha=0.5, **placed)
    x, y, z = thing.position_m
    painted = thing.attribute("colour")
    described = f"{painted.value} {thing.label.value}" if painted else thing.label.value
    yield _marker(
        "names",
        TEXT,
        position=(x, y, z + 0.5 * thing.size_lwh_m[2] + 0.5),
        scale=(0.0, 0.0, 0.6),
        text=f"{described} {thing.track_id}\n{thing.motion.value} {thing.confidence:.2f}",
        **placed,
    )
    if thing.velocity_mps is not None and (thing.speed_mps or 0.0) >= 0.5:
        vx, vy, vz = thing.velocity_mps
        in_a_second = (x + vx, y + vy, z + vz)
        ends = (thing.position_m, in_a_second)
        yield _marker("courses", ARROW, number=thing.track_id, colour=colour, scale=(0.15, 0.3, 0.0), points=ends)


def _sound(sound: SoundEvent, number: int) -> Iterator[Message]:
    """An arrow that points at us, and its kind."""
    if sound.azimuth_rad is None:
        return
    x, y = math.cos(sound.azimuth_rad), math.sin(sound.azimuth_rad)
    ends = tuple((r * x, r * y, EAR_M) for r in (HEARD_FROM_M, HEARD_TO_M))
    yield _marker("sounds", ARROW, number=number, colour=_SOUND, scale=(0.3, 0.7, 0.0), points=ends)
    whose = "" if sound.track_id is None else f" of {sound.track_id}"
    yield _marker(
        "sound names",
        TEXT,
        number=number,
        colour=_SOUND,
        position=(HEARD_FROM_M * x, HEARD_FROM_M * y, EAR_M + 1.0),
        scale=(0.0, 0.0, 0.8),
        text=f"{sound.kind}{whose}\n{sound.trend.value} {sound.confidence:.2f}",
    )


def _array(markers: Iterable[Message], stamp_ns: int, frame_id: str, lifetime_ns: int) -> Message:
    drawn = list(markers)
    for marker in drawn:
        marker.header = Message(stamp=time_message(stamp_ns), frame_id=frame_id)
        marker.lifetime = time_message(lifetime_ns)  # Duration has the fields of Time
    return Message(markers=drawn)


def _marker(
    namespace: str,
    kind: int,
    *,
    number: int,
    colour: Colour,
    scale: Vec3,
    position: Vec3 = (0.0, 0.0, 0.0),
    yaw_rad: float = 0.0,
    alpha: float = 1.0,
    points: Iterable[Vec3] = (),
    text: str = "",
) -> Message:
    """A marker without header and lifetime."""
    half = 0.5 * yaw_rad
    return Message(
        ns=namespace,
        id=number,
        type=kind,
        action=ADD,
        pose=Message(position=_xyz(position), orientation=Message(x=0.0, y=0.0, z=math.sin(half), w=math.cos(half))),
        scale=_xyz(scale),
        color=Message(r=colour[0], g=colour[1], b=colour[2], a=alpha),
        frame_locked=False,
        points=[_xyz(point) for point in points],
        colors=[],
        texture_resource="",
        texture=Message(
            header=Message(stamp=time_message(0), frame_id=""), format="", data=np.zeros(0, dtype=np.uint8)
        ),
        uv_coordinates=[],
        text=text,
        mesh_resource="",
        mesh_file=Message(filename="", data=np.zeros(0, dtype=np.uint8)),
        mesh_use_embedded_materials=False,
    )


def _xyz(vector: Vec3) -> Message:
    x, y, z = vector
    return Message(x=float(x), y=float(y), z=float(z))
