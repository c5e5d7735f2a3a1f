"""The LiDAR encoder: what stands on the ground, where, and how large it looks."""

from crossmodal_narrator.encoding.lidar.config import LidarGeometryConfig
from crossmodal_narrator.encoding.lidar.geometry import LidarGeometry

__all__ = ["LidarGeometry", "LidarGeometryConfig"]
