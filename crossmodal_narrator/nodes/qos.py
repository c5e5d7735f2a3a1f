"""The QoS of every topic, by name. Nothing else in the project spells out a profile."""

from __future__ import annotations

from typing import Any

import yaml
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

from crossmodal_narrator.wire import MessageKind


def _profile(depth: int, *, reliable: bool, latched: bool = False) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


# Best effort matches a driver of either kind; a late image is worth nothing.
SENSOR = _profile(5, reliable=False)
CALIBRATION = _profile(2, reliable=False)
SOUND = _profile(20, reliable=False)  # two seconds: a chunk that is lost is a gap in what is heard
ODOMETRY = _profile(100, reliable=False)
TRANSFORMS = _profile(100, reliable=False)
STATIC_TRANSFORMS = _profile(100, reliable=True, latched=True)
SPEECH = _profile(50, reliable=True)
SCENE = _profile(5, reliable=True)
NARRATION = _profile(20, reliable=True)
SAID = _profile(20, reliable=True, latched=True)  # who comes later hears the last ones, if he asks for them
MARKERS = _profile(1, reliable=True)
DIAGNOSTICS = _profile(10, reliable=True)
CLOCK = _profile(1, reliable=False)


def of_sensor(kind: MessageKind, *, is_static: bool) -> QoSProfile:
    """What a subscription to a sensor's messages asks for."""
    if kind is MessageKind.TRANSFORMS:
        return STATIC_TRANSFORMS if is_static else TRANSFORMS
    profiles = {
        MessageKind.ODOMETRY: ODOMETRY,
        MessageKind.CAMERA_INFO: CALIBRATION,
        MessageKind.SOUND: SOUND,
        MessageKind.SOUND_DATA: SOUND,
    }
    return profiles.get(kind, SENSOR)


def of_player(kind: MessageKind, *, is_static: bool, offered: str) -> QoSProfile:
    """What a bag is played with: what was `offered` when it was recorded, in rosbag2's YAML.

    Where the bag does not say, what drivers offer by default, so that subscribers of either reliability match. Static
    transforms are latched whatever was recorded: who comes later needs them too.
    """
    if is_static:
        return STATIC_TRANSFORMS
    profiles = _profiles(offered)
    is_best_effort = any(profile.get("reliability") in (2, "best_effort") for profile in profiles)
    is_latched = bool(profiles) and all(profile.get("durability") in (1, "transient_local") for profile in profiles)
    depth = 100 if kind is MessageKind.TRANSFORMS else 10
    return _profile(depth, reliable=not is_best_effort, latched=is_latched)


def _profiles(offered: str) -> list[dict[str, Any]]:
    """One for each publisher that was recorded; none where that cannot be understood."""
    try:
        listed = yaml.safe_load(offered)
    except yaml.YAMLError:
        return []
    return [profile for profile in listed if isinstance(profile, dict)] if isinstance(listed, list) else []
