"""The narrator node with a large model that is a fake process: `reworded_narrator.py`, for test_rewriting_live.py."""

from __future__ import annotations

import sys
from pathlib import Path

from crossmodal_narrator.configuration import NarratorNodeConfig
from crossmodal_narrator.language.rewriting import Rewriter
from crossmodal_narrator.nodes.narrator import NAME, NarratorNode
from crossmodal_narrator.nodes.process import run_node
from crossmodal_narrator.runtime.vision_language import VisionLanguageModel

FAKE = Path(__file__).parents[1] / "integration" / "large_model" / "fake_worker.py"


def open_fake(config: NarratorNodeConfig) -> Rewriter:
    rewriter = Rewriter(VisionLanguageModel([sys.executable, "-S", "-E", str(FAKE), "rewords"]), config.languages)
    rewriter.model.start()
    return rewriter


if __name__ == "__main__":
    sys.exit(run_node(NAME, NarratorNodeConfig, lambda: NarratorNode(open_fake), sys.argv[1:]))
