"""Frames of the real drive, read without the project's own bag reader, and the real detector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore

from crossmodal_narrator.encoding.camera import CameraEncoder, CameraEncoderConfig
from crossmodal_narrator.runtime import Manifest, ModelStore, detector_spec, open_engine


@pytest.fixture(scope="session")
def street_images(san_francisco_bag: Path) -> list[NDArray[np.uint8]]:
    """Three frames: standing, pulling away, driving."""
    with AnyReader([san_francisco_bag], default_typestore=get_typestore(Stores.ROS2_HUMBLE)) as reader:
        cameras = [c for c in reader.connections if c.topic.endswith("compressed")]
        messages = [reader.deserialize(raw, c.msgtype) for c, _, raw in reader.messages(cameras)]
    images = [cv2.imdecode(messages[k].data, cv2.IMREAD_COLOR) for k in (0, 21, 49)]
    return [np.ascontiguousarray(image[..., ::-1]) for image in images]


@pytest.fixture(scope="session")
def encoder(detector: Manifest) -> CameraEncoder:
    # Two looks, so that nobody takes turns: one test's frames must not decide what another's sees.
    config = CameraEncoderConfig(full_width_px=512, crop_budget=2)
    return CameraEncoder(config, open_engine(detector, ModelStore()), detector_spec(detector))


@pytest.fixture
def make_encoder(detector: Manifest) -> Callable[[CameraEncoderConfig], CameraEncoder]:
    return lambda config: CameraEncoder(config, open_engine(detector, ModelStore()), detector_spec(detector))
