"""Cameras: a ray for each pixel, lit by sun, sky and lamps, developed as a sensor would."""

from crossmodal_narrator.simulation.sensors.camera.camera import Camera

__all__ = ["Camera"]
