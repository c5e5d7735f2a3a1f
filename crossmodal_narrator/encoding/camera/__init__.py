"""The camera encoder: detections, vehicle colours, traffic-light states and blindness from one image."""

from crossmodal_narrator.encoding.camera.config import CameraEncoderConfig
from crossmodal_narrator.encoding.camera.detector import DetectorSpec
from crossmodal_narrator.encoding.camera.encoder import CameraEncoder

__all__ = ["CameraEncoder", "CameraEncoderConfig", "DetectorSpec"]
