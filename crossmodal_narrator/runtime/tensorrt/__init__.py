"""TensorRT itself: plans built in a process of their own, and run through CUDA's runtime without torch."""
