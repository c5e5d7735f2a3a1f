"""Makes the graphs and manifests of this folder importable by their names under pytest's importlib mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
