"""CIDEr-D of a text against references (Vedantam et al. 2015), as pycocoevalcap counts it, without its Java tokeniser.

No library that is light and kept has it: pycocoevalcap is 104 MB of Java archives, aac-metrics needs torch. The
measure is short, and a test holds it to figures that pycocoevalcap 1.2 gave.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from crossmodal_narrator.evaluation.tokens import ngrams

N = 4
SIGMA = 6.0  # of the penalty for another length, in words
Gram = tuple[str, ...]
Words = Sequence[str]


def cider_d(said: Sequence[Words], references: Sequence[Sequence[Words]]) -> list[float]:
    """One score, from 0 to 10, for each text; `references` holds those of each. All count as one corpus.

    With one text alone every score is 0: what is in all references weighs nothing.
    """
    frequency: Counter[Gram] = Counter()
    for group in references:
        frequency.update({gram for words in group for gram in _grams(words)})
    weigh = _Weighing(frequency, len(references))
    return [
        10.0 * sum(weigh.likeness(words, reference) for reference in group) / len(group)
        for words, group in zip(said, references, strict=True)
    ]


def _grams(words: Words) -> Counter[Gram]:
    return sum((ngrams(words, n) for n in range(1, N + 1)), Counter[Gram]())


class _Weighing:
    """Grams count for more, the fewer texts have them in their references."""

    def __init__(self, frequency: Mapping[Gram, int], texts: int) -> None:
        self._frequency, self._log_texts = frequency, math.log(texts) if texts else 0.0

    def likeness(self, said: Words, reference: Words) -> float:
        """The mean, over lengths of grams, of the clipped cosine."""
        a, b = self._weighted(said), self._weighted(reference)
        # The reference implementation measures lengths in bigrams.
        apart = max(len(said) - 1, 0) - max(len(reference) - 1, 0)
        penalty = math.exp(-(apart**2) / (2.0 * SIGMA**2))
        return penalty * sum(_cosine(a[n], b[n]) for n in range(N)) / N

    def _weighted(self, words: Words) -> list[dict[Gram, float]]:
        return [
            {
                gram: count * (self._log_texts - math.log(max(1, self._frequency.get(gram, 0))))
                for gram, count in ngrams(words, n).items()
            }
            for n in range(1, N + 1)
        ]


def _cosine(said: Mapping[Gram, float], reference: Mapping[Gram, float]) -> float:
    norm = math.sqrt(sum(v * v for v in said.values()) * sum(v * v for v in reference.values()))
    common = sum(min(weight, reference.get(gram, 0.0)) * reference.get(gram, 0.0) for gram, weight in said.items())
    return common / norm if norm else 0.0
