"""KITTI's tracklet_labels.xml: boxes of one drive in the LiDAR's frame, by frame.

A boost serialization: `tracklets` holds an `item` for each object with h, w, l, first_frame and `poses`, an item a
frame. tx, ty, tz is the middle of the bottom; rz turns about z. Sources: readTracklets.m and tracklets.h of the
development kit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

from crossmodal_narrator.bags.importing.files import read_text
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.geometry import OrientedBox

# `truncation`: 0 in the image, 1 cut by its border, 2 outside, 3 behind, 99 not said. Who labelled 2 and 3 saw nothing.
_UNSEEN = ("2", "3")
OUTSIDE = "labels outside of the image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracklet:
    """One object in one frame; `box` is in the LiDAR's frame."""

    object_id: str
    name: str
    box: OrientedBox
    occlusion: int | None


def read_tracklets(path: Path, left_out: Counter[str]) -> dict[int, list[Tracklet]]:
    """By frame number. What the labellers could not see is counted in `left_out`.

    Raises:
        BagError: the file is missing, or not of this form.
    """
    text = read_text(path)
    if "<!ENTITY" in text:  # no tracklet file has one, and a few of them can fill the memory
        raise BagError(f"{path} is not a tracklet file: it defines entities", remedy="download the tracklets again")
    frames: dict[int, list[Tracklet]] = {}
    try:
        items = fromstring(text).findall("tracklets/item")
        for number, item in enumerate(items):
            for frame, tracklet in _poses(item, f"tracklet_{number}", left_out):
                frames.setdefault(frame, []).append(tracklet)
    except (ParseError, ValueError) as error:
        raise BagError(f"{path} is not a tracklet file: {error}", remedy="download the tracklets again") from error
    return frames


def _poses(item: Element, object_id: str, left_out: Counter[str]) -> Iterator[tuple[int, Tracklet]]:
    height, width, length = (_number(item, name) for name in ("h", "w", "l"))
    first = int(_number(item, "first_frame"))
    for step, pose in enumerate(item.findall("poses/item")):
        if (pose.findtext("truncation") or "").strip() in _UNSEEN:
            left_out[OUTSIDE] += 1
            continue
        x, y, z, yaw = (_number(pose, name) for name in ("tx", "ty", "tz", "rz"))
        occlusion = pose.findtext("occlusion")
        yield (
            first + step,
            Tracklet(
                object_id=object_id,
                name=(item.findtext("objectType") or "").strip(),
                box=OrientedBox(centre_m=(x, y, z + height / 2.0), size_lwh_m=(length, width, height), yaw_rad=yaw),
                occlusion=None if occlusion is None else int(float(occlusion)),
            ),
        )


def _number(element: Element, name: str) -> float:
    """Raises ValueError: there is none."""
    text = element.findtext(name)
    if text is None:
        raise ValueError(f"<{element.tag}> without <{name}>")
    return float(text)
