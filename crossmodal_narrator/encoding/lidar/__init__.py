"""The LiDAR encoder: what stands on the ground, where, and how large it looks."""

from crossmodal_narrator.encoding.lidar.config import LidarGeometryConfig
from crossmodal_narrator.encoding.lidar.detector import LidarDetector, LidarDetectorConfig
from crossmodal_narrator.encoding.lidar.encoder import LidarEncoder
from crossmodal_narrator.encoding.lidar.geometry import LidarGeometry

__all__ = ["LidarDetector", "LidarDetectorConfig", "LidarEncoder", "LidarGeometry", "LidarGeometryConfig"]
