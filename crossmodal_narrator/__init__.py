"""A vehicle that tells people what it sees, hears and does, and shows the evidence of every sentence."""

import os

__version__ = "0.1.0"

# From 1.29 on ONNX Runtime tells Microsoft of each process and model, and keeps a device's number on disk. It listens
# to this alone, and only before it is loaded. What is set already stays: that is the user's word.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
