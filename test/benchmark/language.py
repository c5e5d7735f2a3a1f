"""How long a sentence and a reply take, on the random drives of the tests: scene → sentence, question → whole reply.

python test/benchmark/language.py [--drives 200] [--languages en,zh]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from crossmodal_narrator.core.speech import Utterance
from crossmodal_narrator.language import Dialogue, Narrator, NarratorConfig

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "language"))
from random_questions import random_question
from random_scenes import DRIVES, random_drive

MARKS_MS = {"scene → sentence": 20.0, "question → reply": 100.0}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drives", type=int, default=200)
    parser.add_argument("--languages", default="en,zh")
    args = parser.parse_args()
    times_ms = measured_ms(args.drives, tuple(args.languages.split(",")))
    table = Table("stage", "times", "p50 ms", "p99 ms", "most ms", "mark: p99 ms", title=f"{args.drives} random drives")
    for stage, values in times_ms.items():
        row = (*(float(np.percentile(values, q)) for q in (50, 99, 100)), MARKS_MS[stage.split(",")[0]])
        table.add_row(stage, str(len(values)), *(f"{value:.2f}" for value in row))
    Console().print(table)
    return 0


def measured_ms(drives: int, languages: tuple[str, ...]) -> dict[str, list[float]]:
    """A scene that is kept silent about takes as long as one that is told, less its words: both are told apart."""
    silent, told, replied = list[float](), list[float](), list[float]()
    rng, config = np.random.default_rng(0), NarratorConfig(languages=languages)
    narrator, dialogue = Narrator(config), Dialogue(config)
    for number in range(drives):
        if number % DRIVES == 0:
            narrator, dialogue = Narrator(config), Dialogue(config)
        for k, scene in enumerate(random_drive(number).scenes()):
            began_s = time.perf_counter()
            narrations = narrator.narrate(scene)
            (told if narrations else silent).append(1e3 * (time.perf_counter() - began_s))
            dialogue.observe(scene)
            if k % 10 == 9:
                question = random_question(rng, scene)
                for tag, text in (("en", question.english), ("zh", question.chinese)):
                    began_s = time.perf_counter()
                    dialogue.ask(Utterance(stamp_ns=scene.stamp_ns, text=text, language=tag, confidence=1.0, seat=tag))
                    replied.append(1e3 * (time.perf_counter() - began_s))
    return {
        "scene → sentence, all scenes": silent + told,
        "scene → sentence, those that are told": told,
        "question → reply": replied,
    }


if __name__ == "__main__":
    raise SystemExit(main())
