"""Families of detectors: how the answers of each become candidates. A manifest's `decoding` names one."""

from crossmodal_narrator.encoding.camera.decoders.detr import DetrBoxes, DetrDecoding, DetrUnit
from crossmodal_narrator.encoding.camera.decoders.nanodet import NanoDetDecoding
from crossmodal_narrator.encoding.camera.decoders.protocol import Activation, Decoder, Decoding, Selection
from crossmodal_narrator.encoding.camera.decoders.yolox import YoloxBoxes, YoloxDecoding

__all__ = [
    "Activation",
    "Decoder",
    "Decoding",
    "DetrBoxes",
    "DetrDecoding",
    "DetrUnit",
    "NanoDetDecoding",
    "Selection",
    "YoloxBoxes",
    "YoloxDecoding",
]
