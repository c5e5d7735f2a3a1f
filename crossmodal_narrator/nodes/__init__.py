"""Thin shells around the pipeline: the only place for rclpy and message packages."""
