"""A spinning LiDAR: its firing table, what its pulses meet while everything moves, and what comes back of them."""

from crossmodal_narrator.simulation.sensors.spinning_lidar.model import LIDAR_NAMES, TURN_S, LidarModel, load_model
from crossmodal_narrator.simulation.sensors.spinning_lidar.points import Points
from crossmodal_narrator.simulation.sensors.spinning_lidar.sensor import SpinningLidar

__all__ = ["LIDAR_NAMES", "TURN_S", "LidarModel", "Points", "SpinningLidar", "load_model"]
