"""The LiDAR detector: simulated sweeps, the bird's-eye network, its training."""
