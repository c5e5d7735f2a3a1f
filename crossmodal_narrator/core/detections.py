"""What one sense found in one snapshot, before the senses are brought together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.geometry import OrientedBox, PixelBox


class ObjectClass(str, Enum):
    """What a thing is, as far as the narrator can say it."""

    CAR = "car"
    VAN = "van"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"
    BICYCLE = "bicycle"
    CYCLIST = "cyclist"  # a bicycle or motorcycle with its rider
    PEDESTRIAN = "pedestrian"
    ANIMAL = "animal"
    CONE = "cone"
    TRAIN = "train"
    OBSTACLE = "obstacle"  # something is there; no sense says what

    @property
    def is_vehicle(self) -> bool:
        return self in _VEHICLES

    @property
    def is_vulnerable(self) -> bool:
        """A vulnerable road user: not protected by a body of steel."""
        return self in _VULNERABLE


_VEHICLES = frozenset(
    {ObjectClass.CAR, ObjectClass.VAN, ObjectClass.TRUCK, ObjectClass.BUS, ObjectClass.MOTORCYCLE, ObjectClass.TRAIN}
)
_VULNERABLE = frozenset(
    {ObjectClass.CYCLIST, ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE, ObjectClass.PEDESTRIAN, ObjectClass.ANIMAL}
)


NOBODY_WALKS_MPS = 3.5  # along a road
# Classes that detectors take for each other have one number: of them only one can be at a place, and a track that is
# called one of them now and another then is still one track.
LOOKALIKES = {
    ObjectClass.CAR: 0,
    ObjectClass.VAN: 0,
    ObjectClass.TRUCK: 0,
    ObjectClass.BUS: 0,
    ObjectClass.TRAIN: 0,
    ObjectClass.MOTORCYCLE: 1,
    ObjectClass.BICYCLE: 1,
    ObjectClass.CYCLIST: 1,
    ObjectClass.PEDESTRIAN: 2,
    ObjectClass.ANIMAL: 3,
    ObjectClass.CONE: 4,
    ObjectClass.OBSTACLE: -1,  # it may be anything
}


class SignalState(str, Enum):
    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A quality with its own confidence, as `Attribute(name="colour", value="white", confidence=0.8)`."""

    name: str
    value: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDetection:
    """Something the camera recognised. The box is in pixels of the full image."""

    label: ObjectClass
    score: float
    box: PixelBox
    camera: str
    stamp_ns: int
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalDetection:
    """A traffic light in the image, and its state where the pixels say it."""

    state: SignalState
    confidence: float
    box: PixelBox
    camera: str
    stamp_ns: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CameraFeatures:
    """All that the camera encoder says of one frame."""

    camera: str
    stamp_ns: int
    detections: tuple[ImageDetection, ...]
    signals: tuple[SignalDetection, ...] = ()
    is_blind: bool = False  # glare, darkness or a covered lens: nothing found means nothing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cluster:
    """A group of LiDAR points that stand together above the ground, with the box that fits them best.

    The box is the visible extent; completing it to the size of a whole vehicle is the tracker's work, which knows more.
    """

    points: NDArray[np.float32]  # (points, 3) in base_link
    box: OrientedBox
    ground_z_m: float
    label: ObjectClass = ObjectClass.OBSTACLE
    score: float = 0.0  # of the label


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LidarDetection:
    """Something whose shape the LiDAR encoder knows, as a whole thing in base_link.

    A shape tells vehicles apart by their size alone: one of a car's size may be anything that large.
    """

    label: ObjectClass
    score: float
    box: OrientedBox
    points: int  # of the sweep in the box
    top_m: float = math.inf  # of the highest of them above the ground under it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LidarFeatures:
    """All that the LiDAR encoder says of one sweep."""

    stamp_ns: int
    clusters: tuple[Cluster, ...]
    obstacle_points: NDArray[np.float32]  # (points, 3): every point above the ground, clustered or not
    obstacle_height_m: NDArray[np.float32]  # (points,): of each of them above the ground under it
    detections: tuple[LidarDetection, ...] = ()  # the surest first
    is_recognised: bool = False  # a network has looked, whether or not it found anything


class SirenPattern(str, Enum):
    """What a siren plays."""

    WAIL = "wail"  # up and down over seconds
    YELP = "yelp"  # several times a second
    HI_LO = "hi_lo"  # two tones by turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """From where a sound comes, in base_link: the x axis is 0, left positive.

    `focus`: how well the phases of all capsules agree on it, 0 to 1. It is no probability.
    """

    azimuth_rad: float
    focus: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFrame:
    """What a microphone heard in the 100 ms that end at `stamp_ns`, as the sound encoder judges it from all before.

    `siren`, `horn` and `other` (something that is neither) are probabilities of their own: several may sound at once.
    A siren is urgent, and is looked for twice: `siren_before` is its probability 40 ms before the end.
    """

    stamp_ns: int
    microphone: str
    siren_before: float
    siren: float
    horn: float
    other: float
    pattern: SirenPattern | None  # None: no siren, or none of these for sure
    level_dbfs: float  # RMS, against full scale
    tones_dbfs: float = -120.0  # of what stands out of its neighbours in frequency, as sirens and horns do
    pitch_hz: float | None = None  # the strongest of it
    bearing: Bearing | None = None  # of the same; None without an array, or where nothing stands out


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOfInterest:
    """A part of an image that deserves a second look, the most deserving first by `priority`."""

    box: PixelBox
    priority: float
    reason: str


Regions = Callable[[], Sequence[RegionOfInterest]]  # asked for when they are needed
