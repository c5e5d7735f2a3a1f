"""Makes the drawn street importable by its name under pytest's importlib mode."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "encoding" / "lidar")]
